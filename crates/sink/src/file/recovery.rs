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
