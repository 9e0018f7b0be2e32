//! Shapes for the transform stage: what the log tells, and the server that is asked where it does not.

mod connection;
mod session;

use std::sync::Arc;

use becauselog_binlog::{
    connection::{ConnectOptions, Endpoint},
    event::Query,
    statements_from,
};
use becauselog_model::{
    BinlogPosition, Checkpoint, ServerUuid, TableMap, TableName, TableShape, Transaction,
};
use becauselog_schema::{
    Ahead, Catalog, CatalogError, Followed, LaterStatement, Policy, ShapeError, Tracker, UnknownShape,
    from_row_metadata,
};
use mysql_async::{Conn, Opts};
use tracing::{info, warn};

use self::connection::Connector;
pub use self::connection::passes;
use crate::{
    error::PipelineError,
    state::{KeptShapes, ShapeJournal, StateFolder},
};

/// How often a shape is asked for again for one table map before that is taken for a fault.
const RELOADS_MAX: u32 = 4;

/// Answers with shapes; connects to the server only when the log alone does not tell.
pub struct Shapes {
    /// For maps that name their columns.
    tracker: Tracker,
    /// For those that do not.
    followed: Followed,
    connector: Connector,
    declarations: bool,
    /// How a server's log is read ahead; nothing for logs read as files.
    log: Option<ConnectOptions>,
    state: Option<Arc<StateFolder>>,
    journal: Option<ShapeJournal>,
    /// What was read so far: whole groups.
    reached: Option<Checkpoint>,
    /// The group that is read.
    group: Option<Transaction>,
    /// The server that the tables were last asked of.
    server: Option<ServerUuid>,
    /// Another server is followed since.
    is_other_server: bool,
    /// The log is read over another connection than the last group's.
    is_reconnected: bool,
}

impl std::fmt::Debug for Shapes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shapes").field("followed", &self.followed).finish_non_exhaustive()
    }
}

impl Shapes {
    fn new(tracker: Tracker, online: bool, servers: Vec<(Endpoint, Opts)>) -> Self {
        let stop: Policy = Arc::new(|_| UnknownShape::Stop);
        Self {
            tracker,
            followed: Followed::new(online, stop),
            connector: Connector::new(servers),
            declarations: false,
            log: None,
            state: None,
            journal: None,
            reached: None,
            group: None,
            server: None,
            is_other_server: false,
            is_reconnected: false,
        }
    }

    /// With ways to reach servers to ask, tried in turn, each with its host; `log`: how their logs are read ahead.
    #[must_use]
    pub fn online(servers: Vec<(Endpoint, Opts)>, log: ConnectOptions) -> Self {
        Self { log: Some(log), ..Self::new(Tracker::online(), true, servers) }
    }

    /// The same, with how columns were declared: see [`Tracker::with_declarations`].
    #[must_use]
    pub fn with_declarations(self) -> Self {
        Self { tracker: self.tracker.with_declarations(), declarations: true, ..self }
    }

