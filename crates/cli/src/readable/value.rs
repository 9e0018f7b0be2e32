//! Values for eyes: SQL's own look, cut where they are long.

use std::io::Write as _;

use becauselog_model::{Cell, ColumnKind, Date, jsonb};

use super::json;

/// The longest text of a value, in characters.
const SHOWN_MAX: usize = 60;

/// Appends a value.
pub fn push(out: &mut Vec<u8>, cell: &Cell<'_>, kind: &ColumnKind) {
    // Writing to memory cannot fail.
    let _written = match cell {
        Cell::Absent => write!(out, "(not logged)"),
        Cell::Null => write!(out, "NULL"),
        Cell::Int(n) => write!(out, "{n}"),
        Cell::UInt(n) => write!(out, "{n}"),
        Cell::Float(n) => write!(out, "{n}"),
        Cell::Double(n) => write!(out, "{n}"),
        Cell::Bit(n) => write!(out, "b'{n:b}'"),
        Cell::Year(n) => write!(out, "{n:04}"),
        Cell::Date(date) => write_date(out, *date),
        Cell::Time(time) => {
            let sign = if time.negative { "-" } else { "" };
            let _clock = write!(out, "{sign}{:02}:{:02}:{:02}", time.hours, time.minutes, time.seconds);
            write_fraction(out, time.micros, kind)
        }
        Cell::Datetime(at) => write_datetime(out, at, kind),
        Cell::Timestamp(at) if at.is_zero() => write!(out, "0000-00-00 00:00:00"),
        Cell::Timestamp(at) => write_datetime(out, &at.to_utc(), kind).and_then(|()| write!(out, "Z")),
        Cell::Decimal(decimal) => {
            decimal.push_text(out);
            Ok(())
        }
        Cell::Text(bytes, charset) => {
            push_quoted(out, &charset.decode(bytes));
            Ok(())
        }
        Cell::Enum(number) => {
            push_quoted(out, enum_text(*number, kind));
            Ok(())
        }
        Cell::Set(bits) => {
            push_quoted(out, &set_text(*bits, kind));
            Ok(())
        }
        Cell::Json(document) => {
            let text = jsonb::parse(document).map(|value| json::text(&value, SHOWN_MAX * 2));
            push_cut(out, &text.unwrap_or_else(|_| "(damaged JSON)".to_owned()), SHOWN_MAX);
            Ok(())
        }
        Cell::JsonText(text) => {
            push_cut(out, &String::from_utf8_lossy(text), SHOWN_MAX);
            Ok(())
        }
        Cell::JsonDiff(bytes) => write!(out, "(JSON diff of {} bytes)", bytes.len()),
        Cell::Binary(bytes) => write_hex(out, bytes),
        Cell::Geometry(bytes) => write!(out, "(geometry of {} bytes)", bytes.len()),
        Cell::Vector(bytes) => write_vector(out, bytes),
        Cell::MariaDb(value) => write!(out, "{value}"),
    };
}

/// Appends a text without quotes, cut after so many characters, with control characters escaped.
pub fn push_cut(out: &mut Vec<u8>, text: &str, most: usize) {
    for (number, c) in text.chars().enumerate() {
        if number == most {
            out.extend_from_slice("…".as_bytes());
            return;
        }
        if c.is_control() {
            out.extend_from_slice(c.escape_default().to_string().as_bytes());
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'\'');
    push_cut(out, &text.replace('\'', "''"), SHOWN_MAX);
    out.push(b'\'');
}

fn enum_text(number: u16, kind: &ColumnKind) -> &str {
    let ColumnKind::Enum { values } = kind else { return "" };
    usize::from(number).checked_sub(1).and_then(|at| values.get(at)).map_or("", |text| text)
}

fn set_text(bits: u64, kind: &ColumnKind) -> String {
    let ColumnKind::Set { values } = kind else { return String::new() };
    let chosen = values
        .iter()
        .enumerate()
        .filter(|(at, _)| bits.checked_shr(u32::try_from(*at).unwrap_or(64)).unwrap_or(0) & 1 == 1);
    chosen.map(|(_, text)| &**text).collect::<Vec<_>>().join(",")
}

fn write_date(out: &mut Vec<u8>, date: Date) -> std::io::Result<()> {
    write!(out, "{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn write_datetime(
    out: &mut Vec<u8>,
    at: &becauselog_model::Datetime,
    kind: &ColumnKind,
) -> std::io::Result<()> {
    write_date(out, at.date)?;
    write!(out, " {:02}:{:02}:{:02}", at.hour, at.minute, at.second)?;
    write_fraction(out, at.micros, kind)
}

fn write_fraction(out: &mut Vec<u8>, micros: u32, kind: &ColumnKind) -> std::io::Result<()> {
    let (ColumnKind::Time { fsp } | ColumnKind::Datetime { fsp } | ColumnKind::Timestamp { fsp }) = kind
    else {
        return Ok(());
    };
    match usize::from(*fsp) {
        0 => Ok(()),
        digits => {
            let text = format!("{micros:06}");
            write!(out, ".{}", text.get(..digits).unwrap_or(&text))
        }
    }
}

fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) -> std::io::Result<()> {
    write!(out, "x'")?;
    for byte in bytes.iter().take(SHOWN_MAX / 2) {
        write!(out, "{byte:02x}")?;
    }
    write!(out, "{}'", if bytes.len() > SHOWN_MAX / 2 { "…" } else { "" })
}

fn write_vector(out: &mut Vec<u8>, bytes: &[u8]) -> std::io::Result<()> {
    let numbers = bytes.chunks_exact(4).filter_map(|chunk| chunk.try_into().ok().map(f32::from_le_bytes));
    let shown: Vec<String> = numbers.take(4).map(|number| number.to_string()).collect();
    let more = if bytes.len() > 16 { ", …" } else { "" };
    write!(out, "[{}{more}]", shown.join(", "))
}
