//! The folder of prepared transactions.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use becauselog_binlog::event::Xid;
use becauselog_model::{BinlogPosition, Checkpoint, Gtid, Transaction};

use super::{
    Prepared, XaError, XaLimits,
    file::{self, Settlement},
};
use crate::group::GroupEvents;

const PREPARED: &str = "xa";
const SETTLED: &str = "settled";

/// The store of prepared transactions. At most one of them is open under an xid at a time.
#[derive(Debug)]
pub struct XaStore {
    folder: PathBuf,
    limits: XaLimits,
    /// By the order in which they were prepared.
    held: BTreeMap<u64, Held>,
}

#[derive(Debug)]
struct Held {
    xid: String,
    bytes: u64,
    /// The batch that carries its settlement.
    settled: Option<u64>,
}

impl XaStore {
    /// Opens the folder and keeps what the log from `checkpoint` on can still ask for.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: PathBuf, limits: XaLimits, checkpoint: Option<&Checkpoint>) -> Result<Self, XaError> {
        let failed = |source| XaError::Io { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            match path.extension().and_then(|e| e.to_str()) {
                Some(PREPARED) => found.push(path),
                // The note of rows that are there goes with them. Alone it is what a process that died while it removed
                // both has left; the next transaction of this number and xid must not take it for its own.
                Some(SETTLED) if path.with_extension(PREPARED).exists() => {}
                // Half-written when a process died: never acknowledged, so the log still has it.
                _ => fs::remove_file(&path).map_err(failed)?,
            }
        }
        let mut store = Self { folder, limits, held: BTreeMap::new() };
        for path in found {
            store.adopt(&path, checkpoint)?;
        }
        Ok(store)
    }

    /// How many transactions are prepared and not settled.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.held.values().filter(|held| held.settled.is_none()).count()
    }

    /// Keeps a prepared transaction; durable when this returns.
    ///
    /// # Errors
    /// When a limit is reached or the file cannot be written.
    pub fn prepare(
        &mut self,
        xid: &Xid,
        transaction: &Transaction,
        events: GroupEvents,
    ) -> Result<(), XaError> {
        if self.held.len() >= self.limits.transactions_max {
            return Err(XaError::Full { what: format!("{} transactions", self.limits.transactions_max) });
        }
        let number = self.held.last_key_value().map_or(1, |(number, _)| number.saturating_add(1));
        let xid = xid_name(xid);
        let path = self.path(number, &xid, PREPARED);
        let failed = |source| XaError::Io { path: path.clone(), source };
        let temporary = path.with_extension("tmp");
        let bytes = file::write(&temporary, transaction, events).map_err(failed)?;
        let all = self.held.values().fold(bytes, |sum, held| sum.saturating_add(held.bytes));
        if all > self.limits.bytes_max {
            fs::remove_file(&temporary).map_err(failed)?;
            return Err(XaError::Full { what: format!("{} bytes", self.limits.bytes_max) });
        }
        fs::rename(&temporary, &path).and_then(|()| self.sync_folder()).map_err(failed)?;
        self.held.insert(number, Held { xid, bytes, settled: None });
        Ok(())
    }

    /// What was prepared under this name, for its COMMIT at `position`.
    ///
    /// # Errors
    /// When nothing was, or its file is damaged.
    pub fn prepared(&self, xid: &Xid, position: &BinlogPosition) -> Result<Prepared, XaError> {
        let name = xid_name(xid);
        let number = self.open_number(&name);
        let number =
            number.ok_or_else(|| XaError::Unknown { xid: xid.to_string(), position: position.clone() })?;
        file::read(&self.path(number, &name, PREPARED))
    }

    /// Marks a transaction as settled by the group that has this GTID and ends there; that group is in batch `seq`.
    /// Durable when this returns. A transaction that is not held (rolled back, prepared before the start) is no error.
    ///
    /// # Errors
    /// When the mark cannot be written.
    pub fn settle(
        &mut self,
        xid: &Xid,
        gtid: Option<&Gtid>,
        end: &BinlogPosition,
        seq: u64,
    ) -> Result<(), XaError> {
        let name = xid_name(xid);
        let Some(number) = self.open_number(&name) else { return Ok(()) };
        let path = self.path(number, &name, SETTLED);
        let failed = |source| XaError::Io { path: path.clone(), source };
        let note =
            serde_json::to_vec(&Settlement::new(gtid, end)).map_err(io::Error::from).map_err(failed)?;
        let temporary = path.with_extension("tmp");
        write_synced(&temporary, &note).and_then(|()| fs::rename(&temporary, &path)).map_err(failed)?;
        self.sync_folder().map_err(failed)?;
        if let Some(held) = self.held.get_mut(&number) {
            held.settled = Some(seq);
        }
        Ok(())
    }

    /// Removes what was settled in batches up to `seq`, which are durable.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn durable(&mut self, seq: u64) -> Result<(), XaError> {
        let gone = |held: &Held| held.settled.is_some_and(|settled| settled <= seq);
        let numbers: Vec<u64> =
            self.held.iter().filter(|(_, held)| gone(held)).map(|(number, _)| *number).collect();
        let gone: Vec<(u64, String)> = numbers
            .into_iter()
            .filter_map(|number| self.held.remove(&number).map(|held| (number, held.xid)))
            .collect();
        self.remove(&gone)
    }

    /// Takes over a file from an earlier process, if the log from the checkpoint on can ask for it.
    fn adopt(&mut self, path: &Path, checkpoint: Option<&Checkpoint>) -> Result<(), XaError> {
        let damaged = |what| XaError::Damaged { path: path.to_owned(), what };
        let stem = path.file_stem().and_then(|s| s.to_str()).ok_or_else(|| damaged("its name"))?;
        let (number, xid) = stem.split_once('-').ok_or_else(|| damaged("its name"))?;
        let number: u64 = number.parse().map_err(|_| damaged("its name"))?;
        let note_path = path.with_extension(SETTLED);
        let note: Option<Settlement> = match fs::read(&note_path) {
            Ok(bytes) => {
                Some(serde_json::from_slice(&bytes).map_err(|_| damaged("the note of its settlement"))?)
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(XaError::Io { path: note_path, source }),
        };
        let transaction = file::read(path)?.transaction;
        let prepared_before = passed(checkpoint, transaction.gtid.as_ref(), &transaction.begin);
        let settled_before = match &note {
            Some(note) => {
                let gtid = note
                    .gtid
                    .as_deref()
                    .map(str::parse)
                    .transpose()
                    .map_err(|_| damaged("its settlement"))?;
                checkpoint.is_some_and(|c| covers(c, gtid.as_ref(), &note.end))
            }
            None => false,
        };
        if !prepared_before || settled_before {
            return self.remove(&[(number, xid.to_owned())]);
        }
        if note.is_some() {
            fs::remove_file(&note_path).map_err(|source| XaError::Io { path: note_path, source })?;
        }
        let bytes = fs::metadata(path).map_err(|source| XaError::Io { path: path.to_owned(), source })?.len();
        self.held.insert(number, Held { xid: xid.to_owned(), bytes, settled: None });
        Ok(())
    }

    fn open_number(&self, xid: &str) -> Option<u64> {
        self.held
            .iter()
            .find(|(_, held)| held.settled.is_none() && held.xid == xid)
            .map(|(number, _)| *number)
    }

    /// Removes rows with the notes of their settlement. The rows first, and for good before a note goes: a note without
    /// its rows is nothing, rows without their note would count as prepared still.
    fn remove(&self, gone: &[(u64, String)]) -> Result<(), XaError> {
        if gone.is_empty() {
            return Ok(());
        }
        for (number, xid) in gone {
            remove_if_there(self.path(*number, xid, PREPARED))?;
        }
        self.sync_folder().map_err(|source| XaError::Io { path: self.folder.clone(), source })?;
        for (number, xid) in gone {
            remove_if_there(self.path(*number, xid, SETTLED))?;
        }
        Ok(())
    }

    fn path(&self, number: u64, xid: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{number:016}-{xid}.{kind}"))
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// Whether a PREPARE is before the checkpoint; without one, nothing is.
fn passed(checkpoint: Option<&Checkpoint>, gtid: Option<&Gtid>, begin: &BinlogPosition) -> bool {
    checkpoint.is_some_and(|c| match gtid {
        Some(gtid) => c.gtids.contains(gtid),
        None => *begin < c.position,
    })
}

/// Whether a group that ends there is covered by the checkpoint.
fn covers(checkpoint: &Checkpoint, gtid: Option<&Gtid>, end: &BinlogPosition) -> bool {
    match gtid {
        Some(gtid) => checkpoint.gtids.contains(gtid),
        None => *end <= checkpoint.position,
    }
}

fn remove_if_there(path: PathBuf) -> Result<(), XaError> {
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(XaError::Io { path, source }),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

/// The xid as a part of a file name: 128 bytes at most make 172 characters.
fn xid_name(xid: &Xid) -> String {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", xid.format_id, text(&xid.gtrid), text(&xid.bqual))
}
