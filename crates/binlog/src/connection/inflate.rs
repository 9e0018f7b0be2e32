//! The compressed protocol: packets of packets, each deflated by zlib or zstd or, if small, as it is.
//!
//! Layout of the outer header: length of what follows (3 bytes), number (1), length when inflated (3, 0 = not
//! deflated). Source: the client/server protocol's "Compressed Packet".

use bytes::{Buf, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};

use super::{error::ConnectionError, packet::u24};

/// The outer header's length.
pub(crate) const HEADER_LEN: usize = 7;

/// By what the server deflates.
pub(crate) enum Method {
    Zlib,
    Zstd(zstd::bulk::Decompressor<'static>),
}

/// Turns the bytes of the socket into the bytes of the inner packets.
pub(crate) struct Inflater {
    method: Method,
    /// Bytes as they came from the socket.
    pub(crate) deflated: BytesMut,
    /// The number of the next outer packet, ours or the server's.
    pub(crate) sequence: u8,
}

impl Inflater {
    pub(crate) fn new(method: Method) -> Self {
        Self { method, deflated: BytesMut::new(), sequence: 0 }
    }

    pub(crate) fn zstd() -> Result<Self, ConnectionError> {
        let method = zstd::bulk::Decompressor::new()
            .map_err(|_| ConnectionError::Protocol { what: "zstd could not be set up" })?;
        Ok(Self::new(Method::Zstd(method)))
    }

    /// Moves one whole outer packet, if there is one, into `plain`.
    pub(crate) fn step(&mut self, plain: &mut BytesMut) -> Result<Step, ConnectionError> {
        let Some(&[a, b, c, number, d, e, f]) = self.deflated.first_chunk::<HEADER_LEN>() else {
            return Ok(Step::Missing);
        };
        let (length, inflated) = (u24([a, b, c]), u24([d, e, f]));
        let whole = HEADER_LEN.saturating_add(length);
        if self.deflated.len() < whole {
            return Ok(Step::Missing);
        }
        if number != self.sequence {
            return Err(ConnectionError::PacketOrder { expected: self.sequence, found: number });
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.deflated.advance(HEADER_LEN);
        let body = self.deflated.split_to(length);
        match inflated {
            0 => plain.extend_from_slice(&body),
            size => self.method.inflate(&body, size, plain)?,
        }
        Ok(Step::Moved)
    }
}

/// What [`Inflater::step`] did.
pub(crate) enum Step {
    /// One outer packet was moved.
    Moved,
    /// The next outer packet is not here whole.
    Missing,
}

impl Method {
    /// Inflates one body of a known size (at most 16 MiB: it stands in 3 bytes) to the end of `plain`.
    fn inflate(&mut self, body: &[u8], size: usize, plain: &mut BytesMut) -> Result<(), ConnectionError> {
        let damaged = ConnectionError::Protocol { what: "a compressed packet that is damaged" };
        let start = plain.len();
        plain.resize(start.saturating_add(size), 0);
        let Some(target) = plain.get_mut(start..) else { return Err(damaged) };
        let made = match self {
            Self::Zlib => {
                let mut zlib = Decompress::new(true);
                match zlib.decompress(body, target, FlushDecompress::Finish) {
                    Ok(Status::StreamEnd) => usize::try_from(zlib.total_out()).ok(),
                    _ => None,
                }
            }
            Self::Zstd(zstd) => zstd.decompress_to_buffer(body, target).ok(),
        };
        if made == Some(size) { Ok(()) } else { Err(damaged) }
    }
}
