//! Kafka Connect's data model, its JSON converter, transforms and predicates. Pure.
//!
//! A [`Record`] is a key and a value with their [`Schema`]s, a topic and headers, as a source connector hands it to
//! Kafka Connect. A [`Chain`] is made from a connector's properties (`transforms=…`, `predicates=…`) and changes records as
//! the classes that they name do; a [`Converter`] (most often a [`JsonConverter`]) writes them as Connect's own converter
//! does, byte for byte.
//!
//! ```
//! use std::sync::Arc;
//!
//! use becauselog_connect::{Chain, Field, JsonConfig, JsonConverter, Kind, Record, Schema, Struct, Value};
//!
//! // Made once a table, and shared by its records: what is made of a schema is kept by its identity.
//! let id = Field::new("id", Arc::new(Schema::new(Kind::Int32)));
//! let schema = Arc::new(Schema::structure(vec![id]).named("srv.shop.t.Value"));
//! let value = Struct::new(Arc::clone(&schema), vec![Value::Int32(7)])?;
//! let record =
//!     Record { topic: "srv.shop.t".into(), value_schema: Some(schema), value: value.into(), ..Record::default() };
//!
//! let properties = [
//!     ("transforms", "short"),
//!     ("transforms.short.type", "org.apache.kafka.connect.transforms.RegexRouter"),
//!     ("transforms.short.regex", r"(.*)\.(.*)\.(.*)"),
//!     ("transforms.short.replacement", "$3"),
//! ];
//! let properties = properties.map(|(key, value)| (key.to_owned(), value.to_owned()));
//! let record = Chain::from_config(&properties)?.apply(record)?.ok_or("dropped")?;
//! assert_eq!(&*record.topic, "t");
//!
//! let mut out = Vec::new();
//! let mut json = JsonConverter::new(JsonConfig { schemas: false, ..JsonConfig::default() });
//! json.write(&mut out, record.value_schema.as_ref(), &record.value)?;
//! assert_eq!(out, br#"{"id":7}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where a class does what depends on the records before (`HeaderToValue`, `ByLogicalTableRouter` and the outbox router
//! keep the first schema that they made), this crate does what the class does for the first record. Filters take their
//! conditions in CEL. Values without schemas are written, but no transform works on them.
//!
//! What this crate deliberately does not know: rows and tables (an encoder builds the records), clocks, I/O.
//!
//! Invariants:
//! - a class, an option or a pattern that is not understood is refused when the configuration is read, never approximated;
//! - the same records and configuration give the same bytes: nothing depends on what was seen before;
//! - an error names the transform and the field, never a value.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

mod cache;
mod chain;
mod converter;
mod date_format;
mod decimal;
mod error;
mod field_path;
mod java_hash;
mod java_text;
mod json;
mod literal;
mod options;
mod predicate;
mod record;
mod regex;
mod schema;
mod schema_names;
mod side;
mod simple_text;
mod transform;
mod value;

pub use chain::Chain;
pub use converter::Converter;
pub use decimal::Decimal;
pub use error::{ConfigError, ConfigErrors, DataError};
pub use json::{DecimalFormat, JsonConfig, JsonConverter, read_message, read_payload};
pub use record::{Header, Record};
pub use regex::Renaming;
pub use schema::{Field, Kind, Schema, logical};
pub use schema_names::Adjustment;
pub use value::{Struct, Value};
