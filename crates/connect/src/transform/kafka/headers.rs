//! `DropHeaders` and `InsertHeader`.

use std::sync::Arc;

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Header, Record, literal};

/// Removes headers by name.
pub(crate) struct DropHeaders {
    keys: Vec<String>,
}

impl DropHeaders {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let keys = options.distinct_list("headers");
        if keys.is_empty() {
            options.fail("headers", "is required: a list with commas");
        }
        Box::new(Self { keys })
    }
}

impl Transform for DropHeaders {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        record.headers.retain(|header| !self.keys.iter().any(|key| **key == *header.key));
        Ok(Some(record))
    }
}

/// Adds the same header to each record.
pub(crate) struct InsertHeader {
    header: Header,
}

impl InsertHeader {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let key = Arc::from(options.required("header"));
        let text = options.text("value.literal").unwrap_or_else(|| {
            options.fail("value.literal", "is required");
            String::new()
        });
        let (schema, value) = literal::parse(&text).unwrap_or_else(|problem| {
            options.fail("value.literal", problem);
            Default::default()
        });
        Box::new(Self { header: Header { key, schema: schema.map(Arc::new), value } })
    }
}

impl Transform for InsertHeader {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        record.headers.push(self.header.clone());
        Ok(Some(record))
    }
}
