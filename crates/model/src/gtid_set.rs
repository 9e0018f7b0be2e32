//! Sets of GTIDs, with the server's own text form and algebra.

mod domains;

use std::{collections::BTreeMap, fmt, str::FromStr};

use self::domains::Domains;
use crate::flavor::Flavor;
use crate::gtid::{Gtid, GtidParseError, MariaDbGtid, ServerUuid, Tag};

/// The largest number a GTID can have: the server keeps 2^63 - 1 free as an end mark.
pub const GTID_NUMBER_MAX: u64 = i64::MAX as u64 - 1;

/// Numbers `first..=last` of one source and tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The first number, from 1.
    pub first: u64,
    /// The last number, never below `first`.
    pub last: u64,
}

/// The transactions that were seen, in the terms of the server's family.
///
/// Of MySQL: a set of GTIDs, normalised: per source and tag the intervals are sorted, disjoint and not adjacent. The order
/// of its text is the server's: by uuid, then the untagged numbers, then each tag by name.
///
/// Of MariaDB: in each domain the GTID that was seen last, with all before it in the log; its text is that of
/// `@@gtid_binlog_state`: one GTID for each server of a domain, the domain's position last. [`GtidSet::positions`] gives
/// the positions alone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct GtidSet {
    groups: BTreeMap<(ServerUuid, Tag), Vec<Interval>>,
    domains: Domains,
}

impl GtidSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { groups: BTreeMap::new(), domains: Domains::new() }
    }

    /// Whether it holds no GTID.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.domains.is_empty()
    }

    /// The family whose GTIDs it holds; nothing of an empty one.
    #[must_use]
    pub fn flavor(&self) -> Option<Flavor> {
        match (self.groups.is_empty(), self.domains.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Flavor::MariaDb),
            (false, _) => Some(Flavor::MySql),
        }
    }

    /// How many GTIDs it holds (saturating); of MariaDB's, how many domains.
    #[must_use]
    pub fn len(&self) -> u64 {
        let each = self.groups.values().flatten();
        let domains = u64::try_from(self.domains.len()).unwrap_or(u64::MAX);
        each.fold(domains, |sum, i| sum.saturating_add(i.last.saturating_sub(i.first).saturating_add(1)))
    }

    /// The intervals by source and tag, in the server's order.
    pub fn groups(&self) -> impl Iterator<Item = (&ServerUuid, &Tag, &[Interval])> {
        self.groups.iter().map(|((source, tag), intervals)| (source, tag, intervals.as_slice()))
    }

    /// Of MariaDB: the last GTID of each domain.
    pub fn positions(&self) -> impl Iterator<Item = MariaDbGtid> {
        self.domains.positions()
    }

    /// Adds one GTID. Adding the next number of a source, the usual case, is constant in time. Of MariaDB it is the one
    /// that comes after those that were seen.
    pub fn insert(&mut self, gtid: &Gtid) {
        match gtid {
            Gtid::MySql { source, tag, number } => {
                self.insert_interval(*source, tag, Interval { first: *number, last: *number });
            }
            Gtid::MariaDb(gtid) => self.domains.insert(*gtid),
        }
    }

    /// Adds numbers of one source and tag. An interval whose last is below its first adds nothing.
    pub fn insert_interval(&mut self, source: ServerUuid, tag: &Tag, new: Interval) {
        if new.last < new.first {
            return;
        }
        let intervals = self.groups.entry((source, tag.clone())).or_default();
        match intervals.last_mut() {
            Some(last) if last.last.checked_add(1) == Some(new.first) => last.last = new.last,
            Some(last) if last.first <= new.first && new.last <= last.last => {}
            Some(last) if last.last < new.first => intervals.push(new),
            None => intervals.push(new),
            Some(_) => merge_interval(intervals, new),
        }
    }

    /// Whether it holds this GTID. Of MariaDB: the GTID's server is known and has come that far in the domain.
    #[must_use]
    pub fn contains(&self, gtid: &Gtid) -> bool {
        match gtid {
            Gtid::MySql { source, tag, number } => self.contains_number(*source, tag, *number),
            Gtid::MariaDb(gtid) => self.domains.contains(*gtid),
        }
    }

    /// As [`Self::contains`]; of MariaDB a server that is not known is judged by the domain's position: right for a
    /// position that a person gives, which names one server only.
    #[must_use]
    pub fn covers(&self, gtid: &Gtid) -> bool {
        match gtid {
            Gtid::MySql { source, tag, number } => self.contains_number(*source, tag, *number),
            Gtid::MariaDb(gtid) => self.domains.covers(*gtid),
        }
    }

    fn contains_number(&self, source: ServerUuid, tag: &Tag, number: u64) -> bool {
        let key = (source, tag.clone());
        self.groups.get(&key).is_some_and(|intervals| {
            let after = intervals.partition_point(|i| i.last < number);
            intervals.get(after).is_some_and(|i| i.first <= number)
        })
    }

    /// Whether it holds all of `other`: the server's `GTID_SUBSET(other, self)`.
    #[must_use]
    pub fn contains_set(&self, other: &Self) -> bool {
        other.subtract(self).is_empty()
    }

    /// All GTIDs of both. Of MariaDB's domains that both have, `other` says what was seen last.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend(other);
        all
    }

    /// Adds all GTIDs of another set; MariaDB's come after those that were seen.
    pub fn extend(&mut self, other: &Self) {
        self.domains.extend(&other.domains);
        for ((source, tag), intervals) in &other.groups {
            for interval in intervals {
                self.insert_interval(*source, tag, *interval);
            }
        }
    }

    /// The GTIDs of this set that are not in `other`: the server's `GTID_SUBTRACT(self, other)`. Of MariaDB: the domains
    /// whose position `other` has not reached.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let left = self.groups.iter().map(|(key, mine)| {
            let theirs = other.groups.get(key).map_or(&[][..], Vec::as_slice);
            (key.clone(), subtract_intervals(mine, theirs))
        });
        let groups = left.filter(|(_, intervals)| !intervals.is_empty()).collect();
        Self { groups, domains: self.domains.subtract(&other.domains) }
    }

    /// What of this set, to which somebody reads, is still to come for him who has seen `seen`. As [`Self::subtract`], but for
    /// domains of MariaDB with several servers: there only the very GTID of the position counts, since numbers may go back.
    #[must_use]
    pub fn unreached(&self, seen: &Self) -> Self {
        Self { domains: self.domains.unreached(&seen.domains), ..self.subtract(seen) }
    }

    /// The GTIDs that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.subtract(&self.subtract(other))
    }
}

