//! The file of one prepared transaction, and the note of its settlement.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
};

use becauselog_model::{BinlogPosition, Gtid, ServerUuid, Transaction};
use serde::{Deserialize, Serialize};

use super::{Prepared, XaError};
use crate::group::{GroupEvents, SpoolReader, SpoolWriter};

const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u32,
    gtid: Option<String>,
    server_uuid: Option<ServerUuid>,
    begin: BinlogPosition,
    thread_id: Option<u32>,
    original_commit_us: Option<u64>,
    immediate_commit_us: Option<u64>,
    events_bytes: u64,
}

/// What is noted when a prepared transaction is settled: the COMMIT's or ROLLBACK's own group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settlement {
    /// Its GTID.
    pub gtid: Option<String>,
    /// Where it ends.
    pub end: BinlogPosition,
}

impl Settlement {
    pub(super) fn new(gtid: Option<&Gtid>, end: &BinlogPosition) -> Self {
        Self { gtid: gtid.map(ToString::to_string), end: end.clone() }
    }
}

/// Counts and checks what passes to a file.
struct Checked<W> {
    inner: W,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buf)?;
        self.crc.update(&buf[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

pub(super) fn write(path: &Path, transaction: &Transaction, events: GroupEvents) -> io::Result<u64> {
    // The events' length goes before them, so they are laid down first in a file of their own.
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut spool = SpoolWriter::unnamed(folder)?;
    for event in events {
        spool.write(&event?)?;
    }
    let head = Head {
        version: VERSION,
        gtid: transaction.gtid.as_ref().map(ToString::to_string),
        server_uuid: transaction.server_uuid,
        begin: transaction.begin.clone(),
        thread_id: transaction.thread_id,
        original_commit_us: transaction.original_commit_us,
        immediate_commit_us: transaction.immediate_commit_us,
        events_bytes: spool.bytes(),
    };
    let mut out = Checked { inner: File::create(path)?, crc: crc32fast::Hasher::new(), bytes: 0 };
    let mut line = serde_json::to_vec(&head)?;
    line.push(b'\n');
    out.write_all(&line)?;
    let mut laid = spool.finish()?;
    laid.seek(SeekFrom::Start(0))?;
    io::copy(&mut laid, &mut out)?;
    let crc = out.crc.clone().finalize();
    out.inner.write_all(&crc.to_le_bytes())?;
    out.inner.sync_all()?;
    Ok(out.bytes + 4)
}

pub(super) fn read(path: &Path) -> Result<Prepared, XaError> {
    let failed = |source| XaError::Io { path: path.to_owned(), source };
    let damaged = |what| XaError::Damaged { path: path.to_owned(), what };
    let mut file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    let mut crc = Checked { inner: io::sink(), crc: crc32fast::Hasher::new(), bytes: 0 };
    let body = len.checked_sub(4).ok_or_else(|| damaged("too short"))?;
    io::copy(&mut io::Read::take(&mut file, body), &mut crc).map_err(failed)?;
    let mut stored = [0; 4];
    io::Read::read_exact(&mut file, &mut stored).map_err(failed)?;
    if crc.crc.finalize() != u32::from_le_bytes(stored) {
        return Err(damaged("checksum"));
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut line = String::new();
    let mut reader = BufReader::new(&file);
    reader.read_line(&mut line).map_err(failed)?;
    let head: Head = serde_json::from_str(&line).map_err(|_| damaged("head"))?;
    if head.version != VERSION {
        return Err(damaged("version"));
    }
    file.seek(SeekFrom::Start(line.len() as u64)).map_err(failed)?;
    let gtid = head.gtid.map(|text| text.parse()).transpose().map_err(|_| damaged("gtid"))?;
    let events = SpoolReader::over(file, head.events_bytes, head.begin.file.clone());
    let transaction = Transaction {
        gtid,
        server_uuid: head.server_uuid,
        begin: head.begin,
        thread_id: head.thread_id,
        original_commit_us: head.original_commit_us,
        immediate_commit_us: head.immediate_commit_us,
    };
    Ok(Prepared { transaction, events: GroupEvents::Spool(events) })
}
