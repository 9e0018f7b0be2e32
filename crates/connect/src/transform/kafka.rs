//! Kafka's own transforms.

mod cast;
mod convert;
mod extract_field;
mod flatten;
mod header_from;
mod headers;
mod hoist_field;
mod insert_field;
mod mask_field;
mod replace_field;
mod routers;
mod schema_metadata;
mod timestamp_converter;
mod value_to_key;

pub(crate) use cast::Cast;
pub(crate) use extract_field::ExtractField;
pub(crate) use flatten::Flatten;
pub(crate) use header_from::HeaderFrom;
pub(crate) use headers::{DropHeaders, InsertHeader};
pub(crate) use hoist_field::HoistField;
pub(crate) use insert_field::InsertField;
pub(crate) use mask_field::MaskField;
pub(crate) use replace_field::ReplaceField;
pub(crate) use routers::{Filter, RegexRouter, TimestampRouter};
pub(crate) use schema_metadata::SetSchemaMetadata;
pub(crate) use timestamp_converter::TimestampConverter;
pub(crate) use value_to_key::ValueToKey;

/// The option that most of them have.
pub(crate) const REPLACE_NULL: &str = "replace.null.with.default";
