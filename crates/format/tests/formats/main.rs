//! The formats against what their peers wrote, and against rows made by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod any_cells;
#[allow(dead_code, reason = "its other half is for the decoder's tests")]
#[path = "../../../decode/tests/any_bytes/tables.rs"]
mod any_tables;
mod encode;
mod plain;
mod rendered_once;
mod replay;
mod rows;
