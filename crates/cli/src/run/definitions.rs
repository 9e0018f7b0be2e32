//! The tables that the server has now, from `information_schema`, as the statements that would make them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use becauselog_model::Flavor;
use becauselog_schema::{ColumnRow, TableRows};
use mysql_async::{Conn, Opts, Row, prelude::Queryable};

use crate::exit::{Exit, Failure};

type Name = (String, String);

/// What whoever follows tables by statements begins with.
#[derive(Debug, Default)]
pub struct ServerTables {
    /// `@@character_set_server`
    pub charset: String,
    /// Names are kept in small letters.
    pub folds_names: bool,
    /// Databases with their default charsets.
    pub databases: Vec<(String, String)>,
    /// Tables with the database that each is in.
    pub tables: Vec<(String, TableRows)>,
}

/// Asks one server after the other. `defaults`: columns' defaults are wanted as they are, so that tables with one which
/// `information_schema` cannot tell are asked for one by one.
pub async fn load(servers: Vec<Opts>, defaults: bool) -> Result<ServerTables, Failure> {
    let mut failed = None;
    for server in servers {
        match Conn::new(server).await {
            Ok(mut conn) => {
                let read = read(&mut conn, defaults).await;
                return read.map_err(|error| Failure::new(Exit::Operator, error));
            }
            Err(error) => failed = Some(error),
        }
    }
    let error = failed.map_or_else(|| anyhow::anyhow!("no server is named"), anyhow::Error::from);
    Err(Failure::new(Exit::Operator, error.context("reading the shapes of tables: no server answers")))
}

async fn read(conn: &mut Conn, defaults: bool) -> Result<ServerTables> {
    let charset: Option<String> =
        conn.query_first("SELECT @@character_set_server").await.context("asking for the server's charset")?;
    let case: Option<u8> =
        conn.query_first("SELECT @@lower_case_table_names").await.context("asking how names are kept")?;
    let databases = conn
        .query("SELECT schema_name, default_character_set_name FROM information_schema.schemata")
        .await
        .context("reading information_schema.schemata")?;
    let mut columns = columns(conn).await?;
    let mut keys = keys(conn).await?;
    let mut tables = Vec::new();
    for ((database, table), (charset, comment)) in tables_of(conn).await? {
        let name = (database, table);
        // A table that was made since the columns were read: its statement comes with the log.
        let Some(columns) = columns.remove(&name) else { continue };
        let mut unique_keys = keys.remove(&name).unwrap_or_default();
        let primary = unique_keys.iter().position(|(key, _)| key == "PRIMARY");
        let primary_key = primary.map(|place| unique_keys.remove(place).1).unwrap_or_default();
        let unique_keys = unique_keys.into_iter().map(|(_, columns)| columns).collect();
        let (database, name) = name;
        let (charset, shown) = (Some(charset), None);
        tables
            .push((database, TableRows { name, charset, comment, columns, primary_key, unique_keys, shown }));
    }
    if defaults {
        for (database, table) in tables.iter_mut().filter(|(_, table)| table.hides_a_default()) {
            table.shown = shown(conn, database, &table.name).await?;
        }
    }
    let charset = charset.unwrap_or_else(|| "utf8mb4".to_owned());
    Ok(ServerTables { charset, folds_names: case == Some(1), databases, tables })
}

/// What `SHOW CREATE TABLE` says; nothing for a table that is gone by now. Where it cannot be had the defaults are those of
/// `information_schema`, and that is told.
async fn shown(conn: &mut Conn, database: &str, table: &str) -> Result<Option<String>> {
    let name = |name: &str| format!("`{}`", name.replace('`', "``"));
    let sql = format!("SHOW CREATE TABLE {}.{}", name(database), name(table));
    let why = match conn.query_first::<Row, _>(&sql).await {
        Ok(Some(mut row)) => match row.take_opt::<String, usize>(1) {
            Some(Ok(statement)) => return Ok(Some(statement)),
            _ => "its answer is no text in UTF-8".to_owned(),
        },
        Err(mysql_async::Error::Server(error)) if error.code == NO_SUCH_TABLE => return Ok(None),
        Err(mysql_async::Error::Server(error)) => format!("{error}; the account needs SELECT on the table"),
        Err(error) => return Err(error).context(sql),
        Ok(None) => "it has no answer".to_owned(),
    };
    tracing::warn!(%sql, %why, "defaults of this table may be cut or garbled: information_schema tells no more of them");
    Ok(None)
}

/// It was dropped since: its statement comes with the log.
const NO_SUCH_TABLE: u16 = 1146;

async fn tables_of(conn: &mut Conn) -> Result<Vec<(Name, (String, String))>> {
    let rows: Vec<(String, String, String, String)> = conn
        .query(
            "SELECT t.table_schema, t.table_name, c.character_set_name, t.table_comment FROM information_schema.tables t \
             JOIN information_schema.collation_character_set_applicability c ON c.collation_name = t.table_collation \
             WHERE t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
        )
        .await
        .context("reading information_schema.tables")?;
    Ok(rows
        .into_iter()
        .map(|(database, table, charset, comment)| ((database, table), (charset, comment)))
        .collect())
}

async fn columns(conn: &mut Conn) -> Result<BTreeMap<Name, Vec<ColumnRow>>> {
    let rows: Vec<Row> = conn
        .query(
            "SELECT table_schema AS a, table_name AS b, column_name AS c, column_type AS d, character_set_name AS e, \
             is_nullable AS f, column_default AS g, extra AS h, column_comment AS i, VERSION() AS j \
             FROM information_schema.columns ORDER BY table_schema, table_name, ordinal_position",
        )
        .await
        .context("reading information_schema.columns")?;
    let mut columns: BTreeMap<Name, Vec<ColumnRow>> = BTreeMap::new();
    for mut row in rows {
        let mut text = |at: usize| row.take_opt::<Option<String>, usize>(at).and_then(Result::ok).flatten();
        let mut told = |at: usize| text(at).unwrap_or_default();
        let (name, is_mariadb) = ((told(0), told(1)), Flavor::of_version(&told(9)) == Flavor::MariaDb);
        let column = ColumnRow {
            name: told(2),
            column_type: told(3),
            nullable: told(5) == "YES",
            extra: told(7),
            comment: told(8),
            charset: text(4),
            default: text(6),
        };
        let column = if is_mariadb { column.of_mariadb() } else { column };
        columns.entry(name).or_default().push(column);
    }
    Ok(columns)
}

type Keys = Vec<(String, Vec<String>)>;

/// Unique indexes without expressions, each with its columns.
async fn keys(conn: &mut Conn) -> Result<BTreeMap<Name, Keys>> {
    let rows: Vec<(String, String, String, Option<String>)> = conn
        .query(
            "SELECT table_schema, table_name, index_name, column_name FROM information_schema.statistics \
             WHERE non_unique = 0 ORDER BY table_schema, table_name, index_name, seq_in_index",
        )
        .await
        .context("reading information_schema.statistics")?;
    let mut keys: BTreeMap<Name, Keys> = BTreeMap::new();
    for (database, table, key, column) in rows {
        let Some(column) = column else { continue };
        let keys = keys.entry((database, table)).or_default();
        match keys.iter_mut().find(|(name, _)| *name == key) {
            Some((_, columns)) => columns.push(column),
            None => keys.push((key, vec![column])),
        }
    }
    Ok(keys)
}
