//! The record of positions that were set by hand.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use becauselog_model::Checkpoint;
use becauselog_sink::durable::sync_folder_of;
use serde::{Deserialize, Serialize};

use super::error::StateError;

/// One manual change of the position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionChange {
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// The user id of whoever did it.
    pub uid: u32,
    /// Why, in his words.
    pub reason: String,
    /// The position before; nothing when there was none.
    pub from: Option<Checkpoint>,
    /// The position after.
    pub to: Checkpoint,
}

impl PositionChange {
    pub(super) fn now(reason: &str, from: Option<Checkpoint>, to: Checkpoint) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Self { at_ms, uid: rustix::process::getuid().as_raw(), reason: reason.to_owned(), from, to }
    }
}

/// Appends one line, durable when this returns. A torn line that a crash left is closed first.
pub(super) fn append(path: &Path, change: &PositionChange) -> Result<(), StateError> {
    let fail = |source| StateError::io("append to", path, source);
    let mut line = serde_json::to_vec(change)
        .map_err(|error| StateError::Content { path: path.to_owned(), what: error.to_string() })?;
    line.push(b'\n');
    let torn = fs::read(path).is_ok_and(|before| before.last().is_some_and(|last| *last != b'\n'));
    if torn {
        line.insert(0, b'\n');
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(fail)?;
    file.write_all(&line).and_then(|()| file.sync_all()).map_err(fail)?;
    sync_folder_of(path).map_err(fail)
}

/// All whole lines; a line that a crash tore is left out.
pub(super) fn read(path: &Path) -> Result<Vec<PositionChange>, StateError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(StateError::io("read", path, source)),
    };
    // The change that a torn line meant was never made: it is written before the position is.
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
