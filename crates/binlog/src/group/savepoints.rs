//! Savepoints of the open group: which of its row events a ROLLBACK TO undid.

use std::ops::Range;

use super::{error::GroupFault, mark::Mark};

/// The savepoints that are set, each with how many row events came before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Savepoints {
    set: Vec<(Vec<u8>, u64)>,
    row_events: u64,
    undone: Vec<Range<u64>>,
}

impl Savepoints {
    pub(super) fn count_row_event(&mut self) {
        self.row_events = self.row_events.saturating_add(1);
    }

    /// The row events that never happened.
    pub(super) fn undone(&self) -> &[Range<u64>] {
        &self.undone
    }

    /// SAVEPOINT: one of the same name is gone.
    pub(super) fn set(&mut self, name: Vec<u8>) -> Mark {
        self.set.retain(|(other, _)| *other != name);
        self.set.push((name, self.row_events));
        Mark::Member
    }

    /// RELEASE SAVEPOINT: those after it are gone as well. One that is not known changes nothing.
    pub(super) fn release(&mut self, name: &[u8]) -> Mark {
        if let Some(index) = self.find(name) {
            self.set.truncate(index);
        }
        Mark::Member
    }

    /// ROLLBACK TO: what came after the savepoint is undone; it stays, those after it are gone.
    pub(super) fn roll_back_to(&mut self, name: &[u8]) -> Result<Mark, GroupFault> {
        let index = self.find(name).ok_or(GroupFault::Savepoint)?;
        self.set.truncate(index.saturating_add(1));
        let since = self.set.last().map_or(0, |(_, row_events)| *row_events);
        self.undone.retain(|range| range.start < since);
        if since < self.row_events {
            self.undone.push(since..self.row_events);
        }
        Ok(Mark::Member)
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        self.set.iter().position(|(other, _)| other == name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]
    use super::*;

    fn with_rows(savepoints: &mut Savepoints, count: u64) {
        (0..count).for_each(|_| savepoints.count_row_event());
    }

    #[test]
    fn rows_between_a_savepoint_and_the_rollback_to_it_are_undone() {
        let mut savepoints = Savepoints::default();
        with_rows(&mut savepoints, 2);
        savepoints.set(b"a".to_vec());
        with_rows(&mut savepoints, 1);
        savepoints.set(b"b".to_vec());
        with_rows(&mut savepoints, 1);
        savepoints.roll_back_to(b"b").unwrap();
        assert_eq!(savepoints.undone(), [3..4]);
        with_rows(&mut savepoints, 3);
        savepoints.roll_back_to(b"b").unwrap();
        assert_eq!(savepoints.undone(), [3..7]);
        savepoints.roll_back_to(b"a").unwrap();
        assert_eq!(savepoints.undone(), [2..7]);
        assert!(matches!(savepoints.roll_back_to(b"b"), Err(GroupFault::Savepoint)));
        with_rows(&mut savepoints, 1);
        savepoints.roll_back_to(b"a").unwrap();
        assert_eq!(savepoints.undone(), [2..8]);
    }

    #[test]
    fn a_savepoint_set_again_or_released_is_not_the_old_one() {
        let mut savepoints = Savepoints::default();
        savepoints.set(b"a".to_vec());
        with_rows(&mut savepoints, 1);
        savepoints.set(b"a".to_vec());
        savepoints.roll_back_to(b"a").unwrap();
        assert!(savepoints.undone().is_empty());
        savepoints.release(b"a");
        savepoints.release(b"a");
        assert!(savepoints.roll_back_to(b"a").is_err());
    }
}
