//! Statements one by one.

use std::sync::Arc;

use becauselog_ddl::{IndexKind, Mode, Rename, Statement, TableRef, parse_with_text, single_quoted};
use becauselog_model::TableName;

use super::{ChangeKind, DeclaredTables, SchemaChange, create::charset, filter::passes_over};
use crate::debezium::java_set;

impl DeclaredTables {
    /// Follows a statement in a session with this default database, and tells what the peer tells of it, in order.
    pub fn apply(&mut self, database: &str, sql: &str, mode: Mode) -> Vec<SchemaChange> {
        let sql = sql.trim();
        if passes_over(sql) {
            return Vec::new();
        }
        let normalized = single_quoted(sql, mode);
        let (statement, mut text) = parse_with_text(&normalized, mode);
        self.version = self.version.saturating_add(1);
        let found = match statement {
            Statement::CreateTable(create) if !create.temporary => {
                let made = self.create(database, &create);
                made.map(|table| (table.name.clone(), ChangeKind::Create(table))).into_iter().collect()
            }
            Statement::AlterTable(alter) => {
                let altered = self.alter(database, &alter);
                altered.map(|table| (table.name.clone(), ChangeKind::Alter(table))).into_iter().collect()
            }
            Statement::CreateIndex { table, index, .. } if index.kind == IndexKind::Unique => {
                text = without_verb(text);
                self.unique_index(database, &table, &index.columns())
            }
            Statement::TruncateTable(table) => {
                let name = self.name(database, &table);
                vec![(name.clone(), ChangeKind::Truncate(name))]
            }
            Statement::RenameTable(renames) => return self.rename(database, sql, text, &renames),
            Statement::DropTable { temporary: false, tables, .. } => {
                return self.drop_tables(database, text, &tables);
            }
            Statement::CreateDatabase { name, options, .. } => {
                let charset = options.iter().find_map(charset).unwrap_or_else(|| self.server_charset.clone());
                self.databases.insert(name.clone(), charset);
                return vec![of_database(name, text)];
            }
            Statement::AlterDatabase { name, options } => {
                let name = name.unwrap_or_else(|| database.to_owned());
                if let Some(charset) = options.iter().find_map(charset) {
                    self.databases.insert(name, charset);
                }
                Vec::new()
            }
            Statement::DropDatabase { name, .. } => {
                self.databases.remove(&name);
                self.tables.retain(|table, _| *table.database != *name);
                return vec![of_database(name, text)];
            }
            _ => Vec::new(),
        };
        let told: Vec<_> = found.into_iter().map(|(name, kind)| (name, kind, text.to_owned())).collect();
        if told.is_empty() { vec![nothing(database, sql)] } else { by_database(told) }
    }

    fn unique_index(
        &mut self,
        database: &str,
        table: &TableRef,
        columns: &[String],
    ) -> Vec<(TableName, ChangeKind)> {
        let name = self.name(database, table);
        let Some(table) = self.tables.get(&name) else { return Vec::new() };
        let mut table = (**table).clone();
        if !table.offer_index(columns) {
            return Vec::new();
        }
        let table = self.put(table);
        vec![(name, ChangeKind::Alter(table))]
    }

    fn rename(&mut self, database: &str, sql: &str, text: &str, renames: &[Rename<'_>]) -> Vec<SchemaChange> {
        // What stands before the first of them stands before each.
        let first = renames.first().and_then(|rename| text.find(rename.text)).unwrap_or(0);
        let prefix = text.get(..first).unwrap_or_default();
        let mut renamed = Vec::new();
        for rename in renames {
            let (from, to) = (self.name(database, &rename.from), self.name(database, &rename.to));
            let Some(table) = self.tables.remove(&from) else { continue };
            let mut table = (*table).clone();
            table.name = to.clone();
            self.put(table);
            renamed.push((to, format!("{prefix}{}", rename.text)));
        }
        if renamed.is_empty() {
            return vec![nothing(database, sql)];
        }
        // What is told of each is how it is after all of them: a name in between has no table any more.
        let told = renamed.into_iter().map(|(name, statement)| {
            let kind = self
                .tables
                .get(&name)
                .map_or(ChangeKind::Nothing, |table| ChangeKind::Alter(Arc::clone(table)));
            (name, kind, statement)
        });
        by_database(told.collect())
    }

    fn drop_tables(&mut self, database: &str, text: &str, tables: &[TableRef]) -> Vec<SchemaChange> {
        let prefix = drop_prefix(text);
        let told = tables.iter().map(|table| {
            let name = self.name(database, table);
            self.tables.remove(&name);
            let quoted = |part: &str| format!("`{}`", part.replace('`', "``"));
            let statement = format!("{prefix}{}.{}", quoted(&name.database), quoted(&name.table));
            (name.clone(), ChangeKind::Drop(name), statement)
        });
        by_database(told.collect())
    }
}

/// What the peer tells of `CREATE UNIQUE INDEX`: all but the first word.
fn without_verb(text: &str) -> &str {
    text.split_once(char::is_whitespace).map_or(text, |(_, rest)| rest.trim_start())
}

/// `DROP TABLE [IF EXISTS] ` as written, up to the first table's name.
fn drop_prefix(text: &str) -> &str {
    let mut at = 0usize;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim().to_ascii_uppercase();
        if !matches!(bare.as_str(), "" | "DROP" | "TABLE" | "TABLES" | "IF" | "EXISTS") {
            break;
        }
        at = at.saturating_add(word.len());
    }
    text.get(..at).unwrap_or_default()
}

/// What no table changed by.
fn nothing(database: &str, sql: &str) -> SchemaChange {
    SchemaChange {
        database: database.to_owned(),
        source_tables: Some(String::new()),
        statement: sql.to_owned(),
        kind: ChangeKind::Nothing,
    }
}

fn of_database(database: String, text: &str) -> SchemaChange {
    SchemaChange { database, source_tables: None, statement: text.to_owned(), kind: ChangeKind::Database }
}

/// The changes with what the source of each names: all tables of its database, in the order of a Java set.
fn by_database(told: Vec<(TableName, ChangeKind, String)>) -> Vec<SchemaChange> {
    let mut databases: Vec<&str> = Vec::new();
    for (name, ..) in &told {
        if !databases.contains(&&*name.database) {
            databases.push(&name.database);
        }
    }
    let named = |database: &str| {
        let ids = told
            .iter()
            .filter(|(name, ..)| &*name.database == database)
            .map(|(name, ..)| (name.to_string(), &*name.table));
        java_set::ordered(ids.collect()).join(",")
    };
    let names: Vec<(String, String)> =
        databases.into_iter().map(|database| (database.to_owned(), named(database))).collect();
    let mut changes = Vec::with_capacity(told.len());
    for (database, tables) in names {
        for (_, kind, statement) in told.iter().filter(|(name, ..)| *name.database == *database) {
            changes.push(SchemaChange {
                database: database.clone(),
                source_tables: Some(tables.clone()),
                statement: statement.clone(),
                kind: kind.clone(),
            });
        }
    }
    changes
}
