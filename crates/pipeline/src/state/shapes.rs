//! Shapes by position: the tables as they were at a checkpoint, and each statement since.
//!
//! The first line says which checkpoint and how many tables, then comes a line for each table, then one for each statement of the
//! log that changed something, and for each table that the server was asked for since. A statement is written and synced before
//! rows behind it are delivered, so that what is behind a checkpoint is always here; one beyond the checkpoint comes again with the
//! log, and is not written twice. How many lines there are is kept beside the file, so that one that was cut is known by it. The file grows by statements and is written anew where they outgrow the tables.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use becauselog_model::{BinlogPosition, Checkpoint, ServerUuid, TableName, Transaction};
use becauselog_schema::{Dictionary, KeptReader, KeptServer, Known, Session};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    error::StateError,
    files::replace,
    place::{Place, is_not_after},
};

const VERSION: u32 = 1;

/// So many statements beside the tables, and the file is written anew at the next start.
const ENTRIES_MAX: usize = 20_000;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Base {
    version: u32,
    at: Checkpoint,
    tables: usize,
    server: KeptServer,
}

/// A line behind the tables: a statement, or what became known of a table.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    place: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<Box<RawValue>>,
}

/// A statement with all that it depends on.
#[derive(Debug, Serialize, Deserialize)]
struct Statement {
    database: String,
    session: Session<'static>,
    sql: String,
}

/// The file, open for more lines.
#[derive(Debug)]
pub struct ShapeJournal {
    file: File,
    path: PathBuf,
    /// How many lines are behind the tables.
    entries: usize,
    /// Places of lines beyond the checkpoint at which this run began: they come again.
    there: HashSet<Place>,
}

/// Tables at a checkpoint.
#[derive(Debug)]
pub struct KeptShapes {
    /// The tables.
    pub dictionary: Dictionary,
    /// The server that they were last read from or followed on.
    pub server_uuid: Option<ServerUuid>,
    entries: usize,
    there: HashSet<Place>,
}

