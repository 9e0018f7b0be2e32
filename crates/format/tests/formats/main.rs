//! The formats against what their peers wrote, and against rows made by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod any_cells;
mod encode;
mod plain;
mod replay;
mod rows;
