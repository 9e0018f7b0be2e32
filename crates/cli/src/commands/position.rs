//! `position`: the kept position, and the rescue tool that sets it.

use std::{fmt::Write as _, path::PathBuf};

use becauselog_model::{
    BinlogPosition, CHECKPOINT_VERSION, Checkpoint, Flavor, GtidSet, MariaDbGtid, ServerUuid,
};
use becauselog_pipeline::state::{
    PositionChange, position_changes, set_position, show_checkpoint, show_manual_position,
};

use crate::{
    args::{PositionCommand, StateArgs},
    config::{self, Outside, Overrides},
    exit::{Exit, Failure},
    run::state_failure,
};

/// Shows or sets.
pub fn run(command: PositionCommand) -> Result<Exit, Failure> {
    match command {
        PositionCommand::Show { state, json } => show(&state, json),
        PositionCommand::Set { state, to, server_uuid, reason } => {
            set(&state, &to, server_uuid.as_deref(), &reason)
        }
    }
}

/// A state folder and the name of its source.
pub struct State {
    /// Where it is.
    pub dir: PathBuf,
    /// The source's name, for messages.
    pub name: String,
}

/// The folder that is named, else the config's.
pub fn state(args: &StateArgs) -> Result<State, Failure> {
    state_of(&args.config, args.state.as_ref())
}

/// The folder that is named, else that of these files.
pub fn state_of(config: &[PathBuf], state: Option<&PathBuf>) -> Result<State, Failure> {
    if config.is_empty() {
        let Some(dir) = state.cloned() else { return Err(Failure::usage("give -c or --state")) };
        let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(State { dir, name });
    }
    let overrides = Overrides { state: state.cloned(), lenient: true, ..Overrides::default() };
    let plan = config::load(config, &overrides, &Outside::of_process())?;
    Ok(State { dir: plan.state.dir, name: plan.name })
}

fn show(args: &StateArgs, json: bool) -> Result<Exit, Failure> {
    let state = state(args)?;
    let told = |error| state_failure(&error);
    let kept = show_checkpoint(&state.dir).map_err(told)?;
    let waiting = show_manual_position(&state.dir).map_err(told)?;
    let changes = position_changes(&state.dir).map_err(told)?;
    if json {
        let report = serde_json::json!({
            "folder": state.dir, "checkpoint": kept, "set_and_waiting": waiting, "changes": changes,
        });
        println!("{report:#}");
        return Ok(Exit::Ok);
    }
    let mut out = format!("folder     {}\n", state.dir.display());
    match &kept {
        Some(kept) => out.push_str(&checkpoint("kept", kept)),
        None => out.push_str("kept       nothing yet\n"),
    }
    if let Some(waiting) = &waiting {
        out.push_str(&checkpoint("set by hand, for the next run", waiting));
    }
    for change in &changes {
        out.push_str(&changed(change));
    }
    print!("{out}");
    Ok(Exit::Ok)
}

fn checkpoint(title: &str, kept: &Checkpoint) -> String {
    let mut out = format!("{title}\n");
    let gtids = if kept.gtids.is_empty() { "none".to_owned() } else { kept.gtids.to_string() };
    // Writing to a `String` cannot fail.
    let _written = writeln!(out, "  gtids    {gtids}");
    if !kept.position.file.is_empty() {
        let server = kept.server_uuid.map_or_else(String::new, |uuid| format!(" on {uuid}"));
        let _written = writeln!(out, "  position {}{server}", kept.position);
    }
    out
}

fn changed(change: &PositionChange) -> String {
    let at = i64::try_from(change.at_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let at = at.map_or_else(|| change.at_ms.to_string(), |at| at.to_string());
    format!("changed    {at} by user {}: {}\n", change.uid, change.reason)
}

fn set(args: &StateArgs, to: &str, server_uuid: Option<&str>, reason: &str) -> Result<Exit, Failure> {
    let state = state(args)?;
    let kept = show_checkpoint(&state.dir).map_err(|error| state_failure(&error))?;
    let to = read(to, server_uuid, kept.and_then(|kept| kept.server_uuid))?;
    let change = set_position(&state.dir, &state.name, &to, reason).map_err(|error| state_failure(&error))?;
    if let Some(from) = &change.from {
        print!("{}", checkpoint("before", from));
    }
    print!("{}", checkpoint("the next run begins at", &change.to));
    Ok(Exit::Ok)
}

/// A place as people write it, on the server of the kept position.
pub fn place(text: &str, kept: Option<&Checkpoint>) -> Result<Checkpoint, Failure> {
    read(text, None, kept.and_then(|kept| kept.server_uuid))
}

/// A GTID set that is covered, or a place in a server's file.
fn read(to: &str, server_uuid: Option<&str>, known: Option<ServerUuid>) -> Result<Checkpoint, Failure> {
    let first = to.split([':', ',']).next().unwrap_or_default();
    let is_mariadb = MariaDbGtid::is_text(first);
    let by = |server_uuid, gtids, position| Checkpoint {
        version: CHECKPOINT_VERSION,
        flavor: if is_mariadb { Flavor::MariaDb } else { Flavor::MySql },
        server_uuid,
        gtids,
        position,
    };
    if is_mariadb || first.parse::<ServerUuid>().is_ok() {
        if server_uuid.is_some() {
            return Err(Failure::usage(
                "--server-uuid goes with file:pos only: a GTID set holds on every server",
            ));
        }
        let gtids: GtidSet = to.parse().map_err(Failure::usage)?;
        return Ok(by(None, gtids, BinlogPosition { file: "".into(), pos: 0 }));
    }
    let position: BinlogPosition = to.parse().map_err(|_| {
        Failure::usage(format!("{to:?} is neither a GTID set nor file:pos (mysql-bin.000003:4)"))
    })?;
    let given = server_uuid.map(str::parse::<ServerUuid>).transpose().map_err(Failure::usage)?;
    let server = given.or(known).ok_or_else(|| {
        Failure::usage("file:pos counts on one server only: give its --server-uuid (SELECT @@server_uuid)")
    })?;
    Ok(by(Some(server), GtidSet::new(), position))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    #[test]
    fn a_gtid_set_stands_alone_and_a_position_needs_its_server() {
        let set = read(&format!("{UUID}:1-20"), None, None).unwrap();
        assert_eq!((set.gtids.to_string(), set.server_uuid), (format!("{UUID}:1-20"), None));
        let mariadb = read("0-1-42,1-2-7", None, None).unwrap();
        assert_eq!((mariadb.gtids.to_string(), mariadb.flavor), ("0-1-42,1-2-7".to_owned(), Flavor::MariaDb));
        let place = read("bin.000003:4", Some(UUID), None).unwrap();
        assert_eq!((place.position.to_string(), place.gtids.is_empty()), ("bin.000003:4".to_owned(), true));
        assert_eq!(read("bin.000003:4", None, place.server_uuid).unwrap(), place);
        for (to, uuid) in [("bin.000003:4", None), ("nothing", None), (&*format!("{UUID}:1"), Some(UUID))] {
            assert_eq!(read(to, uuid, None).unwrap_err().exit, Exit::Usage, "{to}");
        }
    }
}
