//! Tables as the server itself writes them: what anything else is compared with.

use anyhow::{Context, Result};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

/// A table's rows, each cell rendered by the server as text; ordered, so that equal tables give equal values, with or
/// without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthRows {
    /// The columns' names in order.
    pub columns: Vec<String>,
    /// One text a column, `None` for NULL. Binary columns, bit fields and geometries are in upper-case hex.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Reads a table as text, in UTC.
///
/// # Errors
/// The table is not there, or the server does not answer.
pub async fn truth_rows(conn: &mut Conn, db: &str, table: &str) -> Result<TruthRows> {
    let columns: Vec<(String, String)> = conn
        .exec(
            "SELECT COLUMN_NAME, LOWER(DATA_TYPE) FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
            (db, table),
        )
        .await?;
    anyhow::ensure!(!columns.is_empty(), "there is no table {db}.{table}");
    let list: Vec<String> = columns.iter().map(|(name, kind)| text_of(name, kind)).collect();
    conn.query_drop("SET time_zone = '+00:00'").await?;
    let query = format!("SELECT {} FROM {}.{}", list.join(", "), quoted(db), quoted(table));
    let found: Vec<mysql_async::Row> = conn.query(&query).await.with_context(|| format!("{db}.{table}"))?;
    let mut rows = Vec::with_capacity(found.len());
    for row in &found {
        let cells = (0..columns.len()).map(|index| cell(row, index)).collect::<Result<Vec<_>>>();
        rows.push(cells.with_context(|| format!("{db}.{table}"))?);
    }
    rows.sort();
    Ok(TruthRows { columns: columns.into_iter().map(|(name, _)| name).collect(), rows })
}

/// `SELECT COUNT(*)`: the cheap comparison for large tables.
///
/// # Errors
/// The table is not there, or the server does not answer.
pub async fn count(conn: &mut Conn, db: &str, table: &str) -> Result<u64> {
    let count: Option<u64> =
        conn.query_first(format!("SELECT COUNT(*) FROM {}.{}", quoted(db), quoted(table))).await?;
    count.context("COUNT(*) gave no row")
}

fn cell(row: &mysql_async::Row, index: usize) -> Result<Option<String>> {
    row.get_opt::<Option<String>, _>(index).context("a column is missing")?.context("not UTF-8 text")
}

/// The expression that gives a column's text. FLOAT goes through DOUBLE, which prints every digit that it has.
fn text_of(name: &str, kind: &str) -> String {
    let name = quoted(name);
    match kind {
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" | "vector" => {
            format!("HEX({name})")
        }
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geomcollection" | "geometrycollection" => format!("HEX(CAST({name} AS BINARY))"),
        "float" => format!("CAST({name} + 0e0 AS CHAR)"),
        _ => format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"),
    }
}

/// An identifier in backticks.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
