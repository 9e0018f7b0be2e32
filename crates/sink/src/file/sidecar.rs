//! The folder beside the data file: its lock, and the position that is durable with it.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use becauselog_model::StoredPosition;
use serde::{Deserialize, Serialize};

use crate::{
    durable::{Lock, LockError, replace_file, temporary_path},
    error::SinkError,
};

/// The version of the position's layout; a newer one is refused.
pub(super) const VERSION: u32 = 1;

/// How much of each end of the durable data is checked to know the file again.
const EDGE_BYTES: u64 = 4096;

/// Who may read it: as the data file.
pub(super) const MODE: u32 = 0o640;

/// The folder `<data file>.position`, held by this process alone.
#[derive(Debug)]
pub(super) struct Sidecar {
    folder: PathBuf,
    _lock: Lock,
}

/// What is durable: after any crash and any power cut the data file holds at least this much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    /// [`VERSION`] when written.
    pub(super) version: u32,
    /// Journal lines of another epoch do not follow on this base.
    pub(super) epoch: u64,
    /// Counts the data files, from 1.
    pub(super) generation: u64,
    /// How much of the data file is durable.
    pub(super) length: u64,
    /// Journal lines up to this number are in this base.
    pub(super) entry: u64,
    /// The boot of the system: what was written and not synced in another one is not trusted.
    pub(super) boot: String,
    /// Checks of the durable data's ends.
    pub(super) edges: Edges,
    /// The data file's identity on its file system; asked only while nothing of it is durable.
    pub(super) identity: Identity,
    /// When the data file got its first record, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first_record_ms: Option<u64>,
    /// The data file is being moved away: to this name beside it, or by someone else where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moving_to: Option<String>,
    /// The position.
    pub(super) stored: StoredPosition,
}

/// CRC32 of the first and the last bytes of what is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Edges {
    head: u32,
    tail: u32,
}

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(about: &fs::Metadata) -> Self {
        Self { device: about.dev(), inode: about.ino() }
    }
}

impl Edges {
    /// Of the first `length` bytes of a file.
    pub(super) fn of(file: &File, length: u64) -> io::Result<Self> {
        let size = length.min(EDGE_BYTES);
        Ok(Self { head: crc(file, 0, size)?, tail: crc(file, length.saturating_sub(size), size)? })
    }
}

fn crc(file: &File, at: u64, size: u64) -> io::Result<u32> {
    let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
    file.read_exact_at(&mut bytes, at)?;
    Ok(crc32fast::hash(&bytes))
}

impl Sidecar {
    /// Opens the folder of a data file, makes it where there is none, and takes it for this process.
    pub(super) fn open(data: &Path) -> Result<Self, SinkError> {
        let folder = folder_of(data);
        let cannot = |source| SinkError::Open { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(cannot)?;
        let lock = Lock::take(&folder.join("lock")).map_err(|error| match error {
            LockError::Held { pid } => SinkError::Locked { path: data.to_owned(), pid },
            LockError::Io(source) => cannot(source),
        })?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn base_path(&self) -> PathBuf {
        self.folder.join("position.json")
    }

    pub(super) fn journal_paths(&self) -> [PathBuf; 2] {
        [self.folder.join("journal.0"), self.folder.join("journal.1")]
    }

    /// What is durable; nothing before the first time.
    pub(super) fn read_base(&self) -> Result<Option<Base>, SinkError> {
        let path = self.base_path();
        let unusable = |what: String| SinkError::Position { path: path.clone(), what };
        // A leftover of a crash; the next replacement would begin it anew.
        let _none_left = fs::remove_file(temporary_path(&path));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SinkError::Open { path, source }),
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| unusable(e.to_string()))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => {
                return Err(unusable(format!(
                    "it has version {version}, and {VERSION} is the newest known here"
                )));
            }
            Some(_) => {}
            None => return Err(unusable("it has no version".to_owned())),
        }
        serde_json::from_value(value).map(Some).map_err(|error| unusable(error.to_string()))
    }

    /// Replaces it in one step; durable when this returns.
    pub(super) fn replace_base(&self, base: &Base) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(base).map_err(io::Error::other)?;
        text.push(b'\n');
        replace_file(&self.base_path(), &text, MODE, "sink.file.base")
    }
}

/// `<data file>.position`.
fn folder_of(data: &Path) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".position");
    PathBuf::from(name)
}

/// Names this boot of the system; empty where the system tells none, and then every start counts as the same boot.
pub(super) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| String::new(), |id| id.trim().to_owned())
}
