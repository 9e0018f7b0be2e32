//! What the log has between the position that is read and the time at which the server was asked.

use std::collections::{HashMap, HashSet};

use becauselog_ddl::{Mode, Statement, TableBody, parse};
use becauselog_model::TableName;

use crate::ddl::{Affected, affected};

/// A statement of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterStatement {
    /// Its default database.
    pub database: String,
    /// Its text.
    pub sql: String,
}

/// Which tables statements touch, and how each is touched first.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    tables: HashMap<TableName, Touch>,
    databases: HashSet<String>,
    everything: bool,
}

/// How a table is touched first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is made, or another becomes it: before that there was none of its name.
    Made,
    /// It is changed, or may be.
    Changed,
}

impl Ahead {
    /// By the statements in their order.
    pub fn of<'s>(statements: impl IntoIterator<Item = &'s LaterStatement>) -> Self {
        let mut ahead = Self::default();
        statements.into_iter().for_each(|statement| ahead.take(statement));
        ahead
    }

    fn take(&mut self, statement: &LaterStatement) {
        let LaterStatement { database, sql } = statement;
        match affected(database, sql.as_bytes()) {
            Affected::Nothing => {}
            Affected::Tables(names) => {
                let made = made(database, sql);
                for name in names {
                    let touch = if made.contains(&name) { Touch::Made } else { Touch::Changed };
                    self.tables.entry(name).or_insert(touch);
                }
            }
            Affected::Database(database) => drop(self.databases.insert(database)),
            Affected::Everything => self.everything = true,
        }
    }

    /// How a table is touched first; nothing if it is not.
    #[must_use]
    pub fn touch(&self, name: &TableName) -> Option<Touch> {
        let all = self.everything || self.databases.contains(&*name.database);
        self.tables.get(name).copied().or(all.then_some(Touch::Changed))
    }

    /// Whether a statement is about a database as a whole.
    #[must_use]
    pub fn touches_database(&self, name: &str) -> bool {
        self.everything || self.databases.contains(name)
    }

    /// All tables that are named.
    pub fn touched(&self) -> impl Iterator<Item = (&TableName, Touch)> {
        self.tables.iter().map(|(name, touch)| (name, *touch))
    }
}

/// The tables that a statement makes, so that there were none of their names before.
fn made(database: &str, sql: &str) -> Vec<TableName> {
    let name = |table: &becauselog_ddl::TableRef| {
        TableName::new(table.database.as_deref().unwrap_or(database), &table.table)
    };
    match parse(sql, Mode::default()) {
        Statement::CreateTable(create)
            if !create.if_not_exists && !create.or_replace && !matches!(create.body, TableBody::Like(_)) =>
        {
            vec![name(&create.table)]
        }
        // A name that a table of the statement had before is not free.
        Statement::RenameTable(renames) => {
            let freed: Vec<_> = renames.iter().map(|rename| name(&rename.from)).collect();
            renames.iter().map(|rename| name(&rename.to)).filter(|to| !freed.contains(to)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_touch_of_each_table_counts() {
        let statement = |sql: &str| LaterStatement { database: "d".into(), sql: sql.into() };
        let statements = [
            "CREATE TABLE a (x INT)",
            "ALTER TABLE a ADD y INT",
            "ALTER TABLE b ADD y INT",
            "DROP TABLE b",
            "RENAME TABLE c TO old, new TO c",
            "CREATE TABLE IF NOT EXISTS e (x INT)",
        ];
        let statements: Vec<_> = statements.into_iter().map(statement).collect();
        let ahead = Ahead::of(&statements);
        let touch = |table: &str| ahead.touch(&TableName::new("d", table));
        assert_eq!(touch("a"), Some(Touch::Made));
        assert_eq!(
            (touch("b"), touch("c"), touch("e")),
            (Some(Touch::Changed), Some(Touch::Changed), Some(Touch::Changed))
        );
        assert_eq!((touch("old"), touch("new")), (Some(Touch::Made), Some(Touch::Changed)));
        assert_eq!(touch("f"), None);
        let all = Ahead::of(&[statement("DROP DATABASE d")]);
        assert_eq!(all.touch(&TableName::new("d", "a")), Some(Touch::Changed));
    }
}
