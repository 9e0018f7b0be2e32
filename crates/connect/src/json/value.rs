//! A value as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::quoted;
use super::{DecimalFormat, JsonConfig, float};
use crate::{DataError, Decimal, Field, Kind, Schema, Struct, Value, logical};

const DAY_MS: i64 = 86_400_000;

/// Writes values in one configuration.
pub(super) struct Writer {
    pub(super) config: JsonConfig,
}

impl Writer {
    /// Appends a value.
    pub(super) fn write(&self, out: &mut Vec<u8>, schema: &Schema, value: &Value) -> Result<(), DataError> {
        if value.is_null() {
            return self.null(out, schema);
        }
        match (schema.name.as_deref(), value) {
            (Some(logical::DECIMAL), Value::Decimal(decimal)) => self.decimal(out, schema, decimal),
            (Some(logical::DATE), Value::Date(ms)) => date(out, *ms),
            (Some(logical::TIME), Value::Date(ms)) => time(out, *ms),
            (Some(logical::TIMESTAMP), Value::Date(ms)) => {
                integer(out, *ms);
                Ok(())
            }
            (Some(logical::DECIMAL | logical::DATE | logical::TIME | logical::TIMESTAMP), _) => {
                Err(mismatch(schema, value))
            }
            _ => self.plain(out, schema, value),
        }
    }

    /// Appends a value without a schema: texts, numbers and so on by their own types, maps with text keys as objects.
    pub(super) fn write_schemaless(&self, out: &mut Vec<u8>, value: &Value) -> Result<(), DataError> {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Array(items) => {
                out.push(b'[');
                separated(out, items, |out, item| self.write_schemaless(out, item))?;
                out.push(b']');
            }
            Value::Map(entries) if entries.iter().all(|(key, _)| key.as_str().is_some()) => {
                out.push(b'{');
                separated(out, entries, |out, (key, value)| {
                    quoted(out, key.as_str().unwrap_or_default());
                    out.push(b':');
                    self.write_schemaless(out, value)
                })?;
                out.push(b'}');
            }
            Value::Struct(inner) => return self.structure(out, inner.schema().fields(), inner),
            other => {
                let kind = primitive(other)
                    .ok_or_else(|| DataError::new(format!("a {} without a schema", other.type_name())))?;
                return self.plain(out, &Schema::new(kind), other);
            }
        }
        Ok(())
    }

    fn null(&self, out: &mut Vec<u8>, schema: &Schema) -> Result<(), DataError> {
        match &schema.default {
            Some(default) if self.config.replace_null_with_default => self.write(out, schema, default),
            _ if schema.optional => {
                out.extend_from_slice(b"null");
                Ok(())
            }
            _ => Err(DataError::new("null in a field that is required and has no default")),
        }
    }

    fn decimal(&self, out: &mut Vec<u8>, schema: &Schema, decimal: &Decimal) -> Result<(), DataError> {
        if self.config.decimal_format == DecimalFormat::Numeric {
            out.extend_from_slice(decimal.to_string().as_bytes());
            return Ok(());
        }
        let scale = schema.parameter("scale").and_then(|scale| scale.parse::<i32>().ok());
        if scale != Some(decimal.scale()) {
            return Err(DataError::new("a decimal's scale is not its schema's"));
        }
        bytes(out, &decimal.to_bytes());
        Ok(())
    }

    fn plain(&self, out: &mut Vec<u8>, schema: &Schema, value: &Value) -> Result<(), DataError> {
        match (&schema.kind, value) {
            (Kind::Int8, Value::Int8(int)) => integer(out, (*int).into()),
            (Kind::Int16, Value::Int16(int)) => integer(out, (*int).into()),
            (Kind::Int32, Value::Int32(int)) => integer(out, (*int).into()),
            (Kind::Int64, Value::Int64(int)) => integer(out, *int),
            (Kind::Float32, Value::Float32(float)) => float::json_float(out, *float),
            (Kind::Float64, Value::Float64(double)) => float::json_double(out, *double),
            (Kind::Boolean, Value::Boolean(yes)) => {
                out.extend_from_slice(if *yes { b"true" } else { b"false" });
            }
            (Kind::String, Value::String(text)) => quoted(out, text),
            (Kind::Bytes, Value::Bytes(content)) => bytes(out, content),
            (Kind::Array(items), Value::Array(values)) => return self.array(out, items, values),
            (Kind::Map(keys, values), Value::Map(entries)) => return self.map(out, keys, values, entries),
            (Kind::Struct(fields), Value::Struct(inner)) => return self.structure(out, fields, inner),
            _ => return Err(mismatch(schema, value)),
        }
        Ok(())
    }

    fn array(&self, out: &mut Vec<u8>, schema: &Schema, values: &[Value]) -> Result<(), DataError> {
        out.push(b'[');
        separated(out, values, |out, value| self.write(out, schema, value))?;
        out.push(b']');
        Ok(())
    }

    /// An object where the keys are texts, else an array of pairs.
    fn map(
        &self,
        out: &mut Vec<u8>,
        keys: &Schema,
        values: &Schema,
        entries: &[(Value, Value)],
    ) -> Result<(), DataError> {
        let object = matches!(keys.kind, Kind::String);
        out.push(if object { b'{' } else { b'[' });
        separated(out, entries, |out, (key, value)| {
            if !object {
                out.push(b'[');
            }
            self.write(out, keys, key)?;
            out.push(if object { b':' } else { b',' });
            self.write(out, values, value)?;
            if !object {
                out.push(b']');
            }
            Ok(())
        })?;
        out.push(if object { b'}' } else { b']' });
        Ok(())
    }

    fn structure(&self, out: &mut Vec<u8>, fields: &[Field], inner: &Struct) -> Result<(), DataError> {
        let own = inner.schema().fields();
        if !std::ptr::eq(own, fields) && own != fields {
            return Err(DataError::new("a struct of another schema than the one it stands under"));
        }
        out.push(b'{');
        for (at, (field, value)) in fields.iter().zip(inner.values()).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            quoted(out, &field.name);
            out.push(b':');
            self.write(out, &field.schema, value)
                .map_err(|error| DataError::new(format!("{}: {error}", field.name)))?;
        }
        out.push(b'}');
        Ok(())
    }
}

