//! `delete.tombstone.handling.mode`.

use crate::options::Options;

const OPTION: &str = "delete.tombstone.handling.mode";

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
    /// Reads the option. Those of earlier versions are passed over with a word on it, as the class does without one.
    pub(super) fn read(options: &mut Options) -> Self {
        let modes = ["drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone"];
        let mode = options.choice(OPTION, &modes, "tombstone");
        pass_over_old(options);
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

/// What was meant by the options that this one took the place of.
fn pass_over_old(options: &mut Options) {
    let given = |name| options.given(name).map(str::to_ascii_lowercase);
    let drops = given("drop.tombstones").is_none_or(|drops| drops != "false");
    let rewrites = given("delete.handling.mode").is_some_and(|mode| mode == "rewrite");
    let now = match (rewrites, drops) {
        (true, true) => "rewrite",
        (true, false) => "rewrite-with-tombstone",
        (false, true) => "drop",
        (false, false) => "tombstone",
    };
    for old in ["drop.tombstones", "delete.handling.mode"] {
        options.pass_over(old, &format!("{OPTION} alone counts; what is written here meant {now}"));
    }
}
