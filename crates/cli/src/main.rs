//! The becauselog binary: flags, config, and the one place that names concrete sinks.
fn main() {}
