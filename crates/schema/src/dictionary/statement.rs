//! Statements of the log, one after the other.

use becauselog_ddl::{Rename, Statement, TableOption, TableRef, first_table, parse};
use becauselog_model::TableName;

use super::{
    Dictionary, Known,
    outcome::{Doubt, Outcome},
    session::Session,
};
use crate::ddl::Affected;

impl Dictionary {
    /// Does to the tables what a statement of the log did to the server's.
    pub fn apply(&mut self, session: &Session<'_>, sql: &str) -> Outcome {
        let mode = self.server.mode(session);
        match parse(sql, mode) {
            Statement::CreateTable(create) => self.create_table(session, &create),
            Statement::AlterTable(alter) => self.alter_table(session, &alter),
            Statement::RenameTable(renames) => self.rename_tables(session, &renames),
            Statement::DropTable { temporary, tables, .. } => self.drop_tables(session, temporary, &tables),
            // Rows go, the table stays.
            Statement::TruncateTable(_) | Statement::Other(_) => Outcome::NOTHING,
            Statement::CreateIndex { or_replace, table, index, .. } => {
                self.create_index(session, &table, or_replace, &index)
            }
            Statement::DropIndex { name, table } => self.drop_index(session, &table, &name),
            Statement::CreateSequence { if_not_exists, name } => {
                self.create_sequence(session, if_not_exists, &name)
            }
            Statement::DropSequence(names) => self.drop_tables(session, false, &names),
            Statement::CreateDatabase { if_not_exists, name, options } => {
                self.create_database(session, if_not_exists, &name, &options)
            }
            Statement::AlterDatabase { name, options } => {
                self.alter_database(session, name.as_deref().unwrap_or(session.database), &options)
            }
            Statement::DropDatabase { name, .. } => self.drop_database(&name),
            Statement::Unknown => {
                let table = first_table(sql, mode);
                self.not_understood(session, table.as_ref())
            }
        }
    }

    /// Whether a statement of this thread means a temporary table by the name.
    pub(super) fn is_temporary(&self, session: &Session<'_>, name: &TableName) -> bool {
        !self.temporary.is_empty() && self.temporary.contains(&(session.thread_id, name.clone()))
    }

    fn rename_tables(&mut self, session: &Session<'_>, renames: &[Rename<'_>]) -> Outcome {
        let mut touched = Vec::new();
        for rename in renames {
            let (from, to) = (self.name(session, &rename.from), self.name(session, &rename.to));
            if self.is_temporary(session, &from) {
                self.temporary.remove(&(session.thread_id, from));
                self.temporary.insert((session.thread_id, to));
                continue;
            }
            self.move_table(&from, &to);
            touched.extend([from, to]);
        }
        Outcome::tables(touched)
    }

    /// Moves what is known of a table to another name. Of one that nothing is known of, nothing is known under the new name.
    pub(super) fn move_table(&mut self, from: &TableName, to: &TableName) {
        let moved = match self.tables.remove(from) {
            Some(Known::Table(table)) => {
                let mut table = super::TableDefinition::clone(&table);
                table.name = to.clone();
                Known::Table(table.into())
            }
            Some(Known::Doubtful(doubt)) => Known::Doubtful(doubt),
            Some(Known::Dropped) | None => {
                Known::Doubtful(Doubt::new("it was renamed before anything was known of it"))
            }
        };
        self.set(from.clone(), Known::Dropped);
        self.set(to.clone(), moved);
    }

    fn drop_tables(&mut self, session: &Session<'_>, temporary: bool, tables: &[TableRef]) -> Outcome {
        let mut touched = Vec::new();
        for table in tables {
            let name = self.name(session, table);
            let was_temporary = self.temporary.remove(&(session.thread_id, name.clone()));
            if !temporary && !was_temporary {
                self.set(name.clone(), Known::Dropped);
                touched.push(name);
            }
        }
        Outcome::tables(touched)
    }

    fn create_database(
        &mut self,
        session: &Session<'_>,
        if_not_exists: bool,
        name: &str,
        options: &[TableOption<'_>],
    ) -> Outcome {
        let name = self.database_name(name);
        if if_not_exists && self.databases.contains_key(&*name) {
            return Outcome::NOTHING;
        }
        let server = session.collation_server.and_then(super::Collation::of_id);
        let server = server.unwrap_or_else(|| self.server.collation.clone());
        let collation = self.collation(session, options, &server).unwrap_or(server);
        self.databases.insert(name.into(), collation);
        self.version = self.version.saturating_add(1);
        Outcome::NOTHING
    }

    fn alter_database(&mut self, session: &Session<'_>, name: &str, options: &[TableOption<'_>]) -> Outcome {
        let name = self.database_name(name);
        let old = self.database_collation(session, &name);
        if let Some(collation) = self.collation(session, options, &old) {
            self.databases.insert(name.into(), collation);
            self.version = self.version.saturating_add(1);
        }
        Outcome::NOTHING
    }

    fn drop_database(&mut self, name: &str) -> Outcome {
        let name = self.database_name(name);
        self.databases.remove(&*name);
        let inside = self.tables.iter_mut().filter(|(table, _)| *table.database == *name);
        inside.for_each(|(_, known)| *known = Known::Dropped);
        self.version = self.version.saturating_add(1);
        Outcome { affected: Affected::Database(name), doubt: None }
    }

    fn database_name(&self, name: &str) -> String {
        if self.server.folds_names { name.to_lowercase() } else { name.to_owned() }
    }

    /// A statement that cannot be read: the table that it begins with is doubtful, else all in its database.
    fn not_understood(&mut self, session: &Session<'_>, table: Option<&TableRef>) -> Outcome {
        let doubt = Doubt::new("a statement that cannot be read may have changed it");
        let affected = match table {
            Some(table) => Affected::Tables(vec![self.name(session, table)]),
            None if session.database.is_empty() => Affected::Everything,
            None => Affected::Database(session.database.to_owned()),
        };
        if let Affected::Tables(tables) = &affected {
            tables.iter().for_each(|name| self.set(name.clone(), Known::Doubtful(doubt.clone())));
        }
        for (name, known) in &mut self.tables {
            if !matches!(known, Known::Dropped) && affected.includes(name) {
                *known = Known::Doubtful(doubt.clone());
            }
        }
        self.version = self.version.saturating_add(1);
        Outcome { affected, doubt: Some(doubt) }
    }
}
