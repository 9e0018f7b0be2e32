//! Packets over any byte stream.
//!
//! Reading goes through one large buffer; a packet that lies in it whole is handed out as a slice of it, without a
//! copy. A packet of 16 MiB and more comes in parts and is put together, up to a limit that is ours and not the
//! server's `max_allowed_packet`: the dump thread sends up to 1 GiB whatever that says.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::Instant,
};

use super::{
    error::ConnectionError,
    inflate::{self, Inflater, Step},
    reply,
};

/// A byte stream that a connection can run over.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// The longest packet we take, put together from its parts.
pub(crate) const PACKET_MAX: usize = 1 << 30;
/// A part of this length is followed by another.
const PART_MAX: usize = 0x00ff_ffff;
const HEADER_LEN: usize = 4;
/// How much one read may bring.
const READ_LEN: usize = 256 * 1024;
/// A buffer that grew beyond this for a long packet is not kept.
const KEPT_MAX: usize = 4 * READ_LEN;
/// Below this much room the buffer is renewed.
const READ_ROOM_MIN: usize = 32 * 1024;

/// Packets in both directions.
pub(crate) struct Wire {
    io: Box<dyn Transport>,
    inflater: Option<Inflater>,
    /// Inner bytes that are not yet taken.
    input: BytesMut,
    /// The first parts of a long packet.
    parts: BytesMut,
    /// The number of the next packet, ours or the server's.
    sequence: u8,
    packet_max: usize,
    /// How long we have waited for a byte since the last one, over all calls.
    quiet: Duration,
    bytes_read: u64,
}

/// Three bytes as a number.
pub(crate) fn u24([a, b, c]: [u8; 3]) -> usize {
    usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap_or(PART_MAX)
}

/// A number below 2^24 as three bytes.
pub(crate) fn put_u24(out: &mut Vec<u8>, number: usize) {
    let bytes = number.to_le_bytes();
    out.extend(bytes.iter().take(3));
}

impl Wire {
    pub(crate) fn new(io: Box<dyn Transport>) -> Self {
        Self {
            io,
            inflater: None,
            input: BytesMut::new(),
            parts: BytesMut::new(),
            sequence: 0,
            packet_max: PACKET_MAX,
            quiet: Duration::ZERO,
            bytes_read: 0,
        }
    }

    #[cfg(test)]
    pub(crate) fn with_packet_max(mut self, packet_max: usize) -> Self {
        self.packet_max = packet_max;
        self
    }

    /// Gives the byte stream back, to be wrapped in TLS. Bytes that came before TLS are refused: they could be
    /// somebody else's.
    pub(crate) fn into_transport(self) -> Result<(Box<dyn Transport>, u8), ConnectionError> {
        if self.input.is_empty() && self.parts.is_empty() {
            return Ok((self.io, self.sequence));
        }
        Err(ConnectionError::Protocol { what: "plain bytes before TLS" })
    }

    /// Goes on over a byte stream that has been wrapped.
    pub(crate) fn resume(io: Box<dyn Transport>, sequence: u8) -> Self {
        Self { sequence, ..Self::new(io) }
    }

    /// From now on all is compressed.
    pub(crate) fn compress(&mut self, inflater: Inflater) {
        self.inflater = Some(inflater);
    }

    /// How long we have waited for the next byte, over all reads since the last byte came. Time in which nobody
    /// reads does not count.
    pub(crate) const fn quiet(&self) -> Duration {
        self.quiet
    }

    /// All bytes that came from the byte stream.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Starts a new command: packets are numbered from 0.
    pub(crate) fn begin_command(&mut self) {
        self.sequence = 0;
        if let Some(inflater) = &mut self.inflater {
            inflater.sequence = 0;
        }
    }

    /// Sends one packet. Not cancel-safe: a connection on which a send was dropped is lost.
    pub(crate) async fn send(&mut self, payload: &[u8], doing: &'static str) -> Result<(), ConnectionError> {
        let mut out = Vec::with_capacity(payload.len().saturating_add(64));
        let mut parts = payload.chunks(PART_MAX);
        loop {
            let part = parts.next().unwrap_or_default();
            put_u24(&mut out, part.len());
            out.push(self.sequence);
            out.extend_from_slice(part);
            self.sequence = self.sequence.wrapping_add(1);
            if part.len() < PART_MAX {
                break;
            }
        }
        let out = self.wrap(out);
        let lost = |source| ConnectionError::lost(doing, source);
        self.io.write_all(&out).await.map_err(lost)?;
        self.io.flush().await.map_err(lost)
    }

    /// Puts outer headers around inner bytes. What we send is small, so it is never deflated.
    fn wrap(&mut self, inner: Vec<u8>) -> Vec<u8> {
        let Some(inflater) = &mut self.inflater else { return inner };
        let mut out = Vec::with_capacity(inner.len().saturating_add(inflate::HEADER_LEN));
        for part in inner.chunks(PART_MAX) {
            put_u24(&mut out, part.len());
            out.push(inflater.sequence);
            out.extend_from_slice(&[0, 0, 0]);
            out.extend_from_slice(part);
            inflater.sequence = inflater.sequence.wrapping_add(1);
        }
        out
    }

