//! Cells as the text that the server gives for them.

use becauselog_model::{
    Cell, ColumnKind, ColumnShape, Date, Datetime, Time,
    jsonb::{self, Opaque},
};

use crate::{cases::Form, json::Js};

/// A value of either side, ready to be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Absent,
    Null,
    Text(String),
    Real(f64),
    Json(Js),
    Diffs(Vec<(&'static str, String, Option<Js>)>),
}

pub fn show(cell: &Cell<'_>, column: &ColumnShape, form: Form) -> Shown {
    let text = match (*cell, form) {
        (Cell::Absent, _) => return Shown::Absent,
        (Cell::Null, _) => return Shown::Null,
        (Cell::Float(value), Form::Real) => return Shown::Real(value.into()),
        (Cell::Double(value), Form::Real) => return Shown::Real(value),
        (Cell::Json(document), Form::Json) => return Shown::Json(Js::of(jsonb::parse(document).unwrap(), 0)),
        (Cell::JsonDiff(diffs), Form::Json) => return show_diffs(diffs),
        (Cell::Int(value), Form::Plain) => value.to_string(),
        (Cell::UInt(value), Form::Plain) | (Cell::Bit(value), Form::Bits) => value.to_string(),
        (Cell::Decimal(value), Form::Plain) => {
            let mut text = vec![];
            value.push_text(&mut text);
            String::from_utf8(text).unwrap()
        }
        (Cell::Year(year), Form::Plain) => format!("{year:04}"),
        (Cell::Date(value), Form::Plain) => date(value),
        (Cell::Time(value), Form::Plain) => time(value, fsp(column)),
        (Cell::Datetime(value), Form::Plain) => datetime(value, fsp(column)),
        (Cell::Timestamp(value), Form::Plain) if value.is_zero() => {
            datetime(Datetime::default(), fsp(column))
        }
        (Cell::Timestamp(value), Form::Plain) => datetime(value.to_utc(), fsp(column)),
        (Cell::Text(bytes, charset), Form::Text) => {
            format!("{}:{}", hex(bytes), hex(charset.decode(bytes).as_bytes()))
        }
        (Cell::Binary(bytes) | Cell::Geometry(bytes) | Cell::Vector(bytes), Form::Hex) => {
            let padding = match column.kind {
                ColumnKind::Binary { length } => length as usize - bytes.len(),
                _ => 0,
            };
            hex(bytes) + &"00".repeat(padding)
        }
        (Cell::MariaDb(value), Form::Plain) => value.to_string(),
        (Cell::Enum(index), Form::Chosen) => format!("{index}:{}", hex(enum_text(index, column).as_bytes())),
        (Cell::Set(bits), Form::Chosen) => format!("{bits}:{}", hex(set_text(bits, column).as_bytes())),
        (other, form) => panic!("column {}: {other:?} as {form:?}", column.name),
    };
    Shown::Text(text)
}

fn show_diffs(bytes: &[u8]) -> Shown {
    let diffs = jsonb::diffs(bytes).map(|diff| {
        let diff = diff.unwrap();
        let path = String::from_utf8(diff.path.to_vec()).unwrap();
        match diff.operation {
            jsonb::Operation::Replace(value) => ("replace", path, Some(Js::of(value, 0))),
            jsonb::Operation::Insert(value) => ("insert", path, Some(Js::of(value, 0))),
            jsonb::Operation::Remove => ("remove", path, None),
        }
    });
    Shown::Diffs(diffs.collect())
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

fn fsp(column: &ColumnShape) -> usize {
    match column.kind {
        ColumnKind::Time { fsp } | ColumnKind::Datetime { fsp } | ColumnKind::Timestamp { fsp } => fsp.into(),
        _ => panic!("column {} has no fraction", column.name),
    }
}

fn date(value: Date) -> String {
    format!("{:04}-{:02}-{:02}", value.year, value.month, value.day)
}

fn fraction(micros: u32, fsp: usize) -> String {
    let digits = format!("{micros:06}");
    assert!(digits[fsp..].bytes().all(|digit| digit == b'0'), "{micros} has more than {fsp} digits");
    if fsp == 0 { String::new() } else { format!(".{}", &digits[..fsp]) }
}

fn time(value: Time, fsp: usize) -> String {
    let sign = if value.negative { "-" } else { "" };
    let fraction = fraction(value.micros, fsp);
    format!("{sign}{:02}:{:02}:{:02}{fraction}", value.hours, value.minutes, value.seconds)
}

fn datetime(value: Datetime, fsp: usize) -> String {
    let fraction = fraction(value.micros, fsp);
    format!("{} {:02}:{:02}:{:02}{fraction}", date(value.date), value.hour, value.minute, value.second)
}

fn enum_text(index: u16, column: &ColumnShape) -> String {
    let ColumnKind::Enum { values } = &column.kind else { panic!("no ENUM") };
    usize::from(index).checked_sub(1).map_or(String::new(), |at| values[at].to_string())
}

fn set_text(bits: u64, column: &ColumnShape) -> String {
    let ColumnKind::Set { values } = &column.kind else { panic!("no SET") };
    let chosen = values.iter().enumerate().filter(|(at, _)| bits >> at & 1 != 0);
    chosen.map(|(_, text)| &**text).collect::<Vec<_>>().join(",")
}

/// An SQL value in a document, as the server writes it there.
pub fn opaque(field_type: u8, bytes: &[u8]) -> Js {
    let text = match Opaque::read(field_type, bytes)
        .unwrap_or_else(|e| panic!("{e}: type {field_type} {bytes:02x?}"))
    {
        Opaque::Decimal(value) => {
            let mut text = vec![];
            value.push_text(&mut text);
            return Js::Number(String::from_utf8(text).unwrap());
        }
        Opaque::Date(value) => date(value),
        Opaque::Time(value) => time(value, 6),
        Opaque::Datetime(value) => datetime(value, 6),
        Opaque::Bytes { field_type, bytes } => format!("base64:type{field_type}:{}", hex(bytes)),
    };
    Js::Text(text)
}
