//! Maxwell's filter language: which tables and rows pass.
//!
//! `exclude: *.*, include: shop./^order/, exclude: shop.orders.kind=test`: rules in order, the last that fits decides, and
//! what no rule fits passes. Patterns are `*`, names, quoted names, or regular expressions between slashes, which are
//! searched, not anchored; case counts. A rule with a column fits rows that have the column with such a value.

mod parse;
mod rows;
mod words;

use becauselog_model::TableName;
use regex::Regex;
use thiserror::Error;

pub use self::rows::RowFilter;
pub(super) use self::rows::java_text;

/// Rules in order.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    rules: Vec<Rule>,
}

/// A filter that cannot be read.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("at character {at} of the filter: {what}")]
pub struct FilterError {
    /// The character, from 1.
    pub at: usize,
    /// What is wrong, and what to write.
    pub what: String,
}

/// What a filter says of a table before its rows are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All of its rows pass.
    All,
    /// None passes.
    None,
    /// It depends on the row: ask [`RowFilter::passes`].
    Some,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Include,
    Exclude,
    Blacklist,
}

#[derive(Debug, Clone)]
struct Rule {
    effect: Effect,
    database: Pattern,
    table: Pattern,
    column: Option<ColumnRule>,
}

#[derive(Debug, Clone)]
struct ColumnRule {
    name: String,
    value: ValuePattern,
}

#[derive(Debug, Clone)]
enum Pattern {
    /// `*`
    Anything,
    Like(Regex),
}

#[derive(Debug, Clone)]
enum ValuePattern {
    /// The word `null`: SQL NULL, or a text `null` or `NULL`.
    Null,
    /// `*`: any value, NULL too.
    Anything,
    Like(Regex),
}

impl Pattern {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Like(regex) => regex.is_match(text),
        }
    }
}

impl Rule {
    /// `table`: nothing for a database as a whole, which every pattern of tables fits.
    fn fits(&self, database: &str, table: Option<&str>) -> bool {
        self.database.fits(database) && table.is_none_or(|table| self.table.fits(table))
    }
}

impl Filter {
    /// Reads a filter. `compile` makes a regular expression of one in Java's dialect.
    ///
    /// # Errors
    /// The first place that cannot be read.
    pub fn parse(text: &str, compile: impl Fn(&str) -> Result<Regex, String>) -> Result<Self, FilterError> {
        Ok(Self { rules: parse::rules(text, &compile)? })
    }

    /// Adds another filter's rules behind these.
    pub fn extend(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }

    /// What is known of a table's rows. `columns`: the names of its columns.
    pub fn verdict<'c>(&self, table: &TableName, columns: impl IntoIterator<Item = &'c str>) -> Verdict {
        let columns: Vec<&str> = columns.into_iter().collect();
        let (mut include, mut open) = (true, false);
        for rule in self.rules.iter().filter(|rule| rule.fits(&table.database, Some(&table.table))) {
            match &rule.column {
                None => (include, open) = (rule.effect == Effect::Include, false),
                Some(column) => open |= columns.contains(&column.name.as_str()),
            }
        }
        match (open, include) {
            (true, _) => Verdict::Some,
            (false, true) => Verdict::All,
            (false, false) => Verdict::None,
        }
    }

    /// Whether any row of a table may pass, whatever its columns are.
    #[must_use]
    pub fn may_pass(&self, table: &TableName) -> bool {
        let fits = |rule: &Rule| rule.fits(&table.database, Some(&table.table));
        let by_value = |rule: &Rule| rule.column.is_some() && rule.effect == Effect::Include && fits(rule);
        self.passes(&table.database, Some(&table.table)) || self.rules.iter().any(by_value)
    }

    /// Whether messages about a table's shape pass; without a table, about a database. Rules with columns do not count.
    #[must_use]
    pub fn passes(&self, database: &str, table: Option<&str>) -> bool {
        let rules = self.rules.iter().rev();
        let mut rules = rules.filter(|rule| rule.column.is_none() && rule.fits(database, table));
        rules.next().is_none_or(|rule| rule.effect == Effect::Include)
    }

    /// Whether the shapes of a table are not followed either.
    #[must_use]
    pub fn blacklists(&self, database: &str, table: &str) -> bool {
        let rules = self.rules.iter().filter(|rule| rule.effect == Effect::Blacklist);
        rules.filter(|rule| rule.column.is_none()).any(|rule| rule.fits(database, Some(table)))
    }

    /// Whether any rule looks at values.
    #[must_use]
    pub fn looks_at_values(&self) -> bool {
        self.rules.iter().any(|rule| rule.column.is_some())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn filter(text: &str) -> Filter {
        Filter::parse(text, |regex| Regex::new(regex).map_err(|error| error.to_string())).unwrap()
    }

    fn verdict(text: &str, table: &str) -> Verdict {
        filter(text).verdict(&TableName::new("shop", table), ["id", "kind"])
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        assert_eq!(verdict("", "orders"), Verdict::All);
        assert_eq!(verdict("exclude: *.*, include: shop.orders", "orders"), Verdict::All);
        assert_eq!(verdict("include: shop.orders, exclude: *.*", "orders"), Verdict::None);
        assert_eq!(verdict("exclude: shop.Orders", "orders"), Verdict::All);
        assert_eq!(verdict("exclude: shop./rder/", "orders"), Verdict::None);
        assert_eq!(verdict("blacklist: `shop`.'orders'", "orders"), Verdict::None);
        assert_eq!(verdict("exclude: shop.*.kind = a include:x.y", "orders"), Verdict::Some);
        assert_eq!(verdict("exclude: shop.*.other=a", "orders"), Verdict::All);
        assert!(filter("exclude: *.*, include: shop.*").passes("shop", None));
        assert!(filter("blacklist: shop.o").blacklists("shop", "o"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let error = |text: &str| {
            Filter::parse(text, |regex| Regex::new(regex).map_err(|error| error.to_string())).unwrap_err()
        };
        assert_eq!(error("exclude shop.*").at, 9);
        assert_eq!(error("drop: a.b").at, 1);
        assert_eq!(error("exclude: a").at, 11);
        assert_eq!(error("exclude: a./b").at, 12);
        assert_eq!(error("exclude: a.my-table").at, 14);
        assert_eq!(error("exclude: a.b.c=1.5").at, 17);
    }
}
