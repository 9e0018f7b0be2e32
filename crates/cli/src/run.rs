//! From a plan to a running pipeline: the one place that names concrete sources, formats and sinks.

mod control;
mod definitions;
mod failure;
mod followed;
mod heartbeat;
mod outlets;
mod purge;
mod signals;
mod sql;

use std::{io::IsTerminal as _, path::PathBuf, sync::Arc};

use becauselog_binlog::{Follower, Start};
use becauselog_format::Filter;
use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Checkpoint, Flavor, GtidSet, TableName};
use becauselog_pipeline::{
    Finished, Outlet, Pipeline, PipelineConfig, PipelineError, Shapes, Source, SourceFilter, Status,
    TableFilter, XaLimits,
    state::{StateFolder, control::ControlServer},
};
use tracing::{info, warn};

pub use self::{
    failure::{pipeline as pipeline_failure, source as source_failure, source_exit, state as state_failure},
    outlets::stdout as stdout_outlet,
    signals::Signals,
    sql::{opts as sql_opts, servers as sql_servers},
};
use crate::{
    exit::{Exit, Failure},
    plan::{FormatPlan, Note, RunPlan},
};

/// Runs a plan until its stop, a signal or a failure.
pub async fn run(plan: RunPlan) -> Result<Exit, Failure> {
    tell(&plan.notes);
    let signals = Signals::listen()?;
    let state = StateFolder::open(&plan.state.dir, &plan.name).map_err(|error| state_failure(&error))?;
    let state = Arc::new(state);
    let outlets = outlets::of(&plan)?;
    let pipeline = Pipeline::prepare(config(&plan), outlets.outlets, Some(Arc::clone(&state))).await;
    let mut pipeline = pipeline.map_err(|error| pipeline_failure(&error))?;

    let mut follow = plan.source.follow.clone();
    follow.start = start(&plan, pipeline.resume());
    let mut shapes = shapes(&plan);
    let mut follower = Follower::new(follow).map_err(|error| source_failure(&error.into()))?;
    let Some(started) = open(&mut follower, &signals).await? else { return Ok(Exit::Ok) };
    shapes.keep(Arc::clone(&state), &started).map_err(|error| pipeline_failure(&error))?;
    shapes.prepare(&started).await.map_err(|error| pipeline_failure(&error))?;
    pipeline.tell_beside(followed::views(&plan, &state, &started).await?);
    info!(name = plan.name, server = %follower.endpoint(), server_id = follower.server_id(),
        position = %started.position, gtids = %started.gtids, "streaming");

    let status = pipeline.status();
    let distance = purge::Distance::default();
    let answering = control(&plan.name, &state, &status, outlets.states, distance.clone())?;
    let follow = &plan.source.follow;
    let watching = distance.watch(follow.hosts.clone(), follow.connect.clone(), Arc::clone(&status));
    let watching = tokio::spawn(watching);
    let acting = heartbeat::start(&plan);
    let outcome = pipeline.run(follower, started, shapes, signals.stop, signals.reopen).await;
    answering.abort();
    watching.abort();
    if let Some(acting) = acting {
        acting.abort();
    }
    tell_end(&status, outcome.as_ref().ok());
    outcome.map_err(|error| pipeline_failure(&error))?;
    Ok(Exit::Ok)
}

/// Where shapes of tables come from: the log, and the servers that are followed.
fn shapes(plan: &RunPlan) -> Shapes {
    let follow = &plan.source.follow;
    let tables = plan.tables.clone();
    let policy = Arc::new(move |name: &TableName| tables.unknown_shape(&name.database, &name.table));
    let shapes = Shapes::online(sql_servers(&follow.hosts, &follow.connect), follow.connect.clone())
        .with_policy(policy);
    if plan.format.wants_declarations() { shapes.with_declarations() } else { shapes }
}

/// Something that is run without state: files, or a look at a server.
pub struct Ephemeral<S> {
    /// Where changes come from.
    pub source: S,
    /// Where they go.
    pub outlets: Vec<Outlet>,
    /// Where shapes come from.
    pub shapes: Shapes,
    /// Which tables are wanted.
    pub filter: TableFilter,
    /// Where the source starts.
    pub started: Checkpoint,
    /// Ends it.
    pub signals: Signals,
}

/// Runs something without state until it ends. A reader that goes away (`| head`) is an end like others.
pub async fn without_state<S: Source + 'static>(run: Ephemeral<S>) -> Result<Exit, Failure> {
    let scratch = Scratch::new()?;
    let config = PipelineConfig {
        filter: run.filter,
        sources: None,
        queue_bytes: 8 << 20,
        transaction_memory_bytes: 4 << 20,
        xa: XaLimits::default(),
        checkpoint_interval: std::time::Duration::from_secs(1),
        stop_deadline: std::time::Duration::from_secs(10),
        scratch: scratch.0.clone(),
    };
    let pipeline = Pipeline::prepare(config, run.outlets, None).await;
    let pipeline = pipeline.map_err(|error| pipeline_failure(&error))?;
    match pipeline.run(run.source, run.started, run.shapes, run.signals.stop, run.signals.reopen).await {
        Ok(_) => Ok(Exit::Ok),
        Err(error) if failure::is_reader_gone(&error) => Ok(Exit::Ok),
        Err(error) => Err(pipeline_failure(&error)),
    }
}

