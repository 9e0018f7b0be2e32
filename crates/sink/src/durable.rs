//! Small files that are never seen half written, and locks that a dead process does not keep.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use thiserror::Error;

use crate::failpoint::failpoint_in;

/// How long a lock that this very process still holds is waited for: a background task may be on its last steps.
const OWN_LOCK_WAIT: Duration = Duration::from_secs(5);

/// Replaces a file's content as one step: after a crash at any instant it holds the old content or the new one whole.
/// When this returns, the new one survives a power cut too. `place` is the prefix of its failpoints.
///
/// # Errors
/// The system's; the old content then still stands, and nothing is left beside it but for a crash.
pub fn replace_file(path: &Path, content: &[u8], mode: u32, place: &str) -> io::Result<()> {
    let temporary = temporary_path(path);
    let written = write_and_rename(path, &temporary, content, mode, place);
    if written.is_err() {
        // A leftover is harmless (the next replacement begins it anew), so a failure to remove it may pass.
        let _left_behind = fs::remove_file(&temporary);
    }
    written?;
    sync_folder_of(path)?;
    failpoint_in(place, "folder_synced");
    Ok(())
}

fn write_and_rename(path: &Path, temporary: &Path, content: &[u8], mode: u32, place: &str) -> io::Result<()> {
    failpoint_in(place, "before_temporary");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(temporary)?;
    file.write_all(content)?;
    failpoint_in(place, "temporary_written");
    file.sync_all()?;
    failpoint_in(place, "temporary_synced");
    fs::rename(temporary, path)?;
    failpoint_in(place, "renamed");
    Ok(())
}

/// Where the new content is while it is not whole.
#[must_use]
pub fn temporary_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Makes names in the folder of `path` (made, renamed, removed) survive a power cut.
///
/// # Errors
/// The system's.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => sync_folder(Path::new(".")),
    }
}

/// Makes names in a folder survive a power cut.
///
/// # Errors
/// The system's.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A lock that is held until it is dropped or the process ends, however that ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not used: closing the file frees the lock")] File);

/// A lock that cannot be had.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process has it.
    #[error("held by pid {pid}")]
    Held {
        /// What that process wrote of itself, `unknown` where it wrote nothing yet.
        pid: String,
    },
    /// The file cannot be opened or locked.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Lock {
    /// Takes the lock on a file, which is made if needed and holds the pid of its holder.
    ///
    /// # Errors
    /// When another process has it, or the system refuses.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let begun = Instant::now();
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) => {
                    let pid = read_pid(path);
                    let ours = pid == std::process::id().to_string();
                    if !ours || begun.elapsed() > OWN_LOCK_WAIT {
                        return Err(LockError::Held { pid });
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
        file.set_len(0)?;
        // Who cannot write his pid on a full disk still has the lock.
        let _untold = writeln!(file, "{}", std::process::id());
        Ok(Self(file))
    }
}

fn read_pid(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(20).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), pid) if !pid.is_empty() => pid.to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        replace_file(&path, b"one", 0o600, "test").unwrap();
        replace_file(&path, b"two", 0o600, "test").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_replacement_that_fails_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        replace_file(&path, b"one", 0o600, "test").unwrap();
        fs::create_dir(temporary_path(&path)).unwrap();
        assert!(replace_file(&path, b"two", 0o600, "test").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_lock_is_freed_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        drop(Lock::take(&path).unwrap());
        let held = Lock::take(&path).unwrap();
        assert_eq!(read_pid(&path), std::process::id().to_string());
        drop(held);
    }
}
