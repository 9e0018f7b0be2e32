//! Kafka Connect's data model, its JSON converter, transforms and predicates. Pure.
//!
//! A [`Record`] is a key and a value with their [`Schema`]s, a topic and headers, as a source connector hands it to
//! Kafka Connect. A [`Chain`] is made from a connector's properties (`transforms=…`, `predicates=…`) and changes records as
//! the classes that they name do; a [`JsonConverter`] writes them as Connect's own converter does, byte for byte.
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
pub use json::{DecimalFormat, JsonConfig, JsonConverter, read_message};
pub use record::{Header, Record};
pub use schema::{Field, Kind, Schema, logical};
pub use simple_text::simple_header_text;
pub use value::{Struct, Value};
