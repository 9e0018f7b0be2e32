//! A column's default, as statements have it or `information_schema` tells it, as the JSON of a value.
//!
//! The peer reads defaults out of SHOW CREATE TABLE and statements, and takes texts as they are written there: quotes doubled,
//! backslashes before what is escaped. Expressions have no value before they are evaluated. Where `information_schema` has a
//! question mark for a character beyond U+FFFF, so has the default here.

mod written;

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use becauselog_model::{Cell, ColumnKind, ColumnShape, Date, Datetime, Time, Timestamp};

use super::{
    super::{BigintUnsigned, DebeziumConfig, DecimalMode, Rendering, value::Values},
    column::taken_for,
};
use crate::{
    Losses,
    table::{Column, TakenFor},
    text::string,
};

const UNIX_EPOCH: Datetime =
    Datetime { date: Date { year: 1970, month: 1, day: 1 }, hour: 0, minute: 0, second: 0, micros: 0 };

/// The default of a column; nothing where there is none, or none that is certain.
pub(in super::super) fn text(
    shape: &ColumnShape,
    column: &Column,
    config: &DebeziumConfig,
) -> Option<Vec<u8>> {
    let declared = shape.declared.as_deref()?;
    match &declared.written {
        Some(written) if config.rendering == Rendering::Peer => {
            of_statement(written.default.as_deref()?, shape, column, config)
        }
        _ => {
            let default = declared.default.as_deref()?;
            told(default, declared.default_is_expression, shape, column, config)
        }
    }
}

/// A default as a statement has it.
fn of_statement(raw: &str, shape: &ColumnShape, column: &Column, config: &DebeziumConfig) -> Option<Vec<u8>> {
    match &shape.kind {
        _ if taken_for(shape) == Some(TakenFor::Text) => Some(quoted(written::without_introducer(raw))),
        ColumnKind::Char { .. }
        | ColumnKind::VarChar { .. }
        | ColumnKind::Text { .. }
        | ColumnKind::Enum { .. }
        | ColumnKind::Set { .. } => Some(quoted(written::without_introducer(raw))),
        ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } => {
            // As many bytes as were written: nothing fills up a `BINARY`.
            let bytes = written::without_introducer(raw).as_bytes();
            let shape = ColumnShape { kind: ColumnKind::VarBinary { bytes_max: 0 }, ..shape.clone() };
            rendered(&Cell::Binary(bytes), &shape, column, config)
        }
        _ if taken_for(shape) == Some(TakenFor::Boolean) => Some(written::is_true(raw).to_string().into()),
        kind => {
            // A number that is rounded is told by the server alone.
            let server = || shape.declared.as_deref()?.default.as_deref().map(Cow::Borrowed);
            let rounds = matches!(kind, ColumnKind::Decimal { .. });
            let text = written::normal(kind, raw).or_else(|| server().filter(|_| rounds))?;
            told(&text, false, shape, column, config)
        }
    }
}

/// A default as `information_schema` tells it.
fn told(
    default: &str,
    is_expression: bool,
    shape: &ColumnShape,
    column: &Column,
    config: &DebeziumConfig,
) -> Option<Vec<u8>> {
    let now = default.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP");
    let binary;
    let cell = match &shape.kind {
        // The peer takes the present for 1970.
        ColumnKind::Datetime { .. } if now => Cell::Datetime(UNIX_EPOCH),
        ColumnKind::Timestamp { .. } if now && !shape.nullable => Cell::Timestamp(Timestamp::default()),
        _ if now || is_expression => return None,
        ColumnKind::Enum { .. } | ColumnKind::Set { .. } => return Some(quoted(&escaped(default))),
        ColumnKind::Decimal { .. } if config.decimal == DecimalMode::Precise => return unscaled(default),
        ColumnKind::Decimal { .. } if config.decimal == DecimalMode::String => return Some(quoted(default)),
        ColumnKind::Char { .. } | ColumnKind::VarChar { .. } | ColumnKind::Text { .. } => {
            return Some(quoted(&escaped(default)));
        }
        ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } => {
            binary = bytes(&shape.kind, default)?;
            Cell::Binary(&binary)
        }
        ColumnKind::Float if taken_for(shape).is_some() => Cell::Double(default.parse().ok()?),
        kind => cell(kind, default, config)?,
    };
    rendered(&cell, shape, column, config)
}

