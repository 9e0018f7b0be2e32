//! The converter's other direction: a message with its schema back to a schema and a value.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use crate::{DataError, Decimal, Field, Kind, Schema, Struct, Value, logical};

/// How deep schemas may nest.
const DEPTH_MAX: usize = 64;
const DAY_MS: i64 = 86_400_000;

/// Reads `{"schema":…,"payload":…}`, as the converter writes it with schemas. Decimals must be in Base64 or whole.
///
/// # Errors
/// It is not such a message, or the payload does not fit the schema. Null is taken as it is, also where the schema has
/// a default: the text does not tell the two apart.
pub fn read_message(text: &[u8]) -> Result<(Option<Arc<Schema>>, Value), DataError> {
    let message: Json =
        serde_json::from_slice(text).map_err(|error| DataError::new(format!("no JSON: {error}")))?;
    let (Some(schema), Some(payload)) = (message.get("schema"), message.get("payload")) else {
        return Err(DataError::new("a message has a schema and a payload"));
    };
    if schema.is_null() {
        let fits = payload.is_null();
        return if fits {
            Ok((None, Value::Null))
        } else {
            Err(DataError::new("a payload without a schema"))
        };
    }
    let schema = Arc::new(read_schema(schema, DEPTH_MAX)?);
    let value = read_value(&schema, payload)?;
    Ok((Some(schema), value))
}

/// Reads a payload without its schema around it, under a schema that is known: what the converter writes with schemas off,
/// decimals in Base64. Fields that the text lacks are null.
///
/// # Errors
/// It is no JSON, or does not fit the schema.
pub fn read_payload(schema: &Arc<Schema>, text: &[u8]) -> Result<Value, DataError> {
    let json: Json =
        serde_json::from_slice(text).map_err(|error| DataError::new(format!("no JSON: {error}")))?;
    read_value(schema, &json)
}

fn read_schema(json: &Json, depth: usize) -> Result<Schema, DataError> {
    let depth = depth.checked_sub(1).ok_or_else(|| DataError::new("schemas nest too deep"))?;
    let object = json.as_object().ok_or_else(|| DataError::new("a schema is an object"))?;
    let mut schema = Schema::new(read_kind(object, depth)?);
    schema.optional = object.get("optional").and_then(Json::as_bool).unwrap_or(false);
    schema.name = object.get("name").and_then(Json::as_str).map(Arc::from);
    schema.version =
        object.get("version").and_then(Json::as_i64).and_then(|version| i32::try_from(version).ok());
    schema.doc = object.get("doc").and_then(Json::as_str).map(Arc::from);
    schema.parameters =
        object.get("parameters").and_then(Json::as_object).map(read_parameters).transpose()?;
    if let Some(default) = object.get("default") {
        schema.default = Some(read_value(&Arc::new(schema.clone()), default)?);
    }
    Ok(schema)
}

type Parameters = Vec<(Arc<str>, Arc<str>)>;

fn read_parameters(object: &Map<String, Json>) -> Result<Parameters, DataError> {
    let text = |value: &Json| value.as_str().map(Arc::from);
    let pairs = object.iter().map(|(key, value)| Some((Arc::from(key.as_str()), text(value)?)));
    pairs.collect::<Option<_>>().ok_or_else(|| DataError::new("a schema's parameter is no text"))
}

fn read_kind(object: &Map<String, Json>, depth: usize) -> Result<Kind, DataError> {
    let part = |name: &str| {
        let part = object.get(name).ok_or_else(|| DataError::new(format!("a schema without {name:?}")))?;
        Ok::<_, DataError>(Arc::new(read_schema(part, depth)?))
    };
    Ok(match object.get("type").and_then(Json::as_str) {
        Some("int8") => Kind::Int8,
        Some("int16") => Kind::Int16,
        Some("int32") => Kind::Int32,
        Some("int64") => Kind::Int64,
        Some("float") => Kind::Float32,
        Some("double") => Kind::Float64,
        Some("boolean") => Kind::Boolean,
        Some("string") => Kind::String,
        Some("bytes") => Kind::Bytes,
        Some("array") => Kind::Array(part("items")?),
        Some("map") => Kind::Map(part("keys")?, part("values")?),
        Some("struct") => Kind::Struct(read_fields(object, depth)?),
        _ => return Err(DataError::new("a schema of an unknown type")),
    })
}

