//! `delete.tombstone.handling.mode`.

use crate::options::Options;

/// What becomes of deletes and their tombstones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deletes {
    /// Nothing is left of either.
    Drop,
    /// The delete becomes a null row, the tombstone goes.
    Tombstone,
    /// The row as it was, marked as deleted; the tombstone goes.
    Rewrite,
    /// The same, and the tombstone stays.
    RewriteWithTombstone,
    /// The delete becomes a tombstone, the tombstone goes.
    DeleteToTombstone,
}

impl Deletes {
    /// Reads the option. Those that it took the place of in Debezium 2.5 are refused with what to write now.
    pub(super) fn read(options: &mut Options) -> Self {
        const OPTION: &str = "delete.tombstone.handling.mode";
        let modes = ["drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone"];
        let mode = options.choice(OPTION, &modes, "tombstone");
        refuse_old(options, OPTION);
        match mode {
            "drop" => Self::Drop,
            "rewrite" => Self::Rewrite,
            "rewrite-with-tombstone" => Self::RewriteWithTombstone,
            "delete-to-tombstone" => Self::DeleteToTombstone,
            _ => Self::Tombstone,
        }
    }

    /// Whether rows say whether they were deleted.
    pub(super) fn rewrites(self) -> bool {
        matches!(self, Self::Rewrite | Self::RewriteWithTombstone)
    }

    /// Whether tombstones stay.
    pub(super) fn keeps_tombstones(self) -> bool {
        self == Self::RewriteWithTombstone
    }
}

fn refuse_old(options: &mut Options, option: &str) {
    let drops = options.boolean("drop.tombstones", true);
    let rewrites = options.text("delete.handling.mode").is_some_and(|mode| mode == "rewrite");
    let now = match (rewrites, drops) {
        (true, true) => "rewrite",
        (true, false) => "rewrite-with-tombstone",
        (false, true) => "drop",
        (false, false) => "tombstone",
    };
    for old in ["drop.tombstones", "delete.handling.mode"] {
        if options.has(old) {
            options.fail(old, format!("is of Debezium before 2.5; write {option}={now} instead"));
        }
    }
}
