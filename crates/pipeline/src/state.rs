//! The state folder: what an instance has to remember, and its local control socket.
//!
//! The layout is documented in `docs/state-folder.md`. One instance at a time has the folder; reading the checkpoint
//! and talking to the control socket need no lock.

mod changes;
pub mod control;
mod error;
mod files;
mod location;
mod place;
mod shapes;
mod tables;

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use becauselog_format::DeclaredTables;
use becauselog_model::Checkpoint;
use becauselog_schema::Dictionary;
use becauselog_sink::durable::{Lock, LockError};

pub use changes::PositionChange;
pub use error::StateError;
pub use location::default_state_folder;
pub use shapes::{KeptShapes, ShapeJournal};
pub use tables::TableJournal;

use files::{read_checkpoint, remove_file, write_checkpoint};

/// The version of the folder's layout; a newer one is refused.
pub const LAYOUT: u32 = 1;

const LAYOUT_FILE: &str = "layout";
const LOCK_FILE: &str = "lock";
const CHECKPOINT_FILE: &str = "checkpoint.json";
const MANUAL_FILE: &str = "position-set.json";
const CHANGES_FILE: &str = "position-changes.log";
const SPOOL_FOLDER: &str = "spool";
const XA_FOLDER: &str = "xa";
const TABLES_FILE: &str = "tables.jsonl";
const SHAPES_FILE: &str = "shapes.jsonl";

/// The folder, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    name: String,
    _lock: Lock,
}

impl StateFolder {
    /// Opens the folder, makes it where there is none, and takes it for this process. `name` is the source's logical
    /// name; it is only told in errors. What is left in the spool is removed.
    ///
    /// # Errors
    /// When another instance has it, when a newer version made it, or when the system refuses.
    pub fn open(path: &Path, name: &str) -> Result<Self, StateError> {
        make_folder(path)?;
        let lock = Lock::take(&path.join(LOCK_FILE)).map_err(|error| match error {
            LockError::Held { pid } => {
                StateError::Locked { name: name.to_owned(), path: path.to_owned(), pid }
            }
            LockError::Io(source) => StateError::io("lock", &path.join(LOCK_FILE), source),
        })?;
        check_layout(path)?;
        let folder = Self { path: path.to_owned(), name: name.to_owned(), _lock: lock };
        folder.empty_spool()?;
        make_folder(&folder.xa())?;
        Ok(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The source's logical name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For what may be lost at any time: empty when the folder is opened, never synced.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        self.path.join(SPOOL_FOLDER)
    }

    /// For the rows of prepared XA transactions: durable.
    #[must_use]
    pub fn xa(&self) -> PathBuf {
        self.path.join(XA_FOLDER)
    }

    /// The checkpoint; nothing before the first.
    ///
    /// # Errors
    /// When it cannot be read or a newer version wrote it.
    pub fn load_checkpoint(&self) -> Result<Option<Checkpoint>, StateError> {
        read_checkpoint(&self.path.join(CHECKPOINT_FILE))
    }

    /// Replaces the checkpoint in one step; durable when this returns. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// When the system refuses; the old checkpoint then still stands.
    pub fn save_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StateError> {
        write_checkpoint(&self.path.join(CHECKPOINT_FILE), checkpoint, "state.checkpoint")
    }

    /// The tables that are followed by statements, as they were at a checkpoint; where that is not known, why.
    ///
    /// # Errors
    /// What is said to whoever wonders: the tables are then to be read from the server.
    pub fn tables_at(&self, at: &Checkpoint) -> Result<DeclaredTables, String> {
        TableJournal::read(&self.path.join(TABLES_FILE), at)
    }

    /// Keeps the tables at a checkpoint, in place of what was kept, and each statement that is appended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn keep_tables(&self, tables: &DeclaredTables, at: &Checkpoint) -> Result<TableJournal, StateError> {
        TableJournal::begin(&self.path.join(TABLES_FILE), tables, at)
    }

    /// The shapes of all tables as they were at a checkpoint; where that is not known, why.
    ///
    /// # Errors
    /// What is said to whoever wonders: the tables are then to be read from the server.
    pub fn shapes_at(&self, at: &Checkpoint) -> Result<KeptShapes, String> {
        ShapeJournal::read(&self.path.join(SHAPES_FILE), Some(at))
    }

