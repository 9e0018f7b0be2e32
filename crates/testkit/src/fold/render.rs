//! An event's JSON value as the server would print it.

use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{ColumnTruth, Row};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The text of one column of a row; `None` is NULL. A column that came after the row has its default.
pub(super) fn render(row: &Row, column: &ColumnTruth) -> Result<Option<String>> {
    match row.get(&column.name) {
        None => Ok(column.default.clone()),
        Some(Value::Null) => Ok(None),
        Some(value) => text(value, column).map(Some).with_context(|| format!("column {}", column.name)),
    }
}

fn text(value: &Value, column: &ColumnTruth) -> Result<String> {
    Ok(match (column.data_type.as_str(), value) {
        ("json", Value::String(text)) => canonical_json(text)?,
        ("bit", Value::Bool(set)) => if *set { "1" } else { "0" }.to_owned(),
        ("bit", Value::String(text)) => {
            let mut bytes = STANDARD.decode(text)?;
            bytes.reverse();
            let hex = hex(&bytes);
            let trimmed = hex.trim_start_matches('0');
            if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
        }
        ("binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob", Value::String(text)) => {
            hex(&STANDARD.decode(text)?)
        }
        ("date", Value::Number(days)) => date(days.as_i64().context("days")?),
        ("datetime", Value::Number(n)) => {
            let n = n.as_i64().context("number")?;
            datetime(if column.fsp <= 3 { n * 1000 } else { n }, column.fsp)
        }
        ("timestamp", Value::String(text)) => zoned(text, column.fsp)?,
        ("time", Value::Number(n)) => time(n.as_i64().context("number")?, column.fsp),
        ("tinyint", Value::Bool(b)) => u8::from(*b).to_string(),
        ("float", Value::Number(n)) => number_text(f64::from(n.as_f64().context("number")? as f32)),
        ("double", Value::Number(n)) => number_text(n.as_f64().context("number")?),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Number(n)) => n.to_string(),
        (kind, other) => bail!("a {kind} came as {other}"),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// The server's shortest text for a double differs from ours only in form; both are read back for comparison.
pub(super) fn number_text(n: f64) -> String {
    format!("{n:e}")
}

/// JSON without regard to white space.
pub(super) fn canonical_json(text: &str) -> Result<String> {
    Ok(serde_json::to_string(&serde_json::from_str::<Value>(text)?)?)
}

fn fraction(micros: i64, fsp: usize) -> String {
    if fsp == 0 { String::new() } else { format!(".{}", &format!("{micros:06}")[..fsp]) }
}

/// Days since 1970 as a date, counted year by year and month by month: slow, and plainly right.
fn date(days: i64) -> String {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut days) = (1970, days);
    while days < 0 {
        year -= 1;
        days += if leap(year) { 366 } else { 365 };
    }
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

fn datetime(micros: i64, fsp: usize) -> String {
    let of_day = micros.rem_euclid(MICROS_PER_DAY);
    format!("{} {}", date(micros.div_euclid(MICROS_PER_DAY)), time(of_day, fsp))
}

fn time(micros: i64, fsp: usize) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.abs();
    let seconds = micros / 1_000_000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{sign}{hours:02}:{minutes:02}:{:02}{}", seconds % 60, fraction(micros % 1_000_000, fsp))
}

/// `2018-06-20T13:37:03.1Z` as `2018-06-20 13:37:03.100`.
fn zoned(text: &str, fsp: usize) -> Result<String> {
    let text = text.strip_suffix('Z').context("no zone")?.replace('T', " ");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let micros: i64 = format!("{rest:0<6}").parse()?;
    Ok(format!("{whole}{}", fraction(micros, fsp)))
}
