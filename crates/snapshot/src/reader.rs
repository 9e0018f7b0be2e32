//! A connection that reads tables in one transaction.

use std::{sync::Arc, time::Duration};

use becauselog_model::{TableName, TableShape};
use becauselog_schema::Catalog;
use mysql_async::{BinaryProtocol, Conn, Error, Opts, OptsBuilder, QueryResult, prelude::Queryable};

use crate::{
    error::{ReadError, failed},
    row::SelectedRow,
    statement,
};

/// A connection for reading. Dropping it ends its transaction.
#[derive(Debug)]
pub struct Reader {
    conn: Conn,
    /// How the server was reached.
    server: Opts,
}

/// The rows of a table as they come.
#[derive(Debug)]
pub struct Rows<'r> {
    result: QueryResult<'r, 'static, BinaryProtocol>,
    shape: Arc<TableShape>,
}

/// A row may be as large as a packet of the protocol can tell.
const PACKET_MAX: usize = 1 << 30;

/// There is no such database, no such table.
const MISSING: [u16; 2] = [1049, 1146];

impl Reader {
    /// Connects to the first of these servers that answers. `write_timeout`: how long it waits for us while we ask for no
    /// more rows.
    ///
    /// # Errors
    /// When none answers, or a setting of the session is refused.
    pub async fn connect(servers: &[Opts], write_timeout: Duration) -> Result<Self, ReadError> {
        let mut error = Error::Other("no server is named".into());
        for server in servers {
            let opts = OptsBuilder::from_opts(server.clone()).max_allowed_packet(Some(PACKET_MAX));
            match Conn::new(opts).await {
                Ok(mut conn) => {
                    // Texts of all lengths as they are stored; a long SELECT is what this is for.
                    let settings = format!(
                        "SET SESSION time_zone='+00:00', net_write_timeout={}, max_execution_time=0, \
                         sql_mode=REPLACE(@@sql_mode,'PAD_CHAR_TO_FULL_LENGTH','')",
                        write_timeout.as_secs().max(1)
                    );
                    conn.query_drop(settings).await.map_err(failed("setting the session up"))?;
                    return Ok(Self { conn, server: server.clone() });
                }
                Err(failed) => error = failed,
            }
        }
        Err(ReadError::Connect(error))
    }

    /// The connection, for questions before [`Reader::table`].
    pub const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Waits until the server shows what a transaction did: the log may have told of it a moment before. A server without
    /// GTIDs is not asked.
    ///
    /// # Errors
    /// When it does not by then, or the connection is lost.
    pub async fn shows(&mut self, gtid: &str, patience: Duration) -> Result<(), ReadError> {
        const TIME_IS_OVER: i64 = 1;
        let wait = "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?)";
        match self.conn.exec_first::<i64, _, _>(wait, (gtid, patience.as_secs())).await {
            Ok(Some(TIME_IS_OVER)) => Err(ReadError::Behind),
            Ok(_) | Err(Error::Server(_)) => Ok(()),
            Err(source) => Err(failed("waiting for a transaction")(source)),
        }
    }

    /// Begins the transaction and reads a table's shape; nothing when there is no such table. It keeps its shape until this
    /// is dropped.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn table(&mut self, name: &TableName) -> Result<Option<Arc<TableShape>>, ReadError> {
        let begin = ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION READ ONLY"];
        for statement in begin {
            self.conn.query_drop(statement).await.map_err(failed("beginning to read"))?;
        }
        // To have looked at it keeps an ALTER away, and begins what the transaction sees.
        let (database, table) = (statement::quoted(&name.database), statement::quoted(&name.table));
        let looked = self.conn.query_drop(format!("SELECT 1 FROM {database}.{table} LIMIT 1")).await;
        match looked {
            Err(Error::Server(error)) if MISSING.contains(&error.code) => return Ok(None),
            looked => looked.map_err(failed("opening the table"))?,
        }
        let Some(described) = Catalog::new(&mut self.conn).table(name).await? else { return Ok(None) };
        let shape = described.shape_now(name).map_err(|error| ReadError::Shape(Box::new(error)))?;
        Ok(Some(Arc::new(shape)))
    }

    /// Ends a SELECT whose rows are not wanted any more. Without it they are read to their end, and thrown away.
    ///
    /// # Errors
    /// When the server cannot be reached again.
    pub async fn abandon(self) -> Result<(), ReadError> {
        let mut other = Conn::new(self.server.clone()).await.map_err(ReadError::Connect)?;
        let kill = format!("KILL CONNECTION {}", self.conn.id());
        other.query_drop(kill).await.map_err(failed("ending a SELECT"))?;
        other.disconnect().await.map_err(failed("ending a SELECT"))
    }

    /// Begins to read the rows of a table whose shape was read before. `clause`: what follows WHERE; `order`: columns to
    /// order by, by index.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn rows(
        &mut self,
        shape: &Arc<TableShape>,
        clause: Option<&str>,
        order: &[usize],
    ) -> Result<Rows<'_>, ReadError> {
        // As they are stored, in no other charset.
        let raw = "SET SESSION character_set_results=NULL";
        self.conn.query_drop(raw).await.map_err(failed("setting the session up"))?;
        let select = statement::select(shape, clause, order);
        let prepared = self.conn.prep(select).await.map_err(failed("preparing to select rows"))?;
        let result = self.conn.exec_iter(prepared, ()).await.map_err(failed("selecting rows"))?;
        Ok(Rows { result, shape: Arc::clone(shape) })
    }
}

impl Rows<'_> {
    /// The next row; nothing after the last. Not to be dropped before it is done and then called again.
    ///
    /// # Errors
    /// When the connection is lost, or a value is none of its column's type.
    pub async fn next(&mut self) -> Result<Option<SelectedRow>, ReadError> {
        let Some(row) = self.result.next().await.map_err(failed("reading rows"))? else { return Ok(None) };
        let row = SelectedRow::new(row.unwrap(), &self.shape);
        row.map(Some).map_err(|column| ReadError::Value { table: self.shape.name.clone(), column })
    }
}
