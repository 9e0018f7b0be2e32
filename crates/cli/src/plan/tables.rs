//! Which tables are wanted: lists of regular expressions, compiled.

use becauselog_schema::UnknownShape;
use regex::{RegexSet, RegexSetBuilder};

/// Databases that belong to the server itself.
pub const BUILTIN_DATABASES: [&str; 4] = ["mysql", "performance_schema", "sys", "information_schema"];

/// A compiled choice of tables. Patterns are anchored at both ends and ignore case.
#[derive(Debug, Clone)]
pub struct TableFilter {
    databases: Choice,
    tables: Choice,
    ordinal: RegexSet,
    ignore_builtin: bool,
}

/// One pair of lists.
#[derive(Debug, Clone)]
struct Choice {
    include: RegexSet,
    exclude: RegexSet,
}

/// The lists as text.
#[derive(Debug, Clone, Default)]
pub struct TableLists {
    /// Patterns over `database`.
    pub include_databases: Vec<String>,
    /// Patterns over `database`.
    pub exclude_databases: Vec<String>,
    /// Patterns over `database.table`.
    pub include: Vec<String>,
    /// Patterns over `database.table`.
    pub exclude: Vec<String>,
    /// Patterns over `database.table`: columns may be called by their places.
    pub ordinal_names: Vec<String>,
    /// Whether the server's own databases are left out.
    pub ignore_builtin: bool,
}

impl TableFilter {
    /// Compiles the lists. An empty list of inclusions means all.
    ///
    /// # Errors
    /// The first pattern that is no regular expression, with what is wrong.
    pub fn new(lists: &TableLists) -> Result<Self, String> {
        Ok(Self {
            databases: Choice::new(&lists.include_databases, &lists.exclude_databases)?,
            tables: Choice::new(&lists.include, &lists.exclude)?,
            ordinal: compile(&lists.ordinal_names)?,
            ignore_builtin: lists.ignore_builtin,
        })
    }

    /// What is done with rows of a table whose columns' names cannot be known.
    pub fn unknown_shape(&self, database: &str, table: &str) -> UnknownShape {
        if self.ordinal.is_match(&format!("{database}.{table}")) {
            UnknownShape::Ordinal
        } else {
            UnknownShape::Stop
        }
    }

    /// Whether a database may have tables that are wanted.
    pub fn wants_database(&self, database: &str) -> bool {
        let builtin =
            self.ignore_builtin && BUILTIN_DATABASES.iter().any(|b| b.eq_ignore_ascii_case(database));
        !builtin && self.databases.takes(database)
    }

    /// Whether changes of a table are wanted.
    pub fn wants(&self, database: &str, table: &str) -> bool {
        if self.ignore_builtin && BUILTIN_DATABASES.iter().any(|b| b.eq_ignore_ascii_case(database)) {
            return false;
        }
        self.databases.takes(database) && self.tables.takes(&format!("{database}.{table}"))
    }

    /// The inclusions that match none of these tables, for warnings.
    pub fn unmatched(&self, tables: &[(String, String)]) -> Vec<&str> {
        let full: Vec<String> =
            tables.iter().map(|(database, table)| format!("{database}.{table}")).collect();
        let databases: Vec<&str> = tables.iter().map(|(database, _)| database.as_str()).collect();
        let mut out = self.databases.unmatched(databases.iter().copied());
        out.extend(self.tables.unmatched(full.iter().map(String::as_str)));
        out
    }
}

impl Choice {
    fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        Ok(Self { include: compile(include)?, exclude: compile(exclude)? })
    }

    fn takes(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(name)) && !self.exclude.is_match(name)
    }

    fn unmatched<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<&str> {
        let mut hit = vec![false; self.include.len()];
        for name in names {
            for at in self.include.matches(name) {
                if let Some(hit) = hit.get_mut(at) {
                    *hit = true;
                }
            }
        }
        let patterns = self.include.patterns().iter().zip(hit);
        patterns.filter(|(_, hit)| !hit).map(|(pattern, _)| plain(pattern)).collect()
    }
}

const BEFORE: &str = "^(?:";
const AFTER: &str = ")$";

/// The pattern as the user wrote it.
fn plain(anchored: &str) -> &str {
    anchored.strip_prefix(BEFORE).and_then(|text| text.strip_suffix(AFTER)).unwrap_or(anchored)
}

/// Patterns over whole names in any case.
pub fn compile(patterns: &[String]) -> Result<RegexSet, String> {
    for pattern in patterns {
        // Alone first: `a)|(b` would be accepted between our own parentheses.
        regex::Regex::new(pattern).map_err(|error| format!("the pattern {pattern:?}: {error}"))?;
    }
    let anchored = patterns.iter().map(|pattern| format!("{BEFORE}{pattern}{AFTER}"));
    RegexSetBuilder::new(anchored).case_insensitive(true).build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lists(include: &[&str], exclude: &[&str]) -> TableLists {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        TableLists {
            include: owned(include),
            exclude: owned(exclude),
            ignore_builtin: true,
            ..TableLists::default()
        }
    }

    #[test]
    fn patterns_match_whole_names_and_ignore_case() {
        let filter = TableFilter::new(&lists(&["shop\\.orders", "shop.cust.*"], &["shop.custom"])).unwrap();
        assert!(filter.wants("shop", "orders") && filter.wants("SHOP", "Orders"));
        assert!(filter.wants("shop", "customers") && !filter.wants("shop", "custom"));
        assert!(!filter.wants("shop", "orders_old") && !filter.wants("myshop", "orders"));
    }

    #[test]
    fn the_servers_own_databases_are_left_out() {
        let all = TableFilter::new(&lists(&[], &[])).unwrap();
        assert!(all.wants("shop", "t") && !all.wants("mysql", "user") && !all.wants("SYS", "x"));
        let open = TableFilter::new(&TableLists { ignore_builtin: false, ..lists(&[], &[]) }).unwrap();
        assert!(open.wants("mysql", "user"));
    }

    #[test]
    fn databases_and_tables_must_both_take_it() {
        let both = TableLists { include_databases: vec!["shop".into()], ..lists(&[".*\\.orders"], &[]) };
        let filter = TableFilter::new(&both).unwrap();
        assert!(filter.wants("shop", "orders"));
        assert!(!filter.wants("other", "orders") && !filter.wants("shop", "stock"));
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_found() {
        let filter = TableFilter::new(&lists(&["shop.a", "shop.b"], &[])).unwrap();
        assert_eq!(filter.unmatched(&[("shop".into(), "a".into())]), ["shop.b"]);
    }

    #[test]
    fn a_pattern_that_breaks_out_of_its_parentheses_is_refused() {
        assert!(TableFilter::new(&lists(&["a)|(b"], &[])).is_err());
    }
}
