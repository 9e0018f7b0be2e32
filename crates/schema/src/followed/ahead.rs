//! What the log has between the position that is read and the time at which the server was asked.

use std::collections::{HashMap, HashSet};

use becauselog_ddl::{AlterSpec, Mode, Statement, TableBody, TableOption, parse};
use becauselog_model::TableName;

use crate::{
    ddl::{Affected, affected},
    dictionary::{Dictionary, Session, TableDefinition},
};

/// A statement of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterStatement {
    /// Its default database.
    pub database: String,
    /// Its text.
    pub sql: String,
}

/// Which tables statements touch, and how each is touched first. Case does not count: servers that fold names log statements as they
/// were written, and a table too many costs a question only.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    tables: HashMap<TableName, Touched>,
    databases: HashSet<String>,
    everything: bool,
}

/// What statements do with a table.
#[derive(Debug, Clone)]
struct Touched {
    /// The table's name as it was written.
    name: TableName,
    first: Touch,
    /// Statements, as long as the first may have made it and none loses what was before.
    since: Vec<LaterStatement>,
    /// None of them says anything of a table that is there.
    is_only_made: bool,
}

/// How a table is touched first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is made if it is not there (`IF NOT EXISTS`).
    MayBeMade,
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
                let (if_missing, loses) = about(sql);
                for name in names {
                    let touch = match made.contains(&name) {
                        true => Touch::Made,
                        false if if_missing => Touch::MayBeMade,
                        false => Touch::Changed,
                    };
                    self.touch_by(name, touch, loses, statement);
                }
            }
            Affected::Database(database) => drop(self.databases.insert(database.to_lowercase())),
            Affected::Everything => self.everything = true,
        }
    }

    fn touch_by(&mut self, name: TableName, touch: Touch, loses: bool, statement: &LaterStatement) {
        let key = folded(&name);
        let new = || Touched { name, first: touch, since: Vec::new(), is_only_made: true };
        let touched = self.tables.entry(key).or_insert_with(new);
        touched.is_only_made &= touch == Touch::MayBeMade;
        if touched.first == Touch::MayBeMade {
            if loses {
                touched.first = Touch::Changed;
                touched.since.clear();
            } else {
                touched.since.push(statement.clone());
            }
        }
    }

    /// How a table is touched first; nothing if it is not: one that is only made if it is not there stays as it is.
    #[must_use]
    pub fn touch(&self, name: &TableName) -> Option<Touch> {
        let all = self.touches_database(&name.database);
        let touched = self
            .tables
            .get(&folded(name))
            .filter(|touched| !touched.is_only_made || touched.first == Touch::Made);
        touched.map(|touched| touched.first).or(all.then_some(Touch::Changed))
    }

    /// Whether the statements alone make a table what it is now, from nothing on: then there was none before, or it was the same.
    pub fn makes(&self, table: &TableDefinition, mut without_tables: Dictionary) -> bool {
        let Some(touched) =
            self.tables.get(&folded(&table.name)).filter(|touched| touched.first == Touch::MayBeMade)
        else {
            return false;
        };
        for LaterStatement { database, sql } in &touched.since {
            without_tables.apply(&Session { database, ..Session::default() }, sql);
        }
        without_tables
            .table(&table.name)
            .is_some_and(|made| made.columns == table.columns && made.key() == table.key())
    }

    /// Whether a statement is about a database as a whole.
    #[must_use]
    pub fn touches_database(&self, name: &str) -> bool {
        self.everything || self.databases.contains(&name.to_lowercase())
    }

    /// All tables that are named.
    pub fn touched(&self) -> impl Iterator<Item = (&TableName, Touch)> {
        self.tables.values().filter_map(|touched| Some((&touched.name, self.touch(&touched.name)?)))
    }
}

fn folded(name: &TableName) -> TableName {
    TableName::new(&name.database.to_lowercase(), &name.table.to_lowercase())
}

/// Whether a statement makes a table only if it is not there; and whether it may lose what a table was before, so that two tables
/// that differed are the same behind it.
fn about(sql: &str) -> (bool, bool) {
    match parse(sql, Mode::default()) {
        Statement::CreateTable(create) => (create.if_not_exists && !create.or_replace, false),
        Statement::AlterTable(alter) => (false, alter.specs.iter().any(loses)),
        Statement::CreateIndex { .. } => (false, false),
        _ => (false, true),
    }
}

fn loses(spec: &AlterSpec<'_>) -> bool {
    !matches!(
        spec,
        AlterSpec::AddColumn { if_not_exists: false, .. }
            | AlterSpec::AddColumns(_)
            | AlterSpec::AddIndex(_)
            | AlterSpec::AddPrimaryKey(_)
            | AlterSpec::RenameColumn { .. }
            | AlterSpec::AlterDefault { .. }
            | AlterSpec::Option(TableOption::Comment(_) | TableOption::Other(_))
    )
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
        assert_eq!((touch("b"), touch("c"), touch("e")), (Some(Touch::Changed), Some(Touch::Changed), None));
        assert_eq!((touch("old"), touch("new")), (Some(Touch::Made), Some(Touch::Changed)));
        assert_eq!((touch("f"), touch("B")), (None, Some(Touch::Changed)));
        let all = Ahead::of(&[statement("DROP DATABASE d")]);
        assert_eq!(all.touch(&TableName::new("d", "a")), Some(Touch::Changed));
    }
}
