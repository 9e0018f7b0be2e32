//! Table shapes: what the columns of a table are called and mean, at a position of the log.
//!
//! Three sources: the table map itself where the server logs `binlog_row_metadata=FULL` ([`from_row_metadata`], [`Tracker`]);
//! where it does not, the DDL statements of the log, which change a [`Dictionary`] of tables as they changed the server's
//! ([`Followed`]); and `information_schema` ([`Catalog`]), with which the dictionary begins, for tables that no statement between
//! the position and that moment touched ([`Ahead`]). Every shape is checked against the table map ([`check`]).
//!
//! What this crate deliberately does not know: events' bytes, rows, positions, output formats. It holds no connection:
//! whoever drives it passes one to [`Catalog`], [`Tracker::load`] and [`Tracker::reload`].
//!
//! Invariants:
//! - a shape that is not the map's own leaves only after the table map agreed with it column by column;
//! - what does not agree is an error that names the table, the column and the next step: never a guess;
//! - the same table map gives the same `Arc`, so that what others keep per table stays warm.
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

mod catalog;
mod check;
mod ddl;
mod definition;
mod dictionary;
mod error;
mod followed;
mod mariadb;
mod metadata;
mod tracker;

pub use catalog::{Catalog, CatalogError, ColumnAnswer, Definitions, Described};
pub use check::{Mismatch, check};
pub use ddl::{Affected, affected};
pub use definition::{ColumnRow, TableRows};
pub use dictionary::{
    Collation, ColumnDefinition, DataType, Dictionary, Doubt, Generated, Index, KeptReader, KeptServer,
    KeyColumn, Known, Outcome, Period, ServerFacts, Session, TableDefinition, TextSize,
};
pub use error::ShapeError;
pub use followed::{Ahead, Followed, LaterStatement, Policy, UnknownShape};
pub use metadata::from_row_metadata;
pub use tracker::Tracker;
