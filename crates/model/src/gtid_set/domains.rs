//! MariaDB's positions: in each domain the GTID that was seen last.

use std::{collections::BTreeMap, fmt};

use crate::gtid::MariaDbGtid;

/// What was seen of each domain. MariaDB has no sets: a position is the last GTID of each domain, and all before it in the
/// log belongs to it.
///
/// The last number of each server is kept as well, as in `@@gtid_binlog_state`: where `gtid_strict_mode` is off, numbers
/// of a domain may go back when another server writes, but each server's own rise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Domains(BTreeMap<u32, Domain>);

/// One domain's position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Domain {
    /// The server whose GTID was seen last.
    last: u32,
    /// The last number of each server.
    servers: BTreeMap<u32, u64>,
}

impl Domain {
    fn position(&self, domain: u32) -> MariaDbGtid {
        let number = self.servers.get(&self.last).copied().unwrap_or_default();
        MariaDbGtid { domain, server_id: self.last, number }
    }

    fn see(&mut self, server_id: u32, number: u64) {
        let seen = self.servers.entry(server_id).or_default();
        *seen = number.max(*seen);
        self.last = server_id;
    }
}

impl Domains {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes note of a GTID that comes after all that was seen.
    pub(super) fn insert(&mut self, gtid: MariaDbGtid) {
        self.0.entry(gtid.domain).or_default().see(gtid.server_id, gtid.number);
    }

    /// Whether this very GTID was seen: its server has one with this number or a later one in the domain.
    pub(super) fn contains(&self, gtid: MariaDbGtid) -> bool {
        let servers = self.0.get(&gtid.domain).map(|domain| &domain.servers);
        servers.and_then(|servers| servers.get(&gtid.server_id)).is_some_and(|last| gtid.number <= *last)
    }

    /// Whether a GTID is not behind the position: by its server's last number, of a server that is not known by the
    /// domain's.
    pub(super) fn covers(&self, gtid: MariaDbGtid) -> bool {
        let Some(domain) = self.0.get(&gtid.domain) else { return false };
        let last = domain.servers.get(&gtid.server_id).copied();
        gtid.number <= last.unwrap_or_else(|| domain.position(gtid.domain).number)
    }

    /// Takes note of all that comes after what was seen.
    pub(super) fn extend(&mut self, other: &Self) {
        for (number, domain) in &other.0 {
            let mine = self.0.entry(*number).or_default();
            for (server_id, last) in &domain.servers {
                mine.see(*server_id, *last);
            }
            mine.last = domain.last;
        }
    }

    /// The domains whose position `other` has not reached.
    pub(super) fn subtract(&self, other: &Self) -> Self {
        let left = self.0.iter().filter(|(number, domain)| !other.covers(domain.position(**number)));
        Self(left.map(|(number, domain)| (*number, domain.clone())).collect())
    }

    /// The domains whose position is still to come for who has seen `other`. Where a domain has several servers, as a server
    /// tells its own state, numbers may go back: only the very GTID counts.
    pub(super) fn unreached(&self, other: &Self) -> Self {
        let is_reached = |number: u32, domain: &Domain| match domain.servers.len() {
            0 | 1 => other.covers(domain.position(number)),
            _ => other.contains(domain.position(number)),
        };
        let left = self.0.iter().filter(|(number, domain)| !is_reached(**number, domain));
        Self(left.map(|(number, domain)| (*number, domain.clone())).collect())
    }

    /// The last GTID of each domain.
    pub(super) fn positions(&self) -> impl Iterator<Item = MariaDbGtid> {
        self.0.iter().map(|(number, domain)| domain.position(*number))
    }

    /// The last GTID of each server in each domain, the domain's last one last.
    fn all(&self) -> impl Iterator<Item = MariaDbGtid> {
        self.0.iter().flat_map(|(number, domain)| {
            let others = domain.servers.iter().filter(|(server_id, _)| **server_id != domain.last);
            let others = others.map(|(server_id, last)| MariaDbGtid {
                domain: *number,
                server_id: *server_id,
                number: *last,
            });
            others.chain([domain.position(*number)])
        })
    }
}

impl fmt::Display for Domains {
    /// As `@@gtid_binlog_state`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, gtid) in self.all().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{gtid}")?;
        }
        Ok(())
    }
}
