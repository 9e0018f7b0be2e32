//! Values as CEL has them: structs are maps, integers are 64 bits, decimals are doubles, times are milliseconds.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value as Cel;
use cel::objects::{Key, Map};

use crate::{Header, Record, Schema, Struct, Value};

/// What a variable is for a record.
pub(super) fn variable(record: &Record, name: &str) -> Cel {
    match name {
        "key" => value(&record.key),
        "value" => value(&record.value),
        "keySchema" => schema(record.key_schema.as_deref()),
        "valueSchema" => schema(record.value_schema.as_deref()),
        "topic" => text(&record.topic),
        _ => map(record.headers.iter().map(|entry| (key(&entry.key), header(entry)))),
    }
}

fn value(from: &Value) -> Cel {
    match from {
        Value::Null => Cel::Null,
        Value::Boolean(yes) => Cel::Bool(*yes),
        Value::Int8(int) => Cel::Int((*int).into()),
        Value::Int16(int) => Cel::Int((*int).into()),
        Value::Int32(int) => Cel::Int((*int).into()),
        Value::Int64(int) | Value::Date(int) => Cel::Int(*int),
        Value::Float32(float) => Cel::Float((*float).into()),
        Value::Float64(double) => Cel::Float(*double),
        Value::String(from) => text(from),
        Value::Bytes(bytes) => Cel::Bytes(Arc::new(bytes.to_vec())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(value).collect())),
        Value::Map(entries) => map(entries.iter().map(|(name, item)| (map_key(name), value(item)))),
        Value::Struct(inner) => structure(inner),
        Value::Decimal(decimal) => Cel::Float(decimal.to_f64()),
    }
}

fn structure(inner: &Struct) -> Cel {
    let fields = inner.schema().fields().iter().enumerate();
    map(fields.map(|(at, field)| (key(&field.name), inner.at(at, true).map_or(Cel::Null, value))))
}

fn header(from: &Header) -> Cel {
    map([(key("value"), value(&from.value)), (key("schema"), schema(from.schema.as_deref()))])
}

fn schema(from: Option<&Schema>) -> Cel {
    let Some(from) = from else { return Cel::Null };
    let optional_text = |from: &Option<Arc<str>>| from.as_deref().map_or(Cel::Null, text);
    let parameters = from.parameters.iter().flatten().map(|(name, value)| (key(name), text(value)));
    map([
        (key("type"), text(from.kind.name())),
        (key("optional"), Cel::Bool(from.optional)),
        (key("name"), optional_text(&from.name)),
        (key("version"), from.version.map_or(Cel::Null, |version| Cel::Int(version.into()))),
        (key("doc"), optional_text(&from.doc)),
        (key("parameters"), map(parameters)),
        (key("fields"), Cel::List(Arc::new(from.fields().iter().map(|field| text(&field.name)).collect()))),
    ])
}

fn map(entries: impl IntoIterator<Item = (Key, Cel)>) -> Cel {
    Cel::Map(Map { map: Arc::new(entries.into_iter().collect::<HashMap<_, _>>()) })
}

fn key(name: &str) -> Key {
    Key::String(Arc::new(name.to_owned()))
}

fn map_key(from: &Value) -> Key {
    match value(from) {
        Cel::Int(int) => Key::Int(int),
        Cel::Bool(yes) => Key::Bool(yes),
        Cel::String(name) => Key::String(name),
        _ => key(&crate::simple_text::to_text(from).unwrap_or_default()),
    }
}

fn text(from: &str) -> Cel {
    Cel::String(Arc::new(from.to_owned()))
}