    /// The same, with what is done where a shape cannot be known.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.followed.set_policy(policy);
        self
    }

    /// Goes on from the shapes that an earlier run kept, and keeps them.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn keep(&mut self, state: Arc<StateFolder>, started: &Checkpoint) -> Result<(), PipelineError> {
        match state.shapes_at(started) {
            Ok(kept) => self.restore(&state, kept, started)?,
            Err(why) => {
                info!("shapes of tables are asked of the server where the log does not tell them: {why}")
            }
        }
        self.state = Some(state);
        Ok(())
    }

    /// Asks the server for its tables before anything is read, if its log does not name columns and nothing was kept: the sooner, the
    /// fewer statements can come in between.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn prepare(&mut self, started: &Checkpoint) -> Result<(), PipelineError> {
        self.reached = Some(started.clone());
        let at = &started.position;
        if self.log.is_none() || self.followed.is_based() || at.file.is_empty() {
            return Ok(());
        }
        let uuid = started.server_uuid;
        let meant = async |conn: &mut Conn| Catalog::new(conn).names_columns(uuid).await;
        // Elsewhere the position means nothing: then they are asked for with the first rows.
        let (names, _) = self.connector.ask(at, uuid, meant).await?;
        if names == Some(false) { self.ask_all(at, at, uuid).await } else { Ok(()) }
    }

    fn restore(
        &mut self,
        state: &StateFolder,
        kept: KeptShapes,
        started: &Checkpoint,
    ) -> Result<(), PipelineError> {
        self.journal = Some(state.keep_on(&kept, started)?);
        self.server = kept.server_uuid;
        self.is_reconnected = true;
        self.followed.restore(kept.dictionary);
        Ok(())
    }

    /// Whether shapes are to say how columns were declared.
    pub const fn want_declarations(&self) -> bool {
        self.declarations
    }

    /// For logs read as files.
    #[must_use]
    pub fn offline() -> Self {
        Self::new(Tracker::offline(), false, Vec::new())
    }

    /// Says that the log is read over another connection from now on.
    pub const fn reconnected(&mut self) {
        self.is_reconnected = true;
    }

    /// Says which group is read from now on, and which server wrote the log.
    pub fn enter(&mut self, transaction: &Transaction, server_version: Option<&str>) {
        if let Some(version) = server_version {
            self.followed.begin_log(version);
        }
        match transaction.server_uuid {
            Some(uuid) => self.is_other_server |= self.server.get_or_insert(uuid) != &uuid,
            // A server that has no uuid (MariaDB) may be another one.
            None => self.is_other_server |= self.is_reconnected && self.log.is_some(),
        }
        self.is_reconnected = false;
        self.group = Some(transaction.clone());
    }

    /// Says that the group was read.
    pub fn leave(&mut self, transaction: &Transaction, end: &BinlogPosition) {
        self.group = None;
        let Some(reached) = &mut self.reached else { return };
        reached.server_uuid = transaction.server_uuid;
        reached.position = end.clone();
        if let Some(gtid) = &transaction.gtid {
            reached.gtids.insert(gtid);
        }
    }

    /// The shape for rows that come with this table map.
    ///
    /// # Errors
    /// When there is none that is certain, or the server does not answer.
    pub async fn shape_for(
        &mut self,
        map: &TableMap,
        at: &BinlogPosition,
    ) -> Result<Arc<TableShape>, PipelineError> {
        let failed = |source| PipelineError::Shape { position: at.clone(), source: Box::new(source) };
        if from_row_metadata(map).map_err(failed)?.is_some() {
            return self.shape_of_full(map, at).await;
        }
        if self.is_other_server {
            self.change_server(at).await?;
        }
        for _ in 0..RELOADS_MAX {
            match self.followed.shape_for(map) {
                Err(ShapeError::NeedsTables(table)) => self.ask_tables(&table, at).await?,
                answer => return self.declared(answer.map_err(failed)?, map, at).await,
            }
        }
        self.followed.shape_for(map).map_err(failed)
    }

    async fn shape_of_full(
        &mut self,
        map: &TableMap,
        at: &BinlogPosition,
    ) -> Result<Arc<TableShape>, PipelineError> {
        let failed = |source| PipelineError::Shape { position: at.clone(), source: Box::new(source) };
        for _ in 0..RELOADS_MAX {
            match self.tracker.shape_for(map) {
                Err(ShapeError::NeedsReload(_)) => self.reload(&map.name, at).await?,
                answer => return Ok(self.followed.refined(answer.map_err(failed)?)),
            }
        }
        self.tracker.shape_for(map).map_err(failed)
    }

    /// Says how the columns were declared, where that is wanted.
    async fn declared(
        &mut self,
        shape: Arc<TableShape>,
        map: &TableMap,
        at: &BinlogPosition,
    ) -> Result<Arc<TableShape>, PipelineError> {
        if !self.declarations || self.log.is_none() {
            return Ok(shape);
        }
        if self.tracker.needs_reload(&map.name) {
            self.reload(&map.name, at).await?;
        }
        Ok(self.tracker.declared(shape))
    }

    /// Whether the last shape that was answered for a table still holds.
    #[must_use]
    pub fn knows(&self, table: &TableName) -> bool {
        self.tracker.knows(table) || self.followed.knows(table)
    }

    /// The shape of a table that no map is at hand of; nothing where it cannot be known.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn shape_of(
        &mut self,
        table: &TableName,
        at: &BinlogPosition,
    ) -> Result<Option<Arc<TableShape>>, PipelineError> {
        if self.followed.knows(table) {
            return Ok(self.followed.shape_of(table));
        }
        if self.tracker.needs_reload(table) {
            self.reload(table, at).await?;
        }
        Ok(self.tracker.shape_of(table))
    }

    /// Takes notice of a statement that may have changed shapes.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn note_statement(&mut self, query: &Query, at: &BinlogPosition) -> Result<(), PipelineError> {
        let database = String::from_utf8_lossy(&query.schema);
        self.tracker.note_statement(&database, &query.statement);
        self.follow(query, at)
    }

    /// Takes notice of any other statement: one that makes or drops a sequence counts.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn note_other(&mut self, query: &Query, at: &BinlogPosition) -> Result<(), PipelineError> {
        let is_about_one = query.statement.to_ascii_uppercase().windows(8).any(|word| word == b"SEQUENCE");
        if is_about_one { self.follow(query, at) } else { Ok(()) }
    }

    fn follow(&mut self, query: &Query, at: &BinlogPosition) -> Result<(), PipelineError> {
        let database = String::from_utf8_lossy(&query.schema);
        let sql = session::text(query);
        let session = session::of(query, &database);
        let before = self.followed.dictionary().version();
        let outcome = self.followed.statement(&session, &sql);
        if let Some(doubt) = &outcome.doubt {
            warn!(position = %at, affected = %outcome.affected, %doubt, "a statement is not understood");
        }
        if self.followed.dictionary().version() != before
            && let (Some(journal), Some(group)) = (&mut self.journal, &self.group)
        {
            journal.statement(group, at, &session, &sql)?;
        }
        Ok(())
    }

    /// Asks the server how its tables are: all of them the first time, later this one.
    async fn ask_tables(&mut self, table: &TableName, at: &BinlogPosition) -> Result<(), PipelineError> {
        let (place, uuid) = self.place(at);
        if self.followed.is_based() {
            let facts = self.followed.dictionary().server().clone();
            let name = table.clone();
            let (definitions, host) = self
                .connector
                .ask(at, uuid, async move |conn| Catalog::new(conn).definition(&facts, &name).await)
                .await?;
            let ahead = self.ahead(&host, &place).await?;
            self.followed.learn(table, definitions, &ahead);
            return self.keep_learnt(table, at);
        }
        self.ask_all(at, &place, uuid).await
    }

    /// Asks for all tables; `place`: between two groups, where they are wanted as they were.
    async fn ask_all(
        &mut self,
        at: &BinlogPosition,
        place: &BinlogPosition,
        uuid: Option<ServerUuid>,
    ) -> Result<(), PipelineError> {
        let ((facts, databases, definitions), host) = self.connector.ask(at, uuid, all_tables).await?;
        let ahead = self.ahead(&host, place).await?;
        let count = definitions.tables.len();
        self.followed.base(facts, databases, definitions, &ahead);
        self.server = uuid;
        self.is_other_server = false;
        info!(tables = count, position = %place, "the log does not name columns: the server's tables are followed from here on");
        self.keep_all()
    }

    /// Another server is followed: its tables may have other columns.
    async fn change_server(&mut self, at: &BinlogPosition) -> Result<(), PipelineError> {
        let (place, uuid) = self.place(at);
        let ((_, _, definitions), host) = self.connector.ask(at, uuid, all_tables).await?;
        let ahead = self.ahead(&host, &place).await?;
        self.server = uuid;
        self.is_other_server = false;
        for table in self.followed.change_server(definitions, &ahead) {
            warn!(%table, "the server that is followed now has other columns than the last one: they are taken from it");
            self.keep_learnt(&table, at)?;
        }
        Ok(())
    }

    /// Where the group begins, and on which server.
    fn place(&self, at: &BinlogPosition) -> (BinlogPosition, Option<ServerUuid>) {
        match &self.group {
            Some(group) => (group.begin.clone(), group.server_uuid),
            None => (at.clone(), None),
        }
    }

    /// What the log has from a place on.
    async fn ahead(&self, host: &Endpoint, from: &BinlogPosition) -> Result<Ahead, PipelineError> {
        let Some(log) = &self.log else { return Ok(Ahead::default()) };
        let found = statements_from(host, log, from).await;
        let found = found.map_err(|source| PipelineError::Source(Box::new(source)))?;
        let statement = |query: &Query| LaterStatement {
            database: String::from_utf8_lossy(&query.schema).into_owned(),
            sql: session::text(query).into_owned(),
        };
        Ok(Ahead::of(&found.iter().map(statement).collect::<Vec<_>>()))
    }

    fn keep_all(&mut self) -> Result<(), PipelineError> {
        if let (Some(state), Some(reached)) = (&self.state, &self.reached) {
            self.journal = Some(state.keep_shapes(self.followed.dictionary(), reached)?);
        }
        Ok(())
    }

    fn keep_learnt(&mut self, table: &TableName, at: &BinlogPosition) -> Result<(), PipelineError> {
        if let (Some(journal), Some(group), Some(known)) =
            (&mut self.journal, &self.group, self.followed.dictionary().known(table))
        {
            journal.table(group, at, table, known)?;
        }
        Ok(())
    }

    /// Reads how a table is declared now.
    async fn reload(&mut self, table: &TableName, at: &BinlogPosition) -> Result<(), PipelineError> {
        let tracker = &mut self.tracker;
        self.connector.ask(at, None, async |conn| tracker.reload(conn, table).await).await.map(|_| ())
    }
}

type AllTables = (
    becauselog_schema::ServerFacts,
    Vec<(String, becauselog_schema::Collation)>,
    becauselog_schema::Definitions,
);

/// All that a server says of its tables.
async fn all_tables(conn: &mut Conn) -> Result<AllTables, CatalogError> {
    let mut catalog = Catalog::new(conn);
    let facts = catalog.server().await?;
    let databases = catalog.database_collations().await?;
    let definitions = catalog.all_definitions(&facts).await?;
    Ok((facts, databases, definitions))
}
