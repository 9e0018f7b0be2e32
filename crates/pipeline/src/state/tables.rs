//! The tables that are followed by statements, as they are at a position: how they were when the last run began, and each
//! statement since.
//!
//! The file's first line is the tables at a checkpoint, each other line a statement of the log. A line is written and synced
//! before the statement is told of, so that what is behind a checkpoint is always here. A line beyond the checkpoint comes again
//! with the log, and is left out.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use becauselog_format::{DeclaredTables, SqlMode};
use becauselog_model::{BinlogPosition, Checkpoint, Transaction};
use serde::{Deserialize, Serialize};

use super::{
    error::StateError,
    files::replace,
    place::{Place, is_not_after},
};

const VERSION: u32 = 1;

/// A file of tables, open for more statements.
#[derive(Debug)]
pub struct TableJournal {
    file: File,
    path: PathBuf,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Base<T> {
    version: u32,
    at: Checkpoint,
    tables: T,
}

/// Any other line.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    place: Place,
    database: String,
    sql_mode: u64,
    sql: String,
}

impl TableJournal {
    /// The tables at a checkpoint; nothing where the file does not tell, and why.
    pub(super) fn read(path: &Path, at: &Checkpoint) -> Result<DeclaredTables, String> {
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "none are kept yet".to_owned(),
            _ => error.to_string(),
        })?;
        let mut lines = text.split_inclusive('\n');
        let first = lines.next().unwrap_or_default();
        let base: Base<DeclaredTables> = serde_json::from_str(first).map_err(|error| error.to_string())?;
        if base.version != VERSION {
            return Err(format!("they are kept in version {}, and this one knows {VERSION}", base.version));
        }
        if !is_not_after(&base.at, at) {
            return Err("those that are kept are of a later position".to_owned());
        }
        let mut tables = base.tables;
        // The last line may be torn: what it said comes again.
        for line in lines.filter(|line| line.ends_with('\n')) {
            let entry: Entry = serde_json::from_str(line).map_err(|error| error.to_string())?;
            if entry.place.is_before(at) {
                let _told = tables.apply(&entry.database, &entry.sql, SqlMode::of_sql_mode(entry.sql_mode));
            }
        }
        Ok(tables)
    }

    /// Begins the file anew with the tables at a checkpoint.
    pub(super) fn begin(path: &Path, tables: &DeclaredTables, at: &Checkpoint) -> Result<Self, StateError> {
        let base = Base { version: VERSION, at: at.clone(), tables };
        let mut line = serde_json::to_vec(&base)
            .map_err(|error| StateError::Content { path: path.to_owned(), what: error.to_string() })?;
        line.push(b'\n');
        replace(path, &line, "state.tables")?;
        let opened = OpenOptions::new().append(true).open(path);
        let file = opened.map_err(|source| StateError::io("open", path, source))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes down a statement; durable when this returns.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn append(
        &mut self,
        transaction: &Transaction,
        position: BinlogPosition,
        database: &str,
        sql_mode: u64,
        sql: &str,
    ) -> Result<(), StateError> {
        let entry = Entry {
            place: Place::of(transaction, position),
            database: database.to_owned(),
            sql_mode,
            sql: sql.to_owned(),
        };
        let mut line = serde_json::to_vec(&entry)
            .map_err(|error| StateError::Content { path: self.path.clone(), what: error.to_string() })?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.map_err(|source| StateError::io("append to", &self.path, source))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::{CHECKPOINT_VERSION, Flavor, GtidSet, TableName};

    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn at(last: u64, pos: u64) -> Checkpoint {
        let gtids = if last == 0 { GtidSet::new() } else { format!("{UUID}:1-{last}").parse().unwrap() };
        let position = format!("bin.000001:{pos}").parse().unwrap();
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: Some(UUID.parse().unwrap()),
            gtids,
            position,
        }
    }

    fn transaction(number: Option<u64>) -> Transaction {
        Transaction {
            gtid: number.map(|number| format!("{UUID}:{number}").parse().unwrap()),
            server_uuid: Some(UUID.parse().unwrap()),
            begin: "bin.000001:4".parse().unwrap(),
            thread_id: None,
            original_commit_us: None,
            immediate_commit_us: None,
        }
    }

    fn columns(tables: &DeclaredTables) -> usize {
        tables.table(&TableName::new("shop", "t")).map_or(0, |table| table.column_count())
    }

    #[test]
    fn tables_are_as_they_were_at_a_checkpoint() {
        for gtids in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("tables.jsonl");
            assert!(TableJournal::read(&path, &at(3, 300)).is_err());
            let mut tables = DeclaredTables::new("utf8mb4");
            tables.learn("shop", "CREATE TABLE t (a INT)");
            let last = |number| if gtids { number } else { 0 };
            let mut journal = TableJournal::begin(&path, &tables, &at(last(3), 300)).unwrap();
            for number in 4..7 {
                let sql = format!("ALTER TABLE t ADD c{number} INT");
                let position = format!("bin.000001:{}", number * 100).parse().unwrap();
                journal.append(&transaction(gtids.then_some(number)), position, "shop", 0, &sql).unwrap();
            }
            let read = |number: u64, pos| {
                TableJournal::read(&path, &at(last(number), pos)).map(|tables| columns(&tables))
            };
            assert_eq!(read(3, 300), Ok(1));
            assert_eq!(read(5, 550), Ok(3));
            assert_eq!(read(6, 700), Ok(4));
            assert!(read(2, 200).unwrap_err().contains("later"));
            // A torn line is none.
            let whole = fs::read(&path).unwrap();
            fs::write(&path, &whole[..whole.len() - 5]).unwrap();
            assert_eq!(read(6, 700), Ok(3));
            fs::write(&path, "{\"version\":9}\n").unwrap();
            assert!(read(6, 700).is_err());
        }
    }
}
