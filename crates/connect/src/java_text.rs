//! What `toString` gives of Connect's values in Java.

use crate::simple_text::to_text;
use crate::{DataError, Value};

/// A value's text. Bytes and times are refused: theirs says nothing of the bytes, and depends on where it is asked.
pub(crate) fn to_string(value: &Value) -> Result<String, DataError> {
    let mut out = String::new();
    append(&mut out, value)?;
    Ok(out)
}

fn append(out: &mut String, value: &Value) -> Result<(), DataError> {
    match value {
        Value::Bytes(_) | Value::Date(_) => {
            return Err(DataError::new(format!(
                "a value of type {} has no text of its own",
                value.type_name()
            )));
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                append(out, item)?;
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                append(out, key)?;
                out.push('=');
                append(out, item)?;
            }
            out.push('}');
        }
        Value::Struct(inner) => {
            out.push_str("Struct{");
            let fields = inner.schema().fields().iter().zip(inner.values());
            for (at, (field, item)) in fields.filter(|(_, item)| !item.is_null()).enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&field.name);
                out.push('=');
                append(out, item)?;
            }
            out.push('}');
        }
        other => out.push_str(&to_text(other)?),
    }
    Ok(())
}
