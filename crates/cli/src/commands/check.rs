//! `check`: a config against the live server.

use std::io::Write as _;

use crate::{
    args::CheckArgs,
    check::check,
    exit::{Exit, Failure},
    run::colors_on_stdout,
};

/// Prints the report; errors in it make the exit code 3.
pub async fn run(args: CheckArgs) -> Result<Exit, Failure> {
    let plan = super::run::plan(&args.config)?;
    if !args.json {
        for note in &plan.notes {
            println!("{}: {}", if note.warn { "warning" } else { "note" }, note.text);
        }
    }
    let report = check(&plan).await?;
    let text = if args.json {
        let notes: Vec<_> = plan.notes.iter().map(|note| note.text.as_str()).collect();
        let json = serde_json::json!({ "name": report.name, "notes": notes, "checks": report.checks });
        format!("{json:#}\n")
    } else {
        report.text(colors_on_stdout())
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::new(Exit::Operator, error))?;
    Ok(report.exit())
}
