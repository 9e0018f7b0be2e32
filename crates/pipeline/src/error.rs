//! What can stop a pipeline.

use std::{io, path::PathBuf};

use becauselog_binlog::event::EventError;
use becauselog_decode::{PlanError, RowsError, UnpackError};
use becauselog_format::FormatError;
use becauselog_model::{BinlogPosition, ErrorClass, TableName};
use becauselog_schema::{CatalogError, ShapeError};
use becauselog_sink::SinkError;
use becauselog_snapshot::ReadError;
use thiserror::Error;

use crate::{lane::Diverged, state::StateError, xa::XaError};

/// What stopped a pipeline: the place and the cause.
#[derive(Debug, Error)]
pub enum PipelineError {
    /// The reader.
    #[error(transparent)]
    Source(Box<becauselog_binlog::SourceError>),
    /// A sink.
    #[error("sink {sink}: {source}")]
    Sink {
        /// Its name.
        sink: String,
        /// What happened.
        source: SinkError,
    },
    /// The state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// Prepared XA transactions.
    #[error(transparent)]
    Xa(#[from] XaError),
    /// A table's shape.
    #[error("at {position}: {source}")]
    Shape {
        /// Where its table map is.
        position: BinlogPosition,
        /// What is wrong with it.
        source: Box<ShapeError>,
    },
    /// Reading `information_schema`.
    #[error("at {position}: reading the shapes of tables from the server: {source}")]
    Catalog {
        /// Where the stream is.
        position: BinlogPosition,
        /// What happened.
        source: CatalogError,
    },
    /// Connecting for it.
    #[error("at {position}: connecting to the server to read the shapes of tables: {source}")]
    CatalogConnection {
        /// Where the stream is.
        position: BinlogPosition,
        /// What happened.
        source: Box<mysql_async::Error>,
    },
    /// Reading a table for a bootstrap.
    #[error("at {position}: the bootstrap of {table}: {source}")]
    Bootstrap {
        /// Where the transaction is that asks for it.
        position: BinlogPosition,
        /// The table.
        table: TableName,
        /// What happened.
        source: Box<ReadError>,
    },
    /// A table that cannot be read.
    #[error("at {position}: {source}")]
    Plan {
        /// Where its table map is.
        position: BinlogPosition,
        /// Why.
        source: PlanError,
    },
    /// An event whose content is not what it should be.
    #[error("at {position}: {source}")]
    Event {
        /// Where it is.
        position: BinlogPosition,
        /// What is wrong.
        source: EventError,
    },
    /// Rows that are torn.
    #[error("at {position}, table {table}: {source}")]
    Rows {
        /// Where the row event is.
        position: BinlogPosition,
        /// The table.
        table: String,
        /// What is wrong.
        source: RowsError,
    },
    /// Rows whose compressed columns cannot be unfolded.
    #[error("at {position}, table {table}: {source}")]
    Unpack {
        /// Where the row event is.
        position: BinlogPosition,
        /// The table.
        table: String,
        /// What is wrong.
        source: UnpackError,
    },
    /// Rows of a table that was not mapped.
    #[error(
        "at {position}: rows of table number {table_id}, which no table map before them names; the log is damaged"
    )]
    Unmapped {
        /// Where the row event is.
        position: BinlogPosition,
        /// The number.
        table_id: u64,
    },
    /// A row that cannot be rendered.
    #[error("at {position}, row {row}: {source}")]
    Format {
        /// Where the row event is.
        position: BinlogPosition,
        /// The row's number in it, from 0.
        row: u32,
        /// What is wrong.
        source: FormatError,
    },
    /// The target of a lane has a part of another transaction.
    #[error(
        "sink {sink} holds a part of transaction {} but the log goes on with {}; the log is not the one that it was \
         written from. Choose another start (`becauselog position set`) or a new target", .diverged.expected, .diverged.found
    )]
    Diverged {
        /// The sink.
        sink: String,
        /// The two transactions.
        diverged: Diverged,
    },
    /// The spool of a large transaction.
    #[error(
        "a transaction larger than limits.transaction_memory_bytes waits in {folder}, and that failed: {source}"
    )]
    Spool {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A stage ended without saying why.
    #[error("the {stage} stage ended unexpectedly: {what}; this is a bug")]
    Stage {
        /// Which.
        stage: &'static str,
        /// What is known.
        what: String,
    },
    /// Shutting down took too long.
    #[error("stopping took longer than {seconds} s; what was not delivered comes again at the next start")]
    Deadline {
        /// How long was waited.
        seconds: u64,
    },
}

impl PipelineError {
    /// The stable code under which the error is documented.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(source) => source.code(),
            Self::Sink { source, .. } => source.code(),
            Self::State(source) => source.code(),
            Self::Xa(source) => source.code(),
            Self::Shape { source, .. } => source.code(),
            Self::Catalog { .. } | Self::CatalogConnection { .. } => "E_CATALOG",
            Self::Bootstrap { .. } => "E_BOOTSTRAP",
            Self::Plan { .. } => "E_TABLE_UNREADABLE",
            Self::Event { .. } => "E_EVENT",
            Self::Rows { .. } | Self::Unpack { .. } => "E_ROWS",
            Self::Unmapped { .. } => "E_ROWS_UNMAPPED",
            Self::Format { .. } => "E_RENDER",
            Self::Diverged { .. } => "E_DIVERGED",
            Self::Spool { .. } => "E_SPOOL",
            Self::Stage { .. } => "E_STAGE",
            Self::Deadline { .. } => "E_DEADLINE",
        }
    }

    /// What is to be done about it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Source(source) => source.class(),
            Self::Sink { source, .. } => source.class(),
            Self::State(source) => source.class(),
            Self::Xa(source) => source.class(),
            Self::Shape { source, .. } => source.class(),
            Self::Plan { .. }
            | Self::Event { .. }
            | Self::Rows { .. }
            | Self::Unpack { .. }
            | Self::Unmapped { .. }
            | Self::Format { .. } => ErrorClass::Data,
            Self::Catalog { .. }
            | Self::CatalogConnection { .. }
            | Self::Bootstrap { .. }
            | Self::Diverged { .. }
            | Self::Spool { .. }
            | Self::Deadline { .. } => ErrorClass::Operator,
            Self::Stage { .. } => ErrorClass::Bug,
        }
    }
}