impl ShapeJournal {
    /// The tables at a checkpoint; without one as far as they are known.
    ///
    /// # Errors
    /// Why the file does not tell.
    pub(super) fn read(path: &Path, at: Option<&Checkpoint>) -> Result<KeptShapes, String> {
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "none are kept yet".to_owned(),
            _ => error.to_string(),
        })?;
        let mut lines = text.split_inclusive('\n');
        let base: Base =
            serde_json::from_str(lines.next().unwrap_or_default()).map_err(|error| error.to_string())?;
        if base.version != VERSION {
            return Err(format!("they are kept in version {}, and this one knows {VERSION}", base.version));
        }
        if at.is_some_and(|at| base.at.flavor != at.flavor) {
            return Err("those that are kept are of another family of servers".to_owned());
        }
        if at.is_some_and(|at| !is_not_after(&base.at, at)) {
            return Err("those that are kept are of a later position".to_owned());
        }
        let mut reader = KeptReader::default();
        let mut dictionary = Dictionary::of_kept_server(base.server);
        for _ in 0..base.tables {
            let line = lines.next().filter(|line| line.ends_with('\n')).ok_or("the file is cut")?;
            let (name, known) = reader.table(&dictionary.server().clone(), line)?;
            dictionary.restore(name, known);
        }
        let mut kept =
            KeptShapes { dictionary, server_uuid: base.at.server_uuid, entries: 0, there: HashSet::new() };
        // The last line may be torn: what it said comes again.
        for line in lines.filter(|line| line.ends_with('\n')) {
            kept.take(serde_json::from_str(line).map_err(|error| error.to_string())?, at, &mut reader)?;
        }
        if kept.entries < entries_of(path)? {
            return Err("the file is cut".to_owned());
        }
        Ok(kept)
    }

    /// Begins the file anew with the tables at a checkpoint.
    pub(super) fn begin(path: &Path, tables: &Dictionary, at: &Checkpoint) -> Result<Self, StateError> {
        let content =
            |error: serde_json::Error| StateError::Content { path: path.to_owned(), what: error.to_string() };
        let base = Base {
            version: VERSION,
            at: at.clone(),
            tables: tables.tables().count(),
            server: tables.kept_server(),
        };
        let base = serde_json::to_string(&base).map_err(content)?;
        let mut lines = vec![base];
        for (name, known) in tables.tables() {
            lines.push(Dictionary::kept_table(name, known).map_err(content)?);
        }
        let text = lines.join("\n") + "\n";
        // A count that is too low is none that a cut is known by; one that is too high would take a whole file for a cut one.
        keep_entries(path, 0)?;
        replace(path, text.as_bytes(), "state.shapes")?;
        Self::open(path, 0, HashSet::new())
    }

    /// Goes on with the file that these were read from; anew where it has grown too long.
    pub(super) fn go_on(path: &Path, kept: &KeptShapes, at: &Checkpoint) -> Result<Self, StateError> {
        if kept.entries > ENTRIES_MAX {
            return Self::begin(path, &kept.dictionary, at);
        }
        cut_torn_line(path)?;
        Self::open(path, kept.entries, kept.there.clone())
    }

    fn open(path: &Path, entries: usize, there: HashSet<Place>) -> Result<Self, StateError> {
        let opened = OpenOptions::new().append(true).open(path);
        let file = opened.map_err(|source| StateError::io("open", path, source))?;
        Ok(Self { file, path: path.to_owned(), entries, there })
    }

    /// Writes down a statement; durable when this returns.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn statement(
        &mut self,
        transaction: &Transaction,
        position: &BinlogPosition,
        session: &Session<'_>,
        sql: &str,
    ) -> Result<(), StateError> {
        let place = Place::of(transaction, position.clone());
        if self.there.contains(&place) {
            return Ok(());
        }
        let (database, sql) = (session.database.to_owned(), sql.to_owned());
        let statement = Statement { database, session: session.without_database(), sql };
        self.append(&Entry { place, statement: Some(statement), table: None })
    }

    /// Writes down what became known of a table; durable when this returns.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn table(
        &mut self,
        transaction: &Transaction,
        position: &BinlogPosition,
        name: &TableName,
        known: &Known,
    ) -> Result<(), StateError> {
        let content = |error: serde_json::Error| StateError::Content {
            path: self.path.clone(),
            what: error.to_string(),
        };
        let line = Dictionary::kept_table(name, known).map_err(content)?;
        let table = RawValue::from_string(line).map_err(content)?;
        let place = Place::of(transaction, position.clone());
        self.append(&Entry { place, statement: None, table: Some(table) })
    }

    fn append(&mut self, entry: &Entry) -> Result<(), StateError> {
        let mut line = serde_json::to_vec(entry)
            .map_err(|error| StateError::Content { path: self.path.clone(), what: error.to_string() })?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.map_err(|source| StateError::io("append to", &self.path, source))?;
        self.entries = self.entries.saturating_add(1);
        keep_entries(&self.path, self.entries)
    }
}

impl KeptShapes {
    fn take(&mut self, entry: Entry, at: Option<&Checkpoint>, reader: &mut KeptReader) -> Result<(), String> {
        self.entries = self.entries.saturating_add(1);
        let is_before = at.is_none_or(|at| entry.place.is_before(at));
        if !is_before {
            if entry.statement.is_some() {
                self.there.insert(entry.place);
            }
            return Ok(());
        }
        self.server_uuid = entry.place.server_uuid;
        if let Some(Statement { database, session, sql }) = entry.statement {
            self.dictionary.apply(&Session { database: &database, ..session }, &sql);
        }
        if let Some(table) = entry.table {
            let (name, known) = reader.table(&self.dictionary.server().clone(), table.get())?;
            self.dictionary.restore(name, known);
        }
        Ok(())
    }
}

/// Where it is kept how many lines there are.
fn count_path(path: &Path) -> PathBuf {
    path.with_extension("count")
}

fn keep_entries(path: &Path, entries: usize) -> Result<(), StateError> {
    replace(&count_path(path), format!("{entries}\n").as_bytes(), "state.shapes.count")
}

fn entries_of(path: &Path) -> Result<usize, String> {
    let text =
        fs::read_to_string(count_path(path)).map_err(|error| format!("how many lines it has: {error}"))?;
    text.trim().parse().map_err(|_| "it is not known how many lines it has".to_owned())
}