    /// Goes on with the shapes that were kept.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn keep_on(&self, kept: &KeptShapes, at: &Checkpoint) -> Result<ShapeJournal, StateError> {
        ShapeJournal::go_on(&self.path.join(SHAPES_FILE), kept, at)
    }

    /// Keeps the shapes of all tables at a checkpoint, in place of what was kept.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn keep_shapes(&self, tables: &Dictionary, at: &Checkpoint) -> Result<ShapeJournal, StateError> {
        ShapeJournal::begin(&self.path.join(SHAPES_FILE), tables, at)
    }

    /// A position that a human has set and that no run has begun from yet. It beats every other position, those kept
    /// at targets too: call `Sink::begin` with it on all sinks, save it as the checkpoint, then
    /// [`manual_position_taken`](Self::manual_position_taken).
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn manual_position(&self) -> Result<Option<Checkpoint>, StateError> {
        read_checkpoint(&self.path.join(MANUAL_FILE))
    }

    /// Says that a run has begun from the position that a human has set: checkpoint and targets have it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn manual_position_taken(&self) -> Result<(), StateError> {
        remove_file(&self.path.join(MANUAL_FILE))
    }

    fn empty_spool(&self) -> Result<(), StateError> {
        let spool = self.spool();
        match fs::remove_dir_all(&spool) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StateError::io("empty", &spool, error));
            }
            Ok(()) | Err(_) => {}
        }
        make_folder(&spool)
    }
}

/// The checkpoint of a folder that may be in use: for `position show`.
///
/// # Errors
/// When it cannot be read or a newer version wrote it.
pub fn show_checkpoint(folder: &Path) -> Result<Option<Checkpoint>, StateError> {
    read_checkpoint(&folder.join(CHECKPOINT_FILE))
}

/// The shapes of tables of a folder that may be in use, at a checkpoint; without one as far as they are known.
///
/// # Errors
/// Why there are none.
pub fn show_shapes(folder: &Path, at: Option<&Checkpoint>) -> Result<KeptShapes, String> {
    ShapeJournal::read(&folder.join(SHAPES_FILE), at)
}

/// A position that was set and is waiting for the next run, of a folder that may be in use.
///
/// # Errors
/// When it cannot be read or a newer version wrote it.
pub fn show_manual_position(folder: &Path) -> Result<Option<Checkpoint>, StateError> {
    read_checkpoint(&folder.join(MANUAL_FILE))
}

/// The manual changes of a folder's position, oldest first.
///
/// # Errors
/// When they cannot be read.
pub fn position_changes(folder: &Path) -> Result<Vec<PositionChange>, StateError> {
    changes::read(&folder.join(CHANGES_FILE))
}

/// Sets the position by hand: for `position set`. It is recorded who did it, when and why; the next run begins there.
///
/// # Errors
/// When an instance runs, when there is no reason, or when the system refuses; nothing is then changed.
pub fn set_position(
    folder: &Path,
    name: &str,
    to: &Checkpoint,
    reason: &str,
) -> Result<PositionChange, StateError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(StateError::NoReason);
    }
    let state = StateFolder::open(folder, name)?;
    let from = match state.manual_position()? {
        Some(waiting) => Some(waiting),
        None => state.load_checkpoint()?,
    };
    let change = PositionChange::now(reason, from, to.clone());
    changes::append(&folder.join(CHANGES_FILE), &change)?;
    write_checkpoint(&folder.join(MANUAL_FILE), to, "state.manual")?;
    Ok(change)
}

/// A folder that only its owner can read: positions tell little, but the control socket and spooled rows are here.
fn make_folder(path: &Path) -> Result<(), StateError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| StateError::io("make", path, source))
}

/// Refuses a newer layout. A folder without a mark, or with an older one, is taken and marked: layout 1 is the first
/// that has a mark, and differs from none before it.
fn check_layout(path: &Path) -> Result<(), StateError> {
    let file = path.join(LAYOUT_FILE);
    let found = match fs::read_to_string(&file) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) => found,
            Err(_) => return Err(StateError::Content { path: file, what: "no layout number".to_owned() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(source) => return Err(StateError::io("read", &file, source)),
    };
    if found > LAYOUT {
        return Err(StateError::Newer { path: path.to_owned(), found, known: LAYOUT });
    }
    if found < LAYOUT {
        files::replace(&file, format!("{LAYOUT}\n").as_bytes(), "state.layout")?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "state/tests.rs"]
mod tests;
