//! The cache folder: where it is, its locks, and how things get into it whole or not at all.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

use super::progress;

/// Environment variable that moves the cache folder.
pub const CACHE_ENV: &str = "BECAUSELOG_CACHE";

/// The cache folder: `BECAUSELOG_CACHE`, else `$XDG_CACHE_HOME/becauselog`, else `~/.cache/becauselog`. Created if
/// missing.
///
/// # Errors
/// No home folder is known, or the folder cannot be created.
pub fn folder() -> Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = named(CACHE_ENV)
        .or_else(|| named("XDG_CACHE_HOME").map(|dir| dir.join("becauselog")))
        .or_else(|| named("HOME").map(|dir| dir.join(".cache/becauselog")))
        .with_context(|| {
            format!("no cache folder: set {CACHE_ENV} (neither HOME nor XDG_CACHE_HOME is set)")
        })?;
    fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create the cache folder {}", folder.display()))?;
    let folder = folder.canonicalize()?;
    Ok(folder)
}

/// An exclusive lock on one name in the cache, held until dropped; the kernel drops it with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock `name`, waiting for other processes that hold it (and saying so).
///
/// # Errors
/// The lock file cannot be created or locked.
pub fn lock(name: &str) -> Result<Lock> {
    let folder = folder()?.join("locks");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress::line(&format!("{name}: another process is busy with it, waiting"));
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    Ok(Lock { _file: file })
}

/// A folder beside `target`, on the same file system, for building what will replace it.
///
/// # Errors
/// The folder cannot be created.
pub fn scratch_beside(target: &Path) -> Result<tempfile::TempDir> {
    let parent = target.parent().context("no parent folder")?;
    fs::create_dir_all(parent)?;
    tempfile::Builder::new()
        .prefix(".building-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write in {}", parent.display()))
}

/// Puts a finished folder in the place of `target` by renaming; what was there before is removed afterwards.
///
/// # Errors
/// A rename fails.
pub fn replace(target: &Path, finished: tempfile::TempDir) -> Result<()> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let finished = finished.keep();
    fs::set_permissions(&finished, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    if target.exists() {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let old = target.with_extension(format!("old-{}-{number}", std::process::id()));
        fs::rename(target, &old)?;
        fs::rename(&finished, target)?;
        fs::remove_dir_all(&old)?;
    } else {
        fs::rename(&finished, target)?;
    }
    Ok(())
}
