//! Converters by the names of their classes, as `key.converter`, `value.converter` and `header.converter` name them.

use std::sync::Arc;

use crate::options::{Options, nearest};
use crate::{ConfigErrors, DataError, JsonConfig, JsonConverter, Schema, Value, java_text, simple_text};

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
const STRING: &str = "org.apache.kafka.connect.storage.StringConverter";
const SIMPLE: &str = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
const KNOWN: [&str; 3] = [JSON, STRING, SIMPLE];

/// Writes keys, values or headers.
#[derive(Debug)]
pub enum Converter {
    /// `JsonConverter`.
    Json(Box<JsonConverter>),
    /// `StringConverter`: what Java's `toString` gives.
    String,
    /// `SimpleHeaderConverter`, Kafka Connect's default for headers.
    Simple,
}

impl Converter {
    /// Reads a converter and its options, such as `key.converter` and `key.converter.…` for the role `key.converter`.
    /// Nothing where no class is named.
    ///
    /// # Errors
    /// The class or an option is not known, or a value cannot be used.
    pub fn from_properties(
        role: &str,
        properties: &[(String, String)],
    ) -> Result<Option<Self>, ConfigErrors> {
        let prefix = format!("{role}.");
        let own =
            |(key, value): &(String, String)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone()));
        let settings: Vec<_> = properties.iter().filter_map(own).collect();
        let mut options = Options::new(&prefix, &settings);
        let Some((_, class)) = properties.iter().rev().find(|(key, _)| key == role) else {
            for (name, _) in &settings {
                options.fail(name, format!("has no effect without {role}"));
            }
            return told(None, options.errors());
        };
        let converter = Self::read(role, class.trim(), &mut options);
        let errors = if converter.is_some() { options.finish() } else { options.errors() };
        told(converter, errors)
    }

    fn read(role: &str, class: &str, options: &mut Options) -> Option<Self> {
        match class {
            JSON => Some(Self::Json(Box::new(JsonConverter::new(JsonConfig::read(options))))),
            STRING => {
                for name in ["converter.encoding", "converter.encoding.serializer"] {
                    let encoding = options.text(name).unwrap_or_else(|| "UTF-8".to_owned());
                    if !["UTF-8", "UTF8"].iter().any(|known| known.eq_ignore_ascii_case(&encoding)) {
                        options.fail(name, format!("{encoding:?} is not supported; UTF-8 is"));
                    }
                }
                Some(Self::String)
            }
            SIMPLE if role.starts_with("header") => Some(Self::Simple),
            _ => {
                let near =
                    nearest(class, &KNOWN).map_or_else(String::new, |near| format!("; did you mean {near}?"));
                options
                    .fail_role(format!("{class:?} is not known here{near}; known are {}", KNOWN.join(", ")));
                None
            }
        }
    }

    /// Appends a value; false, and nothing appended, where it is absent from the message.
    ///
    /// # Errors
    /// It does not fit its schema or has no text; what was appended is taken back.
    pub fn write(
        &mut self,
        out: &mut Vec<u8>,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<bool, DataError> {
        let text = match self {
            Self::Json(json) => return json.write(out, schema, value),
            _ if value.is_null() => return Ok(false),
            Self::String => java_text::to_string(value)?,
            Self::Simple => simple_text::to_text(value)?,
        };
        out.extend_from_slice(text.as_bytes());
        Ok(true)
    }
}

fn told(
    converter: Option<Converter>,
    errors: Vec<crate::ConfigError>,
) -> Result<Option<Converter>, ConfigErrors> {
    if errors.is_empty() { Ok(converter) } else { Err(ConfigErrors(errors)) }
}
