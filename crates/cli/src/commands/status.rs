//! The control socket's answers, and `becauselog status`, which asks for them.

use std::{
    future::Ready,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use becauselog_pipeline::Status;
use serde_json::{Value, json};

/// What a running instance answers to a request.
pub fn answers(
    name: String,
    status: Arc<Status>,
) -> impl Fn(Value) -> Ready<Result<Value, String>> + Send + Sync + 'static {
    move |request| std::future::ready(answer(&name, &status, &request))
}

fn answer(name: &str, status: &Status, request: &Value) -> Result<Value, String> {
    match request["cmd"].as_str() {
        Some("status") => Ok(report(name, status)),
        Some(other) => Err(format!("no such command: {other}; there is: status")),
        None => Err("a request is an object with \"cmd\", for example {\"cmd\":\"status\"}".to_owned()),
    }
}

fn report(name: &str, status: &Status) -> Value {
    let lag = status.lag();
    json!({
        "name": name,
        "pid": std::process::id(),
        "checkpoint": status.checkpoint(),
        "transactions": status.transactions.load(Relaxed),
        "changes": status.changes.load(Relaxed),
        "changes_seen": status.changes_seen.load(Relaxed),
        "bytes_read": status.bytes_read.load(Relaxed),
        "reconnects": status.reconnects.load(Relaxed),
        "lag_p50_us": lag.p50_us,
        "lag_p99_us": lag.p99_us,
    })
}