fn read_fields(object: &Map<String, Json>, depth: usize) -> Result<Vec<Field>, DataError> {
    let fields = object.get("fields").and_then(Json::as_array);
    let fields = fields.ok_or_else(|| DataError::new("a struct without fields"))?;
    let read = |field: &Json| {
        let name = field.get("field").and_then(Json::as_str);
        let name = name.ok_or_else(|| DataError::new("a field without a name"))?;
        Ok(Field::new(name, Arc::new(read_schema(field, depth)?)))
    };
    fields.iter().map(read).collect()
}

fn read_value(schema: &Arc<Schema>, json: &Json) -> Result<Value, DataError> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    let value = match schema.name.as_deref() {
        Some(logical::DECIMAL) => read_decimal(schema, json),
        Some(logical::DATE) => json.as_i64().and_then(|days| days.checked_mul(DAY_MS)).map(Value::Date),
        Some(logical::TIME | logical::TIMESTAMP) => json.as_i64().map(Value::Date),
        _ => return read_plain(schema, json),
    };
    value.ok_or_else(|| misfit(schema))
}

fn read_plain(schema: &Arc<Schema>, json: &Json) -> Result<Value, DataError> {
    let value = match &schema.kind {
        Kind::Int8 => json.as_i64().and_then(|int| i8::try_from(int).ok()).map(Value::Int8),
        Kind::Int16 => json.as_i64().and_then(|int| i16::try_from(int).ok()).map(Value::Int16),
        Kind::Int32 => json.as_i64().and_then(|int| i32::try_from(int).ok()).map(Value::Int32),
        Kind::Int64 => json.as_i64().map(Value::Int64),
        Kind::Float32 => read_double(json).map(|double| Value::Float32(nearest_float(double))),
        Kind::Float64 => read_double(json).map(Value::Float64),
        Kind::Boolean => json.as_bool().map(Value::Boolean),
        Kind::String => json.as_str().map(Value::text),
        Kind::Bytes => read_bytes(json).map(|bytes| Value::Bytes(bytes.into())),
        Kind::Array(items) => match json.as_array() {
            Some(array) => {
                let read: Result<_, _> = array.iter().map(|item| read_value(items, item)).collect();
                Some(Value::Array(read?))
            }
            None => None,
        },
        Kind::Map(keys, values) => read_map(keys, values, json)?.map(Value::Map),
        Kind::Struct(fields) => match json.as_object() {
            Some(object) => Some(read_struct(schema, fields, object)?),
            None => None,
        },
    };
    value.ok_or_else(|| misfit(schema))
}

fn read_struct(
    schema: &Arc<Schema>,
    fields: &[Field],
    object: &Map<String, Json>,
) -> Result<Value, DataError> {
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        let json = object.get(&*field.name).unwrap_or(&Json::Null);
        values.push(
            read_value(&field.schema, json)
                .map_err(|error| DataError::new(format!("{}: {error}", field.name)))?,
        );
    }
    Ok(Struct::new(Arc::clone(schema), values)?.into())
}

type Entries = Vec<(Value, Value)>;

fn read_map(keys: &Arc<Schema>, values: &Arc<Schema>, json: &Json) -> Result<Option<Entries>, DataError> {
    if let Some(object) = json.as_object() {
        let entry =
            |(key, value): (&String, &Json)| Ok((Value::text(key.as_str()), read_value(values, value)?));
        return object.iter().map(entry).collect::<Result<_, _>>().map(Some);
    }
    let Some(array) = json.as_array() else { return Ok(None) };
    let entry = |pair: &Json| match pair.as_array().map(Vec::as_slice) {
        Some([key, value]) => Ok((read_value(keys, key)?, read_value(values, value)?)),
        _ => Err(DataError::new("a map's entry is no pair")),
    };
    array.iter().map(entry).collect::<Result<_, _>>().map(Some)
}

fn read_double(json: &Json) -> Option<f64> {
    match json.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => json.as_f64(),
    }
}

/// The float that the text was made of: its digits are enough to find it by way of the double.
#[expect(clippy::cast_possible_truncation, reason = "to the nearest is what is wanted")]
fn nearest_float(double: f64) -> f32 {
    double as f32
}

fn read_bytes(json: &Json) -> Option<Vec<u8>> {
    STANDARD.decode(json.as_str()?).ok()
}

fn read_decimal(schema: &Schema, json: &Json) -> Option<Value> {
    let decimal = match json.as_i64() {
        Some(whole) => Decimal::new(whole.into(), 0),
        None => Decimal::from_bytes(&read_bytes(json)?, schema.parameter("scale")?.parse().ok()?),
    };
    Some(Value::Decimal(Box::new(decimal)))
}

fn misfit(schema: &Schema) -> DataError {
    let wanted = schema.name.as_deref().unwrap_or_else(|| schema.kind.name());
    DataError::new(format!("a payload that is no {wanted}"))
}
