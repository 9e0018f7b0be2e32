//! The pipeline: source, transform, sinks and checkpoint as stages joined by channels bounded in bytes.
//!
//! ```text
//! source ──► transform ──► encoders ──► sink (one thread each) ──► checkpoint
//!  events     groups,       batches       in order again,           lowest durable commit
//!             rows          side by side  accepted, durable
//! ```
//!
//! What this crate deliberately does not know: which sinks there are (they come as [`becauselog_sink::BoxSink`]), what a
//! configuration file looks like, how events, rows and formats are laid out.
//!
//! Invariants:
//! - no row leaves before the end of its group was seen;
//! - only ends of groups are checkpoints, and only after every sink has them durably;
//! - every channel is bounded in bytes, and a sink that stalls stalls the reader;
//! - a stage that ends early ends the pipeline with its reason; nothing is skipped.

mod bootstrap;
mod budget;
mod checkpoint;
mod checkpoints;
mod emit;
mod encode;
mod encoders;
mod error;
mod group;
mod lane;
mod maxwell;
mod rows;
mod run;
mod schema_changes;
mod shapes;
pub mod state;
mod status;
mod transform;
mod xa;

pub use bootstrap::BootstrapConfig;
pub use encode::Encode;
pub use error::PipelineError;
pub use maxwell::MaxwellView;
pub use run::{Finished, Outlet, Pipeline, PipelineConfig, Source, Views};
pub use schema_changes::{DatabaseFilter, SchemaView};
pub use shapes::Shapes;
pub use status::{Lag, Status};
pub use transform::{SourceFilter, TableFilter};
pub use xa::{XaError, XaLimits};
