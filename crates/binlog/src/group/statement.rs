//! What a statement of the log means for its group. No grammar: its first words tell.

mod words;

use self::words::{Word, Words};
use super::xid_text;
use crate::event::Xid;

/// What a QUERY event's statement means for its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`.
    Commit,
    /// `ROLLBACK` of the whole transaction.
    Rollback,
    /// `SAVEPOINT`, with its name in lower case.
    Savepoint(Vec<u8>),
    /// `ROLLBACK TO` a savepoint.
    RollbackTo(Vec<u8>),
    /// `RELEASE SAVEPOINT`.
    Release(Vec<u8>),
    /// `XA START`, `XA BEGIN`.
    XaStart,
    /// `XA END`.
    XaEnd,
    /// `XA PREPARE`.
    XaPrepare(Xid),
    /// `XA COMMIT` of a prepared transaction.
    XaCommit(Xid),
    /// `XA COMMIT … ONE PHASE`.
    XaCommitOnePhase,
    /// `XA ROLLBACK`.
    XaRollback(Xid),
    /// An XA statement that cannot be read.
    XaUnreadable,
    /// CREATE, ALTER, DROP, RENAME or TRUNCATE of a table that is not temporary, a database or an index.
    Ddl,
    /// INSERT, UPDATE, DELETE, REPLACE, LOAD and what else may change rows.
    Dml {
        /// Its first word.
        word: &'static str,
        /// It changes one table of the server's own, in which nobody is interested (`mysql`, `sys`, …).
        in_server_schema: bool,
        /// It is letter by letter what servers before 8.0 write for an in-memory table that is empty after their start.
        empties_table: bool,
    },
    /// Anything else: `GRANT`, `CREATE USER`, views, routines, temporary tables, `FLUSH`, …
    Other,
}

/// The databases that belong to the server.
const SERVER_SCHEMAS: [&[u8]; 4] = [b"mysql", b"sys", b"performance_schema", b"information_schema"];

/// The words that begin a statement that may change rows.
const DML: [&str; 8] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT", "DO"];

/// Words between the verb and the table of a DML statement.
const DML_MODIFIERS: [&str; 7] =
    ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "QUICK", "INTO", "FROM"];

/// Words between CREATE, ALTER or DROP and the kind of thing.
const DDL_MODIFIERS: [&str; 8] =
    ["OR", "REPLACE", "UNIQUE", "FULLTEXT", "SPATIAL", "ONLINE", "OFFLINE", "IGNORE"];

/// The things whose DDL changes what rows look like or where they are.
const DDL_THINGS: [&str; 5] = ["TABLE", "TABLES", "DATABASE", "SCHEMA", "INDEX"];

/// What a statement means. `schema` is the session's default database.
#[must_use]
pub fn classify(statement: &[u8], schema: &[u8]) -> Statement {
    if statement == b"BEGIN" {
        return Statement::Begin;
    }
    let mut words = Words::new(statement);
    let Some(Word::Bare(first)) = words.next() else { return Statement::Other };
    let is = |word: &str| first.eq_ignore_ascii_case(word.as_bytes());
    if let Some(word) = DML.into_iter().find(|word| is(word)) {
        let is_generated = is_generated_delete(statement);
        return classify_dml(word, words, schema, is_generated);
    }
    if is("CREATE") || is("ALTER") || is("DROP") {
        return classify_ddl(words);
    }
    if is("XA") {
        return classify_xa(words);
    }
    let second = words.next();
    match () {
        () if is("BEGIN") && second.is_none() => Statement::Begin,
        () if is("START") && is_word(second, "TRANSACTION") => Statement::Begin,
        () if is("COMMIT") => Statement::Commit,
        () if is("ROLLBACK") => classify_rollback(second, words),
        () if is("SAVEPOINT") => Statement::Savepoint(savepoint_name(second)),
        () if is("RELEASE") && is_word(second, "SAVEPOINT") => {
            Statement::Release(savepoint_name(words.next()))
        }
        () if is("TRUNCATE") => Statement::Ddl,
        () if is("RENAME") && (is_word(second, "TABLE") || is_word(second, "TABLES")) => Statement::Ddl,
        () => Statement::Other,
    }
}

