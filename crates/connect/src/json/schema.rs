//! A schema as JSON. The order of the members is the converter's: type, parts, `optional`, `name`, `version`, `doc`,
//! `parameters`, `default`, and a field's own name last.

use super::text::quoted;
use super::value::Writer;
use crate::{DataError, Kind, Schema};

/// Appends a schema.
pub(super) fn write(out: &mut Vec<u8>, schema: &Schema, writer: &Writer) -> Result<(), DataError> {
    open(out, schema, writer)?;
    out.push(b'}');
    Ok(())
}

fn open(out: &mut Vec<u8>, schema: &Schema, writer: &Writer) -> Result<(), DataError> {
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(type_name(&schema.kind).as_bytes());
    out.push(b'"');
    parts(out, &schema.kind, writer)?;
    out.extend_from_slice(if schema.optional { b",\"optional\":true" } else { b",\"optional\":false" });
    if let Some(name) = &schema.name {
        out.extend_from_slice(b",\"name\":");
        quoted(out, name);
    }
    if let Some(version) = schema.version {
        out.extend_from_slice(b",\"version\":");
        out.extend_from_slice(itoa::Buffer::new().format(version).as_bytes());
    }
    if let Some(doc) = &schema.doc {
        out.extend_from_slice(b",\"doc\":");
        quoted(out, doc);
    }
    parameters(out, schema);
    if let Some(default) = &schema.default {
        out.extend_from_slice(b",\"default\":");
        writer.write(out, schema, default)?;
    }
    Ok(())
}

fn parts(out: &mut Vec<u8>, kind: &Kind, writer: &Writer) -> Result<(), DataError> {
    match kind {
        Kind::Array(items) => {
            out.extend_from_slice(b",\"items\":");
            write(out, items, writer)
        }
        Kind::Map(keys, values) => {
            out.extend_from_slice(b",\"keys\":");
            write(out, keys, writer)?;
            out.extend_from_slice(b",\"values\":");
            write(out, values, writer)
        }
        Kind::Struct(fields) => {
            out.extend_from_slice(b",\"fields\":[");
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                open(out, &field.schema, writer)?;
                out.extend_from_slice(b",\"field\":");
                quoted(out, &field.name);
                out.push(b'}');
            }
            out.push(b']');
            Ok(())
        }
        _ => Ok(()),
    }
}

fn parameters(out: &mut Vec<u8>, schema: &Schema) {
    let Some(parameters) = &schema.parameters else { return };
    out.extend_from_slice(b",\"parameters\":{");
    for (at, (key, value)) in parameters.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        quoted(out, key);
        out.push(b':');
        quoted(out, value);
    }
    out.push(b'}');
}

/// The type's name in a schema's JSON.
pub(super) fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int8 => "int8",
        Kind::Int16 => "int16",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Float32 => "float",
        Kind::Float64 => "double",
        Kind::Boolean => "boolean",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Array(_) => "array",
        Kind::Map(..) => "map",
        Kind::Struct(_) => "struct",
    }
}
