//! Connect's JSON converter.

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::{ConfigErrors, DataError, Schema, Value};

pub(crate) mod float;
mod read;
mod schema;
pub(crate) mod text;
mod value;

pub use read::{read_message, read_payload};

/// How decimals are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalFormat {
    /// The unscaled value's bytes.
    #[default]
    Base64,
    /// A JSON number.
    Numeric,
}

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonConfig {
    /// `schemas.enable`: whether each message carries its schema.
    pub schemas: bool,
    /// `decimal.format`.
    pub decimal_format: DecimalFormat,
    /// `replace.null.with.default`: whether null becomes the schema's default.
    pub replace_null_with_default: bool,
}

/// Writes values as `org.apache.kafka.connect.json.JsonConverter` 4.3 does, byte for byte.
///
/// It keeps the schemas' texts, by identity: share a table's schema, and its text is made once.
#[derive(Debug, Default)]
pub struct JsonConverter {
    config: JsonConfig,
    schemas: SchemaCache<Vec<u8>>,
}

impl Default for JsonConfig {
    fn default() -> Self {
        Self { schemas: true, decimal_format: DecimalFormat::Base64, replace_null_with_default: true }
    }
}

impl JsonConfig {
    /// From the converter's properties, without their prefix; errors name them with `prefix` before.
    ///
    /// # Errors
    /// Every property that is unknown or has a value that the converter does not know.
    pub fn from_properties(prefix: &str, properties: &[(String, String)]) -> Result<Self, ConfigErrors> {
        let mut options = Options::new(prefix, properties);
        let config = Self::read(&mut options);
        let errors = options.finish();
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    pub(crate) fn read(options: &mut Options) -> Self {
        // The cache's size changes no byte, and the content of a fixed schema is for sinks alone.
        options.note("schemas.cache.size");
        options.note("schema.content");
        options.note("converter.type");
        let numeric = options.choice("decimal.format", &["BASE64", "NUMERIC"], "BASE64") == "NUMERIC";
        Self {
            schemas: options.boolean("schemas.enable", true),
            decimal_format: if numeric { DecimalFormat::Numeric } else { DecimalFormat::Base64 },
            replace_null_with_default: options.boolean("replace.null.with.default", true),
        }
    }
}

impl JsonConverter {
    /// A converter.
    pub fn new(config: JsonConfig) -> Self {
        Self { config, schemas: SchemaCache::default() }
    }

    /// What it was made with.
    pub const fn config(&self) -> JsonConfig {
        self.config
    }

    /// Appends a schema's text, as it stands before the payload of a message.
    ///
    /// # Errors
    /// A default does not fit its schema; what was appended is taken back.
    pub fn write_schema(&self, out: &mut Vec<u8>, schema: &Schema) -> Result<(), DataError> {
        let start = out.len();
        let done = schema::write(out, schema, &value::Writer { config: self.config });
        if done.is_err() {
            out.truncate(start);
        }
        done
    }

    /// Appends a value's text; false, and nothing appended, where there is neither a value nor a schema: such a key or
    /// value is absent from the message.
    ///
    /// # Errors
    /// The value does not fit its schema; what was appended is taken back.
    pub fn write(
        &mut self,
        out: &mut Vec<u8>,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<bool, DataError> {
        let start = out.len();
        let done = self.write_parts(out, schema, value);
        if !matches!(done, Ok(true)) {
            out.truncate(start);
        }
        done
    }

    fn write_parts(
        &mut self,
        out: &mut Vec<u8>,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<bool, DataError> {
        let writer = value::Writer { config: self.config };
        let Some(schema) = schema else {
            return self.write_schemaless(out, value, &writer);
        };
        if !self.config.schemas {
            writer.write(out, schema, value)?;
            return Ok(true);
        }
        out.extend_from_slice(b"{\"schema\":");
        let text = self.schemas.get_or_make(schema, || {
            let mut text = Vec::new();
            schema::write(&mut text, schema, &writer)?;
            Ok(text)
        })?;
        out.extend_from_slice(text);
        out.extend_from_slice(b",\"payload\":");
        writer.write(out, schema, value)?;
        out.push(b'}');
        Ok(true)
    }

    fn write_schemaless(
        &self,
        out: &mut Vec<u8>,
        value: &Value,
        writer: &value::Writer,
    ) -> Result<bool, DataError> {
        if value.is_null() {
            return Ok(false);
        }
        let (before, after): (&[u8], &[u8]) =
            if self.config.schemas { (b"{\"schema\":null,\"payload\":", b"}") } else { (b"", b"") };
        out.extend_from_slice(before);
        writer.write_schemaless(out, value)?;
        out.extend_from_slice(after);
        Ok(true)
    }
}
