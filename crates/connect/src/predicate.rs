//! Predicates: whether a transform is for a record.

use crate::options::Options;
use crate::regex::JavaRegex;
use crate::{DataError, Record};

/// The classes that are known.
pub(crate) const KNOWN: &[&str] = &[
    "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
    "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
    "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
];

/// A question about a record.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    RecordIsTombstone,
    TopicNameMatches(Box<JavaRegex>),
    HasHeaderKey(String),
}

impl Predicate {
    /// Makes a predicate of a class; nothing if the class is not known or its options are wrong, which they tell.
    pub(crate) fn build(class: &str, options: &mut Options) -> Option<Self> {
        match class.strip_prefix("org.apache.kafka.connect.transforms.predicates.")? {
            "RecordIsTombstone" => Some(Self::RecordIsTombstone),
            "TopicNameMatches" => {
                options.regex("pattern").map(|regex| Self::TopicNameMatches(Box::new(regex)))
            }
            "HasHeaderKey" => Some(Self::HasHeaderKey(options.required("name"))),
            _ => None,
        }
    }

    /// Asks about a record.
    pub(crate) fn test(&self, record: &Record) -> Result<bool, DataError> {
        match self {
            Self::RecordIsTombstone => Ok(record.value.is_null()),
            Self::TopicNameMatches(regex) => regex.matches(&record.topic),
            Self::HasHeaderKey(name) => Ok(record.headers.iter().any(|header| &*header.key == name)),
        }
    }
}
