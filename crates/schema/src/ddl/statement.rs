//! A statement's kind and the tables it names.

use std::iter::Peekable;

use becauselog_model::TableName;

use super::{
    Affected,
    lexer::{Lexer, Token},
};

/// First words of statements that change no table's shape.
const HARMLESS: [&str; 38] = [
    "ANALYZE",
    "BEGIN",
    "BINLOG",
    "CALL",
    "CHANGE",
    "CHECK",
    "CHECKSUM",
    "COMMIT",
    "DEALLOCATE",
    "DELETE",
    "DO",
    "EXECUTE",
    "FLUSH",
    "GRANT",
    "INSERT",
    "INSTALL",
    "KILL",
    "LOAD",
    "LOCK",
    "OPTIMIZE",
    "PREPARE",
    "PURGE",
    "RELEASE",
    "REPAIR",
    "REPLACE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "UNINSTALL",
    "UNLOCK",
    "UPDATE",
    "USE",
    "XA",
];

/// What can be created, altered or dropped without changing a table's shape. `DEFINER` and `ALGORITHM` begin views,
/// routines, triggers and events; `DATABASE` is here for CREATE and ALTER only.
const NO_TABLE: [&str; 22] = [
    "AGGREGATE",
    "ALGORITHM",
    "DATABASE",
    "DEFINER",
    "EVENT",
    "FUNCTION",
    "INSTANCE",
    "LIBRARY",
    "LOGFILE",
    "PROCEDURE",
    "REFERENCE",
    "RESOURCE",
    "ROLE",
    "SCHEMA",
    "SERVER",
    "SQL",
    "SYSTEM",
    "TABLESPACE",
    "TRIGGER",
    "UNDO",
    "USER",
    "VIEW",
];

/// Words between the verb and what it is about.
const MODIFIERS: [&str; 10] =
    ["OR", "REPLACE", "TEMPORARY", "UNIQUE", "FULLTEXT", "SPATIAL", "ONLINE", "OFFLINE", "IGNORE", "VECTOR"];

/// What the statement touches; nothing when it is not recognised.
pub fn read(database: &str, sql: &[u8]) -> Option<Affected> {
    let mut statement = Statement { database, tokens: Lexer::new(sql).peekable() };
    let Some(verb) = statement.word() else {
        return statement.tokens.next().is_none().then_some(Affected::Nothing);
    };
    match verb.as_str() {
        "ALTER" => statement.alter(),
        "CREATE" => statement.create(),
        "DROP" => statement.drop(),
        "RENAME" => statement.rename(),
        "TRUNCATE" => statement.truncate(),
        verb if HARMLESS.contains(&verb) => Some(Affected::Nothing),
        _ => None,
    }
}

struct Statement<'a> {
    database: &'a str,
    tokens: Peekable<Lexer<'a>>,
}

impl Statement<'_> {
    /// Takes the next token if it is a word; upper case.
    fn word(&mut self) -> Option<String> {
        match self.tokens.next_if(|token| matches!(token, Token::Word(_)))? {
            Token::Word(word) => Some(word.to_ascii_uppercase()),
            _ => None,
        }
    }

    /// Takes the next token if it is this word.
    fn takes(&mut self, wanted: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.tokens.next_if(is).is_some()
    }

    fn takes_mark(&mut self, wanted: char) -> bool {
        self.tokens.next_if_eq(&Token::Mark(wanted)).is_some()
    }

    /// What the statement is about: the first word that is no modifier.
    fn object(&mut self) -> Option<String> {
        loop {
            let word = self.word()?;
            if !MODIFIERS.contains(&word.as_str()) {
                return Some(word);
            }
        }
    }

    fn skip_if_exists(&mut self) {
        if self.takes("IF") {
            self.takes("NOT");
            self.takes("EXISTS");
        }
    }

    fn name_part(&mut self) -> Option<String> {
        match self.tokens.next()? {
            Token::Word(name) | Token::Name(name) => Some(name),
            Token::Text | Token::Mark(_) | Token::Broken => None,
        }
    }

    fn table(&mut self) -> Option<TableName> {
        let first = self.name_part()?;
        if self.takes_mark('.') {
            let table = self.name_part()?;
            return Some(TableName::new(&first, &table));
        }
        (!self.database.is_empty()).then(|| TableName::new(self.database, &first))
    }

    fn alter(&mut self) -> Option<Affected> {
        match self.object()?.as_str() {
            "TABLE" => self.alter_table(),
            object if NO_TABLE.contains(&object) => Some(Affected::Nothing),
            _ => None,
        }
    }

    /// The table, and what it is renamed to or exchanged with.
    fn alter_table(&mut self) -> Option<Affected> {
        self.skip_if_exists();
        let mut tables = vec![self.table()?];
        while let Some(token) = self.tokens.next() {
            let Token::Word(word) = token else {
                if token == Token::Broken {
                    return None;
                }
                continue;
            };
            if word.eq_ignore_ascii_case("RENAME") {
                if ["COLUMN", "INDEX", "KEY"].iter().any(|what| self.takes(what)) {
                    continue;
                }
                let _either = self.takes("TO") || self.takes("AS") || self.takes_mark('=');
                tables.push(self.table()?);
            } else if word.eq_ignore_ascii_case("WITH") && self.takes("TABLE") {
                tables.push(self.table()?);
            }
        }
        Some(Affected::Tables(tables))
    }

    fn create(&mut self) -> Option<Affected> {
        match self.object()?.as_str() {
            "TABLE" => {
                self.skip_if_exists();
                Some(Affected::Tables(vec![self.table()?]))
            }
            "INDEX" => self.index(),
            object if NO_TABLE.contains(&object) => Some(Affected::Nothing),
            _ => None,
        }
    }

    /// The table after ON.
    fn index(&mut self) -> Option<Affected> {
        self.name_part()?;
        while !self.takes("ON") {
            self.tokens.next().filter(|token| *token != Token::Broken)?;
        }
        Some(Affected::Tables(vec![self.table()?]))
    }

    fn drop(&mut self) -> Option<Affected> {
        match self.object()?.as_str() {
            "TABLE" | "TABLES" => {
                self.skip_if_exists();
                self.list()
            }
            "INDEX" => self.index(),
            "DATABASE" | "SCHEMA" => {
                self.skip_if_exists();
                Some(Affected::Database(self.name_part()?))
            }
            object if NO_TABLE.contains(&object) || object == "PREPARE" => Some(Affected::Nothing),
            _ => None,
        }
    }

    fn list(&mut self) -> Option<Affected> {
        let mut tables = vec![self.table()?];
        while self.takes_mark(',') {
            tables.push(self.table()?);
        }
        Some(Affected::Tables(tables))
    }

    fn rename(&mut self) -> Option<Affected> {
        match self.object()?.as_str() {
            "TABLE" | "TABLES" => {}
            "USER" => return Some(Affected::Nothing),
            _ => return None,
        }
        self.skip_if_exists();
        let mut tables = vec![];
        loop {
            tables.push(self.table()?);
            if !self.takes("TO") {
                return None;
            }
            tables.push(self.table()?);
            if !self.takes_mark(',') {
                return Some(Affected::Tables(tables));
            }
        }
    }

    fn truncate(&mut self) -> Option<Affected> {
        self.takes("TABLE");
        Some(Affected::Tables(vec![self.table()?]))
    }
}
