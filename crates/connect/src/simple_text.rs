//! Values as `SimpleHeaderConverter` writes them, which is how Kafka Connect writes headers unless told otherwise.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::date_format::DateFormat;
use crate::json::float;
use crate::{DataError, Value};

const DAY_MS: i64 = 86_400_000;

/// A value's text. Times are in UTC.
///
/// # Errors
/// It has a time in it that the calendar does not reach.
pub(crate) fn to_text(value: &Value) -> Result<String, DataError> {
    let mut out = String::new();
    append(&mut out, value, false)?;
    Ok(out)
}

/// A `java.util.Date` by its size: a time of day, a day, or both.
pub(crate) fn date_text(ms: i64) -> Result<String, DataError> {
    let pattern = match ms {
        _ if ms < DAY_MS => "HH:mm:ss.SSS'Z'",
        _ if ms % DAY_MS == 0 => "yyyy-MM-dd",
        _ => "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    };
    DateFormat::new(pattern).map_err(DataError::new)?.format(ms)
}

fn append(out: &mut String, value: &Value, embedded: bool) -> Result<(), DataError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(yes) => out.push_str(&yes.to_string()),
        Value::Int8(int) => out.push_str(&int.to_string()),
        Value::Int16(int) => out.push_str(&int.to_string()),
        Value::Int32(int) => out.push_str(&int.to_string()),
        Value::Int64(int) => out.push_str(&int.to_string()),
        Value::Float32(number) => push_ascii(out, |bytes| float::java_float(bytes, *number)),
        Value::Float64(number) => push_ascii(out, |bytes| float::java_double(bytes, *number)),
        Value::Decimal(decimal) => out.push_str(&decimal.to_string()),
        Value::Date(ms) => out.push_str(&date_text(*ms)?),
        Value::String(text) if embedded => push_quoted(out, text),
        Value::String(text) => out.push_str(text),
        Value::Bytes(bytes) if embedded => push_quoted(out, &STANDARD.encode(bytes)),
        Value::Bytes(bytes) => out.push_str(&STANDARD.encode(bytes)),
        Value::Array(items) => {
            out.push('[');
            separated(out, items.iter(), |out, item| append(out, item, true))?;
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            separated(out, entries.iter(), |out, (key, value)| {
                append(out, key, true)?;
                out.push(':');
                append(out, value, true)
            })?;
            out.push('}');
        }
        Value::Struct(inner) => {
            out.push('{');
            separated(out, inner.schema().fields().iter().enumerate(), |out, (at, field)| {
                push_quoted(out, &field.name);
                out.push(':');
                append(out, inner.at(at, true).unwrap_or(&Value::Null), true)
            })?;
            out.push('}');
        }
    }
    Ok(())
}

fn separated<T>(
    out: &mut String,
    items: impl Iterator<Item = T>,
    each: impl Fn(&mut String, T) -> Result<(), DataError>,
) -> Result<(), DataError> {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(out, item)?;
    }
    Ok(())
}

fn push_ascii(out: &mut String, write: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = Vec::new();
    write(&mut bytes);
    out.extend(bytes.into_iter().map(char::from));
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
    out.push('"');
}
