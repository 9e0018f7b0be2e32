//! What the server shows of a table's rows.

use std::collections::HashMap;

use anyhow::{Context, Result};
use mysql_async::{Conn, Row, prelude::Queryable};

use crate::{
    cases::{Form, Table},
    json::Js,
    render::Shown,
};

/// Rows by their id.
pub type Rows = HashMap<i64, Vec<Shown>>;

/// Reads all rows of a table.
pub async fn read(conn: &mut Conn, table: &Table) -> Result<Rows> {
    let columns: Vec<String> =
        table.columns.iter().map(|column| expression(&column.name, column.form)).collect();
    let sql = format!("SELECT id, {} FROM `{}`", columns.join(", "), table.name);
    let rows: Vec<Row> = conn.exec(sql, ()).await?;
    rows.into_iter().map(|row| shown(row, table)).collect()
}

fn expression(name: &str, form: Form) -> String {
    match form {
        Form::Plain => format!("CAST(`{name}` AS CHAR)"),
        // As a number by the binary protocol: the server's text of a double may lack its last digit.
        Form::Real => format!("`{name}` + 0e0"),
        Form::Bits => format!("CAST(CAST(`{name}` AS UNSIGNED) AS CHAR)"),
        Form::Hex => format!("HEX(`{name}`)"),
        Form::Text => format!("CONCAT(HEX(`{name}`), ':', HEX(CONVERT(`{name}` USING utf8mb4)))"),
        // CONCAT joins numbers and texts of other charsets to bytes: a text of its own for each.
        Form::Chosen => format!(
            "CONCAT(CAST(CAST(`{name}` AS UNSIGNED) AS CHAR), ':', HEX(CONVERT(CAST(`{name}` AS CHAR) USING utf8mb4)))"
        ),
        Form::Json => format!("CAST(`{name}` AS CHAR)"),
    }
}

fn shown(mut row: Row, table: &Table) -> Result<(i64, Vec<Shown>)> {
    let id = row.take(0).context("a row without id")?;
    let cells = table.columns.iter().enumerate().map(|(index, column)| {
        if column.form == Form::Real {
            let number: Option<f64> = row.take_opt(index + 1).context("a row without a column")??;
            return Ok(number.map_or(Shown::Null, Shown::Real));
        }
        let text: Option<String> = row
            .take_opt(index + 1)
            .context("a row without a column")?
            .with_context(|| column.name.clone())?;
        Ok(match text {
            None => Shown::Null,
            Some(text) if column.form == Form::Json => Shown::Json(Js::parse(&text)),
            Some(text) => Shown::Text(text),
        })
    });
    Ok((id, cells.collect::<Result<_>>()?))
}
