//! Where to go on: the lowest position over all sinks.

use becauselog_model::{Checkpoint, StoredPosition};

/// The lowest of the sinks' positions; a sink that keeps none stands at the local checkpoint.
pub(super) fn lowest(stored: &[Option<StoredPosition>], local: Option<Checkpoint>) -> Option<Checkpoint> {
    let positions = stored.iter().map(|stored| stored.as_ref().map(|s| &s.checkpoint).or(local.as_ref()));
    let lowest = positions.flatten().reduce(|low, next| if is_before(next, low) { next } else { low });
    lowest.cloned()
}

/// Whether one checkpoint is before another: by GTIDs where they have any, else by place on the same server.
fn is_before(one: &Checkpoint, other: &Checkpoint) -> bool {
    if one.gtids.is_empty() && other.gtids.is_empty() {
        return one.server_uuid == other.server_uuid && one.position < other.position;
    }
    one.gtids != other.gtids && other.gtids.contains_set(&one.gtids)
}

#[cfg(test)]
mod tests {
    use becauselog_model::{CHECKPOINT_VERSION, Flavor};

    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn at(last: u64) -> Checkpoint {
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: None,
            gtids: format!("{UUID}:1-{last}").parse().unwrap(),
            position: format!("bin.000001:{last}").parse().unwrap(),
        }
    }

    fn stored(last: u64) -> Option<StoredPosition> {
        Some(StoredPosition { checkpoint: at(last), partial: None })
    }

    #[test]
    fn the_sink_that_is_furthest_behind_decides() {
        assert_eq!(lowest(&[stored(9), stored(5), stored(7)], Some(at(8))), Some(at(5)));
        assert_eq!(lowest(&[stored(9), None], Some(at(8))), Some(at(8)));
        assert_eq!(
            lowest(&[stored(9)], Some(at(8))),
            Some(at(9)),
            "the target's position beats the local one"
        );
        assert_eq!(lowest(&[None, None], None), None);
    }
}
