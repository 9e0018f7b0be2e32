//! The commands: one file each.

mod check;
mod completions;
mod inspect;
mod migrate;
mod position;
mod run;
mod schema;
mod status;
mod tail;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Cli, Command},
    exit::{Exit, Failure},
    logging,
};

/// Reads the flags, runs the command, tells its failure, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            // Nothing is left to tell when the help itself cannot be printed.
            let _printed = error.print();
            return exit.code().into();
        }
    };
    match dispatch(cli) {
        Ok(exit) => exit.code().into(),
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit.code().into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let default = if matches!(cli.command, Command::Run(_)) { "info" } else { "warn" };
    logging::start(cli.log.as_deref(), default, cli.log_format)?;
    match cli.command {
        Command::Completions { shell } => completions::run(shell),
        Command::Check(args) => block_on(check::run(args)),
        Command::Migrate(args) => migrate::run(args),
        Command::Run(args) => block_on(run::run(args)),
        Command::Inspect(args) => block_on(inspect::run(args)),
        Command::Tail(args) => block_on(tail::run(args)),
        Command::Status(args) => block_on(status::run(args)),
        Command::Position(command) => position::run(command),
        Command::Schema(command) => block_on(schema::run(command)),
    }
}

/// Runs a command's future to its end. The work is in few tasks, so two threads wait for the network and the disk.
fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = built.map_err(|error| Failure::new(Exit::Operator, error))?;
    let outcome = runtime.block_on(command);
    // Reading standard input blocks a thread that nothing can end: it is left behind.
    runtime.shutdown_background();
    outcome
}
