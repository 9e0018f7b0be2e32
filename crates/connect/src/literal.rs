//! The value that a text in a configuration stands for: a number, a time, a boolean, or the text itself.

use crate::date_format::DateFormat;
use crate::{Decimal, Kind, Schema, Value, logical};

/// What ends a number's text.
const DELIMITERS: [char; 7] = [':', ',', '{', '}', '[', ']', '"'];

type Parsed = (Option<Schema>, Value);

/// Reads a text as Connect's `Values.parseString` does. Arrays and maps are refused.
pub(crate) fn parse(text: &str) -> Result<Parsed, String> {
    match text {
        "null" => return Ok((None, Value::Null)),
        "true" => return Ok(typed(Schema::new(Kind::Boolean), Value::Boolean(true))),
        "false" => return Ok(typed(Schema::new(Kind::Boolean), Value::Boolean(false))),
        _ => {}
    }
    if text.starts_with(['[', '{']) {
        return Err("arrays and maps are not supported here".to_owned());
    }
    if text.starts_with(|c: char| c.is_ascii_digit())
        && let Some(time) = time(text)
    {
        return Ok(time);
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
        let token = text.split(DELIMITERS).next().unwrap_or_default();
        match Decimal::parse(token.trim()) {
            Some(_) if token != text => {
                return Err(format!("would be cut to {token}: a number must not be followed by anything"));
            }
            Some(number) => return Ok(sized(number)),
            None => {}
        }
    }
    Ok(typed(Schema::new(Kind::String), Value::text(text)))
}

fn typed(schema: Schema, value: Value) -> Parsed {
    (Some(schema), value)
}

fn time(text: &str) -> Option<Parsed> {
    let (pattern, kind, name) = match text.len() {
        13 => ("HH:mm:ss.SSS'Z'", Kind::Int32, logical::TIME),
        24 => ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Kind::Int64, logical::TIMESTAMP),
        10 => ("yyyy-MM-dd", Kind::Int32, logical::DATE),
        _ => return None,
    };
    let ms = DateFormat::new(pattern).ok()?.parse(text).ok()?;
    Some(typed(Schema::logical(kind, name), Value::Date(ms)))
}

/// A number in the smallest type: an integer where it is whole and a long holds it, else a float, a double, a decimal.
fn sized(number: Decimal) -> Parsed {
    if let Some(whole) = number.to_i64_exact() {
        if let Ok(int) = i8::try_from(whole) {
            return typed(Schema::new(Kind::Int8), Value::Int8(int));
        }
        if let Ok(int) = i16::try_from(whole) {
            return typed(Schema::new(Kind::Int16), Value::Int16(int));
        }
        if let Ok(int) = i32::try_from(whole) {
            return typed(Schema::new(Kind::Int32), Value::Int32(int));
        }
        return typed(Schema::new(Kind::Int64), Value::Int64(whole));
    }
    let (float, double) = (number.to_f32(), number.to_f64());
    if float.is_finite() && number.scale() != 0 {
        return typed(Schema::new(Kind::Float32), Value::Float32(float));
    }
    if double.is_finite() && number.scale() != 0 {
        return typed(Schema::new(Kind::Float64), Value::Float64(double));
    }
    typed(Schema::decimal(number.scale()), Value::Decimal(Box::new(number)))
}
