//! Checkpoints as files.

use std::{fs, io, path::Path};

use becauselog_model::{CHECKPOINT_VERSION, Checkpoint};
use becauselog_sink::durable::{replace_file, sync_folder_of};
use serde_json::Value;

use super::error::StateError;

/// A checkpoint is a few lines; a GTID set of a long history is some kilobytes. More is not ours.
const CHECKPOINT_BYTES_MAX: u64 = 64 << 20;

/// Reads a checkpoint; nothing where there is no file.
pub(super) fn read_checkpoint(path: &Path) -> Result<Option<Checkpoint>, StateError> {
    let content = |what: String| StateError::Content { path: path.to_owned(), what };
    let bytes = match fs::metadata(path) {
        Ok(about) if about.len() > CHECKPOINT_BYTES_MAX => return Err(content("too large".to_owned())),
        Ok(_) => fs::read(path).map_err(|source| StateError::io("read", path, source))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateError::io("read", path, source)),
    };
    // The version first: a newer one may have fields that are unknown here.
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| content(error.to_string()))?;
    let found = value.get("version").and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok());
    match found {
        Some(found) if found > CHECKPOINT_VERSION => {
            return Err(StateError::Newer { path: path.to_owned(), found, known: CHECKPOINT_VERSION });
        }
        Some(_) => {}
        None => return Err(content("it has no version".to_owned())),
    }
    serde_json::from_value(value).map(Some).map_err(|error| content(error.to_string()))
}

/// Replaces a checkpoint in one step.
pub(super) fn write_checkpoint(path: &Path, checkpoint: &Checkpoint, place: &str) -> Result<(), StateError> {
    let mut text = serde_json::to_vec_pretty(checkpoint)
        .map_err(|error| StateError::Content { path: path.to_owned(), what: error.to_string() })?;
    text.push(b'\n');
    replace(path, &text, place)
}

/// Replaces a file in one step.
pub(super) fn replace(path: &Path, content: &[u8], place: &str) -> Result<(), StateError> {
    replace_file(path, content, 0o600, place).map_err(|source| StateError::io("replace", path, source))
}

/// Removes a file for good; fine where there is none.
pub(super) fn remove_file(path: &Path) -> Result<(), StateError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(StateError::io("remove", path, source)),
        Ok(()) => sync_folder_of(path).map_err(|source| StateError::io("sync the folder of", path, source)),
    }
}
