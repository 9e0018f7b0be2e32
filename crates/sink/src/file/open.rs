//! Finding the data file again, and repairing what a crash left of it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
};

use tracing::{info, warn};

use super::{
    config::{FileConfig, OnForeign, OnMissing},
    journal::Journal,
    recovery::{Recovered, follow},
    sidecar::{Base, Edges, Identity, MODE, Sidecar, boot},
    writer::Writer,
};
use crate::{durable::sync_folder_of, error::SinkError};

/// What is at the data file's path.
enum Located {
    /// The file that the base is of, and its length.
    Same(File, u64),
    /// Nothing, or an empty file: the old one was moved away.
    Moved,
}

/// Opens a data file with its position, alone.
pub(super) fn open(config: FileConfig) -> Result<Writer, SinkError> {
    let sidecar = Sidecar::open(&config.path)?;
    let journal = Journal::open(sidecar.journal_paths()).map_err(cannot_open)?;
    match sidecar.read_base()? {
        None => open_unclaimed(config, sidecar, journal),
        Some(base) => open_claimed(config, sidecar, journal, base),
    }
}

/// A file without a position: it gets one when the sink is told where it begins.
fn open_unclaimed(config: FileConfig, sidecar: Sidecar, journal: Journal) -> Result<Writer, SinkError> {
    let (data, length) = open_data(&config.path)?;
    if length > 0 && config.on_foreign == OnForeign::Refuse {
        return Err(SinkError::Unclaimed { path: config.path, bytes: length });
    }
    if length > 0 {
        info!(sink = config.name, path = %config.path.display(), bytes = length, "writing after what is there");
    }
    Ok(Writer::new(config, Arc::new(sidecar), data, journal, length, None))
}

/// A file with its position: what of it counts is found, the rest is cut off, and both are made durable.
fn open_claimed(
    config: FileConfig,
    sidecar: Sidecar,
    journal: Journal,
    base: Base,
) -> Result<Writer, SinkError> {
    let lines = journal.read().map_err(cannot_open)?;
    let boot = boot();
    let located = locate(&config, &sidecar, &base)?;
    let mut base = base;
    let (data, recovered) = match located {
        Located::Same(data, found) => {
            let recovered = follow(&base, lines, found, base.boot == boot);
            cut_off(&config, &data, found, recovered.length)?;
            (data, recovered)
        }
        Located::Moved => {
            // The lines tell the position as it was when the file was moved, whatever its length.
            let recovered = follow(&base, lines, u64::MAX, base.boot == boot);
            let (data, _) = open_data(&config.path)?;
            sync_folder_of(&config.path).map_err(|source| open_error(&config.path, source))?;
            base.generation = base.generation.saturating_add(1);
            base.first_record_ms = None;
            (data, Recovered { length: 0, stored: recovered.stored })
        }
    };
    let length = recovered.length;
    base.stored = recovered.stored;
    base.moving_to = None;
    let path = config.path.clone();
    let mut writer = Writer::new(config, Arc::new(sidecar), data, journal, length, Some(base));
    writer.record_base().map_err(|fault| match fault.into_error("") {
        SinkError::Io { source, .. } => open_error(&path, source),
        other => other,
    })?;
    Ok(writer)
}

/// Finds out what is at the data file's path.
fn locate(config: &FileConfig, sidecar: &Sidecar, base: &Base) -> Result<Located, SinkError> {
    let path = &config.path;
    let refused =
        |what: String| SinkError::Foreign { path: path.clone(), sidecar: sidecar.folder().to_owned(), what };
    let moved_on_purpose = base.moving_to.is_some() || config.on_missing == OnMissing::StartNew;
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if base.length == 0 || moved_on_purpose {
                return Ok(Located::Moved);
            }
            let sidecar = sidecar.folder().to_owned();
            return Err(SinkError::Missing { path: path.clone(), sidecar, bytes: base.length });
        }
        Err(source) => return Err(open_error(path, source)),
    };
    let about = file.metadata().map_err(|source| open_error(path, source))?;
    if !about.is_file() {
        return Err(refused("it is not a regular file".to_owned()));
    }
    let found = about.len();
    if base.length == 0 {
        let ours = found == 0 || Identity::of(&about) == base.identity;
        return if ours { Ok(Located::Same(file, found)) } else { Err(refused(not_begun(found))) };
    }
    if found == 0 && moved_on_purpose {
        return Ok(Located::Moved);
    }
    if found < base.length {
        return Err(refused(format!(
            "it is {found} bytes long, and {} are known to be durable",
            base.length
        )));
    }
    let edges = Edges::of(&file, base.length).map_err(|source| open_error(path, source))?;
    if edges != base.edges {
        return Err(refused("its content is another".to_owned()));
    }
    Ok(Located::Same(file, found))
}

fn not_begun(found: u64) -> String {
    format!("it is another file, {found} bytes long, where an empty one was begun")
}

/// Cuts off what no position belongs to.
fn cut_off(config: &FileConfig, data: &File, found: u64, length: u64) -> Result<(), SinkError> {
    if found > length {
        let path = config.path.display();
        warn!(sink = config.name, %path, bytes = found.saturating_sub(length), "cut off what was not whole");
    }
    // Even where the length is right: blocks that a killed process asked for are given back.
    data.set_len(length).map_err(|source| open_error(&config.path, source))
}

/// Opens a data file, makes it where there is none; and its length.
pub(super) fn open_data(path: &Path) -> Result<(File, u64), SinkError> {
    let fail = |source| open_error(path, source);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(fail)?;
    }
    let mut options = OpenOptions::new();
    let file =
        options.read(true).write(true).create(true).truncate(false).mode(MODE).open(path).map_err(fail)?;
    let about = file.metadata().map_err(fail)?;
    if !about.is_file() {
        let text = "it is not a regular file; for a pipe or a device use the stdout sink";
        return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, text)));
    }
    Ok((file, about.len()))
}

fn cannot_open((path, source): (std::path::PathBuf, io::Error)) -> SinkError {
    SinkError::Open { path, source }
}

fn open_error(path: &Path, source: io::Error) -> SinkError {
    SinkError::Open { path: path.to_owned(), source }
}
