//! The row decoder: row events and shapes to views of rows.
//!
//! A [`TablePlan`] is compiled once for a table map and a shape. [`index_rows`] walks a whole rows event once, checks
//! every bound, and says where each row's images are; an [`Image`] then hands out cells that borrow the event's bytes.
//! Nothing is copied and nothing is allocated for a row or a cell. Rows of tables that nobody wants are counted with
//! [`count_rows`], for which the table map alone is enough.
//!
//! What this crate deliberately does not know: events' headers, positions, transactions, connections, output formats.
//!
//! Invariants:
//! - no bytes whatsoever make it panic, loop without end, or read outside the event;
//! - rows of an event are handed out only after all of its rows were found whole: nothing of a torn event leaves;
//! - a value is exactly what the server holds, or the row is an error: a type that is not known is never guessed.
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

mod bits;
mod cells;
mod changes;
mod image;
mod layout;
mod partial;
mod plan;
mod reader;
mod rows;
mod unpack;
mod whole;

pub use cells::Cells;
pub use image::Image;
pub use layout::Layout;
pub use plan::{PlanError, TablePlan};
pub use rows::{RowIndex, Rows, RowsError, RowsKind, Torn, Views, count_rows, index_rows};
pub use unpack::{Unpack, UnpackError};
