//! What follows tables statement by statement, for the formats that tell of it.

use std::sync::Arc;

use becauselog_format::{DeclaredTables, Definitions, MaxwellRendering};
use becauselog_model::Checkpoint;
use becauselog_pipeline::{BootstrapConfig, MaxwellView, SchemaView, Views, state::StateFolder};
use tracing::info;

use super::{
    definitions::{self, ServerTables},
    sql_opts,
};
use crate::{
    exit::{Exit, Failure},
    plan::{FormatPlan, RunPlan},
};

/// How bootstraps are done: on the servers that are followed.
fn bootstraps(plan: &RunPlan) -> BootstrapConfig {
    let (follow, tables) = (&plan.source.follow, plan.tables.clone());
    BootstrapConfig {
        tables: Arc::new(move |name| tables.wants(&name.database, &name.table)),
        client_id: plan.name.clone(),
        servers: sql_opts(&follow.hosts, &follow.connect),
        write_timeout: follow.write_timeout,
    }
}

/// The tables at the start, where the format needs them: as the last run kept them, else as the server has them now.
pub async fn views(plan: &RunPlan, state: &StateFolder, started: &Checkpoint) -> Result<Views, Failure> {
    let server = async |defaults| {
        let follow = &plan.source.follow;
        definitions::load(sql_opts(&follow.hosts, &follow.connect), defaults).await
    };
    match &plan.format {
        FormatPlan::Maxwell(maxwell) => {
            let raw_texts = maxwell.config.rendering != MaxwellRendering::Exact;
            let definitions = defined(&server(false).await?, raw_texts)?;
            let view = MaxwellView {
                filter: maxwell.filter.clone(),
                config: maxwell.config.clone(),
                definitions,
                schema_database: maxwell.schema_database.clone(),
                bootstraps: maxwell.bootstraps.then(|| bootstraps(plan)),
            };
            Ok(Views { maxwell: Some(view), schema: None })
        }
        FormatPlan::Debezium(debezium) => {
            let config = &debezium.config;
            // How columns were declared the log tells in its statements only.
            let follows = config.schema_changes.is_some()
                || config.converters.want_declarations()
                || debezium.declarations;
            let tables = match follows {
                true => match state.tables_at(started) {
                    Ok(tables) => tables,
                    Err(why) => {
                        info!("tables are followed from how the server has them now: {why}");
                        declared(&server(true).await?)
                    }
                },
                // A truncate names its table itself.
                false if !config.skips_truncates => DeclaredTables::new("utf8mb4"),
                false => return Ok(Views::default()),
            };
            let wanted = plan.tables.clone();
            let databases = Arc::new(move |name: &str| wanted.wants_database(name));
            let schema = SchemaView { tables, scope: config.schema_scope, databases };
            Ok(Views { maxwell: None, schema: Some(schema) })
        }
        FormatPlan::Plain(_) => Ok(Views::default()),
    }
}

fn declared(server: &ServerTables) -> DeclaredTables {
    let mut tables = DeclaredTables::new(&server.charset);
    if server.folds_names {
        tables.fold_names();
    }
    for (database, charset) in &server.databases {
        tables.add_database(database, charset);
    }
    for (database, table) in &server.tables {
        tables.learn(database, &table.create_statement());
    }
    tables
}

fn defined(server: &ServerTables, raw_texts: bool) -> Result<Definitions, Failure> {
    let mut definitions = Definitions::new(&server.charset, raw_texts);
    if server.folds_names {
        definitions.fold_names();
    }
    for (database, charset) in &server.databases {
        definitions.add_database(database, charset);
    }
    for (database, table) in &server.tables {
        definitions.learn(database, &table.create_statement()).map_err(|error| {
            let context = format!("the shape of {database}.{} in information_schema", table.name);
            Failure::new(Exit::Operator, anyhow::Error::from(error).context(context))
        })?;
    }
    Ok(definitions)
}
