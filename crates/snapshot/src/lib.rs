//! Tables read by SELECT: their rows as the same cells that rows of the log have.
//!
//! [`Reader`] holds one connection, in one transaction that only reads and sees one state of all tables. A row that it
//! hands out ([`SelectedRow`]) is a [`becauselog_model::RowImage`], so every format takes it as it takes rows of the log:
//! texts in the column's own charset, times in UTC, members of ENUM and SET by their numbers, floats with all their bits.
//! What a SELECT cannot tell as the log does is two things: a JSON document comes as the server's text, and a BINARY with
//! the zero bytes at its end.
//!
//! What this crate deliberately does not know: the log, positions, output formats, why a table is read.
//!
//! Invariants:
//! - rows are streamed: no more than one is in memory here, and a caller that does not ask stalls the server;
//! - the shape is that of the rows: the table cannot be altered between the two;
//! - nothing is written and no table is locked; an ALTER of a table waits until it has been read.
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

mod error;
mod reader;
mod row;
mod statement;

pub use error::ReadError;
pub use reader::{Reader, Rows};
pub use row::{SelectedCells, SelectedImage, SelectedRow};
