//! Sinks with their encoders.

use becauselog_format::{Debezium, DebeziumConfig, Parts, Plain, PlainConfig};
use becauselog_pipeline::{Encode, Outlet};
use becauselog_sink::{BoxSink, Content, FileSink, Sink as _, SinkState, StdoutSink};
use tokio::sync::watch;

use crate::{
    exit::Failure,
    plan::{FormatPlan, RunPlan, SinkPlan},
    readable::Readable,
};

/// A plan's outlets, and how to ask their sinks' states.
pub struct Outlets {
    /// Sinks with their encoders.
    pub outlets: Vec<Outlet>,
    /// Names and states.
    pub states: SinkStates,
}

/// Names of sinks with their states.
pub type SinkStates = Vec<(String, watch::Receiver<SinkState>)>;

/// Opens all sinks of a plan.
pub fn of(plan: &RunPlan) -> Result<Outlets, Failure> {
    let mut all = Outlets { outlets: Vec::new(), states: Vec::new() };
    for sink in &plan.sinks {
        let (sink, encoder): (BoxSink, Box<dyn Encode>) = match sink {
            SinkPlan::Stdout { name, content } => {
                (Box::new(StdoutSink::new(name.clone(), *content)), encoder(&plan.format, *content))
            }
            SinkPlan::Readable { name } => {
                let readable = Readable::new(super::colors_on_stdout());
                (Box::new(StdoutSink::new(name.clone(), Content::Values)), Box::new(readable))
            }
            SinkPlan::File(config) => {
                let opened = FileSink::open(config.clone()).map_err(|error| {
                    let what = anyhow::anyhow!("sink {}: {error}", config.name);
                    Failure::coded(error.class().into(), error.code(), what)
                })?;
                (Box::new(opened), encoder(&plan.format, config.content))
            }
        };
        all.states.push((sink.name().to_owned(), sink.state()));
        all.outlets.push(Outlet::new(sink, encoder));
    }
    Ok(all)
}

/// Standard output with an encoder.
pub fn stdout(encoder: Box<dyn Encode>) -> Outlet {
    Outlet::new(Box::new(StdoutSink::new("stdout", Content::Values)), encoder)
}

fn encoder(format: &FormatPlan, content: Content) -> Box<dyn Encode> {
    let parts = match content {
        Content::Values => Parts::Values,
        Content::Records => Parts::Records,
    };
    match format {
        FormatPlan::Debezium(config) => Box::new(Debezium::new(DebeziumConfig { parts, ..config.clone() })),
        FormatPlan::Plain(config) => Box::new(Plain::new(PlainConfig { parts, ..config.clone() })),
    }
}
