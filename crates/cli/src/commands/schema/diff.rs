//! `schema diff`: the tables that are followed against those of the server as it is now.

use becauselog_pipeline::state::show_shapes;
use becauselog_schema::{Catalog, Definitions, Dictionary, TableDefinition};
use mysql_async::Conn;

use super::{Chosen, table};
use crate::{
    args::SchemaTablesArgs,
    config::{self, Outside, Overrides},
    exit::{Exit, Failure},
    plan::RunPlan,
    run::sql_opts,
};

/// Prints what differs; a difference that stays needs a human.
pub async fn run(args: &SchemaTablesArgs) -> Result<Exit, Failure> {
    let chosen = Chosen::parse(&args.tables)?;
    let plan = plan(args)?;
    let kept = show_shapes(&plan.state.dir, None).map_err(|why| {
        Failure::new(
            Exit::Operator,
            anyhow::anyhow!("{}: no shapes of tables: {why}", plan.state.dir.display()),
        )
    })?;
    let definitions = definitions(&plan, &kept.dictionary).await?;
    let mut differing = 0usize;
    let wanted = |table: &&TableDefinition| {
        plan.tables.wants(&table.name.database, &table.name.table) && chosen.takes(&table.name)
    };
    for server in definitions.tables.iter().filter(wanted) {
        if let Some(text) = difference(&kept.dictionary, server) {
            differing = differing.saturating_add(1);
            print!("{text}");
        }
    }
    if differing == 0 {
        println!("no table differs from the server's");
        return Ok(Exit::Ok);
    }
    println!(
        "{differing} tables differ: statements that are not read yet, or changes that were not logged (schema refresh)"
    );
    Ok(Exit::Operator)
}

/// The plan of a config.
pub fn plan(args: &SchemaTablesArgs) -> Result<RunPlan, Failure> {
    let overrides = Overrides {
        set: args.config.set.clone(),
        state: args.state.clone(),
        lenient: true,
        ..Overrides::default()
    };
    Ok(config::load(&args.config.config, &overrides, &Outside::of_process())?)
}

/// The server's tables.
pub async fn definitions(plan: &RunPlan, dictionary: &Dictionary) -> Result<Definitions, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Operator, error);
    let follow = &plan.source.follow;
    let mut last = None;
    for server in sql_opts(&follow.hosts, &follow.connect) {
        match Conn::new(server).await {
            Ok(mut conn) => {
                let found = Catalog::new(&mut conn).all_definitions(dictionary.server()).await;
                return found.map_err(|error| failed(error.into()));
            }
            Err(error) => last = Some(error),
        }
    }
    Err(failed(last.map_or_else(|| anyhow::anyhow!("no server is named"), Into::into)))
}

fn difference(dictionary: &Dictionary, server: &TableDefinition) -> Option<String> {
    let (ours, theirs) = match dictionary.table(&server.name) {
        Some(ours) => (table::lines(ours), table::lines(server)),
        None => (Vec::new(), table::lines(server)),
    };
    let same_key = dictionary.table(&server.name).is_some_and(|ours| ours.key() == server.key());
    if ours == theirs && same_key {
        return None;
    }
    let mut text = format!("{}\n", server.name);
    for line in ours.iter().filter(|line| !theirs.contains(line)) {
        text.push_str(&format!("  - {line}\n"));
    }
    for line in theirs.iter().filter(|line| !ours.contains(line)) {
        text.push_str(&format!("  + {line}\n"));
    }
    if ours.iter().all(|line| theirs.contains(line)) && ours.len() == theirs.len() {
        text.push_str("  in another order, or with another key\n");
    }
    Some(text)
}
