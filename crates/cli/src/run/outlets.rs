//! Sinks with their encoders.

use becauselog_format::{Debezium, DebeziumConfig, Maxwell, MaxwellConfig, Parts, Plain, PlainConfig};
use becauselog_pipeline::{Encode, Outlet};
use becauselog_sink::{Content, FileSink, Sink, SinkState, StdoutSink};
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
        let outlet: Outlet = match sink {
            SinkPlan::Stdout { name, content } => {
                all.outlet(StdoutSink::new(name.clone(), *content), || encoder(plan, *content), plan)
            }
            SinkPlan::Readable { name } => {
                let readable = || -> Box<dyn Encode> { Box::new(Readable::new(super::colors_on_stdout())) };
                all.outlet(StdoutSink::new(name.clone(), Content::Values), readable, plan)
            }
            SinkPlan::File(config) => {
                let opened = FileSink::open(config.clone()).map_err(|error| {
                    let what = anyhow::anyhow!("sink {}: {error}", config.name);
                    Failure::coded(error.class().into(), error.code(), what)
                })?;
                all.outlet(opened, || encoder(plan, config.content), plan)
            }
        };
        all.outlets.push(outlet);
    }
    Ok(all)
}

impl Outlets {
    /// A sink with as many encoders as the plan allows.
    fn outlet(
        &mut self,
        sink: impl Sink + 'static,
        encoder: impl Fn() -> Box<dyn Encode>,
        plan: &RunPlan,
    ) -> Outlet {
        self.states.push((sink.name().to_owned(), sink.state()));
        let others = (1..plan.limits.encoders).map(|_| encoder()).collect();
        Outlet::side_by_side(Box::new(sink), encoder(), others)
    }
}

/// Standard output with an encoder.
pub fn stdout(encoder: Box<dyn Encode>) -> Outlet {
    Outlet::new(Box::new(StdoutSink::new("stdout", Content::Values)), encoder)
}

fn encoder(plan: &RunPlan, content: Content) -> Box<dyn Encode> {
    let parts = match content {
        Content::Values => Parts::Values,
        Content::Records => Parts::Records,
    };
    match &plan.format {
        FormatPlan::Debezium(config) => Box::new(Debezium::new(DebeziumConfig { parts, ..config.clone() })),
        FormatPlan::Maxwell(plan) => Box::new(Maxwell::new(MaxwellConfig { parts, ..plan.config.clone() })),
        FormatPlan::Plain(config) => Box::new(Plain::new(PlainConfig { parts, ..config.clone() })),
    }
}
