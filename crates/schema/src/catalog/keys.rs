//! `information_schema.statistics`: which columns identify a row.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use becauselog_model::TableName;
use mysql_async::{Conn, Row, prelude::Queryable};

use super::{
    CatalogError, Filter,
    answer::{take, text},
    failed,
};
use crate::definition::quoted;

const VIEW: &str = "statistics";

/// One unique index.
#[derive(Default)]
struct Index {
    columns: Vec<Arc<str>>,
    /// A part is an expression, a prefix of a column, or can be NULL: it does not identify a row.
    partial: bool,
}

/// The key columns of each table that has a key, in key order: the primary key, else the first unique index, in the
/// order of SHOW INDEX, whose parts are all whole columns that are NOT NULL.
pub async fn read(
    conn: &mut Conn,
    filter: &Filter<'_>,
) -> Result<HashMap<TableName, Vec<Arc<str>>>, CatalogError> {
    let sql = format!(
        "SELECT c.table_schema AS `database`, c.table_name AS `table`, c.index_name AS `index`, \
         c.column_name AS `column`, CAST(c.sub_part AS UNSIGNED) AS prefix, c.nullable AS nullable \
         FROM information_schema.statistics c WHERE c.non_unique = 0 AND {} \
         ORDER BY c.table_schema, c.table_name, c.index_name, c.seq_in_index",
        filter.condition()
    );
    let parts: Vec<Row> = conn.exec(sql, filter.parameters()).await.map_err(failed("statistics"))?;
    let mut keys = HashMap::new();
    for (table, indexes) in indexes_by_table(parts)? {
        if let Some(columns) = choose(conn, &table, indexes).await? {
            keys.insert(table, columns);
        }
    }
    Ok(keys)
}

fn indexes_by_table(parts: Vec<Row>) -> Result<HashMap<TableName, BTreeMap<String, Index>>, CatalogError> {
    let mut tables: HashMap<TableName, BTreeMap<String, Index>> = HashMap::new();
    for mut row in parts {
        let table = TableName::new(&text(&mut row, VIEW, "database")?, &text(&mut row, VIEW, "table")?);
        let name = text(&mut row, VIEW, "index")?;
        let primary = name == PRIMARY;
        let index = tables.entry(table).or_default().entry(name).or_default();
        let column: Option<String> = take(&mut row, VIEW, "column")?;
        let prefix: Option<u64> = take(&mut row, VIEW, "prefix")?;
        let nullable: Option<String> = take(&mut row, VIEW, "nullable")?;
        let whole = prefix.is_none() && nullable.as_deref().unwrap_or_default() != "YES";
        // A part that is an expression has no column.
        index.partial |= !primary && (column.is_none() || !whole);
        index.columns.extend(column.map(Arc::from));
    }
    Ok(tables)
}

pub(super) const PRIMARY: &str = "PRIMARY";

async fn choose(
    conn: &mut Conn,
    table: &TableName,
    mut indexes: BTreeMap<String, Index>,
) -> Result<Option<Vec<Arc<str>>>, CatalogError> {
    if let Some(primary) = indexes.remove(PRIMARY) {
        return Ok(Some(primary.columns));
    }
    indexes.retain(|_, index| !index.partial);
    if indexes.len() > 1 {
        let first = first_of(conn, table, &indexes).await?;
        return Ok(first.and_then(|name| indexes.remove(&name)).map(|index| index.columns));
    }
    Ok(indexes.pop_first().map(|(_, index)| index.columns))
}

/// Which of the indexes SHOW INDEX names first: `information_schema` does not tell the order.
async fn first_of(
    conn: &mut Conn,
    table: &TableName,
    indexes: &BTreeMap<String, Index>,
) -> Result<Option<String>, CatalogError> {
    let order = order(conn, table).await?;
    Ok(order.into_iter().find(|name| indexes.contains_key(name)))
}

/// The names of a table's indexes in the order in which the server keeps them, each once a column.
pub(super) async fn order(conn: &mut Conn, table: &TableName) -> Result<Vec<String>, CatalogError> {
    let sql = format!("SHOW INDEX FROM {}.{}", quoted(&table.database), quoted(&table.table));
    let rows: Vec<Row> = conn.query(sql).await.map_err(failed("the order of indexes"))?;
    rows.into_iter().map(|mut row| text(&mut row, "SHOW INDEX", "Key_name")).collect()
}
