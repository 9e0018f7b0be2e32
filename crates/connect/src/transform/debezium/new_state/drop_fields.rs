//! `drop.fields.*`: fields that a header names are left out.

use std::sync::Arc;

use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::{DataError, Record, Struct, Value};

/// Leaves out fields by header.
pub(super) struct DropFields {
    header: Option<String>,
    from_key: bool,
    only_optional: bool,
}

impl DropFields {
    /// Reads the options.
    pub(super) fn read(options: &mut Options) -> Self {
        Self {
            header: options.text("drop.fields.header.name").filter(|name| !name.is_empty()),
            from_key: options.boolean("drop.fields.from.key", false),
            only_optional: options.boolean("drop.fields.keep.schema.compatible", true),
        }
    }

    /// Leaves out what the record's header names.
    pub(super) fn apply(&self, mut record: Record) -> Result<Record, DataError> {
        let Some(names) = self.names(&record)? else { return Ok(record) };
        if self.from_key {
            self.drop(&mut record, Side::Key, &names)?;
        }
        self.drop(&mut record, Side::Value, &names)?;
        Ok(record)
    }

    fn names(&self, record: &Record) -> Result<Option<Vec<Arc<str>>>, DataError> {
        let Some(key) = &self.header else { return Ok(None) };
        let names =
            match record.headers.iter().find(|header| *header.key == **key).map(|header| &header.value) {
                None | Some(Value::Null) => return Ok(None),
                Some(Value::Array(names)) => names,
                Some(_) => return Err(DataError::new(format!("the header {key:?} is no array of names"))),
            };
        Ok(Some(names.iter().filter_map(Value::as_str).map(Arc::from).collect()))
    }

    fn drop(&self, record: &mut Record, side: Side, names: &[Arc<str>]) -> Result<(), DataError> {
        if side.value(record).is_null() {
            return Ok(());
        }
        let inner = side.take_struct(record)?;
        let old = Arc::clone(inner.schema());
        let dropped: Vec<bool> = old
            .fields()
            .iter()
            .map(|field| (field.schema.optional || !self.only_optional) && names.contains(&field.name))
            .collect();
        // Without anything to leave out the schema stays as it is; with it, it is made anew.
        let touched = if self.only_optional { dropped.contains(&true) } else { !names.is_empty() };
        if !touched {
            side.set(record, Some(old), inner.into());
            return Ok(());
        }
        let fields = old.fields().iter().zip(&dropped).filter(|(_, dropped)| !**dropped);
        let schema = Arc::new(old.basics_of_struct(fields.map(|(field, _)| field.clone()).collect())?);
        let values = moved_values(inner, true).into_iter().zip(&dropped).filter(|(_, dropped)| !**dropped);
        let changed = Struct::new(Arc::clone(&schema), values.map(|(value, _)| value).collect())?;
        side.set(record, Some(schema), changed.into());
        Ok(())
    }
}
