//! `PartitionRouting`: the partition from a hash of some fields.

use crate::java_hash;
use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Struct, Value};

/// Chooses partitions.
pub(crate) struct PartitionRouting {
    fields: Vec<Vec<String>>,
    partitions: i32,
    murmur: bool,
}

impl PartitionRouting {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        const NUMBER: &str = "partition.topic.num";
        let fields = options.required_list("partition.payload.fields");
        let partitions = options.int(NUMBER);
        if !options.has(NUMBER) {
            options.fail(NUMBER, "is required: how many partitions the topic has");
        } else if partitions.is_some_and(|number| number <= 0) {
            options.fail(NUMBER, "must be more than zero");
        }
        let murmur = options.choice("partition.hash.function", &["java", "murmur"], "java") == "murmur";
        let path = |field: &String| field.split('.').map(|step| step.trim().to_owned()).collect();
        let partitions = partitions.filter(|number| *number > 0).unwrap_or(1);
        Box::new(Self { fields: fields.iter().map(path).collect(), partitions, murmur })
    }

    fn partition(&self, values: &[&Value]) -> Result<i32, DataError> {
        let hash = if self.murmur { java_hash::murmur } else { java_hash::hash_code };
        let sum = values.iter().try_fold(0_i32, |sum, value| Ok(sum.wrapping_add(hash(value)?)))?;
        let positive = sum & i32::MAX;
        Ok(if positive == i32::MAX { 0 } else { positive.rem_euclid(self.partitions) })
    }
}

/// A field's value, or its default; nothing where there is no such field or it is null.
fn found<'e>(envelope: &'e Struct, path: &[String]) -> Result<Option<&'e Value>, DataError> {
    let Some((last, before)) = path.split_last() else { return Ok(None) };
    let mut current = envelope;
    for step in before {
        let name = match (step.as_str(), envelope.get("op").and_then(Value::as_str)) {
            ("change", Some("d")) => "before",
            ("change", Some(_)) => "after",
            ("change", None) => return Ok(None),
            (step, _) => step,
        };
        current = match current.get_without_default(name) {
            Some(Value::Struct(inner)) => inner,
            // Debezium stops here too: a row that is not there has no partition.
            Some(Value::Null) => {
                return Err(DataError::new(format!(
                    "{name} is null; change.{last} takes the row that is there"
                )));
            }
            _ => return Ok(None),
        };
    }
    Ok(current.get(last).filter(|value| !value.is_null()))
}

impl Transform for PartitionRouting {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() || !record.is_envelope() {
            return Ok(Some(record));
        }
        let envelope =
            record.value.as_struct().ok_or_else(|| DataError::new("an envelope must be a struct"))?;
        if matches!(envelope.get("op").and_then(Value::as_str), Some("t" | "m")) {
            return Ok(Some(record));
        }
        let mut values = Vec::new();
        for path in &self.fields {
            values.extend(found(envelope, path)?);
        }
        if !values.is_empty() {
            record.kafka_partition = Some(self.partition(&values)?);
        }
        Ok(Some(record))
    }
}
