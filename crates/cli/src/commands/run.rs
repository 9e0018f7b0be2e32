//! `becauselog run`: from a config to a running pipeline.

use std::{path::PathBuf, sync::Arc};

use becauselog_binlog::{Follower, Start};
use becauselog_model::Checkpoint;
use becauselog_pipeline::{
    Finished, Pipeline, PipelineError, Shapes, Status,
    state::{StateFolder, control::ControlServer},
};
use tracing::{info, warn};

use super::signals::Signals;
use crate::{
    args::RunArgs,
    assemble,
    config::{self, Outside, Overrides},
    exit::{Exit, Failure},
    plan::{Note, RunPlan},
};

/// Loads the config and runs until it is told to stop.
pub fn run(args: RunArgs) -> Result<Exit, Failure> {
    let overrides = Overrides {
        set: args.config.set,
        sinks: args.sink,
        state: args.state,
        from: args.from,
        until: args.until,
        lenient: args.config.lenient,
    };
    let plan = load(&args.config.config, &overrides)?;
    super::runtime()?.block_on(follow(&plan))
}

fn load(files: &[PathBuf], overrides: &Overrides) -> Result<RunPlan, Failure> {
    let plan = config::load(files, overrides, &Outside::of_process())?;
    for Note { warn, text } in &plan.notes {
        if *warn { warn!("{text}") } else { info!("{text}") }
    }
    Ok(plan)
}

async fn follow(plan: &RunPlan) -> Result<Exit, Failure> {
    let signals = Signals::catch()?;
    let state = Arc::new(StateFolder::open(&plan.state.dir, &plan.name).map_err(PipelineError::from)?);
    let outlets = assemble::outlets(plan).map_err(|error| Failure::new(error.class().into(), error))?;
    let pipeline = Pipeline::prepare(assemble::pipeline_config(plan), outlets, Some(Arc::clone(&state))).await?;
    let mut source = Follower::new(assemble::follow_config(plan, start(plan, &pipeline)))
        .map_err(|error| Failure::coded(error.class().into(), error.code(), error))?;
    let started = tokio::select! {
        started = source.open() => started.map_err(|error| PipelineError::Source(Box::new(error)))?,
        () = signals.stop.cancelled() => return Ok(Exit::Ok),
    };
    let status = pipeline.status();
    let control = ControlServer::bind(&state).map_err(PipelineError::from)?;
    let control = tokio::spawn(control.serve(super::status::answers(plan.name.clone(), Arc::clone(&status))));
    info!(
        name = plan.name,
        server = %source.endpoint(),
        server_id = source.server_id(),
        position = %started.position,
        gtids = %started.gtids,
        "streaming"
    );
    let shapes = Shapes::online(assemble::sql_opts(&plan.source));
    let finished = pipeline.run(source, started, shapes, signals.stop, signals.reopen).await;
    control.abort();
    tell_end(&status, finished)
}

/// Where to start: the position that is kept, else what the config says, else the end of the log, and that is said.
fn start(plan: &RunPlan, pipeline: &Pipeline) -> Start {
    match (pipeline.resume(), &plan.source.start) {
        (Some(kept), given) => {
            if given.is_some() {
                info!(position = %kept.position, "a position is kept, so the start that was given does not count");
            }
            Start::Checkpoint(Checkpoint::clone(kept))
        }
        (None, Some(given)) => given.clone(),
        (None, None) => {
            info!("no position is kept and no start is given: starting at the end of the log (latest)");
            Start::Latest
        }
    }
}

/// One line with what the run did, whether it ended well or not.
fn tell_end(status: &Status, finished: Result<Finished, PipelineError>) -> Result<Exit, Failure> {
    use std::sync::atomic::Ordering::Relaxed;
    let lag = status.lag();
    let checkpoint = status.checkpoint();
    info!(
        transactions = status.transactions.load(Relaxed),
        changes = status.changes.load(Relaxed),
        bytes_read = status.bytes_read.load(Relaxed),
        reconnects = status.reconnects.load(Relaxed),
        spooled = status.spooled.load(Relaxed),
        lag_p50_us = lag.p50_us,
        lag_p99_us = lag.p99_us,
        position = checkpoint.as_ref().map(|c| c.position.to_string()).unwrap_or_default(),
        gtids = checkpoint.as_ref().map(|c| c.gtids.to_string()).unwrap_or_default(),
        "stopped"
    );
    finished?;
    Ok(Exit::Ok)
}
