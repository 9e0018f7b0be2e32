//! `schema`: the shapes of tables that are followed by statements, for the operator.

mod diff;
mod refresh;
mod show;
mod table;

use becauselog_model::TableName;
use regex::RegexSet;

use crate::{
    args::SchemaCommand,
    exit::{Exit, Failure},
    plan,
};

/// Shows, compares or refreshes.
pub async fn run(command: SchemaCommand) -> Result<Exit, Failure> {
    match command {
        SchemaCommand::Show(args) => show::run(&args),
        SchemaCommand::Diff(args) => diff::run(&args).await,
        SchemaCommand::Refresh(args) => refresh::run(&args).await,
    }
}

/// Tables by patterns of their full names; all where there is none.
struct Chosen(RegexSet);

impl Chosen {
    fn parse(patterns: &[String]) -> Result<Self, Failure> {
        plan::tables::compile(patterns).map(Self).map_err(Failure::usage)
    }

    fn takes(&self, name: &TableName) -> bool {
        self.0.is_empty() || self.0.is_match(&name.to_string())
    }
}
