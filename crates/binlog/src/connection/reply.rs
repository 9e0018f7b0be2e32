//! OK, ERR and EOF packets.

use std::fmt;

use becauselog_model::ErrorClass;

use super::{error::ConnectionError, field::Fields};

/// An error that the server told: its number, SQL state and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerReply {
    /// The error's number, for example 1236.
    pub number: u16,
    /// The SQL state, for example `HY000`; empty before the login.
    pub state: String,
    /// The server's words.
    pub message: String,
}

/// The first byte of an ERR packet.
pub(crate) const ERR: u8 = 0xff;
/// The first byte of an EOF packet, which is shorter than 9 bytes.
pub(crate) const EOF: u8 = 0xfe;
/// The first byte of an OK packet.
pub(crate) const OK: u8 = 0x00;

/// "Too many connections", before the login.
pub(crate) const TOO_MANY_CONNECTIONS: u16 = 1040;
/// The dump thread's "fatal error while reading the binary log".
pub(crate) const BINLOG_FATAL: u16 = 1236;
/// MariaDB ends a dump since another replica has our id.
pub(crate) const SLAVE_SAME_ID: u16 = 4052;

impl ServerReply {
    /// Reads an ERR packet, its first byte included.
    pub(crate) fn read(packet: &[u8]) -> Result<Self, ConnectionError> {
        let mut fields = Fields::new(packet, "an error packet that ends early");
        fields.u8()?;
        let number = fields.u16()?;
        let rest = fields.rest();
        let (state, message) = match rest.split_first() {
            Some((b'#', after)) => after.split_at_checked(5).unwrap_or((&[], after)),
            _ => (&[][..], rest),
        };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self { number, state: text(state), message: text(message) })
    }

    /// Whether waiting may help.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self.number {
            // Too many connections (in all, of this user), shutting down, connection or query killed, network
            // trouble seen by the server, lock wait, deadlock, offline mode, timeouts, out of memory for now.
            1037
            | TOO_MANY_CONNECTIONS
            | 1041
            | 1053
            | 1077
            | 1152
            | 1158..=1161
            | 1184
            | 1203
            | 1205
            | 1213
            | 1226
            | 1317
            | 1927
            | 3032
            | 3058
            | 3168
            | 3169
            | 4031 => ErrorClass::Transient,
            _ => ErrorClass::Operator,
        }
    }
}

impl fmt::Display for ServerReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}", self.number)?;
        if !self.state.is_empty() {
            write!(f, " ({})", self.state)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Whether a packet is an EOF packet.
pub(crate) fn is_eof(packet: &[u8]) -> bool {
    packet.first() == Some(&EOF) && packet.len() < 9
}

/// Reads the answer to a command that answers OK.
pub(crate) fn expect_ok(packet: &[u8], doing: &'static str) -> Result<(), ConnectionError> {
    match packet.first() {
        Some(&OK) => Ok(()),
        Some(&ERR) => Err(ConnectionError::Refused { doing, reply: ServerReply::read(packet)? }),
        _ => Err(ConnectionError::Protocol { what: "neither OK nor an error where one was due" }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_an_error_with_and_without_state() {
        let with = ServerReply::read(b"\xff\xd4\x04#HY000Could not find first log file").unwrap();
        assert_eq!((with.number, with.state.as_str()), (1236, "HY000"));
        assert_eq!(with.message, "Could not find first log file");
        let without = ServerReply::read(b"\xff\x10\x04Too many connections").unwrap();
        assert_eq!((without.number, without.class()), (1040, ErrorClass::Transient));
        assert!(ServerReply::read(b"\xff\x10").is_err());
    }
}
