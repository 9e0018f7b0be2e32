//! What a running instance answers on its control socket.

use std::{
    future::{Ready, ready},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use becauselog_pipeline::Status;
use becauselog_sink::SinkState;
use serde_json::{Value, json};

use super::{outlets::SinkStates, purge::Distance};

/// Answers requests: `{"cmd":"status"}`.
pub fn answerer(
    name: &str,
    status: Arc<Status>,
    sinks: SinkStates,
    distance: Distance,
) -> impl Fn(Value) -> Ready<Result<Value, String>> + Send + Sync + 'static {
    let name = name.to_owned();
    move |request| {
        ready(match request.get("cmd").and_then(Value::as_str) {
            Some("status") => Ok(report(&name, &status, &sinks, &distance)),
            Some(other) => Err(format!("no such command: {other}; there is: status")),
            None => Err("a request is an object with \"cmd\", for example {\"cmd\":\"status\"}".to_owned()),
        })
    }
}

fn report(name: &str, status: &Status, sinks: &SinkStates, distance: &Distance) -> Value {
    let lag = status.lag();
    let sinks: Vec<Value> = sinks.iter().map(|(name, state)| sink(name, &state.borrow())).collect();
    json!({
        "name": name,
        "pid": std::process::id(),
        "version": env!("CARGO_PKG_VERSION"),
        "checkpoint": status.checkpoint(),
        "sinks": sinks,
        "transactions": status.transactions.load(Relaxed),
        "changes": status.changes.load(Relaxed),
        "changes_seen": status.changes_seen.load(Relaxed),
        "changes_of_other_sources": status.changes_of_other_sources.load(Relaxed),
        "bytes_read": status.bytes_read.load(Relaxed),
        "bootstrapped": status.bootstrapped.load(Relaxed),
        "spooled": status.spooled.load(Relaxed),
        "reconnects": status.reconnects.load(Relaxed),
        "lossy_values": status.lossy_values.load(Relaxed),
        "purge": distance.report(),
        "lag_p50_us": lag.p50_us,
        "lag_p99_us": lag.p99_us,
    })
}

fn sink(name: &str, state: &SinkState) -> Value {
    match state {
        SinkState::Running => json!({ "name": name, "state": "running" }),
        SinkState::Stalled { why, attempts, .. } => {
            json!({ "name": name, "state": "stalled", "why": why, "attempts": attempts })
        }
        SinkState::Closed { why } => json!({ "name": name, "state": "closed", "why": why }),
    }
}
