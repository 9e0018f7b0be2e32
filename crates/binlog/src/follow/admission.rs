//! May this server be followed, and from where? Checked on every connection, before the dump is asked for.

use becauselog_model::{Checkpoint, Flavor, GtidSet};
use tracing::warn;

use super::{
    error::FollowError,
    facts::{LogFile, ServerFacts},
    place::Place,
    shown::Shown,
};

/// The server must be of the family that is meant, if one is.
pub(crate) fn check_flavor(
    facts: &ServerFacts,
    meant: Option<Flavor>,
    by: &'static str,
) -> Result<(), FollowError> {
    let found = facts.version.flavor;
    match meant.filter(|meant| *meant != found) {
        Some(meant) => Err(FollowError::OtherFlavor { server: facts.address.clone(), found, meant, by }),
        None => Ok(()),
    }
}

/// What every server must have.
pub(crate) fn check_server(facts: &ServerFacts, server_id: u32) -> Result<(), FollowError> {
    let server = || facts.address.clone();
    if !facts.log_bin {
        return Err(FollowError::BinlogOff { server: server() });
    }
    if !facts.binlog_format.eq_ignore_ascii_case("ROW") {
        return Err(FollowError::FormatNotRow { server: server(), format: facts.binlog_format.clone() });
    }
    if facts.server_id == server_id {
        let by = "it is the server's own".to_owned();
        return Err(FollowError::ServerIdClash { server: server(), server_id, by });
    }
    Ok(())
}

/// Where to go on from a place on this server: the place itself, or by positions where it has no GTIDs any more.
pub(crate) fn check_place(
    facts: &ServerFacts,
    files: &[LogFile],
    place: &Place,
) -> Result<Place, FollowError> {
    check_flavor(facts, Some(place.flavor), "the checkpoint")?;
    match &place.gtids {
        Some(gtids) if facts.has_gtids() => {
            check_gtids(facts, gtids, place.server_uuid)?;
            Ok(place.clone())
        }
        Some(_) if place.has_position() && is_same_server(facts, place) => {
            warn!(server = %facts.address, gtid_mode = facts.gtid_mode.as_deref().unwrap_or("none"), position = %place.position,
                "this server has no GTIDs any more: going on by file and position, which holds on this server only");
            check_position(facts, files, place)?;
            Ok(Place { gtids: None, ..place.clone() })
        }
        Some(_) => {
            let mode = facts.gtid_mode.clone().unwrap_or_else(|| "none".to_owned());
            Err(FollowError::GtidModeOff { server: facts.address.clone(), mode })
        }
        None => {
            check_position(facts, files, place)?;
            Ok(place.clone())
        }
    }
}

/// A checkpoint as a place: without GTIDs where it was made without. Every transaction of MariaDB has one.
pub(crate) fn place_of(checkpoint: &Checkpoint) -> Place {
    let has_gtids = checkpoint.flavor == Flavor::MariaDb || !checkpoint.gtids.is_empty();
    Place {
        flavor: checkpoint.flavor,
        server_uuid: checkpoint.server_uuid,
        gtids: has_gtids.then(|| checkpoint.gtids.clone()),
        position: checkpoint.position.clone(),
    }
}

fn is_same_server(facts: &ServerFacts, place: &Place) -> bool {
    facts.uuid.is_some() && facts.uuid == place.server_uuid
}

/// Ours must be among the executed, and the purged among ours.
pub(crate) fn check_gtids(
    facts: &ServerFacts,
    ours: &GtidSet,
    seen_on: Option<becauselog_model::ServerUuid>,
) -> Result<(), FollowError> {
    let server = facts.address.clone();
    // A server of MariaDB whose log began later gives what comes after a position that it has applied itself.
    let lacking = ours.subtract(&facts.executed).subtract(&facts.applied);
    if !lacking.is_empty() {
        return Err(match facts.uuid {
            Some(uuid) if facts.uuid == seen_on => FollowError::Lost { server, uuid, missing: lacking },
            _ => FollowError::Behind { server, missing: lacking },
        });
    }
    let missing = facts.purged.subtract(ours);
    if missing.is_empty() { Ok(()) } else { Err(FollowError::Purged { server, missing }) }
}

/// The position must be of this server, in a file that it has, and not behind the file's end.
pub(crate) fn check_position(
    facts: &ServerFacts,
    files: &[LogFile],
    place: &Place,
) -> Result<(), FollowError> {
    let server = facts.address.clone();
    let position = place.position.clone();
    if place.server_uuid.is_some() && facts.uuid != place.server_uuid {
        let text = |uuid: Option<becauselog_model::ServerUuid>| {
            uuid.map_or_else(|| "unknown".to_owned(), |uuid| uuid.to_string())
        };
        let (found, expected) = (text(facts.uuid), text(place.server_uuid));
        return Err(FollowError::OtherServer { server, found, expected, position });
    }
    let file = files.iter().find(|file| file.name == position.file);
    match (file, files.first()) {
        (Some(file), _) if position.pos <= file.size => Ok(()),
        (None, Some(first)) if is_older(&position, first) => {
            Err(FollowError::FilePurged { server, position, first: first.name.to_string() })
        }
        _ => {
            let end = facts.end.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            Err(FollowError::PositionUnknown { server, position, end })
        }
    }
}

/// Whether a position is in a file of the same series before `first`.
fn is_older(position: &becauselog_model::BinlogPosition, first: &LogFile) -> bool {
    let series = |name: &str| name.rsplit_once('.').map(|(series, _)| series.to_owned());
    let first = becauselog_model::BinlogPosition { file: first.name.clone(), pos: 4 };
    series(&position.file) == series(&first.file) && *position < first
}

/// Tells of transactions on a server that is new to us that nobody else has.
pub(crate) fn tell_errant(facts: &ServerFacts, ours: &GtidSet, others: &[GtidSet]) {
    let ahead = facts.executed.subtract(ours);
    let alone = others.iter().fold(ahead, |left, other| left.subtract(other));
    let own = of_source(&alone, facts.uuid);
    if own.is_empty() {
        return;
    }
    let asked = others.len();
    warn!(server = %facts.address, transactions = %Shown(&own), other_hosts_asked = asked,
        "the server that is followed now has transactions of its own that no other host was seen to have; \
         if it was not made the primary, they are errant: they are delivered, and the other servers lack them");
}

/// The transactions of one source.
fn of_source(set: &GtidSet, source: Option<becauselog_model::ServerUuid>) -> GtidSet {
    let mut of_source = GtidSet::new();
    for (uuid, tag, intervals) in set.groups().filter(|(uuid, ..)| Some(**uuid) == source) {
        for interval in intervals {
            of_source.insert_interval(*uuid, tag, *interval);
        }
    }
    of_source
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
