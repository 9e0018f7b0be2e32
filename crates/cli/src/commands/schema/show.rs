//! `schema show`: tables at a position, or what statements in a file make of them.

use std::path::Path;

use anyhow::Context as _;
use becauselog_ddl::{Mode, statements};
use becauselog_model::TableName;
use becauselog_pipeline::state::{show_checkpoint, show_shapes};
use becauselog_schema::{Dictionary, Known, ServerFacts, Session};

use super::{Chosen, table};
use crate::{
    args::SchemaShowArgs,
    commands::position,
    exit::{Exit, Failure},
    run::state_failure,
};

/// Prints them.
pub fn run(args: &SchemaShowArgs) -> Result<Exit, Failure> {
    let chosen = Chosen::parse(&args.tables)?;
    let dictionary = match &args.sql {
        Some(path) => of_statements(path, args)?,
        None => kept(args)?,
    };
    let mut tables: Vec<(&TableName, &Known)> =
        dictionary.tables().filter(|(name, _)| chosen.takes(name)).collect();
    tables.sort_by_key(|(name, _)| *name);
    for (name, known) in tables {
        if args.json {
            println!("{}", table::as_json(name, known));
        } else {
            print!("{}", table::readable(name, known));
        }
    }
    Ok(Exit::Ok)
}

/// The tables that the state folder has, at its checkpoint or at another place.
fn kept(args: &SchemaShowArgs) -> Result<Dictionary, Failure> {
    let state = position::state_of(&args.state.config, args.state.state.as_ref())?;
    let kept = show_checkpoint(&state.dir).map_err(|error| state_failure(&error))?;
    let at = match (&args.at, kept) {
        (Some(at), kept) => Some(position::place(at, kept.as_ref())?),
        (None, kept) => kept,
    };
    let shapes = show_shapes(&state.dir, at.as_ref());
    let shapes = shapes.map_err(|why| {
        Failure::new(Exit::Operator, anyhow::anyhow!("{}: no shapes of tables: {why}", state.dir.display()))
    })?;
    Ok(shapes.dictionary)
}

/// What the statements of a file make, one after the other, on a server without tables.
fn of_statements(path: &Path, args: &SchemaShowArgs) -> Result<Dictionary, Failure> {
    let read = std::fs::read(path).with_context(|| format!("reading {}", path.display()));
    let text = read.map_err(|error| Failure::new(Exit::Operator, error))?;
    let text = String::from_utf8_lossy(&text);
    let mut dictionary = Dictionary::new(ServerFacts::of_version(&args.server));
    let mut database = args.database.clone();
    let collation = dictionary.server().collation.clone();
    dictionary.add_database(&database, collation.clone());
    for statement in statements(&text, Mode::default()) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        if let [first, name] = *words
            && first.eq_ignore_ascii_case("USE")
        {
            database = name.trim_matches('`').to_owned();
            if !dictionary.knows_database(&database) {
                dictionary.add_database(&database, collation.clone());
            }
            continue;
        }
        let session = Session { database: &database, sql_mode: DEFAULT_SQL_MODE, ..Session::default() };
        let outcome = dictionary.apply(&session, statement);
        if let Some(doubt) = outcome.doubt {
            let shown: String = statement.chars().take(120).collect();
            eprintln!("not understood ({doubt}; touches {}): {shown}", outcome.affected);
        }
    }
    Ok(dictionary)
}

/// `STRICT_TRANS_TABLES`, as servers have it without being told otherwise.
const DEFAULT_SQL_MODE: u64 = 1 << 21;
