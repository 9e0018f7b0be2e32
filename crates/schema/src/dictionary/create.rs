//! `CREATE TABLE`.

use std::sync::Arc;

use becauselog_ddl::{CreateTable, Item, TableBody, TableOption, meaning};
use becauselog_model::TableName;

use super::{
    Dictionary, Known,
    charset::{Collation, charset_name},
    column::defined,
    data_type::Context,
    definition::{ColumnDefinition, Period, TableDefinition},
    outcome::{Doubt, Outcome},
    session::Session,
};

impl Dictionary {
    pub(super) fn create_table(&mut self, session: &Session<'_>, create: &CreateTable<'_>) -> Outcome {
        let name = self.name(session, &create.table);
        if create.temporary {
            self.temporary.insert((session.thread_id, name));
            return Outcome::NOTHING;
        }
        match self.known(&name) {
            Some(Known::Table(_)) if create.if_not_exists && !create.or_replace => return Outcome::NOTHING,
            Some(Known::Doubtful(_)) if create.if_not_exists && !create.or_replace => {
                return Outcome::tables(vec![name]);
            }
            _ => {}
        }
        let made = self.made(session, &name, create);
        self.settle(name, made)
    }

    /// Keeps what became of a table.
    pub(super) fn settle(&mut self, name: TableName, made: Result<TableDefinition, Doubt>) -> Outcome {
        let (known, doubt) = match made {
            Ok(table) => (Known::Table(table.into()), None),
            Err(doubt) => (Known::Doubtful(doubt.clone()), Some(doubt)),
        };
        self.set(name.clone(), known);
        Outcome { doubt, ..Outcome::tables(vec![name]) }
    }

    fn made(
        &self,
        session: &Session<'_>,
        name: &TableName,
        create: &CreateTable<'_>,
    ) -> Result<TableDefinition, Doubt> {
        match &create.body {
            TableBody::Like(like) => match self.table(&self.name(session, like)) {
                Some(table) => Ok(TableDefinition { name: name.clone(), ..(**table).clone() }),
                None => Err(Doubt::new("it is made like a table that is not known")),
            },
            TableBody::Definition { selects: true, .. } => Err(Doubt::new("a query gives it columns")),
            TableBody::Definition { items, options, .. } => {
                let database = self.database_collation(session, &name.database);
                let collation = self.collation(session, options, &database);
                let options_say_none = collation.is_none();
                let mut table = TableDefinition {
                    name: name.clone(),
                    collation: collation.unwrap_or(database),
                    columns: Vec::with_capacity(items.len()),
                    primary_key: Vec::new(),
                    indexes: Vec::new(),
                    period: match options.contains(&TableOption::SystemVersioning) {
                        true => Period::Hidden,
                        false => Period::None,
                    },
                    by_mariadb: self.server.is_mariadb(),
                };
                self.fill(session, &mut table, items)?;
                if options_say_none && self.is_assumed(session, &table) {
                    return Err(Doubt::new("the default character set of its database is not known"));
                }
                Ok(table)
            }
        }
    }

    /// Whether texts of a table have a charset that nothing said, and that its table maps do not tell either (before 8.0).
    fn is_assumed(&self, session: &Session<'_>, table: &TableDefinition) -> bool {
        let database = &*table.name.database;
        let is_told = self.databases.contains_key(database)
            || (session.collation_database.is_some() && database == session.database);
        let takes_it = |column: &ColumnDefinition| column.data_type.collation() == Some(&table.collation);
        !is_told && !self.server.is_mysql_from(80_000) && table.columns.iter().any(takes_it)
    }

