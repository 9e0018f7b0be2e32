//! The Sink trait, its conformance suite, and the stdout and file sinks.
