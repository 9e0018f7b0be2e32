//! Binary JSON as text for eyes: cut once it is long enough.

use becauselog_model::jsonb::{DEPTH_MAX, JsonbError, Value};

/// A document's text, or its beginning when it is longer than `most` bytes.
pub fn text(value: &Value<'_>, most: usize) -> String {
    let mut out = String::new();
    match write(value, most, 0, &mut out) {
        Ok(()) | Err(Stop::Enough) => out,
        Err(Stop::Damaged) => "(damaged JSON)".to_owned(),
    }
}

enum Stop {
    Enough,
    Damaged,
}

impl From<JsonbError> for Stop {
    fn from(_: JsonbError) -> Self {
        Self::Damaged
    }
}

fn write(value: &Value<'_>, most: usize, depth: usize, out: &mut String) -> Result<(), Stop> {
    if out.len() > most {
        return Err(Stop::Enough);
    }
    if depth > DEPTH_MAX {
        return Err(Stop::Damaged);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::UInt(number) => out.push_str(&number.to_string()),
        Value::Double(number) => out.push_str(&number.to_string()),
        Value::Str(bytes) => quoted(bytes, most, out),
        Value::Opaque { field_type, bytes } => {
            out.push_str(&format!("(type {field_type}, {} bytes)", bytes.len()));
        }
        Value::Object(members) => {
            out.push('{');
            for (number, member) in members.members().enumerate() {
                let (key, value) = member?;
                out.push_str(if number > 0 { ", " } else { "" });
                quoted(key, most, out);
                out.push_str(": ");
                write(&value, most, depth + 1, out)?;
            }
            out.push('}');
        }
        Value::Array(members) => {
            out.push('[');
            for (number, member) in members.members().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                write(&member?.1, most, depth + 1, out)?;
            }
            out.push(']');
        }
    }
    Ok(())
}

fn quoted(bytes: &[u8], most: usize, out: &mut String) {
    // A cut inside a character shows as one replacement sign at the end, which is cut off anyway.
    let text = String::from_utf8_lossy(bytes.get(..most.min(bytes.len())).unwrap_or(bytes));
    out.push('"');
    out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
    out.push('"');
}
