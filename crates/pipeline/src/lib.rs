//! Stages as streams: source, transform, sinks, checkpoint, shutdown.