/// Writes items with commas between.
fn separated<T>(
    out: &mut Vec<u8>,
    items: &[T],
    each: impl Fn(&mut Vec<u8>, &T) -> Result<(), DataError>,
) -> Result<(), DataError> {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        each(out, item)?;
    }
    Ok(())
}

/// The type of a value that says its type itself.
fn primitive(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Boolean(_) => Kind::Boolean,
        Value::Int8(_) => Kind::Int8,
        Value::Int16(_) => Kind::Int16,
        Value::Int32(_) => Kind::Int32,
        Value::Int64(_) => Kind::Int64,
        Value::Float32(_) => Kind::Float32,
        Value::Float64(_) => Kind::Float64,
        Value::String(_) => Kind::String,
        Value::Bytes(_) => Kind::Bytes,
        _ => return None,
    })
}

fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn bytes(out: &mut Vec<u8>, content: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(content).as_bytes());
    out.push(b'"');
}

fn date(out: &mut Vec<u8>, ms: i64) -> Result<(), DataError> {
    if ms.rem_euclid(DAY_MS) != 0 {
        return Err(DataError::new("a date with a time of day"));
    }
    integer(out, ms.div_euclid(DAY_MS));
    Ok(())
}

fn time(out: &mut Vec<u8>, ms: i64) -> Result<(), DataError> {
    if !(0..=DAY_MS).contains(&ms) {
        return Err(DataError::new("a time of day beyond a day"));
    }
    integer(out, ms);
    Ok(())
}

fn mismatch(schema: &Schema, value: &Value) -> DataError {
    let wanted = schema.name.as_deref().unwrap_or_else(|| schema.kind.name());
    DataError::new(format!("a value of type {} under a schema of {wanted}", value.type_name()))
}