    fn fill(
        &self,
        session: &Session<'_>,
        table: &mut TableDefinition,
        items: &[Item<'_>],
    ) -> Result<(), Doubt> {
        let collation = table.collation.clone();
        let context = self.context(session, &collation);
        // Keys may name columns that come later.
        let mut keys = Vec::new();
        for item in items {
            if let Item::Column(definition) = item {
                let defined = defined(definition, context)?;
                if defined.is_versioned && table.period == Period::None {
                    table.period = Period::Hidden;
                }
                if defined.is_row_time {
                    // The end comes behind the begin.
                    table.period = Period::Shown(Arc::clone(&defined.column.name));
                }
                table.columns.push(defined.column);
                keys.push((item, defined.primary, defined.unique));
            } else {
                keys.push((item, false, false));
            }
        }
        // Periods come last: keys may name them before they are said.
        keys.sort_by_key(|(item, ..)| matches!(item, Item::Period { .. }));
        for (item, primary, unique) in keys {
            table.add_keys_of(item, primary, unique);
        }
        table.sort_indexes();
        Ok(())
    }

    pub(super) fn context<'c>(&'c self, session: &'c Session<'c>, collation: &'c Collation) -> Context<'c> {
        Context { server: &self.server, session, mode: self.server.mode(session), collation, convert: None }
    }

    /// The collation that options of a table or database say, in a place with this one; nothing where they say none.
    pub(super) fn collation(
        &self,
        session: &Session<'_>,
        options: &[TableOption<'_>],
        place: &Collation,
    ) -> Option<Collation> {
        let mode = self.server.mode(session);
        let charset = options.iter().rev().find_map(|option| match option {
            TableOption::Charset(raw) => Some(charset_name(&meaning(raw, mode))),
            _ => None,
        });
        let collate = options.iter().rev().find_map(|option| match option {
            TableOption::Collation(raw) => Some(meaning(raw, mode)),
            _ => None,
        });
        let base = charset.map(|charset| match charset.as_str() {
            // MariaDB: its charset's own collation.
            "default" if self.server.is_mariadb() => {
                self.server.default_collation(place.charset(), Some(session))
            }
            "default" => place.clone(),
            charset => self.server.default_collation(charset, Some(session)),
        });
        match collate {
            Some(collate) => {
                Some(Collation::within(&collate, base.as_ref().unwrap_or(place), &self.server, session))
            }
            None => base,
        }
    }

    /// The default collation of a database: what was said of it, else what the statement's session knew.
    pub(super) fn database_collation(&self, session: &Session<'_>, database: &str) -> Collation {
        if let Some(collation) = self.databases.get(database) {
            return collation.clone();
        }
        let told = session.collation_database.filter(|_| database == session.database);
        let told = told.or(session.collation_server).and_then(Collation::of_id);
        told.unwrap_or_else(|| self.server.collation.clone())
    }
}

impl TableDefinition {
    /// Adds the keys that an item says.
    pub(super) fn add_keys_of(&mut self, item: &Item<'_>, primary: bool, unique: bool) {
        match item {
            Item::Column(definition) => {
                let Some(name) = self.column(&definition.name).map(|column| column.name.clone()) else {
                    return;
                };
                if primary {
                    self.set_primary_key(std::slice::from_ref(&definition.name));
                }
                if unique {
                    self.add_unique_column(&name);
                }
            }
            Item::PrimaryKey(columns) => self.set_primary_key(columns),
            Item::Index(index) => self.add_index(index),
            Item::Period { name, columns } => {
                self.forbid_nulls_of(columns);
                self.unfold_period(name, columns);
            }
            Item::Other(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::ServerFacts;

    #[test]
    fn a_charset_that_nothing_tells_is_not_assumed() {
        let session = Session { database: "shop", ..Session::default() };
        let doubts = |version: &str, before: &str, sql: &str| {
            let mut dictionary = Dictionary::new(ServerFacts::of_version(version));
            dictionary.apply(&session, before);
            dictionary.apply(&session, sql).doubt.is_some()
        };
        let text = "CREATE TABLE t (a VARCHAR(5))";
        assert!(doubts("5.7.22", "", text));
        assert!(!doubts("8.0.12", "", text), "the table map tells it");
        assert!(!doubts("5.7.22", "CREATE DATABASE shop CHARSET latin1", text));
        assert!(!doubts("5.7.22", "", "CREATE TABLE t (a VARCHAR(5)) CHARSET latin1"));
        assert!(!doubts("5.7.22", "", "CREATE TABLE t (a INT)"));
    }
}