/// A value as the column's values are written; what cannot be rendered is no default.
fn rendered(
    cell: &Cell<'_>,
    shape: &ColumnShape,
    column: &Column,
    config: &DebeziumConfig,
) -> Option<Vec<u8>> {
    let (mut out, mut bytes, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut losses = Losses::default();
    let mut values = Values { config, losses: &mut losses, bytes: &mut bytes, text: &mut text };
    let rendered = values.cell(&mut out, cell, column, shape).is_ok() && out != b"null";
    rendered.then_some(out)
}

fn cell(kind: &ColumnKind, text: &str, config: &DebeziumConfig) -> Option<Cell<'static>> {
    Some(match kind {
        ColumnKind::TinyInt { .. }
        | ColumnKind::SmallInt { .. }
        | ColumnKind::MediumInt { .. }
        | ColumnKind::Int { .. }
        | ColumnKind::BigInt { unsigned: false } => Cell::Int(text.parse().ok()?),
        ColumnKind::BigInt { unsigned: true } => {
            let value: u64 = text.parse().ok()?;
            let long = config.bigint_unsigned == BigintUnsigned::Long;
            Cell::UInt(if long { value.min(i64::MAX.unsigned_abs()) } else { value })
        }
        ColumnKind::Float => Cell::Float(text.parse().ok()?),
        ColumnKind::Double | ColumnKind::Decimal { .. } => Cell::Double(text.parse().ok()?),
        ColumnKind::Bit { .. } => {
            let bits = text.strip_prefix("b'")?.strip_suffix('\'')?;
            Cell::Bit(u64::from_str_radix(bits, 2).ok()?)
        }
        // Of a default, other than of a value, the peer takes the year 0 for 2000.
        ColumnKind::Year => Cell::Year(Some(text.parse().ok()?).filter(|year| *year != 0).unwrap_or(2000)),
        ColumnKind::Date => Cell::Date(date(text)?),
        ColumnKind::Time { .. } => Cell::Time(time(text)?),
        ColumnKind::Datetime { .. } => Cell::Datetime(datetime(text)?),
        ColumnKind::Timestamp { .. } => Cell::Timestamp(timestamp(text)?),
        _ => return None,
    })
}

/// The text as SHOW CREATE TABLE writes it (`append_unescaped`), which the peer takes as it stands.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\0' => out.push_str("\\0"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("''"),
            other => out.push(other),
        }
    }
    out
}

/// Bytes as the peer takes them from SHOW CREATE TABLE: as text where they are one, else as hexadecimal digits but for the last.
///
/// `information_schema` has them as `0x…` up to their first zero byte. What fills a `BINARY` are zeros; a `VARBINARY` that is no text,
/// or begins with a zero, may have been cut: nothing is known of it.
fn bytes(kind: &ColumnKind, text: &str) -> Option<Vec<u8>> {
    let mut bytes = match text.strip_prefix("0x") {
        Some(digits) => from_hex(digits)?,
        None => text.as_bytes().to_vec(),
    };
    let fixed = matches!(kind, ColumnKind::Binary { .. });
    if let ColumnKind::Binary { length } = kind {
        bytes.resize(usize::try_from(*length).ok()?, 0);
    } else if text == "0x" {
        return None;
    }
    Some(match str::from_utf8(&bytes).ok().filter(|text| text.chars().all(|c| c <= '\u{ffff}')) {
        Some(text) => escaped(text).into_bytes(),
        None if !fixed => return None,
        None => {
            let mut digits = to_hex(&bytes);
            digits.pop();
            digits
        }
    })
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().as_chunks::<2>().0;
    pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn to_hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect()
}

fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    string::quoted(&mut out, text);
    out
}

/// The unscaled number in base64.
fn unscaled(text: &str) -> Option<Vec<u8>> {
    let decimal = becauselog_connect::Decimal::parse(text)?;
    Some(quoted(&STANDARD.encode(decimal.to_bytes())))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    Some(Date { year, month: parts.next()?.parse().ok()?, day: parts.next()?.parse().ok()? })
}

fn time(text: &str) -> Option<Time> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.splitn(3, ':');
    let hours = parts.next()?.parse().ok()?;
    let (minutes, seconds) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let micros = format!("{fraction:0<6}").parse().ok()?;
    Some(Time { negative, hours, minutes, seconds, micros })
}

fn datetime(text: &str) -> Option<Datetime> {
    let (day, clock) = text.split_once(' ')?;
    let Time { hours, minutes, seconds, micros, .. } = time(clock)?;
    let hour = u8::try_from(hours).ok()?;
    Some(Datetime { date: date(day)?, hour, minute: minutes, second: seconds, micros })
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let datetime = datetime(text)?;
    if datetime.date.year == 0 {
        return Some(Timestamp::default());
    }
    let seconds = u32::try_from(datetime.micros_since_epoch().div_euclid(1_000_000)).ok()?;
    Some(Timestamp { seconds, micros: datetime.micros })
}
