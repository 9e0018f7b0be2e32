//! Leaves out the row events of a group that a ROLLBACK TO a savepoint undid.

use std::{io, ops::Range, vec::IntoIter};

use becauselog_binlog::event::Event;

use super::GroupEvents;

/// A group's events without some of its row events, told by their number among the group's row events, from 0.
#[derive(Debug)]
pub struct WithoutUndone {
    events: GroupEvents,
    undone: IntoIter<Range<u64>>,
    /// The first range that is not passed yet.
    range: Option<Range<u64>>,
    /// The number of the next row event.
    next: u64,
}

impl WithoutUndone {
    /// Leaves out `undone`, which is sorted and disjoint.
    #[must_use]
    pub fn new(events: GroupEvents, undone: Vec<Range<u64>>) -> Self {
        let mut undone = undone.into_iter();
        let range = undone.next();
        Self { events, undone, range, next: 0 }
    }

    fn is_undone(&mut self, event: &Event) -> bool {
        if !event.kind().is_rows() {
            return false;
        }
        let number = self.next;
        self.next += 1;
        while self.range.as_ref().is_some_and(|range| range.end <= number) {
            self.range = self.undone.next();
        }
        self.range.as_ref().is_some_and(|range| range.contains(&number))
    }
}

impl Iterator for WithoutUndone {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.events.next()? {
                Ok(event) if self.is_undone(&event) => {}
                other => return Some(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use becauselog_binlog::event::{EventFlags, EventHeader, EventKind};
    use bytes::Bytes;

    use super::*;

    fn event(kind: EventKind, number: u64) -> Event {
        Event {
            header: EventHeader {
                timestamp_s: 0,
                kind,
                server_id: 7,
                event_size: 19,
                log_pos: 1,
                flags: EventFlags(0),
            },
            file: "bin.000009".into(),
            start: number,
            end: number + 1,
            nested: false,
            body: Bytes::new(),
        }
    }

    #[test]
    fn only_row_events_count_and_only_those_undone_are_left_out() {
        let kinds = [EventKind::TABLE_MAP, EventKind::WRITE_ROWS, EventKind::QUERY, EventKind::UPDATE_ROWS];
        let events: Vec<Event> = (0..20).zip(kinds.iter().cycle()).map(|(n, kind)| event(*kind, n)).collect();
        let without = WithoutUndone::new(GroupEvents::Memory(events.into_iter()), vec![1..3, 5..6, 7..9]);
        let left: Vec<u64> = without.map(|event| event.unwrap().start).collect();
        assert_eq!(left, [0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 13, 14, 16, 18, 19]);
    }
}
