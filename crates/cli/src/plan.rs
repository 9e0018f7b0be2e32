//! The plan of a run: plain data, made from whatever the config was, from which the pipeline is wired.

pub mod gtids;
pub mod tables;

use std::{path::PathBuf, time::Duration};

use becauselog_binlog::FollowConfig;
use becauselog_format::{DebeziumConfig, Filter, MaxwellConfig, PlainConfig};
use becauselog_pipeline::XaLimits;
use becauselog_sink::{Content, FileConfig};
pub use gtids::GtidSources;
pub use tables::TableFilter;

/// Everything a run needs to know. Made by `config::load`; nothing in it has been opened or reached yet.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The source's logical name: in event ids and topics, and the state folder's name.
    pub name: String,
    /// Where changes come from.
    pub source: SourcePlan,
    /// Which tables are wanted.
    pub tables: TableFilter,
    /// How changes are rendered.
    pub format: FormatPlan,
    /// Where they go: at least one.
    pub sinks: Vec<SinkPlan>,
    /// Where positions and spools are kept.
    pub state: StatePlan,
    /// The limits.
    pub limits: LimitsPlan,
    /// What is to be said once when the run starts.
    pub notes: Vec<Note>,
}

/// Something to be said once at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Whether it may surprise.
    pub warn: bool,
    /// The text.
    pub text: String,
}

/// The servers and how to follow them.
#[derive(Debug, Clone)]
pub struct SourcePlan {
    /// Everything that the follower is told. Its start counts only when `start_given`.
    pub follow: FollowConfig,
    /// Whose transactions have their rows delivered.
    pub gtids: GtidSources,
    /// Whether a start was given; else it is `latest`, and that is said when there is no checkpoint.
    pub start_given: bool,
}

/// How changes are rendered.
#[derive(Debug, Clone)]
pub enum FormatPlan {
    /// Debezium's JSON.
    Debezium(Box<DebeziumPlan>),
    /// The row, the operation, the position.
    Plain(PlainConfig),
    /// Maxwell's JSON.
    Maxwell(Box<MaxwellPlan>),
}

/// Debezium's messages.
#[derive(Debug, Clone)]
pub struct DebeziumPlan {
    /// How they are written.
    pub config: DebeziumConfig,
    /// Transforms and converters, as properties of Kafka Connect.
    pub connect: Vec<(String, String)>,
    /// Whether columns' defaults are looked at: in schemas, or in place of NULL.
    pub declarations: bool,
}

impl FormatPlan {
    /// Whether shapes are to say how columns were declared.
    pub fn wants_declarations(&self) -> bool {
        matches!(self, Self::Debezium(plan) if plan.declarations)
    }
}

/// Maxwell's messages.
#[derive(Debug, Clone)]
pub struct MaxwellPlan {
    /// How they are written.
    pub config: MaxwellConfig,
    /// Which tables and rows have any.
    pub filter: Filter,
    /// Whether tables are read when a row of Maxwell's table `bootstrap` asks for it.
    pub bootstraps: bool,
    /// The database that Maxwell keeps for itself.
    pub schema_database: String,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkPlan {
    /// Standard output.
    Stdout {
        /// Its name in logs and states.
        name: String,
        /// What a line is.
        content: Content,
    },
    /// One readable line a change on standard output, for eyes: it is told of changes, not of records.
    Readable {
        /// Its name in logs and states.
        name: String,
    },
    /// A file that is appended to.
    File(FileConfig),
}

/// The state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePlan {
    /// Where it is.
    pub dir: PathBuf,
    /// How often the checkpoint is written at most.
    pub checkpoint_interval: Duration,
}

/// The limits. None of them is a goal: a quiet run uses little of each.
#[derive(Debug, Clone, Copy)]
pub struct LimitsPlan {
    /// Bytes of events and batches in flight over all stages.
    pub memory_bytes: usize,
    /// Bytes of one transaction kept in memory before it goes to the spool.
    pub transaction_memory_bytes: usize,
    /// How many batches are encoded side by side for each sink.
    pub encoders: usize,
    /// What prepared XA transactions may take.
    pub xa: XaLimits,
    /// How long a stop may take to drain.
    pub shutdown: Duration,
}
