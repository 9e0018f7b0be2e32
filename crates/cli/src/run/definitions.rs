//! The shapes of all tables as the server has them now, from `information_schema`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use becauselog_format::Definitions;
use mysql_async::{Conn, Opts, prelude::Queryable};

use crate::exit::{Exit, Failure};

type Name = (String, String);

/// Asks one server after the other.
pub async fn load(servers: Vec<Opts>, raw_texts: bool) -> Result<Definitions, Failure> {
    let mut failed = None;
    for server in servers {
        match Conn::new(server).await {
            Ok(mut conn) => {
                let read = read(&mut conn, raw_texts).await;
                return read.map_err(|error| Failure::new(Exit::Operator, error));
            }
            Err(error) => failed = Some(error),
        }
    }
    let error = failed.map_or_else(|| anyhow::anyhow!("no server is named"), anyhow::Error::from);
    Err(Failure::new(Exit::Operator, error.context("reading the shapes of tables: no server answers")))
}

async fn read(conn: &mut Conn, raw_texts: bool) -> Result<Definitions> {
    let charset: Option<String> =
        conn.query_first("SELECT @@character_set_server").await.context("asking for the server's charset")?;
    let mut definitions = Definitions::new(charset.as_deref().unwrap_or("utf8mb4"), raw_texts);
    let case: Option<u8> =
        conn.query_first("SELECT @@lower_case_table_names").await.context("asking how names are kept")?;
    if case == Some(1) {
        definitions.fold_names();
    }
    let databases: Vec<Name> = conn
        .query("SELECT schema_name, default_character_set_name FROM information_schema.schemata")
        .await
        .context("reading information_schema.schemata")?;
    for (database, charset) in &databases {
        definitions.add_database(database, charset);
    }
    let mut columns = columns(conn).await?;
    let mut keys = keys(conn).await?;
    for ((database, table), charset) in tables(conn).await? {
        let name = (database, table);
        let mut parts = columns.remove(&name).unwrap_or_default();
        if let Some(key) = keys.remove(&name) {
            parts.push(format!("PRIMARY KEY ({})", key.join(",")));
        }
        let create = format!("CREATE TABLE {} ({}) CHARSET={charset}", quoted(&name.1), parts.join(","));
        let learnt = definitions.learn(&name.0, &create);
        learnt.with_context(|| format!("the shape of {}.{} in information_schema", name.0, name.1))?;
    }
    Ok(definitions)
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

async fn tables(conn: &mut Conn) -> Result<Vec<(Name, String)>> {
    let rows: Vec<(String, String, String)> = conn
        .query(
            "SELECT t.table_schema, t.table_name, c.character_set_name FROM information_schema.tables t \
             JOIN information_schema.collation_character_set_applicability c ON c.collation_name = t.table_collation \
             WHERE t.table_type = 'BASE TABLE'",
        )
        .await
        .context("reading information_schema.tables")?;
    Ok(rows.into_iter().map(|(database, table, charset)| ((database, table), charset)).collect())
}

/// The columns of each table as a statement would define them.
async fn columns(conn: &mut Conn) -> Result<BTreeMap<Name, Vec<String>>> {
    let rows: Vec<(String, String, String, String, Option<String>)> = conn
        .query(
            "SELECT table_schema, table_name, column_name, column_type, character_set_name \
             FROM information_schema.columns ORDER BY table_schema, table_name, ordinal_position",
        )
        .await
        .context("reading information_schema.columns")?;
    let mut columns: BTreeMap<Name, Vec<String>> = BTreeMap::new();
    for (database, table, column, kind, charset) in rows {
        let charset = charset.map_or_else(String::new, |charset| format!(" CHARACTER SET {charset}"));
        let defined = format!("{} {kind}{charset}", quoted(&column));
        columns.entry((database, table)).or_default().push(defined);
    }
    Ok(columns)
}

async fn keys(conn: &mut Conn) -> Result<BTreeMap<Name, Vec<String>>> {
    let rows: Vec<(String, String, String)> = conn
        .query(
            "SELECT table_schema, table_name, column_name FROM information_schema.statistics \
             WHERE index_name = 'PRIMARY' ORDER BY table_schema, table_name, seq_in_index",
        )
        .await
        .context("reading information_schema.statistics")?;
    let mut keys: BTreeMap<Name, Vec<String>> = BTreeMap::new();
    for (database, table, column) in rows {
        keys.entry((database, table)).or_default().push(quoted(&column));
    }
    Ok(keys)
}
