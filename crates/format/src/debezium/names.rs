//! What topics, schemas and fields are called.

use std::{borrow::Cow, sync::Arc};

use becauselog_connect::{Adjustment, DataError, Renaming};
use becauselog_model::TableName;

use super::DebeziumConfig;
use crate::table;

/// `topic.naming.strategy`: what a table's topic is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicNaming {
    /// `prefix.database.table`.
    Default,
    /// `prefix.table`: a schema stands between the two where the source has one, and MySQL has none.
    Schema,
}

/// How characters that Kafka does not take in topics' names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicCharacters {
    /// As an underscore.
    Underscore,
    /// As an underscore, `u` and the character's number.
    Unicode,
}

/// `DefaultRegexTopicNamingStrategy`: topics by a pattern over their names, and which table it was in every key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicRegex {
    /// `topic.regex` and `topic.replacement`.
    pub topic: Renaming,
    /// `topic.key.field.name`; nothing with `topic.key.enforce.uniqueness=false`.
    pub key_field: Option<Arc<str>>,
    /// `topic.key.field.regex` and `topic.key.field.replacement`, over the topic before its characters are looked at.
    pub key_value: Option<Renaming>,
}

/// Names by the configuration.
pub(crate) struct Names<'c> {
    config: &'c DebeziumConfig,
}

impl<'c> Names<'c> {
    pub(crate) const fn new(config: &'c DebeziumConfig) -> Self {
        Self { config }
    }

    /// A table's topic.
    pub(crate) fn topic(&self, table: &TableName) -> Result<Arc<str>, DataError> {
        let name = self.joined(table);
        let topic = self.characters(&name);
        let Some(regex) = &self.config.topic_regex else { return Ok(topic) };
        // The peer keeps the name where the pattern leaves nothing of it.
        let renamed = regex.topic.apply(&topic)?.filter(|renamed| !renamed.is_empty());
        Ok(renamed.map_or(topic, Arc::from))
    }

    /// The topic that is the prefix alone.
    pub(crate) fn alone(&self) -> Arc<str> {
        self.characters(&self.config.topic_prefix)
    }

    /// The topic beside the tables' own with this last part.
    pub(crate) fn beside(&self, last: &str) -> Arc<str> {
        self.joined_topic(&self.config.topic_prefix, last)
    }

    /// A topic of two parts.
    pub(crate) fn joined_topic(&self, first: &str, last: &str) -> Arc<str> {
        self.characters(&[first, last].join(&*self.config.topic_delimiter))
    }

    fn characters(&self, name: &str) -> Arc<str> {
        match self.config.topic_characters {
            TopicCharacters::Underscore => table::topic(name),
            TopicCharacters::Unicode => unicode(name).into(),
        }
    }

    /// A table's topic as it is before any character of it is looked at.
    fn joined(&self, table: &TableName) -> String {
        let Self { config } = self;
        let parts: &[&str] = match config.topic_naming {
            TopicNaming::Default => &[&config.topic_prefix, &table.database, &table.table],
            TopicNaming::Schema => &[&config.topic_prefix, &table.table],
        };
        parts.join(&*config.topic_delimiter)
    }

    /// What the names of a table's schemas begin with: its topic.
    pub(crate) fn schema_prefix(&self, table: &TableName) -> Result<Arc<str>, DataError> {
        self.topic(table)
    }

    /// The field that tells the table in each of its keys, with its value.
    pub(crate) fn key_field(&self, table: &TableName) -> Result<Option<(Arc<str>, String)>, DataError> {
        let Some(regex) = &self.config.topic_regex else { return Ok(None) };
        let Some(field) = &regex.key_field else { return Ok(None) };
        let name = self.joined(table);
        let renamed = match &regex.key_value {
            Some(renaming) => renaming.apply(&name)?,
            None => None,
        };
        Ok(Some((Arc::clone(field), renamed.unwrap_or(name))))
    }

    /// A schema's name.
    pub(crate) fn adjusted(&self, name: &str) -> String {
        self.config.schema_names.adjust(name)
    }

    /// A column's field.
    pub(crate) fn field<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.config.field_names {
            Adjustment::None => Cow::Borrowed(name),
            // A dot parts the names of schemas, but stands in no field's.
            Adjustment::Avro => Cow::Owned(Adjustment::Avro.adjust(name).replace('.', "_")),
            Adjustment::AvroUnicode => {
                Cow::Owned(Adjustment::AvroUnicode.adjust(name).replace('.', "_u002e"))
            }
        }
    }
}

/// The underscore is an escape's start, so it is escaped, too.
fn unicode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for unit in name.encode_utf16() {
        match char::from_u32(unit.into()).filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) {
            Some(character) => out.push(character),
            None if unit > 0xff => out.push_str(&format!("_u{unit:x}")),
            None => out.push_str(&format!("_u00{unit:x}")),
        }
    }
    out
}