/// The checkpoint before the first byte of files: nothing is known of their server.
pub fn start_of_files() -> Checkpoint {
    Checkpoint {
        version: CHECKPOINT_VERSION,
        flavor: Flavor::MySql,
        server_uuid: None,
        gtids: GtidSet::new(),
        position: BinlogPosition { file: "".into(), pos: 4 },
    }
}

/// Whether lines on standard output may have colours.
pub fn colors_on_stdout() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Says once what the config wants to be said.
pub fn tell(notes: &[Note]) {
    for note in notes {
        if note.warn {
            warn!("{}", note.text);
        } else {
            info!("{}", note.text);
        }
    }
}

/// Connects and finds the start; nothing when the user ends it meanwhile.
pub async fn open(follower: &mut Follower, signals: &Signals) -> Result<Option<Checkpoint>, Failure> {
    tokio::select! {
        opened = follower.open() => opened.map(Some).map_err(|error| source_failure(&error)),
        () = signals.stop.cancelled() => Ok(None),
    }
}

/// Where to start: where the last run ended, else where the config says, else at the end of the log, and that is said.
fn start(plan: &RunPlan, resume: Option<&Checkpoint>) -> Start {
    let Some(kept) = resume else {
        if !plan.source.start_given {
            info!("no position is kept and no start is given: starting at the end of the log (latest)");
        }
        return plan.source.follow.start.clone();
    };
    if plan.source.start_given {
        info!(position = %kept.position, "a position is kept, so the start that is given does not count");
    }
    Start::Checkpoint(kept.clone())
}

fn config(plan: &RunPlan) -> PipelineConfig {
    let tables = plan.tables.clone();
    let filter = match &plan.format {
        FormatPlan::Maxwell(maxwell) => maxwell.filter.clone(),
        _ => Filter::default(),
    };
    let sources = plan.source.gtids.clone();
    let sources = (!sources.is_empty()).then(|| Arc::new(move |uuid| sources.take(uuid)) as SourceFilter);
    PipelineConfig {
        filter: Arc::new(move |name| tables.wants(&name.database, &name.table) && filter.may_pass(name)),
        sources,
        queue_bytes: plan.limits.memory_bytes,
        transaction_memory_bytes: plan.limits.transaction_memory_bytes,
        xa: plan.limits.xa,
        checkpoint_interval: plan.state.checkpoint_interval,
        stop_deadline: plan.limits.shutdown,
        // With a state folder, it is what is used.
        scratch: std::env::temp_dir(),
    }
}

/// Answers on the control socket until aborted.
fn control(
    name: &str,
    state: &StateFolder,
    status: &Arc<Status>,
    sinks: outlets::SinkStates,
    distance: purge::Distance,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let server = ControlServer::bind(state).map_err(|error| pipeline_failure(&PipelineError::from(error)))?;
    Ok(tokio::spawn(server.serve(control::answerer(name, Arc::clone(status), sinks, distance))))
}

/// One line with what the run did, whether it ended well or not.
fn tell_end(status: &Status, finished: Option<&Finished>) {
    use std::sync::atomic::Ordering::Relaxed;
    let lag = status.lag();
    let checkpoint = finished.map(|finished| finished.checkpoint.clone()).or_else(|| status.checkpoint());
    info!(
        transactions = status.transactions.load(Relaxed),
        changes = status.changes.load(Relaxed),
        changes_of_other_sources = status.changes_of_other_sources.load(Relaxed),
        bytes_read = status.bytes_read.load(Relaxed),
        reconnects = status.reconnects.load(Relaxed),
        spooled = status.spooled.load(Relaxed),
        lossy_values = status.lossy_values.load(Relaxed),
        lag_p50_us = lag.p50_us,
        lag_p99_us = lag.p99_us,
        position = checkpoint.as_ref().map(|kept| kept.position.to_string()).unwrap_or_default(),
        gtids = checkpoint.as_ref().map(|kept| kept.gtids.to_string()).unwrap_or_default(),
        "stopped"
    );
}

/// A folder for what outgrows memory; removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        use std::os::unix::fs::DirBuilderExt as _;
        let name = format!("becauselog-{}-{:08x}", std::process::id(), rand::random::<u32>());
        let path = std::env::temp_dir().join(name);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| {
            Failure::new(Exit::Operator, anyhow::anyhow!("cannot make {}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            warn!(path = %self.0.display(), %error, "a temporary folder is left");
        }
    }
}
