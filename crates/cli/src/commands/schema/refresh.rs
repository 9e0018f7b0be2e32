//! `schema refresh`: takes tables as the server has them now, in place of what is kept.

use becauselog_binlog::statements_from;
use becauselog_pipeline::state::StateFolder;
use becauselog_schema::{Ahead, LaterStatement};

use super::{Chosen, diff};
use crate::{
    args::SchemaTablesArgs,
    exit::{Exit, Failure},
    run::{source_failure, state_failure},
};

/// Takes them, if no statement between the kept position and now touches them.
pub async fn run(args: &SchemaTablesArgs) -> Result<Exit, Failure> {
    let chosen = Chosen::parse(&args.tables)?;
    let refused = |what: String| Failure::new(Exit::Operator, anyhow::anyhow!(what));
    let plan = diff::plan(args)?;
    let state = StateFolder::open(&plan.state.dir, &plan.name).map_err(|error| state_failure(&error))?;
    let kept = state.load_checkpoint().map_err(|error| state_failure(&error))?;
    let at = kept.ok_or_else(|| refused("nothing is kept yet: the first run asks the server".to_owned()))?;
    let mut shapes = state.shapes_at(&at).map_err(|why| {
        refused(format!("no shapes of tables are kept ({why}): the next run asks the server"))
    })?;
    let definitions = diff::definitions(&plan, &shapes.dictionary).await?;
    let follow = &plan.source.follow;
    let host = follow.hosts.first().ok_or_else(|| refused("no server is named".to_owned()))?;
    let later =
        statements_from(host, &follow.connect, &at.position).await.map_err(|error| source_failure(&error))?;
    let later: Vec<LaterStatement> = later
        .iter()
        .map(|query| LaterStatement {
            database: String::from_utf8_lossy(&query.schema).into_owned(),
            sql: String::from_utf8_lossy(&query.statement).into_owned(),
        })
        .collect();
    let ahead = Ahead::of(&later);
    let mut taken = 0usize;
    for table in definitions.tables.into_iter().filter(|table| chosen.takes(&table.name)) {
        if ahead.touch(&table.name).is_some() {
            let name = &table.name;
            return Err(refused(format!(
                "{name}: a statement behind the kept position ({}) changes it, so that the server does not tell how it is there; nothing \
                 is changed. Let a run read up to now first",
                at.position
            )));
        }
        if shapes.dictionary.table(&table.name).map(|known| &**known) != Some(&table) {
            println!("{}: taken from the server", table.name);
            taken = taken.saturating_add(1);
            shapes.dictionary.put(table);
        }
    }
    state.keep_shapes(&shapes.dictionary, &at).map_err(|error| state_failure(&error))?;
    println!("{taken} tables were other than the server's");
    Ok(Exit::Ok)
}
