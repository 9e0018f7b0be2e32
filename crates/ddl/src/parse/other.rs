//! `CREATE`, `DROP` and `ALTER` of what is no table.

use crate::{IndexKind, Statement, TableRef, cursor::Cursor};

/// What can be created, altered or dropped without changing a table's shape.
const NO_TABLE: [&str; 21] = [
    "AGGREGATE",
    "EVENT",
    "FUNCTION",
    "INSTANCE",
    "LIBRARY",
    "LOGFILE",
    "PACKAGE",
    "PROCEDURE",
    "REFERENCE",
    "RESOURCE",
    "ROLE",
    "SEQUENCE",
    "SERVER",
    "SPATIAL",
    "SYSTEM",
    "TABLESPACE",
    "TRIGGER",
    "UNDO",
    "USER",
    "VIEW",
    "MASKING",
];

impl<'t> Cursor<'t> {
    pub(super) fn create(&mut self) -> Option<Statement<'t>> {
        let or_replace = self.takes(&["OR", "REPLACE"]);
        if self.is("TABLE") || (self.is("TEMPORARY") && self.is_at(1, "TABLE")) {
            return self.create_table(or_replace);
        }
        if self.takes_any(&["DATABASE", "SCHEMA"]).is_some() {
            let if_not_exists = self.takes_if_exists();
            let name = self.name()?;
            return Some(Statement::CreateDatabase { if_not_exists, name, options: self.options() });
        }
        let temporary = usize::from(self.is("TEMPORARY"));
        if self.is_at(temporary, "SEQUENCE") {
            self.advance_by(temporary.saturating_add(1));
            let if_not_exists = self.takes_if_exists();
            return Some(Statement::CreateSequence { if_not_exists, name: self.table()? });
        }
        if let Some(index) = self.created_index(or_replace) {
            return index;
        }
        self.other("CREATE")
    }

    /// An index, if one is created here.
    fn created_index(&mut self, or_replace: bool) -> Option<Option<Statement<'t>>> {
        let kinds = ["ONLINE", "OFFLINE", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"];
        let ahead =
            (0..kinds.len()).take_while(|ahead| kinds.iter().any(|kind| self.is_at(*ahead, kind))).count();
        if !self.is_at(ahead, "INDEX") {
            return None;
        }
        let mut kind = IndexKind::Plain;
        while let Some(word) = self.takes_any(&kinds) {
            kind = match word {
                "UNIQUE" => IndexKind::Unique,
                "ONLINE" | "OFFLINE" => kind,
                _ => IndexKind::Special,
            };
        }
        Some(self.create_index(kind, or_replace))
    }

    fn create_index(&mut self, kind: IndexKind, or_replace: bool) -> Option<Statement<'t>> {
        self.takes(&["INDEX"]);
        let if_not_exists = self.takes_if_exists();
        let name = self.name()?;
        while !self.is("ON") && !self.is_end() {
            self.skip();
        }
        if !self.takes(&["ON"]) {
            return None;
        }
        let table = self.table()?;
        let index = self.index(kind, if_not_exists, Some(name))?;
        Some(Statement::CreateIndex { or_replace, if_not_exists, table, index })
    }

    pub(super) fn drop_statement(&mut self) -> Option<Statement<'t>> {
        let temporary = self.takes(&["TEMPORARY"]);
        if self.takes_any(&["TABLE", "TABLES"]).is_some() {
            let if_exists = self.takes_if_exists();
            return Some(Statement::DropTable { temporary, if_exists, tables: self.tables()? });
        }
        if self.takes_any(&["DATABASE", "SCHEMA"]).is_some() {
            let if_exists = self.takes_if_exists();
            return Some(Statement::DropDatabase { if_exists, name: self.name()? });
        }
        if self.takes_any(&["SEQUENCE"]).is_some() {
            self.takes_if_exists();
            return Some(Statement::DropSequence(self.tables()?));
        }
        self.takes_any(&["ONLINE", "OFFLINE"]);
        if self.takes(&["INDEX"]) {
            self.takes_if_exists();
            let name = self.name()?;
            if !self.takes(&["ON"]) {
                return None;
            }
            return Some(Statement::DropIndex { name, table: self.table()? });
        }
        if self.takes(&["PREPARE"]) {
            return Some(Statement::Other("DROP PREPARE".to_owned()));
        }
        self.other("DROP")
    }

    /// `a, b.c`
    fn tables(&mut self) -> Option<Vec<TableRef>> {
        let mut tables = vec![self.table()?];
        while self.takes_mark(',') {
            tables.push(self.table()?);
        }
        Some(tables)
    }

    pub(super) fn alter(&mut self) -> Option<Statement<'t>> {
        // MySQL 5.5 and MariaDB: `ALTER ONLINE IGNORE TABLE`.
        let ahead = (0..2)
            .take_while(|ahead| ["ONLINE", "OFFLINE", "IGNORE"].iter().any(|word| self.is_at(*ahead, word)));
        let ahead = ahead.count();
        if self.is_at(ahead, "TABLE") {
            self.advance_by(ahead.saturating_add(1));
            return self.alter_table();
        }
        if self.takes_any(&["DATABASE", "SCHEMA"]).is_some() {
            let unnamed = self.is_end() || self.is_option();
            let name = if unnamed { None } else { Some(self.name()?) };
            return Some(Statement::AlterDatabase { name, options: self.options() });
        }
        self.other("ALTER")
    }

    /// Anything else, found by the first word that says what it is.
    fn other(&mut self, verb: &str) -> Option<Statement<'t>> {
        while !self.is_end() {
            if let Some(what) = self.takes_any(&NO_TABLE) {
                return Some(Statement::Other(format!("{verb} {what}")));
            }
            self.skip();
        }
        None
    }
}
