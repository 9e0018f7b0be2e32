//! A primary and a replica of it, as in production: the replica logs what it applies, with everything a reader needs.

use anyhow::{Context, Result, bail};
use mysql_async::prelude::Queryable;
use mysql_async::{Row, Value};

use crate::provision;
use crate::server::{MysqlServer, ServerBuilder};
use crate::version::Version;

const USER: &str = "repl";
const PASSWORD: &str = "repl-password";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// A primary with a replica that follows it by GTID.
#[derive(Debug)]
pub struct Replicated {
    /// Untouched but for GTIDs and row format.
    pub primary: MysqlServer,
    /// `log_replica_updates`, `binlog_row_image=FULL`, and `binlog_row_metadata=FULL` where the server has it.
    pub replica: MysqlServer,
}

impl Replicated {
    /// Starts both and waits until the replica follows.
    ///
    /// # Errors
    /// A server does not come up, or replication does not start.
    pub async fn start(version: Version) -> Result<Self> {
        Self::start_with(version, |primary| primary, |replica| replica).await
    }

    /// As [`Self::start`], with options of the test's own for each side.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(
        version: Version,
        primary: impl FnOnce(ServerBuilder) -> ServerBuilder,
        replica: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Result<Self> {
        let dialect = provision::resolve(version).await?.dialect();
        let logging = MysqlServer::builder(version).option("log-replica-updates", "ON");
        let following = dialect
            .replica_options()
            .into_iter()
            .fold(MysqlServer::builder(version), |builder, (name, value)| builder.option(name, value));
        let (primary, replica) = tokio::try_join!(primary(logging).start(), replica(following).start())?;
        let pair = Self { primary, replica };
        pair.primary
            .run(&[
                &format!("CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'"),
                &format!("GRANT REPLICATION SLAVE ON *.* TO '{USER}'@'%'"),
            ])
            .await?;
        pair.follow().await?;
        pair.wait_caught_up().await?;
        Ok(pair)
    }

    /// Points the replica at the primary and starts its threads.
    ///
    /// # Errors
    /// A statement fails.
    pub async fn follow(&self) -> Result<()> {
        let dialect = self.replica.dialect();
        let change = dialect.change_source(self.primary.port(), USER, PASSWORD);
        self.replica.run(&[&change, dialect.start_replica()]).await
    }

    /// Waits until the replica has applied all that the primary has committed.
    ///
    /// # Errors
    /// A minute was not enough, or a replica thread has stopped: its error is told.
    pub async fn wait_caught_up(&self) -> Result<()> {
        let wanted = self.primary.gtid_executed().await?;
        let mut conn = self.replica.conn().await?;
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            let late: Option<Option<i64>> =
                conn.exec_first(self.replica.dialect().wait_for_gtids(), (&wanted,)).await?;
            if late == Some(Some(0)) && self.is_receiving(&mut conn).await? {
                conn.disconnect().await?;
                return Ok(());
            }
            if let Some(trouble) = self.trouble(&mut conn).await? {
                bail!("the replica has stopped: {trouble}");
            }
        }
        bail!("the replica did not catch up with {wanted} within a minute")
    }

    /// Whether the replica is connected: on a busy machine it may have to connect once more.
    async fn is_receiving(&self, conn: &mut mysql_async::Conn) -> Result<bool> {
        const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
        let status: Option<Row> = conn.query_first(self.replica.dialect().show_replica_status()).await?;
        let status = status.context("the replica has no source")?;
        let named = ["Replica_IO_Running", "Slave_IO_Running"]
            .into_iter()
            .find_map(|name| status.get::<String, _>(name));
        let is_receiving = named.is_some_and(|state| state == "Yes");
        if !is_receiving {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(is_receiving)
    }

    async fn trouble(&self, conn: &mut mysql_async::Conn) -> Result<Option<String>> {
        let status: Option<Row> = conn.query_first(self.replica.dialect().show_replica_status()).await?;
        let status = status.context("the replica has no source")?;
        let text = |name: &str| match status.get::<Value, _>(name) {
            Some(Value::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => String::new(),
        };
        let errors = [text("Last_IO_Error"), text("Last_SQL_Error")].concat();
        // A source that is away for a moment is retried; an applier's error is not.
        let stopped = !text("Last_SQL_Error").is_empty();
        Ok(stopped.then_some(errors))
    }

    /// Makes the replica a primary of its own: it forgets its source and takes writes. The old primary stays as it is.
    ///
    /// # Errors
    /// A statement fails.
    pub async fn promote(&self) -> Result<()> {
        let dialect = self.replica.dialect();
        self.replica.run(&[dialect.stop_replica(), dialect.reset_replica()]).await?;
        self.replica.run(dialect.make_writable()).await
    }
}
