//! Beginning a new file: by size, by age, or because someone has moved the old one away.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use tracing::info;

use super::{fault::Fault, open::open_data, sidecar::Identity, writer::Writer};
use crate::{durable::sync_folder_of, error::SinkError, failpoint::failpoint, reserve::Reserve};

/// How far it has come. Each step can be tried again after want of room; the announcement in the base tells a later
/// process, whatever it finds, that the old file is whole and has gone on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// The base says that the file will be there.
    Announced {
        /// Where.
        to: PathBuf,
    },
    /// The file has its new name, or someone has moved it.
    Moved,
    /// The new file is there.
    Begun,
}

impl Writer {
    /// Moves the full file away and begins a new one, from where it was left if that was tried before.
    pub(super) fn make_turn(&mut self) -> Result<(), Fault> {
        loop {
            self.turn = match self.turn.take() {
                None => Some(self.announce()?),
                Some(Turn::Announced { to }) => {
                    self.turn = Some(Turn::Announced { to: to.clone() });
                    self.move_away(&to)?
                }
                Some(Turn::Moved) => {
                    self.turn = Some(Turn::Moved);
                    self.begin_file()?;
                    Some(Turn::Begun)
                }
                Some(Turn::Begun) => {
                    self.turn = Some(Turn::Begun);
                    self.record_base()?;
                    self.turn = None;
                    failpoint("sink.file.turn.recorded");
                    return Ok(());
                }
            };
        }
    }

    /// Goes on in a new file if someone has moved the old one away.
    pub(super) fn reopen(&mut self) -> Result<(), Fault> {
        self.check_open()?;
        if self.turn.is_some() {
            return self.make_turn();
        }
        match self.at_path()? {
            Some((identity, _)) if identity == self.identity()? => return Ok(()),
            Some((_, length)) if length > 0 => {
                return Err(Fault::Fatal(SinkError::Foreign {
                    path: self.config.path.clone(),
                    sidecar: self.sidecar.folder().to_owned(),
                    what: format!("it was moved away, and another file of {length} bytes is in its place"),
                }));
            }
            Some(_) | None => {}
        }
        self.reserve.give_back(&self.data, self.length);
        if self.base.is_some() {
            self.sync_now(Some(String::new()))?;
        }
        failpoint("sink.file.turn.announced");
        self.turn = Some(Turn::Moved);
        self.make_turn()
    }

    fn announce(&mut self) -> Result<Turn, Fault> {
        let (to, number) = self.free_name()?;
        if let Some(base) = &mut self.base {
            base.generation = number;
        }
        self.reserve.give_back(&self.data, self.length);
        let name = numbered_name(&self.config.path, number);
        self.sync_now(Some(name))?;
        failpoint("sink.file.turn.announced");
        Ok(Turn::Announced { to })
    }

    fn move_away(&mut self, to: &Path) -> Result<Option<Turn>, Fault> {
        let path = &self.config.path;
        let ours = self.identity()?;
        if self.at_path()?.is_none_or(|(there, _)| there != ours) {
            return Ok(Some(Turn::Moved));
        }
        match renameat_with(CWD, path, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            // Someone took the name: another is announced.
            Err(Errno::EXIST) => return Ok(None),
            // Someone took the file: it is away.
            Err(Errno::NOENT) => return Ok(Some(Turn::Moved)),
            Err(errno) => return Err(Fault::of("rename", path, errno.into())),
        }
        failpoint("sink.file.turn.moved");
        sync_folder_of(path).map_err(|error| Fault::of("sync the folder of", path, error))?;
        failpoint("sink.file.turn.move_synced");
        info!(sink = self.config.name, path = %to.display(), bytes = self.length, "file is full");
        Ok(Some(Turn::Moved))
    }

    fn begin_file(&mut self) -> Result<(), Fault> {
        let path = self.config.path.clone();
        let (data, length) = open_data(&path).map_err(|error| match error {
            SinkError::Open { path, source } => Fault::of("make", &path, source),
            other => Fault::Fatal(other),
        })?;
        if length > 0 {
            return Err(Fault::Fatal(SinkError::Unclaimed { path, bytes: length }));
        }
        failpoint("sink.file.turn.begun");
        sync_folder_of(&path).map_err(|error| Fault::of("sync the folder of", &path, error))?;
        failpoint("sink.file.turn.begin_synced");
        self.data = Arc::new(data);
        self.length = 0;
        self.reserve = Reserve::default();
        self.first_record = None;
        if let Some(base) = &mut self.base {
            base.generation = base.generation.saturating_add(1);
        }
        Ok(())
    }

    /// The first name after the present generation that no file has.
    fn free_name(&self) -> Result<(PathBuf, u64), Fault> {
        let path = &self.config.path;
        let mut number = self.base.as_ref().map_or(1, |base| base.generation);
        loop {
            let to = path.with_file_name(numbered_name(path, number));
            match fs::symlink_metadata(&to) {
                Ok(_) => number = number.saturating_add(1),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((to, number)),
                Err(error) => return Err(Fault::of("look at", &to, error)),
            }
        }
    }

    /// What is at the data file's path now.
    fn at_path(&self) -> Result<Option<(Identity, u64)>, Fault> {
        match fs::metadata(&self.config.path) {
            Ok(about) => Ok(Some((Identity::of(&about), about.len()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::of("look at", &self.config.path, error)),
        }
    }

    fn identity(&self) -> Result<Identity, Fault> {
        let about = self.data.metadata().map_err(|error| Fault::of("look at", &self.config.path, error))?;
        Ok(Identity::of(&about))
    }
}

/// `events.jsonl` and 7 make `events.0000000007.jsonl`.
fn numbered_name(path: &Path, number: u64) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.extension() {
        Some(extension) => format!("{stem}.{number:010}.{}", extension.to_string_lossy()),
        None => format!("{stem}.{number:010}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_full_files_sort_by_number() {
        assert_eq!(numbered_name(Path::new("/x/events.jsonl"), 7), "events.0000000007.jsonl");
        assert_eq!(numbered_name(Path::new("events"), 12), "events.0000000012");
    }
}
