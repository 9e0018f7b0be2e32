//! Debezium's transforms.

mod changed_state;
mod event_router;
mod geometry;
mod header_to_value;
mod logical_table;
mod new_state;
mod partition_routing;
mod read_to_insert;
mod schema_change_filter;
mod timezone;
mod vector_to_json;

pub(crate) use changed_state::ExtractChangedRecordState;
pub(crate) use event_router::EventRouter;
pub(crate) use geometry::{GeometryFormatTransformer, SwapGeometryCoordinates};
pub(crate) use header_to_value::HeaderToValue;
pub(crate) use logical_table::ByLogicalTableRouter;
pub(crate) use new_state::ExtractNewRecordState;
pub(crate) use partition_routing::PartitionRouting;
pub(crate) use read_to_insert::ReadToInsertEvent;
pub(crate) use schema_change_filter::SchemaChangeEventFilter;
pub(crate) use timezone::TimezoneConverter;
pub(crate) use vector_to_json::VectorToJsonConverter;