/// Puts an interval anywhere into a normalised list.
fn merge_interval(intervals: &mut Vec<Interval>, new: Interval) {
    let start = intervals.partition_point(|i| i.last.saturating_add(1) < new.first);
    let end = intervals.partition_point(|i| i.first <= new.last.saturating_add(1));
    let touched = intervals.get(start..end).unwrap_or_default();
    let merged = touched
        .iter()
        .fold(new, |sum, i| Interval { first: sum.first.min(i.first), last: sum.last.max(i.last) });
    intervals.splice(start..end.max(start), [merged]);
}

/// What is left of `mine` without `theirs`; both normalised, so one pass does.
fn subtract_intervals(mine: &[Interval], theirs: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    let mut cuts = theirs.iter().peekable();
    for interval in mine {
        let mut first = interval.first;
        while cuts.peek().is_some_and(|cut| cut.last < first) {
            cuts.next();
        }
        let mut rest_is_gone = false;
        while let Some(cut) = cuts.peek().filter(|cut| cut.first <= interval.last) {
            if cut.first > first {
                left.push(Interval { first, last: cut.first.saturating_sub(1) });
            }
            if cut.last >= interval.last {
                rest_is_gone = true;
                break;
            }
            first = cut.last.saturating_add(1);
            cuts.next();
        }
        if !rest_is_gone {
            left.push(Interval { first, last: interval.last });
        }
    }
    left
}

pub(crate) fn parse_number(text: &str) -> Result<u64, GtidParseError> {
    let trimmed = text.trim();
    let digits = !trimmed.is_empty() && trimmed.bytes().all(|c| c.is_ascii_digit());
    let number = trimmed.parse::<u64>().ok().filter(|n| digits && (1..=GTID_NUMBER_MAX).contains(n));
    number.ok_or_else(|| GtidParseError::new("a number that is none", text))
}

fn parse_interval(text: &str) -> Result<Option<Interval>, GtidParseError> {
    let Some((first, last)) = text.split_once('-') else {
        let number = parse_number(text)?;
        return Ok(Some(Interval { first: number, last: number }));
    };
    let (first, last) = (parse_number(first)?, parse_number(last)?);
    // The server reads "5-3" as an empty interval; so do we.
    Ok((first <= last).then_some(Interval { first, last }))
}

impl FromStr for GtidSet {
    type Err = GtidParseError;

    /// Reads the server's text: `uuid:interval[:interval]…[:tag:interval…]`, of MariaDB `domain-server-number`, joined by
    /// commas; white space and line ends (as `SHOW` prints them) are allowed, an empty text is the empty set.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut set = Self::new();
        for group in text.split(',').map(str::trim).filter(|group| !group.is_empty()) {
            if let Ok(gtid) = group.parse::<MariaDbGtid>() {
                set.domains.insert(gtid);
                continue;
            }
            let mut parts = group.split(':').map(str::trim);
            let source = parts.next().unwrap_or_default().parse()?;
            let mut tag = Tag::NONE;
            let mut found_interval = false;
            for part in parts {
                if part.bytes().next().is_some_and(|c| c.is_ascii_digit()) {
                    found_interval = true;
                    if let Some(interval) = parse_interval(part)? {
                        set.insert_interval(source, &tag, interval);
                    }
                } else {
                    tag = Tag::new(part)?;
                    found_interval = false;
                }
            }
            if !found_interval {
                return Err(GtidParseError::new("no numbers", group));
            }
        }
        Ok(set)
    }
}

impl fmt::Display for GtidSet {
    /// The server's normal form on one line, without spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut previous: Option<ServerUuid> = None;
        for ((source, tag), intervals) in &self.groups {
            if previous != Some(*source) {
                if previous.is_some() {
                    f.write_str(",")?;
                }
                write!(f, "{source}")?;
                previous = Some(*source);
            }
            if !tag.is_none() {
                write!(f, ":{tag}")?;
            }
            for interval in intervals {
                if interval.first == interval.last {
                    write!(f, ":{}", interval.first)?;
                } else {
                    write!(f, ":{}-{}", interval.first, interval.last)?;
                }
            }
        }
        if previous.is_some() && !self.domains.is_empty() {
            f.write_str(",")?;
        }
        fmt::Display::fmt(&self.domains, f)
    }
}

impl fmt::Debug for GtidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for GtidSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for GtidSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "gtid_set_tests.rs"]
mod tests;
