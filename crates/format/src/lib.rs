//! Encoders: row views to bytes. Pure.
//!
//! An encoder walks a change's cells once and appends records to an [`becauselog_model::EncodedBatch`]: no object a
//! row, no string a cell. [`Debezium`] writes what Debezium 3.6.1.Final's JSON converter writes with schemas off;
//! [`Maxwell`] writes what Maxwell 1.45 writes; [`Plain`] is our own compact exact format. Both are described in `docs/formats.md`.
//!
//! What this crate deliberately does not know: how rows lie in the log ([`becauselog_model::RowImage`] hides it), who
//! sends the batches where, clocks (the caller gives the processing time).
//!
//! Invariants:
//! - the same change, configuration and processing time give the same bytes;
//! - on an error the batch is as it was before the change;
//! - a value that a rendering cannot hold exactly is counted in [`Losses`], never passed over in silence.
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
mod charset_text;
mod ddl;
mod debezium;
mod error;
mod gaps;
mod identity;
mod image;
mod json;
mod losses;
mod mask;
mod maxwell;
mod parts;
mod plain;
mod records;
mod table;
mod tables;
mod text;
mod wkb;

pub use becauselog_connect::{Adjustment, ConfigError, ConfigErrors, Renaming};
pub use becauselog_ddl::Mode as SqlMode;
pub use ddl::DdlChange;
use debezium::committed_ns;
pub use debezium::{
    BigintUnsigned, BinaryMode, Connect, Converters, Debezium, DebeziumConfig, DecimalMode, DeclaredTable,
    DeclaredTables, HeartbeatConfig, JavaPatterns, KeyColumns, Rendering, SchemaChange, SchemaChangeConfig,
    SchemaScope, SourceTypes, TimePrecision, TopicCharacters, TopicNaming, TopicRegex, TransactionEdge,
    TsSource,
};
pub use error::FormatError;
pub use losses::Losses;
pub use mask::{ColumnRules, HashAlgorithm, HashOf, Mask, MaskError};
pub use maxwell::{
    Bootstrap, BootstrapRequest, BootstrapStep, ColumnDetail, DdlError, DefinedColumn, DefinedTable,
    Definitions, Effect, Filter, FilterError, KeyFormat, Maxwell, MaxwellConfig, MaxwellRendering, Naming,
    PartitionBy, PartitionHash, Partitioner, RowFilter, Verdict, excluded_columns,
};
pub use parts::Parts;
pub use plain::{Plain, PlainConfig};
