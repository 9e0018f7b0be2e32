//! Running a pipeline: where it starts, its tasks, how it stops.

mod keeper;
mod outlet;
mod resume;
mod source;
mod stages;

use std::{path::PathBuf, sync::Arc, time::Duration};

use becauselog_model::{Checkpoint, StoredPosition};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::{outlet::Outlet, source::Source};
use crate::{
    bootstrap::{Bootstraps, Ledger},
    budget::byte_channel,
    checkpoints::Checkpoints,
    emit::Emitter,
    encoders::Encoders,
    error::PipelineError,
    lane::{Ahead, Lane},
    maxwell::{Beside, MaxwellView},
    schema_changes::{Follower, SchemaView},
    shapes::Shapes,
    state::StateFolder,
    status::Status,
    transform::{Parts, SourceFilter, TableFilter, Transform},
    xa::{XaLimits, XaStore},
};

/// What a pipeline is to be like. All sizes in bytes.
#[derive(Clone)]
pub struct PipelineConfig {
    /// Which tables are wanted.
    pub filter: TableFilter,
    /// Which servers' transactions have their rows delivered, by the server that committed them first; nothing for all. The
    /// others move the position as all do, and are counted.
    pub sources: Option<SourceFilter>,
    /// How much may be queued between the stages, all together.
    pub queue_bytes: usize,
    /// How much of a transaction waits in memory for its end; the rest waits in a file.
    pub transaction_memory_bytes: usize,
    /// How much may be prepared and not settled.
    pub xa: XaLimits,
    /// The shortest time between two checkpoints on disk.
    pub checkpoint_interval: Duration,
    /// How long stopping may take.
    pub stop_deadline: Duration,
    /// Where large transactions wait when there is no state folder.
    pub scratch: PathBuf,
}

/// What formats tell beside rows.
#[derive(Debug, Default)]
pub struct Views {
    /// What Maxwell's messages need, where such are written.
    pub maxwell: Option<MaxwellView>,
    /// What Debezium's schema changes and truncates need, where such are written.
    pub schema: Option<SchemaView>,
}

/// A pipeline whose sinks were asked where they are, before its source is opened.
pub struct Pipeline {
    config: PipelineConfig,
    views: Views,
    outlets: Vec<Outlet>,
    stored: Vec<Option<StoredPosition>>,
    state: Option<Arc<StateFolder>>,
    resume: Option<Checkpoint>,
    manual: bool,
    status: Arc<Status>,
}

/// How a pipeline ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The last checkpoint.
    pub checkpoint: Checkpoint,
}

impl Pipeline {
    /// Asks the state folder and the sinks where they are.
    ///
    /// # Errors
    /// When one of them cannot tell.
    pub async fn prepare(
        config: PipelineConfig,
        mut outlets: Vec<Outlet>,
        state: Option<Arc<StateFolder>>,
    ) -> Result<Self, PipelineError> {
        let (local, manual) = match &state {
            Some(state) => (state.load_checkpoint()?, state.manual_position()?),
            None => (None, None),
        };
        let mut stored = Vec::with_capacity(outlets.len());
        for outlet in &mut outlets {
            stored.push(outlet.stored().await?);
        }
        let is_manual = manual.is_some();
        if is_manual {
            stored = vec![None; outlets.len()];
        }
        let resume = manual.or_else(|| resume::lowest(&stored, local));
        Ok(Self {
            config,
            views: Views::default(),
            outlets,
            stored,
            state,
            resume,
            manual: is_manual,
            status: Arc::default(),
        })
    }

    /// Says what is told beside rows.
    pub fn tell_beside(&mut self, views: Views) {
        self.views = views;
    }

    /// Where to go on; nothing when nothing was ever delivered.
    #[must_use]
    pub const fn resume(&self) -> Option<&Checkpoint> {
        self.resume.as_ref()
    }

