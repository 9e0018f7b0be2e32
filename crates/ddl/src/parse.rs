//! The parser.

mod alter;
mod column;
mod key;
mod options;
mod other;
mod table;

use crate::{Mode, Rename, Statement, TableRef, cursor::Cursor, token::tokens};

/// Words that begin statements which change no table's shape.
const HARMLESS: [&str; 56] = [
    "ANALYZE",
    "BACKUP",
    "BEGIN",
    "BINLOG",
    "CACHE",
    "CALL",
    "CHANGE",
    "CHECK",
    "CHECKSUM",
    "CLONE",
    "COMMIT",
    "DEALLOCATE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DO",
    "EXECUTE",
    "EXPLAIN",
    "FLUSH",
    "GET",
    "GRANT",
    "HANDLER",
    "HELP",
    "IMPORT",
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
    "RESIGNAL",
    "RESTART",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "SHUTDOWN",
    "SIGNAL",
    "START",
    "STOP",
    "TABLE",
    "UNINSTALL",
    "UNLOCK",
    "UPDATE",
    "USE",
    "VALUES",
    "WITH",
    "XA",
];

/// Reads a statement.
pub fn statement(text: &str, mode: Mode) -> Statement<'_> {
    statement_with_text(text, mode).0
}

/// No DDL statement is longer; one that is counts as one that cannot be read.
const STATEMENT_BYTES_MAX: usize = 16 << 20;

/// So much of a statement is looked at for the table that it begins with.
const BEGIN_BYTES_MAX: usize = 64 << 10;

/// Reads a statement; with the text from its first to its last token.
pub fn statement_with_text(text: &str, mode: Mode) -> (Statement<'_>, &str) {
    if text.len() > STATEMENT_BYTES_MAX {
        return (Statement::Unknown, text);
    }
    let (tokens, whole) = tokens(text, mode);
    let (start, end) =
        (tokens.first().map_or(0, |first| first.start), tokens.last().map_or(0, |last| last.end));
    let own = text.get(start..end).unwrap_or_default();
    if !whole {
        return (Statement::Unknown, own);
    }
    let mut cursor = Cursor::new(text, tokens, mode);
    (cursor.statement().unwrap_or(Statement::Unknown), own)
}

/// The table that a statement begins with.
pub fn first_table(text: &str, mode: Mode) -> Option<TableRef> {
    let text = text.get(..text.floor_char_boundary(BEGIN_BYTES_MAX)).unwrap_or(text);
    let (tokens, _) = tokens(text, mode);
    let mut cursor = Cursor::new(text, tokens, mode);
    cursor.skip_set_statement();
    cursor.takes_any(&["ALTER", "CREATE", "DROP", "TRUNCATE"])?;
    for word in ["OR", "REPLACE", "ONLINE", "OFFLINE", "IGNORE"] {
        cursor.takes(&[word]);
    }
    cursor.takes_any(&["TABLE", "TABLES"])?;
    cursor.takes_if_exists();
    cursor.table()
}

impl<'t> Cursor<'t> {
    fn statement(&mut self) -> Option<Statement<'t>> {
        self.skip_set_statement();
        match self.takes_any(&["ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE"]) {
            Some("ALTER") => self.alter(),
            Some("CREATE") => self.create(),
            Some("DROP") => self.drop_statement(),
            Some("RENAME") => self.rename(),
            Some(_) => self.truncate(),
            None => {
                let word = self.takes_any(&HARMLESS);
                word.or_else(|| self.is_end().then_some("")).map(|word| Statement::Other(word.to_owned()))
            }
        }
    }

    /// MariaDB: `SET STATEMENT a=1 FOR …`.
    fn skip_set_statement(&mut self) {
        if self.is("SET") && self.is_at(1, "STATEMENT") {
            while !self.is_end() && !self.takes(&["FOR"]) {
                self.skip();
            }
        }
    }

    fn rename(&mut self) -> Option<Statement<'t>> {
        if self.takes(&["USER"]) {
            return Some(Statement::Other("RENAME USER".to_owned()));
        }
        self.takes_any(&["TABLE", "TABLES"])?;
        self.takes_if_exists();
        let mut renames = Vec::new();
        loop {
            let start = self.start();
            let from = self.table()?;
            // MariaDB: how long to wait for locks.
            if !self.takes(&["NOWAIT"]) && self.takes(&["WAIT"]) {
                self.advance();
            }
            if !self.takes(&["TO"]) {
                return None;
            }
            let to = self.table()?;
            renames.push(Rename { from, to, text: self.text_from(start) });
            if !self.takes_mark(',') {
                return Some(Statement::RenameTable(renames));
            }
        }
    }

    fn truncate(&mut self) -> Option<Statement<'t>> {
        self.takes(&["TABLE"]);
        Some(Statement::TruncateTable(self.table()?))
    }
}
