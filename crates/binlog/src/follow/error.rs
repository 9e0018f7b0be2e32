//! Why a server cannot be followed, each with its next step.

use std::time::Duration;

use becauselog_model::{BinlogPosition, ErrorClass, Flavor, GtidSet, ServerUuid};
use thiserror::Error;

use super::shown::{Shown, Span};
use crate::connection::{ConnectionError, ServerReply};

/// A failure to follow a server.
#[derive(Debug, Error)]
pub enum FollowError {
    /// The connection, the login or a command failed.
    #[error("{server}: {source}")]
    Connection {
        /// The server; empty while it is not known here.
        server: String,
        /// Why.
        source: ConnectionError,
    },
    /// There is nobody to follow.
    #[error("no host is given; name at least one server")]
    NoHosts,
    /// A server id that none can have.
    #[error(
        "server id 0 is none; choose one between 1 and 4294967295 that no other server has, or leave it out"
    )]
    ServerIdZero,
    /// It is of another family than what is meant.
    #[error("{server} is {found}, but {by} is for {meant}: their positions and events differ")]
    OtherFlavor {
        /// The server.
        server: String,
        /// What it is.
        found: Flavor,
        /// What is meant.
        meant: Flavor,
        /// What says so.
        by: &'static str,
    },
    /// It writes no log.
    #[error(
        "{server} writes no binary log; start it with log_bin (a replica before 8.0 also needs log_slave_updates=ON)"
    )]
    BinlogOff {
        /// The server.
        server: String,
    },
    /// It logs statements.
    #[error(
        "{server} has binlog_format={format}; changes can only be read from rows: SET PERSIST binlog_format = 'ROW' (before 8.0 SET GLOBAL and the option file), then reconnect the applications"
    )]
    FormatNotRow {
        /// The server.
        server: String,
        /// Its format.
        format: String,
    },
    /// GTIDs are to be followed and the server has none.
    #[error(
        "the start is given by GTIDs, but {server} has gtid_mode={mode} and the position kept is not of this server; switch gtid_mode to ON again, or choose another start (earliest, latest, file:pos, a time)"
    )]
    GtidModeOff {
        /// The server.
        server: String,
        /// Its mode.
        mode: String,
    },
    /// Transactions that we need are gone.
    #[error(
        "{server} has purged transactions that were not read yet: {}; read them from another server or a backup of the log, or accept the gap with start earliest and take a new snapshot of the tables; keep logs longer (binlog_expire_logs_seconds)",
        Shown(missing)
    )]
    Purged {
        /// The server.
        server: String,
        /// What is missing.
        missing: GtidSet,
    },
    /// The file that we need is gone.
    #[error(
        "{server} has no binlog file {} any more, its first is {first}; read the gap from another server or a backup of the log, or accept it with start earliest; keep logs longer (binlog_expire_logs_seconds)",
        position.file
    )]
    FilePurged {
        /// The server.
        server: String,
        /// Where we were.
        position: BinlogPosition,
        /// The oldest file that it has.
        first: String,
    },
    /// A file that the server never had, or a place behind its end.
    #[error(
        "{position} is not in the log of {server}, which ends at {end}; the log was reset or the server lost its end, or the position is of another server: choose another start"
    )]
    PositionUnknown {
        /// The server.
        server: String,
        /// The position.
        position: BinlogPosition,
        /// The end of its log.
        end: String,
    },
    /// A place that the dump command has no room for.
    #[error(
        "{position} is beyond 4 GiB, where {server} can start by GTIDs only; start at an earlier transaction of that file or at the next file, or switch gtid_mode to ON"
    )]
    PositionBeyond4Gib {
        /// The server.
        server: String,
        /// The position.
        position: BinlogPosition,
    },
    /// A place inside a transaction or event.
    #[error(
        "{position} is not where a transaction begins on {server}; take a position that SHOW BINLOG EVENTS shows before a GTID event, or the end of a transaction"
    )]
    NotABoundary {
        /// The server.
        server: String,
        /// The position.
        position: BinlogPosition,
    },
    /// Positions of one server mean nothing on another.
    #[error(
        "{server} is {found}, but {position} is a position of server {expected}, and without GTIDs one server's positions mean nothing on another; follow the old server again, or choose another start"
    )]
    OtherServer {
        /// The server.
        server: String,
        /// Its uuid.
        found: String,
        /// The uuid that the position is of.
        expected: String,
        /// The position.
        position: BinlogPosition,
    },
    /// It has not got as far as we.
    #[error(
        "{server} is behind: it lacks transactions that were read already: {}; wait until it has caught up, or follow a server that has them",
        Shown(missing)
    )]
    Behind {
        /// The server.
        server: String,
        /// What it lacks.
        missing: GtidSet,
    },
    /// The start names transactions that it does not have.
    #[error(
        "the start names transactions that {server} does not have: {}; check the GTID set, and that this is the server it is from",
        Shown(missing)
    )]
    GtidsUnknown {
        /// The server.
        server: String,
        /// What it lacks.
        missing: GtidSet,
    },
    /// It had got as far as we and has not any more.
    #[error(
        "{server} (still {uuid}) has lost transactions that were read from it: {}; it was reset, restored from a backup, or crashed without sync_binlog=1: what was delivered of them never happened there; compare the targets and choose a new start",
        Shown(missing)
    )]
    Lost {
        /// The server.
        server: String,
        /// Its uuid.
        uuid: ServerUuid,
        /// What it lost.
        missing: GtidSet,
    },
    /// Somebody else has our server id.
    #[error(
        "{server}: server id {server_id} is taken ({by}); give each reader and each server an id of its own (server_id), and a name of its own to each configuration"
    )]
    ServerIdClash {
        /// The server.
        server: String,
        /// Our id.
        server_id: u32,
        /// Who has it, as the server says.
        by: String,
    },
    /// Its log is damaged.
    #[error(
        "{server} cannot read its own log: {reply}; look at its error log and disk, and follow another server that has the log"
    )]
    LogDamaged {
        /// The server.
        server: String,
        /// The server's words.
        reply: ServerReply,
    },
    /// Its log has moved under its own dump: it was reset, or a file was removed.
    #[error("{server} has lost its place in its own log: {reply}")]
    LogMoved {
        /// The server.
        server: String,
        /// The server's words.
        reply: ServerReply,
    },
    /// Transactions without GTID are in the way.
    #[error(
        "{server} has transactions without GTID behind the start and does not send them with gtid_mode=ON: {reply}; switch to gtid_mode=ON_PERMISSIVE until they are read (start at file:pos), or choose a later start"
    )]
    Anonymous {
        /// The server.
        server: String,
        /// The server's words.
        reply: ServerReply,
    },
    /// The server ends the dump for another reason.
    #[error("{server} refuses the dump: {reply}")]
    DumpRefused {
        /// The server.
        server: String,
        /// The server's words.
        reply: ServerReply,
    },
    /// The server said nothing for too long.
    #[error("{server} has said nothing for {}, not even that it has nothing to say", Span(*waited))]
    Silent {
        /// The server.
        server: String,
        /// How long we waited.
        waited: Duration,
    },
    /// A stop position cannot be kept on another server.
    #[error(
        "the stop {position} is a position of the server that was lost and means nothing on {server}; stop by GTIDs or time instead"
    )]
    StopIsOfAnotherServer {
        /// The server.
        server: String,
        /// The stop.
        position: BinlogPosition,
    },
    /// The retry budget is used up.
    #[error("gave up after {} without progress; the last failure: {last}", Span(*tried))]
    GaveUp {
        /// How long it was tried.
        tried: Duration,
        /// The last failure.
        last: Box<crate::SourceError>,
    },
}

