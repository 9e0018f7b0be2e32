//! `status`: what a running instance says of itself.

use std::time::Duration;

use becauselog_binlog::Span;
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
    if answer.get("changes_of_other_sources").and_then(Value::as_u64).is_some_and(|changes| changes > 0) {
        let changes = text("/changes_of_other_sources");
        out.push_str(&format!(
            "left out      {changes} changes that other servers made (source.gtid_source_…)\n"
        ));
    }
    out.push_str(&format!("bytes read    {}, {} reconnects\n", text("/bytes_read"), text("/reconnects")));
    out.push_str(&format!("purge         {}\n", purge(answer.get("purge").unwrap_or(&Value::Null))));
    for sink in answer.get("sinks").and_then(Value::as_array).into_iter().flatten() {
        let field = |name: &str| sink.get(name).and_then(Value::as_str).unwrap_or_default();
        out.push_str(&format!("sink          {} {} {}\n", field("name"), field("state"), field("why")));
    }
    out
}

/// How far the position is from being purged.
fn purge(purge: &Value) -> String {
    let number = |name: &str| purge.get(name).and_then(Value::as_u64);
    let span = |name: &str| number(name).map(|seconds| Span(Duration::from_secs(seconds)).to_string());
    let Some(behind) = number("bytes_behind") else { return "not known".to_owned() };
    let files = match number("files_before") {
        Some(1) => "1 file would go before ours".to_owned(),
        Some(files) => format!("{files} files would go before ours"),
        None => "our file is gone".to_owned(),
    };
    let behind = format!("{files}, {} MiB to read", behind >> 20);
    let Some(kept) = span("expires_after_s") else { return format!("{behind}; never by age") };
    let left = span("left_s").unwrap_or_else(|| "a time that is not known".to_owned());
    let rate = match span("left_at_present_rate_s") {
        Some(left) => format!("in {left} at the present rate"),
        None => "not at the present rate".to_owned(),
    };
    format!("{behind}; {rate}, in {left} if we stood still (the log is kept for {kept})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_the_purge_is_told_in_words() {
        let told = purge(&json!({
            "files_before": 3, "bytes_behind": 5 << 20, "expires_after_s": 172_800, "left_s": 147_600,
            "left_at_present_rate_s": 400_000,
        }));
        let words = "3 files would go before ours, 5 MiB to read; in 4 days at the present rate, in 41 h if we stood \
                     still (the log is kept for 2 days)";
        assert_eq!(told, words);
        let caught_up = json!({ "files_before": 1, "bytes_behind": 0, "expires_after_s": null });
        assert_eq!(purge(&caught_up), "1 file would go before ours, 0 MiB to read; never by age");
        assert_eq!(purge(&Value::Null), "not known");
    }
}
