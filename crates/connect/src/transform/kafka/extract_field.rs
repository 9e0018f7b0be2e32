//! `ExtractField`: one field instead of the struct.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::field_path::FieldPath;
use crate::options::Options;
use crate::side::Side;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Value};

/// Replaces a struct by one of its fields.
pub(crate) struct ExtractField {
    side: Side,
    path: FieldPath,
    replace_null: bool,
}

impl ExtractField {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let text = options.required("field");
        let nested = options.choice("field.syntax.version", &["V1", "V2"], "V1") == "V2";
        let path = FieldPath::new(&text, nested).unwrap_or_else(|problem| {
            options.fail("field", problem);
            FieldPath::of(&text)
        });
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { side, path, replace_null })
    }
}

impl Transform for ExtractField {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let Some(schema) = self.side.schema(&record).map(Arc::clone) else {
            if self.side.value(&record).is_null() {
                return Ok(Some(record));
            }
            return Err(self.side.no_struct(self.side.value(&record)));
        };
        let field = self.path.schema_in(&schema)?;
        let value = match self.side.take(&mut record) {
            Value::Null => Value::Null,
            Value::Struct(inner) => self.path.value_in(*inner, self.replace_null)?,
            other => return Err(self.side.no_struct(&other)),
        };
        self.side.set(&mut record, Some(field), value);
        Ok(Some(record))
    }
}
