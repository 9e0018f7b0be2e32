//! The events of files as they stand there: framed and checked, neither unfolded nor grouped.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use becauselog_model::BinlogPosition;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::input::{Input, Opened, failed};
use crate::{
    event::{Event, EventHeader, EventKind, FormatDescription, Rotate},
    frame::{FrameError, Framer},
    source::SourceError,
};

/// How much is read at once. Events share the bytes they were read in.
pub(super) const CHUNK: usize = 256 * 1024;

/// What a binlog file begins with.
const MAGIC: [u8; 4] = *b"\xfebin";
/// What an encrypted one begins with.
const MAGIC_ENCRYPTED: [u8; 4] = *b"\xfdbin";

/// The events of binlog files, one after the other, as they stand there.
///
/// What [`super::FileSource`] is made of; of use by itself to whoever looks at the log and not at its transactions. An
/// event's content is a part of the bytes that were read, not a copy.
#[derive(Debug)]
pub struct FileEvents {
    waiting: VecDeque<Input>,
    current: Option<Opened>,
    framer: Framer,
    buffer: BytesMut,
    /// The bytes in front of the next file's events are still to come.
    expects_magic: bool,
    /// The name that the last ROTATE gave.
    announced: Option<Arc<str>>,
    /// The name of the file before this one.
    previous: Option<Arc<str>>,
    /// The header of an event whose checksum was wrong.
    unsound: Option<EventHeader>,
}

impl FileEvents {
    /// The events of files in this order.
    #[must_use]
    pub fn files(paths: Vec<PathBuf>) -> Self {
        Self::new(paths.into_iter().map(Input::File).collect())
    }

    /// The events of a pipe: one binlog file after the other.
    #[must_use]
    pub fn pipe(reader: impl AsyncRead + Send + Unpin + 'static, name: &str) -> Self {
        Self::new([Input::Pipe { name: name.into(), reader: Box::new(reader) }].into())
    }

    fn new(waiting: VecDeque<Input>) -> Self {
        Self {
            waiting,
            current: None,
            framer: Framer::new("".into(), 0),
            buffer: BytesMut::new(),
            expects_magic: false,
            announced: None,
            previous: None,
            unsound: None,
        }
    }

