//! A file of events: written once, read once.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use becauselog_binlog::event::Event;
use becauselog_sink::Reserve;
use bytes::BytesMut;

use super::record::{self, PREFIX, Prefix};

/// How much is written or read at once.
const CHUNK: usize = 256 * 1024;

/// Writes events to a file.
#[derive(Debug)]
pub struct SpoolWriter {
    file: File,
    buffer: Vec<u8>,
    log_file: Option<Arc<str>>,
    bytes: u64,
    written: u64,
    /// For a file that lives for one reading only.
    reserve: Option<Reserve>,
}

/// Reads them back in order.
#[derive(Debug)]
pub struct SpoolReader {
    file: io::Take<File>,
    buffer: BytesMut,
    log_file: Arc<str>,
}

impl SpoolWriter {
    /// A file without a name in `folder`: gone with the process, never synced.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn unnamed(folder: &Path) -> io::Result<Self> {
        let path = unique_path(folder);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self { reserve: Some(Reserve::default()), ..Self::over(file) })
    }

    /// Appends to an open file from where it stands.
    #[must_use]
    pub fn over(file: File) -> Self {
        Self { file, buffer: Vec::with_capacity(CHUNK), log_file: None, bytes: 0, written: 0, reserve: None }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        let prefix = record::prefix(event).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        if self.log_file.is_none() {
            self.log_file = Some(Arc::clone(&event.file));
        }
        self.bytes += (PREFIX + event.body.len()) as u64;
        self.buffer.extend_from_slice(&prefix);
        if event.body.len() >= CHUNK {
            self.drain()?;
            return self.put(&event.body);
        }
        self.buffer.extend_from_slice(&event.body);
        if self.buffer.len() >= CHUNK { self.drain() } else { Ok(()) }
    }

    /// How many bytes were written.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Hands the file out, written to its end.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn finish(mut self) -> io::Result<File> {
        self.drain()?;
        Ok(self.file)
    }

    /// Turns to reading from the begin.
    ///
    /// # Errors
    /// When the file cannot be written to its end.
    pub fn into_reader(mut self) -> io::Result<SpoolReader> {
        self.drain()?;
        self.file.seek(SeekFrom::Start(0))?;
        let log_file = self.log_file.take().unwrap_or_else(|| "".into());
        Ok(SpoolReader::over(self.file, self.bytes, log_file))
    }

    fn drain(&mut self) -> io::Result<()> {
        let buffer = std::mem::take(&mut self.buffer);
        let put = self.put(&buffer);
        self.buffer = buffer;
        put?;
        self.buffer.clear();
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(reserve) = &mut self.reserve {
            reserve.before_write(&self.file, self.written, bytes.len());
        }
        self.file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

impl SpoolReader {
    /// Reads `bytes` bytes of records from where the file stands; all events are of one file of the log.
    #[must_use]
    pub fn over(file: File, bytes: u64, log_file: Arc<str>) -> Self {
        Self { file: file.take(bytes), buffer: BytesMut::new(), log_file }
    }

    /// The next event; nothing at the end.
    ///
    /// # Errors
    /// When the file cannot be read or ends inside a record.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        if !self.fill(PREFIX)? {
            return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let mut bytes = [0; PREFIX];
        bytes.copy_from_slice(&self.buffer.split_to(PREFIX));
        let prefix = Prefix::read(&bytes);
        if !self.fill(prefix.body)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let body = self.buffer.split_to(prefix.body).freeze();
        Ok(Some(prefix.event(Arc::clone(&self.log_file), body)))
    }

    /// Makes sure that so many bytes are buffered; false when the file has no more.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        while self.buffer.len() < wanted {
            let have = self.buffer.len();
            let room = CHUNK.max(wanted - have);
            self.buffer.resize(have + room, 0);
            let read = self.file.read(&mut self.buffer[have..]);
            self.buffer.truncate(have + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }
}

fn unique_path(folder: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    folder.join(format!("group-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}
