//! What can go wrong between us and a server, apart from the log's content.

use std::{io, path::PathBuf};

use becauselog_model::ErrorClass;
use thiserror::Error;

use super::reply::ServerReply;

/// A failure of the connection, the login or a command.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// No connection could be opened.
    #[error(
        "cannot reach {address}: {source}; check the address, that the server runs and that nothing blocks the way"
    )]
    Unreachable {
        /// The server.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Nothing came in time.
    #[error("no answer within {seconds} s while {doing}")]
    TimedOut {
        /// What was under way.
        doing: &'static str,
        /// The time limit.
        seconds: u64,
    },
    /// The connection broke.
    #[error("the connection was lost while {doing}: {source}")]
    Lost {
        /// What was under way.
        doing: &'static str,
        /// How it broke.
        source: io::Error,
    },
    /// The server closed the connection.
    #[error("the server closed the connection while {doing}")]
    Closed {
        /// What was under way.
        doing: &'static str,
    },
    /// The server refused the login.
    #[error("login of {user:?} refused: {reply}; check user, password and the host the account is for")]
    LoginRefused {
        /// The account.
        user: String,
        /// The server's words.
        reply: ServerReply,
    },
    /// The server answered a command with an error.
    #[error("the server refused while {doing}: {reply}")]
    Refused {
        /// What was under way.
        doing: &'static str,
        /// The server's words.
        reply: ServerReply,
    },
    /// TLS is required and the server has none.
    #[error(
        "the server offers no TLS but tls mode {mode} requires it; enable TLS on the server or choose tls mode preferred"
    )]
    TlsNotOffered {
        /// The mode.
        mode: super::options::TlsMode,
    },
    /// TLS could not be agreed on.
    #[error(
        "TLS with {address} failed: {source}; check the CA file, the server's certificate and name, and that it speaks TLS 1.3, or TLS 1.2 with ECDHE (community builds before 8.0.16 or so do not)"
    )]
    TlsFailed {
        /// The server.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// A certificate or key file of ours cannot be used.
    #[error("the {what} in {path} cannot be used: {reason}")]
    TlsMaterial {
        /// Which.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The account uses a login method that we don't have.
    #[error(
        "the account logs in by plugin {plugin:?}, which is not supported; use caching_sha2_password, sha256_password or mysql_native_password"
    )]
    AuthPlugin {
        /// The plugin's name.
        plugin: String,
    },
    /// The public key by which a password is to be encrypted cannot be used.
    #[error("the server's public key for the password cannot be used: {what}; connect with TLS instead")]
    PublicKey {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The server cannot compress the way that is asked for.
    #[error("the server does not offer {wanted} compression; choose zlib or none")]
    CompressionNotOffered {
        /// The method.
        wanted: &'static str,
    },
    /// Bytes that are not the protocol.
    #[error("the server sent what the protocol does not allow: {what}")]
    Protocol {
        /// What is wrong.
        what: &'static str,
    },
    /// A packet that is lost or doubled.
    #[error("packet {found} came where packet {expected} was due; the stream is damaged")]
    PacketOrder {
        /// The number that was due.
        expected: u8,
        /// The number that came.
        found: u8,
    },
    /// A packet above the limit.
    #[error("a packet of more than {limit} bytes")]
    PacketTooLong {
        /// The limit.
        limit: usize,
    },
}

impl ConnectionError {
    /// What is to be done about it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Lost { .. }
            | Self::Closed { .. }
            | Self::Protocol { .. }
            | Self::PacketOrder { .. } => ErrorClass::Transient,
            Self::TlsFailed { source, .. } => match source.kind() {
                // A certificate refused, versions that do not meet: no retry helps.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => ErrorClass::Operator,
                _ => ErrorClass::Transient,
            },
            Self::LoginRefused { reply, .. } | Self::Refused { reply, .. } => reply.class(),
            Self::TlsNotOffered { .. }
            | Self::TlsMaterial { .. }
            | Self::AuthPlugin { .. }
            | Self::PublicKey { .. }
            | Self::CompressionNotOffered { .. }
            | Self::PacketTooLong { .. } => ErrorClass::Operator,
        }
    }

    /// The stable code of the error's page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "E_UNREACHABLE",
            Self::TimedOut { .. } => "E_TIMEOUT",
            Self::Lost { .. } | Self::Closed { .. } => "E_CONNECTION_LOST",
            Self::LoginRefused { .. } => "E_LOGIN",
            Self::Refused { .. } => "E_SERVER_REFUSED",
            Self::TlsNotOffered { .. } | Self::TlsFailed { .. } | Self::TlsMaterial { .. } => "E_TLS",
            Self::AuthPlugin { .. } | Self::PublicKey { .. } => "E_AUTH_PLUGIN",
            Self::CompressionNotOffered { .. } => "E_COMPRESSION",
            Self::Protocol { .. } | Self::PacketOrder { .. } | Self::PacketTooLong { .. } => "E_PROTOCOL",
        }
    }

    /// The server's own answer, where it is one.
    #[must_use]
    pub fn reply(&self) -> Option<&ServerReply> {
        match self {
            Self::LoginRefused { reply, .. } | Self::Refused { reply, .. } => Some(reply),
            _ => None,
        }
    }

    /// An I/O error as lost or closed connection.
    pub(crate) fn lost(doing: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed { doing },
            _ => Self::Lost { doing, source },
        }
    }
}
