//! Stages as streams: source, transform, sinks, checkpoint, shutdown.

pub mod state;
