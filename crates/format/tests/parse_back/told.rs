//! What the server tells of its rows.

use std::collections::HashMap;

use anyhow::{Context, Result};
use mysql_async::{Conn, Row, prelude::Queryable};

use crate::cases::{Form, Table};

/// One value, as the server shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Null,
    Text(String),
    Real(f64),
}

/// Rows by their id.
pub type Rows = HashMap<String, Vec<Told>>;

pub async fn read(conn: &mut Conn, table: &Table) -> Result<Rows> {
    let columns: Vec<String> =
        table.columns.iter().map(|c| expression(&c.name, c.form, &table.name)).collect();
    let sql = format!("SELECT CAST(id AS CHAR), {} FROM `{}`", columns.join(", "), table.name);
    let rows: Vec<Row> = conn.exec(sql, ()).await?;
    rows.into_iter().map(|row| told(row, table)).collect()
}

fn expression(name: &str, form: Form, table: &str) -> String {
    match form {
        Form::Plain | Form::Json => format!("CAST(`{name}` AS CHAR)"),
        // By the binary protocol: the server's text of a double may lack its last digit.
        Form::Real => format!("`{name}` + 0e0"),
        Form::Bits => format!("CAST(CAST(`{name}` AS UNSIGNED) AS CHAR)"),
        Form::Hex if table == "geometry" => format!("CONCAT(HEX(`{name}`), ':', ST_AsText(`{name}`))"),
        Form::Hex => format!("HEX(`{name}`)"),
        Form::Text => format!("HEX(CONVERT(`{name}` USING utf8mb4))"),
        Form::Chosen => format!("HEX(CONVERT(CAST(`{name}` AS CHAR) USING utf8mb4))"),
    }
}

fn told(mut row: Row, table: &Table) -> Result<(String, Vec<Told>)> {
    let id = row.take(0).context("a row without id")?;
    let cells = table.columns.iter().enumerate().map(|(at, column)| {
        if column.form == Form::Real {
            let number: Option<f64> = row.take_opt(at + 1).context("a row without a column")??;
            return Ok(number.map_or(Told::Null, Told::Real));
        }
        let text: Option<String> =
            row.take_opt(at + 1).context("a row without a column")?.with_context(|| column.name.clone())?;
        Ok(text.map_or(Told::Null, Told::Text))
    });
    Ok((id, cells.collect::<Result<_>>()?))
}
