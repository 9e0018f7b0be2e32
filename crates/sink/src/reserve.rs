//! Disk blocks asked for ahead of the writes that fill them.
//!
//! ext4 looks for each block of four KiB as it is written; asked for eight MiB at a time, the same writes take about half
//! the system's time, and a crowded machine slows them far less. Other file systems do this by themselves or pay for it
//! otherwise (compression), so they are left alone.

use std::fs::File;

use rustix::fs::{FallocateFlags, fallocate, fstatfs};

/// How much is asked for at once. A file that has not got so much yet asks for nothing.
const STEP: u64 = 8 << 20;
const EXT4: u64 = 0xef53;

/// What was asked for beyond the end of a file that is written from front to back. The file's length never shows it.
#[derive(Debug, Default)]
pub struct Reserve {
    /// One past the last byte that was asked for.
    end: u64,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The file system was not looked at.
    #[default]
    Unknown,
    On,
    Off,
}

impl Reserve {
    /// Asks for more where `len` bytes at `at` are about to be written. That there is none is not told here: the write
    /// finds out.
    pub fn before_write(&mut self, file: &File, at: u64, len: usize) {
        let until = at.saturating_add(len as u64);
        if until < STEP || until <= self.end || self.state == State::Off {
            return;
        }
        if self.state == State::Unknown && fstatfs(file).is_ok_and(|about| about.f_type as u64 == EXT4) {
            self.state = State::On;
        }
        let from = self.end.max(at);
        let more = until.saturating_sub(from).max(STEP);
        match self.state {
            State::On if fallocate(file, FallocateFlags::KEEP_SIZE, from, more).is_ok() => {
                self.end = from.saturating_add(more);
            }
            _ => self.give_back(file, at),
        }
    }

    /// Asks for nothing any more, and gives back what is beyond `length`, where the file ends.
    pub fn give_back(&mut self, file: &File, length: u64) {
        self.state = State::Off;
        if self.end > length && file.metadata().is_ok_and(|about| about.len() == length) {
            // What cannot be given back is so when the file is next opened or removed.
            let _given_back = file.set_len(length);
        }
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};

    use super::*;

    #[test]
    fn what_is_asked_for_is_given_back_and_the_length_never_shows_it() {
        let file = tempfile::tempfile().unwrap();
        let mut reserve = Reserve::default();
        let chunk = vec![b'x'; 1 << 20];
        let mut at = 0;
        for _ in 0..20 {
            reserve.before_write(&file, at, chunk.len());
            file.write_all_at(&chunk, at).unwrap();
            at += chunk.len() as u64;
            assert_eq!(file.metadata().unwrap().len(), at);
        }
        reserve.give_back(&file, at);
        file.sync_all().unwrap();
        let about = file.metadata().unwrap();
        assert_eq!(about.len(), at);
        assert!(about.blocks() * 512 <= at + 65_536, "{} blocks", about.blocks());
        reserve.before_write(&file, at, 1);
        assert_eq!(reserve.end, 0, "off for good");
    }

    #[test]
    fn a_short_file_asks_for_nothing() {
        let file = tempfile::tempfile().unwrap();
        let mut reserve = Reserve::default();
        reserve.before_write(&file, 0, 1 << 20);
        assert_eq!((reserve.end, reserve.state), (0, State::Unknown));
    }
}
