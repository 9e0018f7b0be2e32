//! A server that is itself a replica: its threads, its lag, its filters.

use super::{
    Findings,
    facts::{Channel, Facts},
    statements,
};

/// A lag that is worth a warning, in seconds.
const LAG_MAX_S: u64 = 60;

/// Checks all channels.
pub fn check(facts: &Facts, findings: &mut Findings) {
    match &facts.channels {
        Err(why) => findings.warning("replica", format!("cannot be checked: {why}"), []),
        Ok(channels) if channels.is_empty() => findings.ok("replica", "the server is no replica of another"),
        Ok(channels) => {
            for channel in channels {
                threads(facts, channel, findings);
            }
            filters(channels, findings);
            order(facts, findings);
        }
    }
}

fn threads(facts: &Facts, channel: &Channel, findings: &mut Findings) {
    let which = if channel.name.is_empty() { String::new() } else { format!("channel {}: ", channel.name) };
    let running = |state: &str| state.eq_ignore_ascii_case("yes");
    if !running(&channel.io_running) || !running(&channel.sql_running) {
        let what = format!(
            "{which}stopped: receiving {} (error {}), applying {} (error {}); nothing new comes, and that is no lag of zero",
            channel.io_running, channel.errors.0, channel.sql_running, channel.errors.1
        );
        findings.error("replica_threads", what, start(facts, channel));
        return;
    }
    findings.ok("replica_threads", format!("{which}running"));
    match channel.seconds_behind {
        None => findings.warning("replica_lag", format!("{which}not known"), []),
        Some(lag) if lag > LAG_MAX_S => {
            findings.warning(
                "replica_lag",
                format!("{which}{lag} s behind its source: changes come that much later"),
                [],
            );
        }
        Some(lag) => findings.ok("replica_lag", format!("{which}{lag} s")),
    }
}

fn start(facts: &Facts, channel: &Channel) -> Vec<String> {
    let word = if facts.version.is_mysql_since((8, 0, 22)) { "REPLICA" } else { "SLAVE" };
    let for_channel = if channel.name.is_empty() {
        String::new()
    } else {
        format!(" FOR CHANNEL {}", statements::text(&channel.name))
    };
    let start = format!("START {word}{for_channel};");
    if channel.errors == (0, 0) {
        return vec![start];
    }
    let look =
        "SELECT * FROM performance_schema.replication_applier_status_by_worker;   -- the cause comes first";
    vec![look.to_owned(), start]
}

fn filters(channels: &[Channel], findings: &mut Findings) {
    let set: Vec<String> = channels.iter().flat_map(|channel| channel.filters.clone()).collect();
    if set.is_empty() {
        findings.ok("replication_filters", "none");
    } else {
        let what = "the replica leaves changes of its source out, and so they are not in its log";
        let fix = "CHANGE REPLICATION FILTER …;   -- with empty lists, unless it is meant".to_owned();
        findings.warning("replication_filters", what, [fix]);
        findings.with_names(set);
    }
}

/// Several applier threads may commit in another order than the source did.
fn order(facts: &Facts, findings: &mut Findings) {
    let either = |new: &'static str, old: &'static str| if facts.variable(new).is_some() { new } else { old };
    let workers = either("replica_parallel_workers", "slave_parallel_workers");
    let order = either("replica_preserve_commit_order", "slave_preserve_commit_order");
    let several =
        facts.variable(workers).and_then(|text| text.parse::<u32>().ok()).is_some_and(|workers| workers > 1);
    if several && !facts.is_on(order) {
        let what = format!(
            "{order} is off with several applier threads: transactions may come in another order than on the source"
        );
        let word = if facts.version.is_mysql_since((8, 0, 22)) { "REPLICA" } else { "SLAVE" };
        let mut fix = vec![format!("STOP {word} SQL_THREAD;")];
        fix.extend(statements::set(&facts.version, order, "ON"));
        fix.push(format!("START {word} SQL_THREAD;"));
        findings.warning("commit_order", what, fix);
    }
}
