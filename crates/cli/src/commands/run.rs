//! `run`: follow a server's log and deliver its changes.

use crate::{
    args::{ConfigArgs, RunArgs},
    config::{self, Outside, Overrides},
    exit::{Exit, Failure},
    plan::RunPlan,
};

/// Reads the config and runs it.
pub async fn run(args: RunArgs) -> Result<Exit, Failure> {
    let overrides = Overrides {
        sinks: args.sink,
        state: args.state,
        from: args.from,
        until: args.until,
        ..overrides(&args.config)
    };
    let plan = config::load(&args.config.config, &overrides, &Outside::of_process())?;
    crate::run::run(plan).await
}

/// The plan of a config alone.
pub fn plan(args: &ConfigArgs) -> Result<RunPlan, Failure> {
    Ok(config::load(&args.config, &overrides(args), &Outside::of_process())?)
}

fn overrides(args: &ConfigArgs) -> Overrides {
    Overrides { set: args.set.clone(), lenient: args.lenient, ..Overrides::default() }
}
