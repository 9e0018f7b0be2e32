//! Bootstraps: tables that are read in the middle of the log, because a row of Maxwell's table `bootstrap` asks for it.
//!
//! The log stands still meanwhile: a transaction that asks for a bootstrap ends when that is delivered. So the order of
//! messages is that of the log, no change of any table overtakes the rows that are read, and the position cannot pass a
//! bootstrap that is not durable at every sink: after a crash in the middle the whole table is read again.

mod ledger;

use std::{fmt, future::Future, time::Duration};

use becauselog_format::BootstrapRequest;
use becauselog_model::{TableName, Transaction};
use becauselog_snapshot::{ReadError, Reader};
use mysql_async::{Error, Opts, prelude::Queryable};
use tokio_util::sync::CancellationToken;

pub use self::ledger::{Ledger, LedgerHandle, Watch};
use crate::transform::{Stopped, TableFilter};

/// How bootstraps are done.
#[derive(Clone)]
pub struct BootstrapConfig {
    /// Who is meant by a request.
    pub client_id: String,
    /// Where tables are read: servers, tried in turn.
    pub servers: Vec<Opts>,
    /// How long a server waits for us while a sink is stalled.
    pub write_timeout: Duration,
    /// Which tables may be read, whoever asks.
    pub tables: TableFilter,
}

/// What the transform stage does them with.
#[derive(Debug)]
pub struct Bootstraps {
    pub config: BootstrapConfig,
    /// The full name of the table of requests, quoted.
    pub requests: String,
    pub ledger: LedgerHandle,
    pub stop: CancellationToken,
}

/// A request of the log.
#[derive(Debug)]
pub struct Asked {
    /// The index of the change that asks.
    pub index: u64,
    pub request: BootstrapRequest,
}

/// Whether a request still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Stands,
    /// Its row says that it is done.
    Complete,
    /// Its row is gone.
    Gone,
}

/// How long a server may take to show a transaction that its log has told of.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// Without GTIDs a row that is not there is looked for so often, with so much time between.
const LOOKS: u32 = 60;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Waiting before a table is read again: doubled each time up to the last, some minutes in all.
pub const RETRY_FIRST: Duration = Duration::from_millis(100);
pub const RETRY_LAST: Duration = Duration::from_secs(10);
pub const RETRIES_MAX: u32 = 20;

impl fmt::Debug for BootstrapConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootstrapConfig").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl Asked {
    /// The table that is to be read.
    pub fn table(&self) -> TableName {
        TableName::new(&self.request.database, &self.request.table)
    }
}

impl Bootstraps {
    /// The full name of the table of requests in this database, quoted.
    pub fn requests_in(database: &str) -> String {
        format!("`{}`.`bootstrap`", database.replace('`', "``"))
    }

    /// Waits for something unless a stop is asked for.
    pub async fn or_stop<T>(&self, done: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            // Dropped half-done only on the way out.
            () = self.stop.cancelled() => Err(Stopped::Asked),
            done = done => Ok(done),
        }
    }

    /// Connects, once the server shows what the transaction did: the log may tell of it a moment before a SELECT does, and
    /// of what came before it.
    pub async fn connect(&self, transaction: &Transaction) -> Result<Reader, ReadError> {
        let mut reader = Reader::connect(&self.config.servers, self.config.write_timeout).await?;
        if let Some(gtid) = &transaction.gtid {
            reader.shows(&gtid.to_string(), SHOWN_WITHIN).await?;
        }
        Ok(reader)
    }

    /// Whether a request still stands, as its row says. Where that cannot be read, it does.
    pub async fn standing(
        &self,
        reader: &mut Reader,
        asked: &Asked,
        transaction: &Transaction,
    ) -> Result<Standing, ReadError> {
        let sql = format!("SELECT is_complete FROM {} WHERE id = ?", self.requests);
        let looks = if transaction.gtid.is_some() { 1 } else { LOOKS };
        for _ in 0..looks {
            match reader.conn().exec_first::<u8, _, _>(&sql, (asked.request.id,)).await {
                Ok(Some(0)) | Err(Error::Server(_)) => return Ok(Standing::Stands),
                Ok(Some(_)) => return Ok(Standing::Complete),
                Ok(None) => tokio::time::sleep(LOOK_AGAIN).await,
                Err(source) => return Err(ReadError::Connect(source)),
            }
        }
        Ok(Standing::Gone)
    }
}

/// Whether the server will not do what it was asked for, however often: no right to it, a clause that it cannot read, a
/// column that this version cannot.
pub fn is_refused(error: &ReadError) -> bool {
    let refused = |error: &Error| match error {
        Error::Server(server) => !crate::shapes::passes(server.code),
        Error::Driver(driver) => matches!(driver, mysql_async::DriverError::StmtParamsMismatch { .. }),
        _ => false,
    };
    match error {
        ReadError::Shape(_) => true,
        ReadError::Connect(_) => false,
        other => other.sql().is_some_and(refused),
    }
}

/// Whether reading the table again may help.
pub fn is_passing(error: &ReadError) -> bool {
    matches!(error, ReadError::Behind) || error.sql().is_some()
}
