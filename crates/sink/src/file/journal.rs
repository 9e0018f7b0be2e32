//! One short line a batch: how long the data file is after it, and the position there.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use becauselog_model::{BinlogPosition, GtidSet, PartialTransaction, Progress, ServerUuid, StoredPosition};
use serde::{Deserialize, Serialize};

use super::sidecar::MODE;
use crate::failpoint::{armed, failpoint};

/// One batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) epoch: u64,
    /// Counts the batches of an epoch without a gap.
    pub(super) entry: u64,
    /// The data file's length after it.
    pub(super) length: u64,
    /// The data was synced before this line was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) synced: bool,
    /// The transactions that end in it.
    pub(super) gtids: GtidSet,
    pub(super) position: BinlogPosition,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) server_uuid: Option<ServerUuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) partial: Option<PartialTransaction>,
}

impl Entry {
    pub(super) fn new(epoch: u64, entry: u64, length: u64, synced: bool, progress: &Progress) -> Self {
        Self {
            epoch,
            entry,
            length,
            synced,
            gtids: progress.gtids.clone(),
            position: progress.position.clone(),
            server_uuid: progress.server_uuid,
            partial: progress.partial.clone(),
        }
    }

    /// Moves a position on by this batch.
    pub(super) fn move_on(&self, stored: &mut StoredPosition) {
        stored.checkpoint.gtids.extend(&self.gtids);
        stored.checkpoint.position.clone_from(&self.position);
        stored.checkpoint.server_uuid = self.server_uuid;
        stored.partial.clone_from(&self.partial);
    }

    /// `crc json\n`, into a reused buffer.
    pub(super) fn write_line(&self, line: &mut Vec<u8>) -> io::Result<()> {
        line.clear();
        line.extend_from_slice(&[b' '; CRC_BYTES]);
        serde_json::to_writer(&mut *line, self)?;
        let crc = format!("{:08x}", crc32fast::hash(line.get(CRC_BYTES..).unwrap_or_default()));
        for (place, digit) in line.iter_mut().zip(crc.bytes()) {
            *place = digit;
        }
        line.push(b'\n');
        Ok(())
    }

    fn read_line(line: &[u8]) -> Option<Self> {
        let (crc, json) = line.split_at_checked(CRC_BYTES)?;
        let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?.trim_end(), 16).ok()?;
        (crc == crc32fast::hash(json)).then(|| serde_json::from_slice(json).ok()).flatten()
    }
}

/// Eight digits and a space.
const CRC_BYTES: usize = 9;

/// The whole lines at the beginning; what comes after the first that is not whole means nothing.
pub(super) fn read_lines(bytes: &[u8]) -> Vec<Entry> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.map_while(|line| Entry::read_line(line.strip_suffix(b"\n")?)).collect()
}

/// Two files used in turn: while a sync is under way, lines go to the one, and the other holds what the sync covers.
#[derive(Debug)]
pub(super) struct Journal {
    files: [(PathBuf, File); 2],
    current: usize,
    length: u64,
}

impl Journal {
    /// Opens both without a change to them.
    pub(super) fn open(paths: [PathBuf; 2]) -> Result<Self, (PathBuf, io::Error)> {
        let open = |path: PathBuf| match open_journal(&path) {
            Ok(file) => Ok((path, file)),
            Err(error) => Err((path, error)),
        };
        let [first, second] = paths;
        Ok(Self { files: [open(first)?, open(second)?], current: 0, length: 0 })
    }

    /// What both hold.
    pub(super) fn read(&self) -> Result<Vec<Entry>, (PathBuf, io::Error)> {
        let mut entries = Vec::new();
        for (path, _) in &self.files {
            let bytes = std::fs::read(path).map_err(|error| (path.clone(), error))?;
            entries.extend(read_lines(&bytes));
        }
        Ok(entries)
    }

    /// The file that lines go to.
    pub(super) fn path(&self) -> &Path {
        &self.now().0
    }

    /// How long it is.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Appends a line in one call. A line that fails is taken back.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let file = &self.now().1;
        let written = if armed("sink.file.journal.within_write") {
            let (first, second) = line.split_at(line.len() / 2);
            file.write_all_at(first, self.length).and_then(|()| {
                failpoint("sink.file.journal.within_write");
                file.write_all_at(second, self.length.saturating_add(first.len() as u64))
            })
        } else {
            file.write_all_at(line, self.length)
        };
        if let Err(error) = written {
            file.set_len(self.length)?;
            return Err(error);
        }
        self.length = self.length.saturating_add(line.len() as u64);
        Ok(())
    }

    /// Takes the last line back, which was so long.
    pub(super) fn take_back(&mut self, line: &[u8]) -> io::Result<()> {
        self.length = self.length.saturating_sub(line.len() as u64);
        self.now().1.set_len(self.length)
    }

    /// Makes the lines of the current file durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.now().1.sync_data()
    }

    /// Goes on in the other file, whose lines are all in the base.
    pub(super) fn switch(&mut self) -> io::Result<()> {
        let other = usize::from(self.current == 0);
        if let Some((_, file)) = self.files.get(other) {
            file.set_len(0)?;
        }
        self.current = other;
        self.length = 0;
        Ok(())
    }

    /// Empties both.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        for (_, file) in &self.files {
            file.set_len(0)?;
        }
        self.length = 0;
        Ok(())
    }

    /// Empties both for good, whatever base comes after.
    pub(super) fn reset_durably(&mut self) -> io::Result<()> {
        self.reset()?;
        self.files.iter().try_for_each(|(_, file)| file.sync_all())
    }

    fn now(&self) -> &(PathBuf, File) {
        let [first, second] = &self.files;
        if self.current == 0 { first } else { second }
    }
}

fn open_journal(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(MODE).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64) -> Entry {
        Entry {
            epoch: 3,
            entry: number,
            length: number * 10,
            synced: number.is_multiple_of(2),
            gtids: format!("3e11fa47-71ca-11e1-9e33-c80aa9429562:{number}").parse().unwrap(),
            position: BinlogPosition { file: "bin.000001".into(), pos: number },
            server_uuid: None,
            partial: (number > 1).then(|| PartialTransaction { transaction: "x\n\"".into(), next_index: 7 }),
        }
    }

    #[test]
    fn lines_come_back_whole_or_not_at_all() {
        let (mut all, mut line) = (Vec::new(), Vec::new());
        let mut ends = vec![0];
        for number in 1..=3 {
            entry(number).write_line(&mut line).unwrap();
            all.extend_from_slice(&line);
            ends.push(all.len());
        }
        for cut in 0..=all.len() {
            let whole = ends.iter().filter(|end| **end > 0 && **end <= cut).count();
            let expected: Vec<_> = (1..=whole as u64).map(entry).collect();
            assert_eq!(read_lines(&all[..cut]), expected, "cut at {cut}");
        }
        for at in 0..ends[1] {
            let mut damaged = all.clone();
            damaged[at] ^= 1;
            assert_eq!(read_lines(&damaged), [], "damaged at {at}");
        }
    }
}
