//! What `information_schema` says of each table, and from which position of the log on.

use std::collections::BTreeMap;

use anyhow::Result;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};
use serde_json::json;

use crate::debezium::case::MARKS;

const COLUMNS: &str = "SELECT * FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN \
    ('mysql', 'sys', 'information_schema', 'performance_schema', 'MARKS') ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION";
const INDEXES: &str = "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, NULLABLE, SUB_PART FROM \
    information_schema.STATISTICS WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'MARKS') \
    ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";
const TABLES: &str = "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_COLLATION, TABLE_COMMENT FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'MARKS')";

const UNKNOWN_VARIABLE: u16 = 1193;

/// Columns that say nothing of the shape.
const LEFT_OUT: [&str; 4] = ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "PRIVILEGES"];

type Table = (String, String);

/// The tables as they were last seen, and all that was ever new.
#[derive(Default)]
pub struct Shapes {
    known: BTreeMap<Table, String>,
    lines: String,
}

/// Whether a statement may change a table's shape.
pub fn may_change(statement: &str) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
    ["CREATE", "ALTER", "RENAME", "DROP"].contains(&first.as_str())
}

impl Shapes {
    /// Looks at all tables; those that are new or changed are noted with the position.
    pub async fn look(&mut self, conn: &mut Conn, pos: u64) -> Result<()> {
        // The server keeps answers of its own for a day otherwise; before 8.0 it keeps none, and knows no such variable.
        match conn.query_drop("SET SESSION information_schema_stats_expiry = 0").await {
            Err(mysql_async::Error::Server(error)) if error.code == UNKNOWN_VARIABLE => {}
            other => other?,
        }
        let mut tables: BTreeMap<Table, [Vec<serde_json::Value>; 3]> = BTreeMap::new();
        for (kind, query) in [TABLES, COLUMNS, INDEXES].iter().enumerate() {
            let rows: Vec<Row> = conn.query(query.replace("MARKS", MARKS)).await?;
            for row in rows {
                let (table, object) = described(row);
                tables.entry(table).or_default()[kind].push(object);
            }
        }
        for (table, [about, columns, indexes]) in tables {
            let create = shown(conn, &table).await?;
            let shape = json!({ "table": about, "columns": columns, "indexes": indexes, "create": create });
            let shape = shape.to_string();
            if self.known.get(&table) != Some(&shape) {
                let line = json!({ "pos": pos, "db": table.0, "name": table.1 }).to_string();
                self.lines.push_str(&format!(
                    "{},{}\n",
                    line.trim_end_matches('}'),
                    shape.trim_start_matches('{')
                ));
                self.known.insert(table, shape);
            }
        }
        Ok(())
    }

    /// All lines.
    pub fn lines(self) -> String {
        self.lines
    }
}

/// What `SHOW CREATE TABLE` says; nothing for a view.
async fn shown(conn: &mut Conn, (database, table): &Table) -> Result<Option<String>> {
    let name = |name: &str| format!("`{}`", name.replace('`', "``"));
    let sql = format!("SHOW CREATE TABLE {}.{}", name(database), name(table));
    let row: Option<Row> = conn.query_first(sql).await?;
    Ok(row.and_then(|mut row| match row.columns_ref().len() {
        2 => row.take::<String, usize>(1),
        _ => None,
    }))
}

/// A row as an object without the columns that are NULL, and the table it is of.
fn described(row: Row) -> (Table, serde_json::Value) {
    let (mut table, mut object) = (Table::default(), serde_json::Map::new());
    let columns = row.columns();
    for (column, value) in columns.iter().zip(row.unwrap()) {
        let (name, text) = (column.name_str().to_uppercase(), text(value));
        match (name.as_str(), text) {
            ("TABLE_SCHEMA", Some(text)) => table.0 = text,
            ("TABLE_NAME", Some(text)) => table.1 = text,
            (name, Some(text)) if !LEFT_OUT.contains(&name) => {
                object.insert(name.to_owned(), text.into());
            }
            _ => {}
        }
    }
    (table, serde_json::Value::Object(object))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}