    /// The next packet, waiting for it. Cancel-safe.
    pub(crate) async fn receive(&mut self, doing: &'static str) -> Result<Bytes, ConnectionError> {
        loop {
            if let Some(packet) = self.take_packet()? {
                return Ok(packet);
            }
            self.fill(doing).await?;
        }
    }

    /// The next packet if it is here whole.
    pub(crate) fn take_packet(&mut self) -> Result<Option<Bytes>, ConnectionError> {
        loop {
            let Some((length, number)) = self.whole_part()? else { return Ok(None) };
            self.check_number(number)?;
            self.input.advance(HEADER_LEN);
            let part = self.input.split_to(length);
            if length < PART_MAX && self.parts.is_empty() {
                return Ok(Some(part.freeze()));
            }
            if self.parts.len().saturating_add(length) > self.packet_max {
                return Err(ConnectionError::PacketTooLong { limit: self.packet_max });
            }
            self.parts.extend_from_slice(&part);
            if length < PART_MAX {
                // Taken whole, so that the memory goes with the packet.
                return Ok(Some(std::mem::take(&mut self.parts).freeze()));
            }
        }
    }

    /// The length and number of the next part if it is here whole; inflates as long as it is not.
    fn whole_part(&mut self) -> Result<Option<(usize, u8)>, ConnectionError> {
        loop {
            if let Some(&[a, b, c, number]) = self.input.first_chunk::<HEADER_LEN>() {
                let length = u24([a, b, c]);
                if self.input.len() >= HEADER_LEN.saturating_add(length) {
                    return Ok(Some((length, number)));
                }
            }
            let Some(inflater) = &mut self.inflater else { return Ok(None) };
            match inflater.step(&mut self.input)? {
                Step::Moved => {}
                Step::Missing => return Ok(None),
            }
        }
    }

    fn check_number(&mut self, number: u8) -> Result<(), ConnectionError> {
        let expected = self.sequence;
        self.sequence = number.wrapping_add(1);
        // Within the compressed protocol the outer numbers count. A server that gives up (shutdown, kill) sends its
        // error packet with any number.
        let is_error = self.input.get(HEADER_LEN) == Some(&reply::ERR);
        if number == expected || is_error || self.inflater.is_some() {
            return Ok(());
        }
        Err(ConnectionError::PacketOrder { expected, found: number })
    }

    /// Waits for bytes. Cancel-safe: what has come stays.
    pub(crate) async fn fill(&mut self, doing: &'static str) -> Result<(), ConnectionError> {
        let waiting = Waiting { quiet: &mut self.quiet, since: Instant::now() };
        let buffer = read_buffer(&mut self.inflater, &mut self.input);
        let read = self.io.read_buf(buffer).await;
        drop(waiting);
        match read {
            Ok(0) => Err(ConnectionError::Closed { doing }),
            Ok(count) => {
                self.count(count);
                Ok(())
            }
            Err(source) => Err(ConnectionError::lost(doing, source)),
        }
    }

    /// Takes the bytes that are here already. Whether there were any; an end of the stream is left for
    /// [`Self::fill`] to tell. Cancel-safe.
    pub(crate) async fn fill_now(&mut self, doing: &'static str) -> Result<bool, ConnectionError> {
        let read = {
            let buffer = read_buffer(&mut self.inflater, &mut self.input);
            let mut reading = pin!(self.io.read_buf(buffer));
            poll_fn(|cx| match reading.as_mut().poll(cx) {
                Poll::Pending => Poll::Ready(Ok(0)),
                ready => ready,
            })
            .await
        };
        let count = read.map_err(|source| ConnectionError::lost(doing, source))?;
        self.count(count);
        Ok(count > 0)
    }

    fn count(&mut self, count: usize) {
        if count > 0 {
            self.quiet = Duration::ZERO;
            self.bytes_read = self.bytes_read.saturating_add(count as u64);
        }
    }
}

/// Adds to `quiet` the time for which it lives, also when the read is dropped.
struct Waiting<'a> {
    quiet: &'a mut Duration,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        *self.quiet = self.quiet.saturating_add(self.since.elapsed());
    }
}

/// The buffer that the socket's next bytes go to, with room for them.
fn read_buffer<'a>(inflater: &'a mut Option<Inflater>, input: &'a mut BytesMut) -> &'a mut BytesMut {
    let (buffer, header_len) = match inflater {
        Some(inflater) => (&mut inflater.deflated, inflate::HEADER_LEN),
        None => (input, HEADER_LEN),
    };
    // A part says at most 16 MiB of itself, so there is a bound to what is made here before it has come.
    let length = buffer.first_chunk::<3>().map_or(0, |length| u24(*length));
    let missing = header_len.saturating_add(length).saturating_sub(buffer.len());
    if buffer.is_empty() && buffer.capacity() > KEPT_MAX {
        *buffer = BytesMut::new();
    }
    let room = buffer.capacity().saturating_sub(buffer.len());
    if room < missing.max(READ_ROOM_MIN) {
        buffer.reserve(missing.max(READ_LEN));
    }
    buffer
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