    /// What the pipeline says of itself, now and while it runs.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status)
    }

    /// Runs until the source ends, `stop` is cancelled, or something fails. `started` is where the source starts.
    /// A new number on `reopen` makes the sinks open their files anew.
    ///
    /// # Errors
    /// The first failure of any stage.
    pub async fn run(
        mut self,
        source: impl Source + 'static,
        started: Checkpoint,
        shapes: Shapes,
        stop: CancellationToken,
        reopen: watch::Receiver<u64>,
    ) -> Result<Finished, PipelineError> {
        self.begin(&started).await?;
        let checkpoints = Arc::new(Checkpoints::new(started.clone(), self.outlets.len()));
        self.status.checkpointed(&started);
        let mut stages = stages::Stages::new(stop.clone(), self.config.stop_deadline);
        let (bootstraps, ledger) = match bootstraps(self.views.maxwell.as_ref(), &checkpoints, stop) {
            Some((bootstraps, ledger)) => (Some(Arc::new(bootstraps)), Some(tokio::spawn(ledger.run()))),
            None => (None, None),
        };
        // A row's text is several times its bytes in the log: most of the room is for what is on its way to sinks.
        let to_read = (self.config.queue_bytes / 4).max(1);
        let to_write = self.config.queue_bytes.saturating_sub(to_read).max(1);
        let (to_transform, from_source) = byte_channel(to_read);
        let heartbeat = self.outlets.iter().filter_map(Outlet::heartbeat_interval).min();
        let tells_transactions = self.outlets.iter().any(Outlet::tells_transactions);
        let mut lanes = Vec::new();
        let names_and_stored = self.outlets.into_iter().zip(self.stored);
        let per_sink = to_write / names_and_stored.len().max(1);
        for (number, (outlet, stored)) in names_and_stored.enumerate() {
            let (sender, receiver) = byte_channel(per_sink);
            let (sink, encoders) = outlet.into_parts();
            let encoders = Encoders::new(number, encoders, Arc::clone(&self.status));
            let name = becauselog_sink::Sink::name(&sink).to_owned();
            lanes.push(Lane::new(name, Ahead::of(stored, &started), Arc::clone(&encoders), sender));
            let task = outlet::SinkTask {
                number,
                sink,
                batches: receiver,
                encoders,
                checkpoints: Arc::clone(&checkpoints),
                status: Arc::clone(&self.status),
                reopen: reopen.clone(),
            };
            stages.sink(task);
        }
        let (spool_folder, xa_folder) = match &self.state {
            Some(state) => (state.spool(), state.xa()),
            None => (self.config.scratch.clone(), self.config.scratch.join("xa")),
        };
        let follower = follower(self.views.schema, &self.config.filter, self.state.as_deref(), &started)?;
        let transform = Transform::new(Parts {
            lanes,
            emitter: Emitter::new(Arc::clone(&checkpoints), &started),
            shapes,
            filter: self.config.filter,
            sources: self.config.sources,
            beside: self.views.maxwell.map(Beside::new),
            follower,
            bootstraps: bootstraps.clone(),
            tells_transactions,
            spool_folder,
            transaction_memory_bytes: self.config.transaction_memory_bytes,
            xa: XaStore::open(xa_folder, self.config.xa, Some(&started))?,
            checkpoints: Arc::clone(&checkpoints),
            status: Arc::clone(&self.status),
        });
        stages.source(source, to_transform);
        stages.transform(transform, from_source, heartbeat);
        let keeper = keeper::Keeper {
            checkpoints: Arc::clone(&checkpoints),
            state: self.state,
            status: self.status,
            interval: self.config.checkpoint_interval,
        };
        let ended = stages.run(keeper).await;
        // What is durable by now is written down; then the ledger ends, as nobody can hand in notes any more.
        drop(bootstraps);
        if let Some(ledger) = ledger
            && tokio::time::timeout(LEDGER_PATIENCE, ledger).await.is_err()
        {
            tracing::warn!("the rows of bootstraps are not all updated: the server does not answer");
        }
        ended?;
        Ok(Finished { checkpoint: checkpoints.current().0 })
    }

    /// Tells the sinks and the state folder where the stream begins.
    async fn begin(&mut self, started: &Checkpoint) -> Result<(), PipelineError> {
        for (outlet, stored) in self.outlets.iter_mut().zip(&self.stored) {
            let own = stored
                .clone()
                .unwrap_or_else(|| StoredPosition { checkpoint: started.clone(), partial: None });
            outlet.begin(&own).await?;
        }
        if let Some(state) = &self.state {
            state.save_checkpoint(started)?;
            if self.manual {
                state.manual_position_taken()?;
            }
        }
        Ok(())
    }
}

/// What follows tables by statements, with the tables kept in the state folder from here on.
fn follower(
    view: Option<SchemaView>,
    captures: &TableFilter,
    state: Option<&StateFolder>,
    started: &Checkpoint,
) -> Result<Option<Follower>, PipelineError> {
    let Some(view) = view else { return Ok(None) };
    let journal = state.map(|state| state.keep_tables(&view.tables, started)).transpose()?;
    Ok(Some(Follower::new(view, Arc::clone(captures), journal)))
}

/// How long the end waits for the rows of bootstraps to be updated.
const LEDGER_PATIENCE: Duration = Duration::from_secs(10);

/// What bootstraps are done with, where they are.
fn bootstraps(
    view: Option<&MaxwellView>,
    checkpoints: &Arc<Checkpoints>,
    stop: CancellationToken,
) -> Option<(Bootstraps, Ledger)> {
    let view = view?;
    let config = view.bootstraps.clone()?;
    let requests = Bootstraps::requests_in(&view.schema_database);
    let (ledger, handle) = Ledger::new(requests.clone(), config.servers.clone(), Arc::clone(checkpoints));
    Some((Bootstraps { config, requests, ledger: handle, stop }, ledger))
}
