//! `TimezoneConverter`: times of rows as another zone's.

mod rules;
mod shift;

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Struct, Value};
use rules::{Rules, Selection};
use shift::Zone;

/// Fields of `source` that are times without saying so.
const EPOCH_FIELDS: [&str; 3] = ["ts_ms", "ts_us", "ts_ns"];

/// Shifts times.
pub(crate) struct TimezoneConverter {
    zone: Option<Zone>,
    rules: Rules,
}

impl TimezoneConverter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        const ZONE: &str = "converted.timezone";
        let name = options.required(ZONE);
        let zone = Zone::named(&name);
        if zone.is_none() && !name.is_empty() {
            let forms = "a zone such as America/Los_Angeles or an offset such as +08:00";
            options.fail(ZONE, format!("{name:?} is not known; write {forms}"));
        }
        Box::new(Self { zone, rules: Rules::read(options) })
    }
}

/// Which fields of one struct are meant.
struct Wanted<'f> {
    selection: Selection,
    fields: Vec<&'f str>,
}

impl Wanted<'_> {
    fn has(&self, name: &str) -> bool {
        match self.selection {
            Selection::All => true,
            Selection::Include => self.fields.contains(&name),
            Selection::Exclude => !self.fields.contains(&name),
        }
    }
}

/// The rule's fields that are in a struct of the envelope.
fn wanted<'f>(selection: Selection, fields: &'f [String], part: &str) -> Wanted<'f> {
    let in_part = |field: &'f String| match field.split_once('.') {
        Some((prefix @ ("before" | "after" | "source"), name)) => (prefix == part).then_some(name),
        // Without a prefix it is the row's, on either side.
        _ => (part != "source").then_some(field.as_str()),
    };
    Wanted { selection, fields: fields.iter().filter_map(in_part).collect() }
}

fn convert(zone: &Zone, inner: &mut Struct, wanted: &Wanted, is_source: bool) -> Result<(), DataError> {
    let schema = std::sync::Arc::clone(inner.schema());
    for (at, field) in schema.fields().iter().enumerate().filter(|(_, field)| wanted.has(&field.name)) {
        let is_epoch = is_source && EPOCH_FIELDS.contains(&&*field.name);
        let Some(value) = inner.at(at, true).filter(|value| !value.is_null()) else { continue };
        let converted = match field.schema.name.as_deref() {
            Some(name) => zone.convert(name, value),
            None if is_epoch => zone.convert_epoch(&field.name, value),
            None => Ok(None),
        };
        let converted =
            converted.map_err(|error| DataError::new(format!("field {:?}: {error}", field.name)))?;
        if let Some(converted) = converted {
            inner.put(&field.name, converted);
        }
    }
    Ok(())
}

impl Transform for TimezoneConverter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let Some(zone) = self.zone.as_ref().filter(|_| !record.value.is_null() && record.is_envelope())
        else {
            return Ok(Some(record));
        };
        let Value::Struct(envelope) = &mut record.value else {
            return Err(DataError::new("an envelope must be a struct"));
        };
        let source = envelope.get_without_default("source").and_then(Value::as_struct);
        let table = source.and_then(|source| source.get_without_default("table")).and_then(Value::as_str);
        let Some((selection, fields)) = self.rules.of(&record.topic, table) else { return Ok(Some(record)) };
        for part in ["before", "after", "source"] {
            let wanted = wanted(selection, fields, part);
            if part == "source" && wanted.fields.is_empty() {
                continue;
            }
            if let Some(Value::Struct(inner)) = envelope.get_mut(part) {
                convert(zone, inner, &wanted, part == "source")?;
            }
        }
        Ok(Some(record))
    }
}
