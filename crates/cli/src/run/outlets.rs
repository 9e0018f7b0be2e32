//! Sinks with their encoders.

use becauselog_format::{
    Connect, Debezium, DebeziumConfig, Maxwell, MaxwellConfig, Parts, Plain, PlainConfig,
};
use becauselog_pipeline::{Encode, Outlet};
use becauselog_sink::{Content, FileSink, Sink, SinkState, StdoutSink};
use tokio::sync::watch;

use crate::{
    exit::{Exit, Failure},
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
                all.outlet(StdoutSink::new(name.clone(), *content), || encoder(plan, *content), plan)?
            }
            SinkPlan::Readable { name } => {
                let readable = || -> Result<Box<dyn Encode>, Failure> {
                    Ok(Box::new(Readable::new(super::colors_on_stdout())))
                };
                all.outlet(StdoutSink::new(name.clone(), Content::Values), readable, plan)?
            }
            SinkPlan::File(config) => {
                let opened = FileSink::open(config.clone()).map_err(|error| {
                    let what = anyhow::anyhow!("sink {}: {error}", config.name);
                    Failure::coded(error.class().into(), error.code(), what)
                })?;
                all.outlet(opened, || encoder(plan, config.content), plan)?
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
        encoder: impl Fn() -> Result<Box<dyn Encode>, Failure>,
        plan: &RunPlan,
    ) -> Result<Outlet, Failure> {
        self.states.push((sink.name().to_owned(), sink.state()));
        let others = (1..plan.limits.encoders).map(|_| encoder()).collect::<Result<_, _>>()?;
        Ok(Outlet::side_by_side(Box::new(sink), encoder()?, others))
    }
}

/// Standard output with an encoder.
pub fn stdout(encoder: Box<dyn Encode>) -> Outlet {
    Outlet::new(Box::new(StdoutSink::new("stdout", Content::Values)), encoder)
}

fn encoder(plan: &RunPlan, content: Content) -> Result<Box<dyn Encode>, Failure> {
    let parts = match content {
        Content::Values => Parts::Values,
        Content::Records => Parts::Records,
    };
    Ok(match &plan.format {
        FormatPlan::Debezium(plan) => {
            let connect = Connect::from_properties(&plan.connect)
                .map_err(|wrong| Failure::new(Exit::Operator, anyhow::anyhow!("{wrong}")))?;
            Box::new(Debezium::with(DebeziumConfig { parts, ..plan.config.clone() }, connect))
        }
        FormatPlan::Maxwell(plan) => Box::new(Maxwell::new(MaxwellConfig { parts, ..plan.config.clone() })),
        FormatPlan::Plain(config) => Box::new(Plain::new(PlainConfig { parts, ..config.clone() })),
    })
}