impl FollowError {
    /// What is to be done about it. The follower itself has retried what may pass: what it returns is final.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Connection { source, .. } => source.class(),
            Self::Behind { .. } | Self::Silent { .. } | Self::LogMoved { .. } => ErrorClass::Transient,
            Self::NoHosts
            | Self::ServerIdZero
            | Self::OtherFlavor { .. }
            | Self::BinlogOff { .. }
            | Self::FormatNotRow { .. }
            | Self::GtidModeOff { .. }
            | Self::Purged { .. }
            | Self::FilePurged { .. }
            | Self::PositionUnknown { .. }
            | Self::PositionBeyond4Gib { .. }
            | Self::NotABoundary { .. }
            | Self::OtherServer { .. }
            | Self::GtidsUnknown { .. }
            | Self::Lost { .. }
            | Self::ServerIdClash { .. }
            | Self::LogDamaged { .. }
            | Self::Anonymous { .. }
            | Self::DumpRefused { .. }
            | Self::StopIsOfAnotherServer { .. }
            | Self::GaveUp { .. } => ErrorClass::Operator,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Connection { source, .. } => source.code(),
            Self::NoHosts => "E_NO_HOSTS",
            Self::OtherFlavor { .. } => "E_FLAVOR",
            Self::BinlogOff { .. } => "E_BINLOG_OFF",
            Self::FormatNotRow { .. } => "E_BINLOG_FORMAT",
            Self::GtidModeOff { .. } => "E_GTID_MODE",
            Self::Purged { .. } | Self::FilePurged { .. } => "E_PURGED",
            Self::PositionUnknown { .. } => "E_POSITION_UNKNOWN",
            Self::PositionBeyond4Gib { .. } => "E_POSITION_4GIB",
            Self::NotABoundary { .. } => "E_START_INSIDE_TRANSACTION",
            Self::OtherServer { .. } => "E_OTHER_SERVER",
            Self::Behind { .. } => "E_SERVER_BEHIND",
            Self::GtidsUnknown { .. } => "E_GTIDS_UNKNOWN",
            Self::Lost { .. } => "E_SERVER_LOST_TRANSACTIONS",
            Self::ServerIdZero | Self::ServerIdClash { .. } => "E_SERVER_ID",
            Self::LogDamaged { .. } => "E_LOG_DAMAGED",
            Self::LogMoved { .. } => "E_LOG_MOVED",
            Self::Anonymous { .. } => "E_ANONYMOUS",
            Self::DumpRefused { .. } => "E_DUMP_REFUSED",
            Self::Silent { .. } => "E_SILENT",
            Self::StopIsOfAnotherServer { .. } => "E_STOP",
            Self::GaveUp { .. } => "E_GAVE_UP",
        }
    }

    /// Names the server of a connection's failure.
    pub(crate) fn at(self, address: &str) -> Self {
        match self {
            Self::Connection { server, source } if server.is_empty() => {
                Self::Connection { server: address.to_owned(), source }
            }
            other => other,
        }
    }
}

impl From<ConnectionError> for FollowError {
    fn from(source: ConnectionError) -> Self {
        Self::Connection { server: String::new(), source }
    }
}
