//! Socket paths of any length.

use std::{
    fs::File,
    io,
    os::fd::AsRawFd as _,
    path::{Path, PathBuf},
};

/// What fits a socket's address, with the zero after it, on every system that we run on.
const PATH_BYTES_MAX: usize = 103;

/// A path to a socket that fits a socket's address. It is good for as long as this lives.
#[derive(Debug)]
pub(super) struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    /// The path itself where it fits; else a short way to the same place through the opened folder.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= PATH_BYTES_MAX {
            return Ok(Self { path: path.to_owned(), _folder: None });
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let folder = File::open(parent)?;
        let through = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        if !through.exists() {
            let text = format!("the path is longer than the {PATH_BYTES_MAX} bytes of a socket's address");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(Self { path: through.join(name), _folder: Some(folder) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
