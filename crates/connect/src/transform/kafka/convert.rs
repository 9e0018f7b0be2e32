//! Values from one type to another, as Java's casts and parsers do it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::simple_text::date_text;
use crate::{DataError, Schema, Value, logical};

const DAY_MS: i64 = 86_400_000;

/// A type to cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Boolean,
    String,
}

/// Adds a field's name to an error.
pub(super) fn in_field(name: &str, error: &DataError) -> DataError {
    DataError::new(format!("field {name:?}: {error}"))
}

impl Target {
    /// By its name in a specification, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "float32" => Self::Float32,
            "float64" => Self::Float64,
            "boolean" => Self::Boolean,
            "string" => Self::String,
            _ => return None,
        })
    }

    /// Casts a value of a schema.
    #[expect(clippy::cast_possible_truncation, reason = "what Java's casts do: the low bits, or the nearest")]
    pub(super) fn cast(self, schema: &Schema, value: &Value) -> Result<Value, DataError> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        if self == Self::String {
            return text(value).map(Value::text);
        }
        let number = Number::of(schema, value)?;
        let beyond = || DataError::new("a text that is no number of the type to cast to");
        Ok(match (self, number) {
            (Self::Int8, Number::Text(text)) => Value::Int8(text.parse().map_err(|_| beyond())?),
            (Self::Int16, Number::Text(text)) => Value::Int16(text.parse().map_err(|_| beyond())?),
            (Self::Int32, Number::Text(text)) => Value::Int32(text.parse().map_err(|_| beyond())?),
            (Self::Int64, Number::Text(text)) => Value::Int64(text.parse().map_err(|_| beyond())?),
            (Self::Float32, Number::Text(text)) => {
                Value::Float32(java_float(text).and_then(|text| text.parse().ok()).ok_or_else(beyond)?)
            }
            (Self::Float64, Number::Text(text)) => {
                Value::Float64(java_float(text).and_then(|text| text.parse().ok()).ok_or_else(beyond)?)
            }
            (Self::Boolean, Number::Text(text)) => Value::Boolean(text.eq_ignore_ascii_case("true")),
            (Self::Int8, number) => Value::Int8(number.int32() as i8),
            (Self::Int16, number) => Value::Int16(number.int32() as i16),
            (Self::Int32, number) => Value::Int32(number.int32()),
            (Self::Int64, number) => Value::Int64(number.int64()),
            (Self::Float32, number) => Value::Float32(number.float32()),
            (Self::Float64, number) => Value::Float64(number.float64()),
            (Self::Boolean, number) => Value::Boolean(number.int64() != 0),
            (Self::String, _) => return Err(DataError::new("a text that should have been written before")),
        })
    }
}

/// What a value is as a number.
#[derive(Clone, Copy)]
enum Number<'v> {
    Int(i64),
    Float(f32),
    Double(f64),
    Decimal(&'v crate::Decimal),
    Text(&'v str),
}

impl<'v> Number<'v> {
    fn of(schema: &Schema, value: &'v Value) -> Result<Self, DataError> {
        Ok(match value {
            Value::Boolean(yes) => Self::Int((*yes).into()),
            Value::Int8(int) => Self::Int((*int).into()),
            Value::Int16(int) => Self::Int((*int).into()),
            Value::Int32(int) => Self::Int((*int).into()),
            Value::Int64(int) => Self::Int(*int),
            Value::Float32(float) => Self::Float(*float),
            Value::Float64(double) => Self::Double(*double),
            Value::Decimal(decimal) => Self::Decimal(decimal),
            Value::String(text) => Self::Text(text),
            Value::Date(ms) if schema.is_named(logical::DATE) => Self::Int(ms.div_euclid(DAY_MS)),
            Value::Date(ms) => Self::Int(*ms),
            other => return Err(uncastable(other)),
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "what Java's casts do: the low bits, or the nearest")]
    fn int32(self) -> i32 {
        match self {
            // From a float Java takes the nearest there is, from a long the low bits.
            Self::Float(float) => float as i32,
            Self::Double(double) => double as i32,
            _ => self.int64() as i32,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "what Java's casts do: the low bits, or the nearest")]
    fn int64(self) -> i64 {
        match self {
            Self::Int(int) => int,
            Self::Float(float) => float as i64,
            Self::Double(double) => double as i64,
            Self::Decimal(decimal) => decimal.to_i64_wrapping(),
            Self::Text(_) => 0,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "what Java's casts do: the low bits, or the nearest")]
    fn float32(self) -> f32 {
        match self {
            Self::Int(int) => int as f32,
            Self::Float(float) => float,
            Self::Double(double) => double as f32,
            Self::Decimal(decimal) => decimal.to_f32(),
            Self::Text(_) => f32::NAN,
        }
    }

    fn float64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float.into(),
            Self::Double(double) => double,
            Self::Decimal(decimal) => decimal.to_f64(),
            Self::Text(_) => f64::NAN,
        }
    }
}

/// A value's text, as Java's `toString` writes it.
fn text(value: &Value) -> Result<String, DataError> {
    Ok(match value {
        Value::Bytes(bytes) => STANDARD.encode(bytes),
        Value::Date(ms) => date_text(*ms)?,
        Value::Array(_) | Value::Map(_) | Value::Struct(_) => return Err(uncastable(value)),
        other => crate::simple_text::to_text(other)?,
    })
}

fn uncastable(value: &Value) -> DataError {
    DataError::new(format!("a value of type {} cannot be cast", value.type_name()))
}

/// A number as Java's parser of floats takes it, in Rust's form.
fn java_float(text: &str) -> Option<&str> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if matches!(unsigned, "NaN" | "Infinity") {
        return Some(trimmed);
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    Some(trimmed.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(trimmed))
}
