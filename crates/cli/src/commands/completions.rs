//! `completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::{
    args::Cli,
    exit::{Exit, Failure},
};

/// Prints the script.
pub fn run(shell: Shell) -> Result<Exit, Failure> {
    generate(shell, &mut Cli::command(), "becauselog", &mut std::io::stdout());
    Ok(Exit::Ok)
}
