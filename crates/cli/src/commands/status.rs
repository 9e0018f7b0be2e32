//! `status`: what a running instance says of itself.

use becauselog_pipeline::state::control::ask;
use serde_json::{Value, json};

use super::position::state;
use crate::{
    args::StatusArgs,
    exit::{Exit, Failure},
    run::state_failure,
};

/// Asks the instance that uses the state folder.
pub async fn run(args: StatusArgs) -> Result<Exit, Failure> {
    let state = state(&args.state)?;
    let answer = ask(&state.dir, &json!({ "cmd": "status" })).await.map_err(|error| state_failure(&error))?;
    if args.json {
        println!("{answer:#}");
    } else {
        print!("{}", render(&answer));
    }
    Ok(Exit::Ok)
}

fn render(answer: &Value) -> String {
    let text = |pointer: &str| match answer.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    let ms = |pointer: &str| answer.pointer(pointer).and_then(Value::as_u64).map_or(0, |us| us / 1_000);
    let mut out = format!("{} (version {}, pid {})\n", text("/name"), text("/version"), text("/pid"));
    out.push_str(&format!(
        "position      {}:{}\n",
        text("/checkpoint/position/file"),
        text("/checkpoint/position/pos")
    ));
    out.push_str(&format!("gtids         {}\n", text("/checkpoint/gtids")));
    out.push_str(&format!(
        "lag           {} ms median, {} ms at 99 %\n",
        ms("/lag_p50_us"),
        ms("/lag_p99_us")
    ));
    out.push_str(&format!("transactions  {}, {} spooled\n", text("/transactions"), text("/spooled")));
    out.push_str(&format!("changes       {} of {}\n", text("/changes"), text("/changes_seen")));
    out.push_str(&format!("bytes read    {}, {} reconnects\n", text("/bytes_read"), text("/reconnects")));
    for sink in answer.get("sinks").and_then(Value::as_array).into_iter().flatten() {
        let field = |name: &str| sink.get(name).and_then(Value::as_str).unwrap_or_default();
        out.push_str(&format!("sink          {} {} {}\n", field("name"), field("state"), field("why")));
    }
    out
}