/// A line without its end is what a crash left: what it said comes again.
fn cut_torn_line(path: &Path) -> Result<(), StateError> {
    let bytes = fs::read(path).map_err(|source| StateError::io("read", path, source))?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    if whole == bytes.len() {
        return Ok(());
    }
    let cut = OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(whole as u64));
    cut.map_err(|source| StateError::io("cut", path, source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use becauselog_model::{CHECKPOINT_VERSION, Flavor, GtidSet};
    use becauselog_schema::ServerFacts;

    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn at(last: u64) -> Checkpoint {
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: Some(UUID.parse().unwrap()),
            gtids: if last == 0 { GtidSet::new() } else { format!("{UUID}:1-{last}").parse().unwrap() },
            position: format!("bin.000001:{}", last * 100 + 50).parse().unwrap(),
        }
    }

    fn transaction(number: u64) -> Transaction {
        Transaction {
            gtid: Some(format!("{UUID}:{number}").parse().unwrap()),
            server_uuid: Some(UUID.parse().unwrap()),
            begin: format!("bin.000001:{}", number * 100).parse().unwrap(),
            thread_id: None,
            original_commit_us: None,
            immediate_commit_us: None,
        }
    }

    fn columns(kept: Result<KeptShapes, String>) -> usize {
        kept.unwrap().dictionary.table(&TableName::new("shop", "t")).map_or(0, |table| table.columns.len())
    }

    /// A file with a table at transaction 3, and a column more by each of the next three.
    fn file(path: &Path) -> ShapeJournal {
        let session = Session { database: "shop", ..Session::default() };
        let mut tables = Dictionary::new(ServerFacts::of_version("8.0.12"));
        assert_eq!(tables.apply(&session, "CREATE TABLE t (a INT)").doubt, None);
        let mut journal = ShapeJournal::begin(path, &tables, &at(3)).unwrap();
        for number in 4..7 {
            let sql = format!("ALTER TABLE t ADD c{number} INT");
            let transaction = transaction(number);
            journal.statement(&transaction, &transaction.begin, &session, &sql).unwrap();
        }
        journal
    }

    #[test]
    fn tables_are_as_they_were_at_each_position() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shapes.jsonl");
        assert!(ShapeJournal::read(&path, Some(&at(3))).unwrap_err().contains("none are kept"));
        drop(file(&path));
        for last in 3..8 {
            assert_eq!(
                columns(ShapeJournal::read(&path, Some(&at(last)))),
                usize::try_from(last.min(6)).unwrap() - 2
            );
        }
        assert_eq!(columns(ShapeJournal::read(&path, None)), 4);
        assert!(ShapeJournal::read(&path, Some(&at(2))).unwrap_err().contains("later"));
        let by_place = Checkpoint { gtids: GtidSet::new(), ..at(5) };
        assert_eq!(columns(ShapeJournal::read(&path, Some(&by_place))), 3);
        let other = Checkpoint { flavor: Flavor::MariaDb, ..at(5) };
        assert!(ShapeJournal::read(&path, Some(&other)).unwrap_err().contains("family"));
    }

    #[test]
    fn what_comes_again_is_written_once_and_what_was_cut_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shapes.jsonl");
        drop(file(&path));
        let whole = fs::read(&path).unwrap();
        let kept = ShapeJournal::read(&path, Some(&at(4))).unwrap();
        let mut journal = ShapeJournal::go_on(&path, &kept, &at(4)).unwrap();
        let session = Session { database: "shop", ..Session::default() };
        for number in [5, 6] {
            let transaction = transaction(number);
            journal
                .statement(&transaction, &transaction.begin, &session, "ALTER TABLE t ADD again INT")
                .unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), whole);
        let known = kept.dictionary.known(&TableName::new("shop", "t")).unwrap().clone();
        journal
            .table(&transaction(7), &"bin.000001:700".parse().unwrap(), &TableName::new("shop", "u"), &known)
            .unwrap();
        let read = ShapeJournal::read(&path, Some(&at(7))).unwrap();
        assert!(read.dictionary.table(&TableName::new("shop", "u")).is_some());
        // A torn line without its count is what a crash leaves; one that was counted was there.
        fs::write(&path, [&whole[..], b"{\"place\""].concat()).unwrap();
        keep_entries(&path, 3).unwrap();
        let torn = ShapeJournal::read(&path, Some(&at(6))).unwrap();
        drop(ShapeJournal::go_on(&path, &torn, &at(6)).unwrap());
        assert_eq!(fs::read(&path).unwrap(), whole);
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        fs::write(&path, lines[..lines.len() - 1].concat()).unwrap();
        assert!(ShapeJournal::read(&path, Some(&at(6))).unwrap_err().contains("cut"));
        fs::write(&path, lines[..1].concat()).unwrap();
        assert!(ShapeJournal::read(&path, Some(&at(6))).unwrap_err().contains("cut"));
    }
}
