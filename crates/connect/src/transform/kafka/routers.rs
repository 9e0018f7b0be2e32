//! `RegexRouter`, `TimestampRouter` and `Filter`: where a record goes, or that it goes nowhere.

use crate::date_format::DateFormat;
use crate::options::Options;
use crate::regex::Rewrite;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record};

/// Renames topics that a pattern matches.
pub(crate) struct RegexRouter {
    rewrite: Option<Rewrite>,
}

impl RegexRouter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        Box::new(Self { rewrite: options.rewrite("regex", "replacement") })
    }
}

impl Transform for RegexRouter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if let Some(rewrite) = &mut self.rewrite
            && let Some(topic) = rewrite.apply(&record.topic)?
        {
            record.topic = topic;
        }
        Ok(Some(record))
    }
}

/// Puts the record's time into the topic.
pub(crate) struct TimestampRouter {
    topic: String,
    format: Option<DateFormat>,
}

impl TimestampRouter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let topic = options.text("topic.format").unwrap_or_else(|| "${topic}-${timestamp}".to_owned());
        let pattern = options.text("timestamp.format").unwrap_or_else(|| "yyyyMMdd".to_owned());
        Box::new(Self { topic, format: options.date_format("timestamp.format", &pattern) })
    }
}

impl Transform for TimestampRouter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let ms = record.timestamp.ok_or_else(|| DataError::new("the record has no timestamp"))?;
        let Some(format) = &self.format else { return Ok(Some(record)) };
        let time = format.format(ms)?;
        record.topic = self.topic.replace("${topic}", &record.topic).replace("${timestamp}", &time).into();
        Ok(Some(record))
    }
}

/// Drops what its predicate chooses.
pub(crate) struct Filter;

impl Filter {
    pub(crate) fn build(_options: &mut Options) -> Boxed {
        Box::new(Self)
    }
}

impl Transform for Filter {
    fn apply(&mut self, _record: Record) -> Result<Option<Record>, DataError> {
        Ok(None)
    }
}
