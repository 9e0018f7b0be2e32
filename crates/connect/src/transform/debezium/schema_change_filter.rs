//! `SchemaChangeEventFilter`: leaves out some kinds of changes of tables' shapes.

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Value};

const KINDS: [&str; 5] = ["CREATE", "ALTER", "DROP", "TRUNCATE", "DATABASE"];
const NAMES: [&str; 2] = [".SchemaChangeValue", ".SchemaChangeKey"];

/// Drops schema changes of some kinds.
pub(crate) struct SchemaChangeEventFilter {
    excluded: Vec<String>,
}

impl SchemaChangeEventFilter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        const OPTION: &str = "schema.change.event.exclude.list";
        let excluded = options.required_list(OPTION);
        for kind in excluded.iter().filter(|kind| !KINDS.contains(&kind.as_str())) {
            options.fail(OPTION, format!("{kind:?} is none of {}", KINDS.join(", ")));
        }
        Box::new(Self { excluded })
    }
}

/// What kind of change it is; nothing where there is no list of changed tables.
fn kind(value: &Value) -> Result<Option<&str>, DataError> {
    let change = value.as_struct().ok_or_else(|| DataError::new("a schema change must be a struct"))?;
    let tables = match change.get_without_default("tableChanges") {
        Some(Value::Array(tables)) => tables,
        Some(Value::Null) => return Ok(None),
        _ => return Err(DataError::new("a schema change without tableChanges")),
    };
    let Some(first) = tables.first() else { return Ok(Some("DATABASE")) };
    let kind = first.as_struct().and_then(|table| table.get("type")).and_then(Value::as_str);
    let known = kind.filter(|kind| KINDS.contains(kind));
    known.map(Some).ok_or_else(|| DataError::new("a schema change of an unknown type"))
}

impl Transform for SchemaChangeEventFilter {
    fn apply(&mut self, record: Record) -> Result<Option<Record>, DataError> {
        let name = record.value_schema.as_ref().and_then(|schema| schema.name.as_deref());
        let is_change = name.is_some_and(|name| NAMES.iter().any(|suffix| name.ends_with(suffix)));
        if record.value.is_null() || !is_change {
            return Ok(Some(record));
        }
        let dropped =
            kind(&record.value)?.is_none_or(|kind| self.excluded.iter().any(|excluded| excluded == kind));
        Ok((!dropped).then_some(record))
    }
}
