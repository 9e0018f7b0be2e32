//! `ReadToInsertEvent`: rows of a snapshot as if they had been inserted.

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Value};

/// Makes `op: r` into `op: c`.
pub(crate) struct ReadToInsertEvent;

impl ReadToInsertEvent {
    pub(crate) fn build(_options: &mut Options) -> Boxed {
        Box::new(Self)
    }
}

impl Transform for ReadToInsertEvent {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.is_envelope()
            && let Value::Struct(envelope) = &mut record.value
            && envelope.require("op")?.as_str() == Some("r")
        {
            envelope.put("op", Value::text("c"));
        }
        Ok(Some(record))
    }
}
