//! Where bytes come from: files by their path, a pipe.

use std::{fmt, io, path::PathBuf, sync::Arc};

use tokio::{fs::File, io::AsyncRead};

use super::events::CHUNK;
use crate::source::SourceError;

/// An open file or pipe.
pub(super) type Bytestream = Box<dyn AsyncRead + Send + Unpin>;

/// Something to be read.
pub(super) enum Input {
    File(PathBuf),
    Pipe { name: Arc<str>, reader: Bytestream },
}

/// Something that is being read.
pub(super) struct Opened {
    pub(super) name: Arc<str>,
    pub(super) path: PathBuf,
    pub(super) reader: Bytestream,
    pub(super) is_pipe: bool,
}

impl Input {
    /// The name of its (first) binlog file.
    pub(super) fn name(&self) -> Arc<str> {
        match self {
            Self::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into(),
            Self::Pipe { name, .. } => Arc::clone(name),
        }
    }

    pub(super) async fn open(self) -> Result<Opened, SourceError> {
        let name = self.name();
        match self {
            Self::File(path) => {
                let opened = File::open(&path).await.map_err(|source| failed(&path, source))?;
                // Some systems open a folder and only fail to read it.
                let metadata = opened.metadata().await.map_err(|source| failed(&path, source))?;
                if metadata.is_dir() {
                    return Err(failed(&path, io::ErrorKind::IsADirectory.into()));
                }
                let mut file = opened;
                file.set_max_buf_size(CHUNK);
                Ok(Opened { name, path, reader: Box::new(file), is_pipe: false })
            }
            Self::Pipe { reader, .. } => {
                Ok(Opened { path: PathBuf::from(&*name), name, reader, is_pipe: true })
            }
        }
    }
}

pub(super) fn failed(path: &std::path::Path, source: io::Error) -> SourceError {
    SourceError::File { path: path.to_owned(), source }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.name()).finish()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Opened").field(&self.name).finish()
    }
}
