//! The open transaction: in memory up to a limit, beyond it in an unsynced file.
//!
//! No row leaves before its group's end is seen, so a group has to wait somewhere; memory is the limit plus one event.

pub mod record;
mod spool;
mod undone;

use std::{io, path::PathBuf};

use becauselog_binlog::event::Event;

pub use spool::{SpoolReader, SpoolWriter};
pub use undone::WithoutUndone;

/// The events of one open group.
#[derive(Debug)]
pub struct GroupStore {
    events: Vec<Event>,
    bytes: usize,
    bytes_max: usize,
    folder: PathBuf,
    spool: Option<SpoolWriter>,
}

/// The events of a closed group, in order.
#[derive(Debug)]
pub enum GroupEvents {
    /// From memory.
    Memory(std::vec::IntoIter<Event>),
    /// From the spool.
    Spool(SpoolReader),
    /// Without those that a ROLLBACK TO a savepoint undid.
    WithoutUndone(Box<WithoutUndone>),
}

impl GroupStore {
    /// An empty store that keeps `bytes_max` in memory and the rest in a file in `folder`.
    #[must_use]
    pub const fn new(bytes_max: usize, folder: PathBuf) -> Self {
        Self { events: Vec::new(), bytes: 0, bytes_max, folder, spool: None }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn push(&mut self, event: Event) -> io::Result<()> {
        if let Some(spool) = &mut self.spool {
            return spool.write(&event);
        }
        self.bytes = self.bytes.saturating_add(event.len());
        self.events.push(event);
        if self.bytes > self.bytes_max { self.spill() } else { Ok(()) }
    }

    /// Forgets all events.
    pub fn clear(&mut self) {
        self.events.clear();
        self.bytes = 0;
        self.spool = None;
    }

    /// Whether the group is in a file.
    #[must_use]
    pub const fn is_spooled(&self) -> bool {
        self.spool.is_some()
    }

    /// Hands out the events and is empty again.
    ///
    /// # Errors
    /// When the spool cannot be written to its end or read from its begin.
    pub fn take(&mut self) -> io::Result<GroupEvents> {
        self.bytes = 0;
        Ok(match self.spool.take() {
            Some(spool) => GroupEvents::Spool(spool.into_reader()?),
            None => GroupEvents::Memory(std::mem::take(&mut self.events).into_iter()),
        })
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut spool = SpoolWriter::unnamed(&self.folder)?;
        for event in self.events.drain(..) {
            spool.write(&event)?;
        }
        self.events.shrink_to_fit();
        self.bytes = 0;
        self.spool = Some(spool);
        Ok(())
    }
}

impl Iterator for GroupEvents {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Memory(events) => events.next().map(Ok),
            Self::Spool(spool) => spool.next_event().transpose(),
            Self::WithoutUndone(events) => events.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use becauselog_binlog::event::{EventFlags, EventHeader, EventKind};
    use bytes::Bytes;

    use super::*;

    fn event(number: u32, size: usize) -> Event {
        Event {
            header: EventHeader {
                timestamp_s: number,
                kind: EventKind::TABLE_MAP,
                server_id: 7,
                event_size: 19,
                log_pos: 1,
                flags: EventFlags(3),
            },
            file: "bin.000009".into(),
            start: u64::from(number) << 33,
            end: (u64::from(number) << 33) + 5,
            nested: number.is_multiple_of(2),
            body: Bytes::from(vec![u8::try_from(number % 251).unwrap(); size]),
        }
    }

    #[test]
    fn a_group_over_the_limit_comes_back_from_its_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = GroupStore::new(1000, folder.path().to_owned());
        let sizes = [0, 10, 400, 500, 300_000, 7, 0, 1_000_000];
        let events: Vec<Event> = (1..).zip(sizes).map(|(n, size)| event(n, size)).collect();
        for round in 0..2 {
            for event in &events {
                store.push(event.clone()).unwrap();
            }
            assert!(store.is_spooled(), "round {round}");
            let back: Vec<Event> = store.take().unwrap().map(|event| event.unwrap()).collect();
            assert_eq!(back, events);
            assert!(!store.is_spooled());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn a_small_group_stays_in_memory() {
        let mut store = GroupStore::new(1000, PathBuf::from("/nonexistent"));
        store.push(event(1, 100)).unwrap();
        store.clear();
        store.push(event(2, 100)).unwrap();
        let back: Vec<Event> = store.take().unwrap().map(|event| event.unwrap()).collect();
        assert_eq!(back, [event(2, 100)]);
    }
}