    /// The next event; nothing at the end of the last file.
    ///
    /// # Errors
    /// When a file cannot be read or its bytes are no sound events.
    pub async fn next(&mut self) -> Result<Option<Event>, SourceError> {
        loop {
            if let Some(event) = self.try_next()? {
                return Ok(Some(event));
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    /// The next event, if all its bytes have been read.
    ///
    /// # Errors
    /// When the bytes are no sound event.
    pub fn try_next(&mut self) -> Result<Option<Event>, SourceError> {
        if self.expects_magic && !self.take_magic()? || self.is_next_file() {
            return Ok(None);
        }
        if self.buffer.len() < self.framer.header_len() {
            return Ok(None);
        }
        let header = self.framer.header(&self.buffer)?;
        if self.buffer.len() < header.size() {
            return Ok(None);
        }
        let accepted = self.framer.accept_from_file(self.buffer.split_to(header.size()).freeze());
        self.unsound = matches!(accepted, Err(FrameError::Checksum { .. })).then_some(header);
        let event = accepted?;
        if event.kind() == EventKind::ROTATE {
            self.announced = Rotate::parse(&event.body).ok().map(|rotate| rotate.file);
        }
        Ok(Some(event))
    }

    /// Reads more bytes, going on to the next file where one has ended; whether there may be more events.
    ///
    /// May be dropped while it waits; nothing is lost.
    ///
    /// # Errors
    /// When a file cannot be opened or read, or ends inside an event.
    pub async fn fill(&mut self) -> Result<bool, SourceError> {
        if self.is_next_file() {
            self.enter_next_file_of_pipe();
            return Ok(true);
        }
        if self.current.is_none() && !self.open_next().await? {
            return Ok(false);
        }
        self.make_room();
        let Some(opened) = &mut self.current else { return Ok(false) };
        let read = opened.reader.read_buf(&mut self.buffer).await;
        if read.map_err(|source| failed(&opened.path, source))? == 0 {
            self.end_file()?;
        }
        Ok(true)
    }

    /// Steps over the event that was just refused because its checksum is wrong: for whoever only counts what is in a file.
    ///
    /// Gives its header where its length is right all the same, as the place of the next event in it says; nothing where
    /// the reading cannot go on.
    pub fn step_over_unsound(&mut self) -> Option<EventHeader> {
        let header = self.unsound.take()?;
        self.framer.step_over(&header).then_some(header)
    }

    /// Leaves the rest of the file that was just refused; whether another one waits.
    pub fn leave_file(&mut self) -> bool {
        self.current = None;
        self.buffer.clear();
        self.expects_magic = false;
        !self.waiting.is_empty()
    }

    /// Where the next event is expected.
    #[must_use]
    pub fn position(&self) -> BinlogPosition {
        self.framer.position()
    }

    /// How the file being read is written.
    #[must_use]
    pub fn format(&self) -> Option<&Arc<FormatDescription>> {
        self.framer.format()
    }

    /// Whether the file being read is by its number the one after that before it.
    pub(super) fn follows_by_number(&self) -> bool {
        let number = |file: &Arc<str>| BinlogPosition { file: Arc::clone(file), pos: 0 }.file_number();
        let before = self.previous.as_ref().and_then(number).and_then(|before| before.checked_add(1));
        before.is_some() && before == number(&self.framer.position().file)
    }

    /// Leaves out the files before the one that a position is in.
    pub(super) fn skip_to_file(&mut self, position: &BinlogPosition) -> Result<(), SourceError> {
        let names: Vec<Arc<str>> = self.waiting.iter().map(Input::name).collect();
        let Some(index) = names.iter().position(|name| *name == position.file) else {
            return Err(SourceError::StartNotInFiles {
                start: position.to_string(),
                files: names.join(", "),
            });
        };
        self.waiting.drain(..index);
        Ok(())
    }

    async fn open_next(&mut self) -> Result<bool, SourceError> {
        let Some(input) = self.waiting.pop_front() else { return Ok(false) };
        let opened = input.open().await?;
        self.enter_file(Arc::clone(&opened.name));
        self.current = Some(opened);
        Ok(true)
    }

    fn enter_file(&mut self, name: Arc<str>) {
        self.previous = Some(self.framer.position().file).filter(|file| !file.is_empty());
        self.framer.enter_file(name, 4);
        self.expects_magic = true;
    }

    /// Room for the rest of the event that has begun, but never more at once than has come already: a length alone
    /// allocates nothing big.
    fn make_room(&mut self) {
        let there = self.buffer.len();
        let size = EventHeader::parse(&self.buffer).map_or(0, |header| header.size());
        let missing = size.saturating_sub(there);
        let room = missing.clamp(CHUNK / 2, there.max(CHUNK));
        if self.buffer.capacity().saturating_sub(there) < missing.clamp(1, CHUNK / 2) {
            self.buffer.reserve(room);
        }
    }

    /// Steps over the bytes that a file begins with; whether they were there.
    fn take_magic(&mut self) -> Result<bool, SourceError> {
        let Some(found) = self.buffer.first_chunk::<4>() else { return Ok(false) };
        match *found {
            MAGIC => {
                self.buffer.advance(MAGIC.len());
                self.expects_magic = false;
                Ok(true)
            }
            MAGIC_ENCRYPTED => Err(FrameError::Encrypted { file: self.framer.position().file }.into()),
            _ => Err(self.not_a_binlog()),
        }
    }

    fn not_a_binlog(&self) -> SourceError {
        let found = self.buffer.iter().take(MAGIC.len()).copied().collect();
        FrameError::NotABinlog { file: self.framer.position().file, found }.into()
    }

    /// Whether a pipe goes on with another file here. The first four bytes alone could be a time of the year 2028; with
    /// a format description behind them that says that it ends at its own length plus four they are none.
    fn is_next_file(&self) -> bool {
        let is_pipe = self.current.as_ref().is_some_and(|opened| opened.is_pipe);
        if !is_pipe || self.expects_magic || !self.buffer.starts_with(&MAGIC) {
            return false;
        }
        let after = self.buffer.get(MAGIC.len()..).unwrap_or_default();
        EventHeader::parse(after).is_ok_and(|header| {
            header.kind == EventKind::FORMAT_DESCRIPTION
                && Some(header.log_pos) == header.event_size.checked_add(4)
        })
    }

    fn enter_next_file_of_pipe(&mut self) {
        let name = self.announced.take().unwrap_or_else(|| self.framer.position().file);
        self.enter_file(name);
    }

    /// The current file has no more bytes: fine between two events, an error inside one.
    fn end_file(&mut self) -> Result<(), SourceError> {
        if self.expects_magic {
            return Err(self.not_a_binlog());
        }
        let BinlogPosition { file, pos: offset } = self.framer.position();
        let found = self.buffer.len();
        if found > 0 {
            let header = self.framer.header(&self.buffer);
            let size = header.map_or(self.framer.header_len(), |header| header.size());
            let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
            return Err(FrameError::Torn { file, offset, expected: count(size), found: count(found) }.into());
        }
        if self.framer.format().is_none() {
            return Err(FrameError::Torn { file, offset, expected: 19, found: 0 }.into());
        }
        self.current = None;
        Ok(())
    }
}
