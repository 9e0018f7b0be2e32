//! What a crash left, read back. Pure.

use becauselog_model::StoredPosition;

use super::{journal::Entry, sidecar::Base};

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recovered {
    /// What of the data file counts; the rest is cut off.
    pub(super) length: u64,
    /// The position there.
    pub(super) stored: StoredPosition,
}

/// Follows the journal from the base for as long as its lines chain, and the data file is as long as they say.
///
/// In the boot that wrote them, lines are as true as the data: both went through the same page cache. After a reboot,
/// whatever came to the disk by itself is in no order, so only what was synced counts.
pub(super) fn follow(base: &Base, mut lines: Vec<Entry>, data_length: u64, same_boot: bool) -> Recovered {
    lines.retain(|line| line.epoch == base.epoch && line.entry > base.entry);
    lines.sort_by_key(|line| line.entry);
    let mut length = base.length;
    let mut next = base.entry.saturating_add(1);
    let chained = lines.iter().take_while(|line| {
        let fits = line.entry == next && line.length >= length && line.length <= data_length;
        length = line.length;
        next = next.saturating_add(1);
        fits
    });
    let mut chained: Vec<&Entry> = chained.collect();
    if !same_boot {
        let synced = chained.iter().rposition(|line| line.synced);
        chained.truncate(synced.map_or(0, |last| last.saturating_add(1)));
    }
    let mut recovered = Recovered { length: base.length, stored: base.stored.clone() };
    for line in chained {
        recovered.length = line.length;
        line.move_on(&mut recovered.stored);
    }
    recovered
}

#[cfg(test)]
mod tests {
    use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Checkpoint, Flavor, GtidSet};

    use super::*;
    use crate::file::sidecar::{Edges, Identity, VERSION};

    fn stored(pos: u64) -> StoredPosition {
        let position = BinlogPosition { file: "bin.000001".into(), pos };
        let (version, flavor) = (CHECKPOINT_VERSION, Flavor::MySql);
        let checkpoint = Checkpoint { version, flavor, server_uuid: None, gtids: GtidSet::new(), position };
        StoredPosition { checkpoint, partial: None }
    }

    fn base() -> Base {
        Base {
            version: VERSION,
            epoch: 5,
            generation: 1,
            length: 100,
            entry: 10,
            boot: String::new(),
            edges: Edges::default(),
            identity: Identity::of(&std::fs::metadata("/").unwrap()),
            first_record_ms: None,
            moving_to: None,
            stored: stored(10),
        }
    }

    fn line(epoch: u64, entry: u64, length: u64) -> Entry {
        let position = BinlogPosition { file: "bin.000001".into(), pos: entry };
        Entry {
            epoch,
            entry,
            length,
            synced: false,
            gtids: GtidSet::new(),
            position,
            server_uuid: None,
            partial: None,
        }
    }

    fn followed(lines: &[Entry], data_length: u64) -> (u64, u64) {
        let found = follow(&base(), lines.to_vec(), data_length, true);
        (found.length, found.stored.checkpoint.position.pos)
    }

    #[test]
    fn lines_are_followed_in_order_wherever_they_are() {
        assert_eq!(followed(&[], 500), (100, 10));
        assert_eq!(followed(&[line(5, 12, 120), line(5, 10, 100), line(5, 11, 110)], 500), (120, 12));
    }

    #[test]
    fn lines_of_another_epoch_are_not_followed() {
        assert_eq!(followed(&[line(4, 11, 110)], 500), (100, 10));
        assert_eq!(followed(&[line(5, 11, 110), line(4, 12, 120), line(6, 12, 130)], 500), (110, 11));
    }

    #[test]
    fn nothing_is_followed_over_a_gap_or_past_the_data() {
        assert_eq!(followed(&[line(5, 11, 110), line(5, 13, 130)], 500), (110, 11));
        assert_eq!(followed(&[line(5, 11, 110), line(5, 12, 120), line(5, 13, 130)], 129), (120, 12));
        assert_eq!(followed(&[line(5, 11, 110), line(5, 12, 120)], 105), (100, 10));
        assert_eq!(followed(&[line(5, 11, 110), line(5, 12, 90), line(5, 13, 130)], 500), (110, 11));
    }
}
