//! The plan of a run: plain data, made from whatever the config was, from which the pipeline is wired.

pub mod tables;

use std::{path::PathBuf, time::Duration};

use becauselog_binlog::{Start, Stop};
use becauselog_format::{DebeziumConfig, PlainConfig};
use becauselog_pipeline::XaLimits;
use becauselog_sink::{Content, FileConfig};
pub use tables::TableFilter;

use crate::secret::Secret;

/// Everything a run needs to know. Made by `config::load`; nothing in it has been opened or reached yet.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The source's logical name: in event ids and topics, and the state folder's name.
    pub name: String,
    /// Where changes come from.
    pub source: SourcePlan,
    /// Which tables are wanted.
    pub tables: TableFilter,
    /// How changes are rendered.
    pub format: FormatPlan,
    /// Where they go: at least one.
    pub sinks: Vec<SinkPlan>,
    /// Where positions and spools are kept.
    pub state: StatePlan,
    /// The limits.
    pub limits: LimitsPlan,
    /// What is to be said once when the run starts.
    pub notes: Vec<Note>,
}

/// Something to be said once at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Whether it may surprise.
    pub warn: bool,
    /// The text.
    pub text: String,
}

/// The servers and how to follow them.
#[derive(Debug, Clone)]
pub struct SourcePlan {
    /// Servers in the order in which they are tried. Empty only with a socket.
    pub hosts: Vec<Host>,
    /// A unix socket in place of hosts.
    pub socket: Option<PathBuf>,
    /// The user.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// Our id among the server's replicas; nothing: derived from the name.
    pub server_id: Option<u32>,
    /// TLS.
    pub tls: TlsPlan,
    /// Compression of the connection.
    pub compression: Compression,
    /// How often the server says that it is alive when it has nothing else to say.
    pub heartbeat: Duration,
    /// How long connecting and logging in may take.
    pub connect_timeout: Duration,
    /// `net_write_timeout` of the dump's session, in seconds.
    pub net_write_timeout_s: u32,
    /// Where to start when there is no checkpoint; nothing: `latest`, and that is said.
    pub start: Option<Start>,
    /// Where to stop.
    pub stop: Stop,
    /// Reconnection.
    pub reconnect: ReconnectPlan,
}

/// One server's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// How the connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsPlan {
    /// How much is asked for.
    pub mode: TlsMode,
    /// Certificates of authorities to trust in place of the system's, PEM.
    pub ca: Option<PathBuf>,
    /// Our certificate, PEM.
    pub cert: Option<PathBuf>,
    /// Its key, PEM.
    pub key: Option<PathBuf>,
}

/// How much TLS is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Plain text.
    Disabled,
    /// TLS when the server offers it; what came of it is logged.
    Preferred,
    /// TLS, whoever the server is.
    Required,
    /// TLS with a certificate by a trusted authority.
    VerifyCa,
    /// The same, and the certificate is for the name that was asked for.
    VerifyIdentity,
}

/// Compression of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// None.
    None,
    /// zlib.
    Zlib,
    /// zstd (MySQL 8.0.18 and later).
    Zstd,
}

/// Backoff and budget of reconnection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconnectPlan {
    /// The first pause.
    pub backoff_min: Duration,
    /// The longest pause.
    pub backoff_max: Duration,
    /// How long to go on without one event received; nothing: for ever.
    pub budget: Option<Duration>,
}

/// How changes are rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatPlan {
    /// Debezium's JSON.
    Debezium(DebeziumConfig),
    /// The row, the operation, the position.
    Plain(PlainConfig),
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkPlan {
    /// Standard output.
    Stdout {
        /// Its name in logs and states.
        name: String,
        /// What a line is.
        content: Content,
    },
    /// One readable line a change on standard output, for eyes: it is told of changes, not of records.
    Readable {
        /// Its name in logs and states.
        name: String,
    },
    /// A file that is appended to.
    File(FileConfig),
}

/// The state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePlan {
    /// Where it is.
    pub dir: PathBuf,
    /// How often the checkpoint is written at most.
    pub checkpoint_interval: Duration,
}

/// The limits. None of them is a goal: a quiet run uses little of each.
#[derive(Debug, Clone, Copy)]
pub struct LimitsPlan {
    /// Bytes of events and batches in flight over all stages.
    pub memory_bytes: usize,
    /// Bytes of one transaction kept in memory before it goes to the spool.
    pub transaction_memory_bytes: usize,
    /// What prepared XA transactions may take.
    pub xa: XaLimits,
    /// How long a stop may take to drain.
    pub shutdown: Duration,
}
