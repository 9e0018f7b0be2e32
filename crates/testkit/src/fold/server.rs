//! A table's rows in the server's own text.

use anyhow::Result;
use mysql_async::{Conn, Row, prelude::Queryable};

use super::render;

/// What the server says of a column.
#[derive(Debug, Clone)]
pub struct ColumnTruth {
    /// Its name.
    pub name: String,
    /// `information_schema.columns.data_type`, lower case.
    pub data_type: String,
    /// `column_type`, for example `bit(1)`.
    pub column_type: String,
    /// Digits of the fraction of a second.
    pub fsp: usize,
    /// What rows get that were there before the column.
    pub default: Option<String>,
}

/// A column as `information_schema` describes it: name, data type, column type, precision, default.
type Described = (String, String, String, Option<u32>, Option<String>);

/// A table's rows in the server's own text, one `Option<String>` a column.
#[derive(Debug, Clone)]
pub struct TableTruth {
    /// The columns in order.
    pub columns: Vec<ColumnTruth>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
}

impl TableTruth {
    /// Reads a whole table.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn read(conn: &mut Conn, database: &str, table: &str) -> Result<Self> {
        let columns: Vec<Described> = conn
            .exec(
                "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, DATETIME_PRECISION, COLUMN_DEFAULT \
                 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
                (database, table),
            )
            .await?;
        let release: Option<String> = conn.query_first("SELECT @@version").await?;
        let is_mariadb = release.is_some_and(|release| release.contains("MariaDB"));
        let columns: Vec<ColumnTruth> = columns
            .into_iter()
            .map(|(name, data_type, column_type, fsp, default)| ColumnTruth {
                name,
                data_type: data_type.to_ascii_lowercase(),
                column_type: column_type.to_ascii_lowercase(),
                fsp: fsp.unwrap_or(0) as usize,
                default: if is_mariadb { default.and_then(|text| literal(&text)) } else { default },
            })
            .collect();
        let list: Vec<String> = columns.iter().map(text_of).collect();
        let sql = format!("SELECT {} FROM `{database}`.`{table}`", list.join(", "));
        let rows: Vec<Row> = conn.query(sql).await?;
        let rows = rows
            .into_iter()
            .map(|row| {
                let cells = columns.iter().enumerate();
                cells
                    .map(|(i, column)| {
                        row.get::<Option<String>, _>(i).flatten().map(|t| form(t, column)).transpose()
                    })
                    .collect()
            })
            .collect::<Result<_>>()?;
        Ok(Self { columns, rows })
    }
}

/// MariaDB describes a default as SQL: a text stands in quotes, and no default is NULL.
fn literal(default: &str) -> Option<String> {
    let quoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match quoted {
        Some(text) => Some(text.replace("''", "'")),
        None => Some(default.to_owned()).filter(|text| text != "NULL"),
    }
}

/// The SQL expression that gives a column's text.
fn text_of(column: &ColumnTruth) -> String {
    let name = format!("`{}`", column.name.replace('`', "``"));
    match column.data_type.as_str() {
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => {
            format!("HEX({name})")
        }
        "float" | "double" => format!("CAST({name} + 0e0 AS CHAR)"),
        _ => format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"),
    }
}

/// Brings texts that may differ in form only, JSON and floating numbers, to one form.
fn form(text: String, column: &ColumnTruth) -> Result<String> {
    Ok(match column.data_type.as_str() {
        "json" => render::canonical_json(&text)?,
        "float" | "double" => render::number_text(text.parse()?),
        "bit" => match text.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        },
        _ => text,
    })
}
