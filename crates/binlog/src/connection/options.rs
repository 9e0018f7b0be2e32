//! What is needed to reach a server and to log in.

use std::{fmt, path::PathBuf, time::Duration};

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// A host name or address and a port.
    Tcp {
        /// Name or address; it is also the name that `verify_identity` checks.
        host: String,
        /// The port, 3306 by default.
        port: u16,
    },
    /// A Unix socket.
    Unix {
        /// The socket's path.
        path: PathBuf,
    },
}

/// A password. Its text is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(String);

/// How a connection is made; shared by all hosts of one source.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// The account's name.
    pub user: String,
    /// Its password, empty for none.
    pub password: Password,
    /// Whether and how the connection is encrypted.
    pub tls: TlsOptions,
    /// Whether the protocol is compressed.
    pub compression: Compression,
    /// How long connecting, TLS and login may take together.
    pub connect_timeout: Duration,
    /// How long one SQL statement of ours may take.
    pub query_timeout: Duration,
    /// TCP keepalive: the idle time before the first probe.
    pub keepalive: Duration,
    /// What the server shows as `program_name` of this connection.
    pub program: String,
}

/// Encryption of the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// How much is asked of the server; nothing means [`TlsMode::VerifyIdentity`] where a CA is given, else
    /// [`TlsMode::Preferred`].
    pub mode: Option<TlsMode>,
    /// A PEM file with the certificates of the authorities to trust; nothing means the system's.
    pub ca: Option<PathBuf>,
    /// A PEM file with our own certificate (and its chain), where the server asks for one.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the key of that certificate, not encrypted.
    pub key: Option<PathBuf>,
}

/// How much encryption is asked for, by the names MySQL's own clients use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted where the server offers it; what came of it is logged.
    #[default]
    Preferred,
    /// Encrypted or not at all; the server's certificate is not checked.
    Required,
    /// Encrypted, and the certificate is signed by a trusted authority.
    VerifyCa,
    /// As `VerifyCa`, and the certificate is for the host's name.
    VerifyIdentity,
}

/// Compression of the protocol between us and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// None.
    #[default]
    None,
    /// zlib: every server knows it.
    Zlib,
    /// zstd: MySQL 8.0.18 and later.
    Zstd {
        /// The level the server is asked to compress with, 1 to 22.
        level: u8,
    },
}

impl Endpoint {
    /// A TCP endpoint.
    #[must_use]
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::Tcp { host: host.into(), port }
    }
}

impl Password {
    /// A password from its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TlsOptions {
    /// The mode in force.
    #[must_use]
    pub fn effective_mode(&self) -> TlsMode {
        let by_ca = if self.ca.is_some() { TlsMode::VerifyIdentity } else { TlsMode::Preferred };
        self.mode.unwrap_or(by_ca)
    }
}

impl TlsMode {
    /// Whether plain text is out of the question.
    #[must_use]
    pub const fn requires_tls(self) -> bool {
        matches!(self, Self::Required | Self::VerifyCa | Self::VerifyIdentity)
    }
}

impl ConnectOptions {
    /// Options for an account, with this crate's defaults: TLS where offered, no compression, 10 s to connect,
    /// 30 s a statement, keepalive after 30 s.
    #[must_use]
    pub fn new(user: impl Into<String>, password: Password) -> Self {
        Self {
            user: user.into(),
            password,
            tls: TlsOptions::default(),
            compression: Compression::None,
            connect_timeout: Duration::from_secs(10),
            query_timeout: Duration::from_secs(30),
            keepalive: Duration::from_secs(30),
            program: "becauselog".to_owned(),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix { path } => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { "(hidden)" })
    }
}

impl fmt::Display for TlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify_ca",
            Self::VerifyIdentity => "verify_identity",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_alone_means_verify_identity() {
        let with_ca = TlsOptions { ca: Some("ca.pem".into()), ..TlsOptions::default() };
        assert_eq!(with_ca.effective_mode(), TlsMode::VerifyIdentity);
        let told = TlsOptions { mode: Some(TlsMode::VerifyCa), ..with_ca };
        assert_eq!(told.effective_mode(), TlsMode::VerifyCa);
        assert_eq!(TlsOptions::default().effective_mode(), TlsMode::Preferred);
    }

    #[test]
    fn a_password_is_not_printed() {
        let options = ConnectOptions::new("reader", Password::new("s3cret"));
        assert!(!format!("{options:?}").contains("s3cret"));
    }
}
