//! The vocabulary of Becauselog: what crosses from stage to stage.
//!
//! Positions and GTID sets, table shapes, cells (borrowed, typed views of a row's bytes), transactions, encoded
//! batches, checkpoints, error classes. Everything here is plain data with its rules.
//!
//! What this crate deliberately does not know: sockets, files, tokio, the layout of binlog events, any output format.
//!
//! Invariants:
//! - a position that can be checkpointed is the end of a transaction, never a place inside one;
//! - a [`GtidSet`] is always normalised: intervals sorted, disjoint and not adjacent;
//! - a cell never owns its bytes and reading it never panics, whatever the bytes are.
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

mod batch;
mod cell;
pub mod charset;
mod checkpoint;
mod class;
mod decimal;
pub mod digits;
mod flavor;
mod gtid;
mod gtid_set;
mod identity;
pub mod jsonb;
mod mariadb;
mod position;
mod shape;
mod table_map;
mod temporal;
mod transaction;
pub mod type_code;

pub use batch::{BatchRange, EncodedBatch, Header, Progress, Record, Span};
pub use cell::{Cell, CellError, CellVisitor, ChangeVisitor, RowImage, visit_cell};
pub use charset::Charset;
pub use checkpoint::{CHECKPOINT_VERSION, Checkpoint, PartialTransaction, StoredPosition};
pub use class::ErrorClass;
pub use decimal::Decimal;
pub use flavor::Flavor;
pub use gtid::{Gtid, GtidParseError, MariaDbGtid, ServerUuid, Tag};
pub use gtid_set::{GtidSet, Interval};
pub use identity::{EventId, Part};
pub use mariadb::{MariaDbType, MariaDbValue};
pub use position::{BinlogPosition, PositionParseError};
pub use shape::{ColumnKind, ColumnShape, Declared, ShapeOrigin, TableName, TableShape, Written};
pub use table_map::{MappedColumn, TableMap};
pub use temporal::{Date, Datetime, Time, Timestamp};
pub use transaction::{Op, Place, RowChange, RowsEvent, Transaction};