/// `ROLLBACK [WORK] [TO [SAVEPOINT] name]`.
fn classify_rollback(second: Option<Word<'_>>, mut words: Words<'_>) -> Statement {
    let next = if is_word(second, "WORK") { words.next() } else { second };
    if !is_word(next, "TO") {
        return Statement::Rollback;
    }
    let (name, after) = (words.next(), words.next());
    Statement::RollbackTo(savepoint_name(after.filter(|_| is_word(name, "SAVEPOINT")).or(name)))
}

/// A savepoint's name for comparing: the server does not tell upper from lower case.
fn savepoint_name(word: Option<Word<'_>>) -> Vec<u8> {
    word.and_then(Word::name).unwrap_or_default().to_ascii_lowercase()
}

fn classify_ddl(words: Words<'_>) -> Statement {
    let mut things =
        words.skip_while(|word| DDL_MODIFIERS.iter().any(|skipped| is_word(Some(*word), skipped)));
    let thing = things.next();
    if DDL_THINGS.iter().any(|known| is_word(thing, known)) { Statement::Ddl } else { Statement::Other }
}

fn classify_xa(mut words: Words<'_>) -> Statement {
    let verb = words.next();
    if is_word(verb, "START") || is_word(verb, "BEGIN") {
        return Statement::XaStart;
    }
    if is_word(verb, "END") {
        return Statement::XaEnd;
    }
    let Some((xid, rest)) = xid_text::parse(words.rest()) else { return Statement::XaUnreadable };
    let one_phase = is_word(Words::new(rest).next(), "ONE");
    match () {
        () if is_word(verb, "COMMIT") && one_phase => Statement::XaCommitOnePhase,
        () if is_word(verb, "COMMIT") => Statement::XaCommit(xid),
        () if is_word(verb, "ROLLBACK") => Statement::XaRollback(xid),
        () if is_word(verb, "PREPARE") => Statement::XaPrepare(xid),
        () => Statement::XaUnreadable,
    }
}

fn classify_dml(word: &'static str, words: Words<'_>, schema: &[u8], empties_table: bool) -> Statement {
    let has_one_table = matches!(word, "INSERT" | "UPDATE" | "DELETE" | "REPLACE");
    let is_modifier = |word: &Word<'_>| DML_MODIFIERS.iter().any(|skipped| is_word(Some(*word), skipped));
    let mut words = words.skip_while(is_modifier);
    let first = words.next().and_then(Word::name);
    let mut after = words.next();
    let database = if after == Some(Word::Symbol(b'.')) {
        words.next();
        after = words.next();
        first
    } else {
        Some(schema)
    };
    // A comma, an alias or a join after the table: there may be others.
    let alone = match word {
        "DELETE" => after.is_none() || ["WHERE", "ORDER", "LIMIT"].iter().any(|next| is_word(after, next)),
        "UPDATE" => is_word(after, "SET"),
        _ => true,
    };
    let of_server =
        database.is_some_and(|name| SERVER_SCHEMAS.iter().any(|known| name.eq_ignore_ascii_case(known)));
    Statement::Dml { word, in_server_schema: has_one_table && alone && of_server, empties_table }
}

/// Whether a statement is "DELETE FROM `database`.`table`" and nothing else.
fn is_generated_delete(statement: &[u8]) -> bool {
    let Some(table) = statement.strip_prefix(b"DELETE FROM ") else { return false };
    let has_space_outside = !table.starts_with(b"`") || !table.ends_with(b"`");
    let mut words = Words::new(table);
    let is_quoted = |word: Option<Word<'_>>| matches!(word, Some(Word::Quoted(_)));
    let is_name =
        is_quoted(words.next()) && words.next() == Some(Word::Symbol(b'.')) && is_quoted(words.next());
    is_name && words.next().is_none() && !has_space_outside
}

fn is_word(word: Option<Word<'_>>, expected: &str) -> bool {
    matches!(word, Some(Word::Bare(word)) if word.eq_ignore_ascii_case(expected.as_bytes()))
}

#[cfg(test)]
#[path = "statement/tests.rs"]
mod tests;
