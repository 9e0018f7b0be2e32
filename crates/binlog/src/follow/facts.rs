//! What a server says of itself: what is needed to follow it, and what a preflight check tells.

use std::sync::Arc;

use becauselog_model::{BinlogPosition, Flavor, GtidSet, ServerUuid};

use super::error::FollowError;
use crate::connection::{Connection, ConnectionError, Rows, ServerVersion, TlsInfo};

/// A server's replication state at one moment.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// Where it was asked, for messages.
    pub address: String,
    /// How the connection on which it was asked is encrypted, if it is.
    pub tls: Option<TlsInfo>,
    /// Its version.
    pub version: ServerVersion,
    /// `@@server_uuid`; MariaDB has none.
    pub uuid: Option<ServerUuid>,
    /// `@@server_id`.
    pub server_id: u32,
    /// Whether it writes a binary log.
    pub log_bin: bool,
    /// `@@binlog_format`; `ROW` where the variable is gone.
    pub binlog_format: String,
    /// `@@binlog_row_image`.
    pub row_image: String,
    /// `@@binlog_row_metadata`; nothing before 8.0.1.
    pub row_metadata: Option<String>,
    /// `@@gtid_mode`; nothing on MariaDB.
    pub gtid_mode: Option<String>,
    /// `@@gtid_executed`; on MariaDB `@@gtid_binlog_state`.
    pub executed: GtidSet,
    /// Of MariaDB: `@@gtid_slave_pos`, what it has applied of other servers, be it in its log or not.
    pub applied: GtidSet,
    /// `@@gtid_purged`; on MariaDB the GTIDs before its first file.
    pub purged: GtidSet,
    /// The end of its log.
    pub end: Option<BinlogPosition>,
}

/// One file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its name.
    pub name: Arc<str>,
    /// Its length in bytes.
    pub size: u64,
}

const DOING: &str = "asking for the server's state";

impl ServerFacts {
    /// Asks the server.
    ///
    /// # Errors
    /// When it refuses (the account needs REPLICATION CLIENT), or is lost.
    pub async fn read(connection: &mut Connection) -> Result<Self, FollowError> {
        let names = "'server_uuid','server_id','log_bin','binlog_format','binlog_row_image',\
                     'binlog_row_metadata','gtid_mode'";
        let sql = format!("SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})");
        let variables = connection.query(&sql, DOING).await?;
        let mut facts = Self {
            address: connection.endpoint().to_string(),
            tls: connection.tls().cloned(),
            version: connection.version().clone(),
            uuid: variable(&variables, "server_uuid").and_then(|uuid| uuid.parse().ok()),
            server_id: variable(&variables, "server_id").and_then(|id| id.parse().ok()).unwrap_or(0),
            log_bin: variable(&variables, "log_bin").is_some_and(is_on),
            binlog_format: variable(&variables, "binlog_format").unwrap_or("ROW").to_owned(),
            row_image: variable(&variables, "binlog_row_image").unwrap_or("FULL").to_owned(),
            row_metadata: variable(&variables, "binlog_row_metadata").map(str::to_owned),
            gtid_mode: variable(&variables, "gtid_mode").map(str::to_owned),
            executed: GtidSet::new(),
            applied: GtidSet::new(),
            purged: GtidSet::new(),
            end: None,
        };
        if facts.log_bin {
            facts.end = end_of_log(connection).await?;
        }
        match facts.version.flavor {
            Flavor::MySql => facts.read_gtids(connection).await?,
            Flavor::MariaDb => facts.read_positions(connection).await?,
        }
        Ok(facts)
    }

    /// MariaDB's positions, after the end of the log was asked for. What was purged is what the first file begins with.
    async fn read_positions(&mut self, connection: &mut Connection) -> Result<(), FollowError> {
        let sql = "SELECT @@GLOBAL.gtid_binlog_state AS s, @@GLOBAL.gtid_slave_pos AS p";
        let state = connection.query(sql, DOING).await?;
        let unreadable = |_| ConnectionError::Protocol { what: "a GTID position that is none" };
        self.executed = state.get(0, "s").unwrap_or_default().parse().map_err(unreadable)?;
        self.applied = state.get(0, "p").unwrap_or_default().parse().map_err(unreadable)?;
        if !self.log_bin {
            return Ok(());
        }
        // Without a name the statement is about the first file; the list is its second event.
        let events = connection.query("SHOW BINLOG EVENTS LIMIT 3", DOING).await?;
        let list = (0..events.len()).find(|row| events.get(*row, "Event_type") == Some("Gtid_list"));
        let text = list.and_then(|row| events.get(row, "Info")).unwrap_or_default();
        self.purged = text.trim_matches(['[', ']']).parse().map_err(unreadable)?;
        Ok(())
    }

    /// After the end of the log was asked for, so that the sets hold at least what is before it.
    async fn read_gtids(&mut self, connection: &mut Connection) -> Result<(), FollowError> {
        let sets =
            connection.query("SELECT @@GLOBAL.gtid_executed AS e, @@GLOBAL.gtid_purged AS p", DOING).await?;
        let read = |column| {
            let text = sets.get(0, column).unwrap_or_default();
            text.parse().map_err(|_| ConnectionError::Protocol { what: "a GTID set that is none" })
        };
        self.executed = read("e")?;
        self.purged = read("p")?;
        Ok(())
    }

    /// Whether every transaction of this server has a GTID, so that GTIDs can be followed.
    #[must_use]
    pub fn has_gtids(&self) -> bool {
        self.version.flavor == Flavor::MariaDb || self.gtid_mode.as_deref() == Some("ON")
    }
}

/// The end of the log; nothing where there is none.
async fn end_of_log(connection: &mut Connection) -> Result<Option<BinlogPosition>, FollowError> {
    let sql = match connection.version().is_mysql_since((8, 2, 0)) {
        true => "SHOW BINARY LOG STATUS",
        false => "SHOW MASTER STATUS",
    };
    let status = connection.query(sql, "asking for the end of the log").await?;
    let pos = status.get(0, "Position").and_then(|pos| pos.parse().ok());
    Ok(status.get(0, "File").zip(pos).map(|(file, pos)| BinlogPosition { file: file.into(), pos }))
}

impl LogFile {
    /// The files of a server's log, oldest first.
    ///
    /// # Errors
    /// When the server refuses (the account needs REPLICATION CLIENT), or is lost.
    pub async fn list(connection: &mut Connection) -> Result<Vec<Self>, FollowError> {
        let rows = connection.query("SHOW BINARY LOGS", "asking for the files of the log").await?;
        let sizes = rows.column("File_size").map(|size| size.parse().unwrap_or(0));
        Ok(rows.column("Log_name").zip(sizes).map(|(name, size)| Self { name: name.into(), size }).collect())
    }
}

/// One of the variables by name.
pub(crate) fn variable<'a>(variables: &'a Rows, name: &str) -> Option<&'a str> {
    let row = variables.column("Variable_name").position(|found| found.eq_ignore_ascii_case(name))?;
    variables.get(row, "Value")
}

fn is_on(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("ON")
}
