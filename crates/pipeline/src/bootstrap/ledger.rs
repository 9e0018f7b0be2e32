//! The rows of Maxwell's table `bootstrap` kept up to date: begun, how far, done.
//!
//! Done is said only of what is durable at every sink. Nothing hangs on these rows here: where they may not be written,
//! that is said once, and bootstraps are done all the same.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mysql_async::{Conn, Error, Opts, OptsBuilder, Params, Row, prelude::Queryable};
use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::checkpoints::Checkpoints;

/// What is to be written.
#[derive(Debug)]
enum Note {
    Started { id: u64, watch: Watch },
    Read { id: u64, rows: u64, watch: Watch },
    Completed(Completed),
}

/// A bootstrap that is done once the batch of this number is durable.
#[derive(Debug)]
struct Completed {
    id: u64,
    rows: u64,
    seq: u64,
}

/// Sees whether a bootstrap's row was taken away while it runs.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<AtomicBool>);

/// Where notes are handed in.
#[derive(Debug, Clone)]
pub struct LedgerHandle(mpsc::Sender<Note>);

/// Writes what notes say, one after another.
#[derive(Debug)]
pub struct Ledger {
    notes: mpsc::Receiver<Note>,
    requests: String,
    servers: Vec<Opts>,
    checkpoints: Arc<Checkpoints>,
    conn: Option<Conn>,
    /// It turned out that nothing may be written.
    shut: bool,
    done: VecDeque<Completed>,
}

/// Notes that wait. How far a bootstrap is may be left out; that it begins and ends waits for room.
const NOTES_MAX: usize = 64;

/// No statement is waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often is looked whether the last batch of a bootstrap is durable.
const LOOK: Duration = Duration::from_millis(50);

impl Watch {
    /// Whether the row is gone.
    pub fn is_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl LedgerHandle {
    /// A bootstrap begins.
    pub async fn started(&self, id: u64, watch: &Watch) {
        self.send(Note::Started { id, watch: watch.clone() }).await;
    }

    /// So many rows were read.
    pub fn read(&self, id: u64, rows: u64, watch: &Watch) {
        // The next one comes soon.
        let _full = self.0.try_send(Note::Read { id, rows, watch: watch.clone() }).is_err();
    }

    /// All rows were read, and the last message is in the batch of this number.
    pub async fn completed(&self, id: u64, rows: u64, seq: u64) {
        self.send(Note::Completed(Completed { id, rows, seq })).await;
    }

    async fn send(&self, note: Note) {
        // Without a ledger there is nothing to write to.
        let _gone = self.0.send(note).await.is_err();
    }
}

impl Ledger {
    /// A ledger in this table, on the first of these servers that answers.
    pub fn new(requests: String, servers: Vec<Opts>, checkpoints: Arc<Checkpoints>) -> (Self, LedgerHandle) {
        let (sender, notes) = mpsc::channel(NOTES_MAX);
        let (conn, shut, done) = (None, false, VecDeque::new());
        (Self { notes, requests, servers, checkpoints, conn, shut, done }, LedgerHandle(sender))
    }

    /// Writes until nobody can hand in notes any more.
    pub async fn run(mut self) {
        loop {
            // Both may be dropped half-done.
            let note = tokio::select! {
                note = self.notes.recv() => note,
                () = tokio::time::sleep(LOOK), if !self.done.is_empty() => {
                    self.settle().await;
                    continue;
                }
            };
            match note {
                Some(note) => self.take(note).await,
                None => break,
            }
        }
        self.settle().await;
    }

    async fn take(&mut self, note: Note) {
        let watched = match note {
            Note::Started { id, watch } => {
                Some((self.update("started_at = NOW(), inserted_rows = 0", (id,).into()).await, watch))
            }
            Note::Read { id, rows, watch } => {
                Some((self.update("inserted_rows = ?", (rows, id).into()).await, watch))
            }
            Note::Completed(completed) => {
                self.done.push_back(completed);
                None
            }
        };
        if let Some((Some(0), watch)) = watched {
            watch.0.store(true, Ordering::Relaxed);
        }
    }

    /// Says of what is durable by now that it is done.
    async fn settle(&mut self) {
        while let Some(completed) = self.done.front() {
            if self.checkpoints.current().1 < completed.seq {
                return;
            }
            let set = "is_complete = 1, inserted_rows = ?, completed_at = NOW()";
            let _found = self.update(set, (completed.rows, completed.id).into()).await;
            self.done.pop_front();
        }
    }

    /// Changes a row; how many there were, where that was possible.
    async fn update(&mut self, set: &str, parameters: Params) -> Option<u64> {
        let sql = format!("UPDATE {} SET {set} WHERE id = ?", self.requests);
        // An idle connection may be cut: once more with a new one.
        for _ in 0..2 {
            if self.shut {
                return None;
            }
            match tokio::time::timeout(PATIENCE, self.execute(&sql, parameters.clone())).await {
                Ok(Ok(found)) => return found,
                Ok(Err(Error::Server(error))) => {
                    self.shut(format!("the server says error {} ({})", error.code, error.state));
                }
                Ok(Err(error)) => tracing::debug!(%error, "updating a bootstrap's row"),
                Err(_) => tracing::debug!("updating a bootstrap's row takes too long"),
            }
            self.conn = None;
        }
        None
    }

    async fn execute(&mut self, sql: &str, parameters: Params) -> Result<Option<u64>, Error> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            None => {
                let mut conn = connect(&self.servers).await?;
                if let Some(why) = must_not_be_written(&mut conn).await? {
                    self.shut(why.to_owned());
                    return Ok(None);
                }
                self.conn.insert(conn)
            }
        };
        conn.exec_drop(sql, parameters).await?;
        Ok(Some(conn.affected_rows()))
    }

    fn shut(&mut self, why: String) {
        self.shut = true;
        warn!(table = self.requests, %why, "bootstraps are done, but their rows are not updated");
    }
}

/// The first server that answers. It counts the rows that it finds, not only those that it changes.
async fn connect(servers: &[Opts]) -> Result<Conn, Error> {
    let mut failed = Error::Other("no server is named".into());
    for server in servers {
        match Conn::new(OptsBuilder::from_opts(server.clone()).client_found_rows(true)).await {
            Ok(conn) => return Ok(conn),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Why nothing may be written to this server, if so: a replica would differ from its source.
async fn must_not_be_written(conn: &mut Conn) -> Result<Option<&'static str>, Error> {
    if conn.query_first::<u8, _>("SELECT @@GLOBAL.read_only").await? == Some(1) {
        return Ok(Some("the server is read-only"));
    }
    const SYNTAX: u16 = 1064;
    let channels = match conn.query::<Row, _>("SHOW REPLICA STATUS").await {
        Err(Error::Server(error)) if error.code == SYNTAX => conn.query::<Row, _>("SHOW SLAVE STATUS").await,
        answer => answer,
    };
    match channels {
        Ok(channels) if channels.is_empty() => {
            info!("the rows of bootstraps are updated on the server, as Maxwell does it");
            Ok(None)
        }
        Ok(_) => Ok(Some("the server is a replica, which would differ from its source")),
        Err(Error::Server(_)) => Ok(Some("the account may not see whether the server is a replica")),
        Err(error) => Err(error),
    }
}
