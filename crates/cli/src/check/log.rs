//! What the server logs, and for how long.

use becauselog_model::Checkpoint;

use super::{Findings, facts::Facts, statements};

const DAY_S: u64 = 86_400;

/// Checks all settings of the log.
pub fn check(facts: &Facts, findings: &mut Findings) {
    if !facts.is_on("log_bin") {
        findings.error(
            "log_bin",
            "the server writes no binary log",
            statements::set_at_start("log_bin", "mysql-bin"),
        );
        return;
    }
    findings.ok("log_bin", "on");
    replica_updates(facts, findings);
    format(facts, findings);
    image(facts, findings);
    metadata(facts, findings);
    partial_json(facts, findings);
    gtids(facts, findings);
    retention(facts, findings);
    charset(facts, findings);
    filters(facts, findings);
}

/// A replica logs what it applies only when told so.
fn replica_updates(facts: &Facts, findings: &mut Findings) {
    let name = if facts.variable("log_replica_updates").is_some() {
        "log_replica_updates"
    } else {
        "log_slave_updates"
    };
    if facts.is_on(name) {
        findings.ok("log_replica_updates", "on");
    } else if facts.is_replica() {
        let what = "off on a replica: what comes from its source is not in its log";
        findings.error("log_replica_updates", what, statements::set_at_start(name, "ON"));
    } else {
        findings.ok("log_replica_updates", "off, and the server is no replica");
    }
}

fn format(facts: &Facts, findings: &mut Findings) {
    match facts.variable("binlog_format") {
        None => findings.ok("binlog_format", "ROW (the server has no other)"),
        Some(value) if value.eq_ignore_ascii_case("ROW") => findings.ok("binlog_format", "ROW"),
        Some(value) => {
            let what = format!(
                "{value}: changes are logged as statements; sessions and applier threads that are \
                there already keep it until they begin anew"
            );
            findings.error("binlog_format", what, statements::set(&facts.version, "binlog_format", "'ROW'"));
        }
    }
}

fn image(facts: &Facts, findings: &mut Findings) {
    match facts.variable("binlog_row_image") {
        None | Some("FULL") => findings.ok("row_image", "FULL"),
        Some(value) => {
            let what = format!("{value}: columns that did not change are absent from the events");
            findings.warning(
                "row_image",
                what,
                statements::set(&facts.version, "binlog_row_image", "'FULL'"),
            );
        }
    }
}

fn metadata(facts: &Facts, findings: &mut Findings) {
    match facts.variable("binlog_row_metadata") {
        Some("FULL") => findings.ok("row_metadata", "FULL: names and types are in the log"),
        Some(value) => {
            let what = format!(
                "{value}: the log does not name columns, tables are followed by its DDL statements; rows from before the \
                first run, of a table that changed since, stop the run or have ordinal names (tables.ordinal_names)"
            );
            findings.warning(
                "row_metadata",
                what,
                statements::set(&facts.version, "binlog_row_metadata", "'FULL'"),
            );
        }
        None => {
            let what = "this version logs no names: tables are followed by its DDL statements; rows from before the first \
                run, of a table that changed since, stop the run or have ordinal names (tables.ordinal_names); a replica \
                of version 8.0.1 or later logs them";
            findings.warning("row_metadata", what, []);
        }
    }
}

fn partial_json(facts: &Facts, findings: &mut Findings) {
    if facts.variable("binlog_row_value_options").is_some_and(|value| value.contains("PARTIAL_JSON")) {
        let what = "PARTIAL_JSON: updates of JSON columns are logged as differences";
        findings.warning(
            "row_value_options",
            what,
            statements::set(&facts.version, "binlog_row_value_options", "''"),
        );
    }
}

fn gtids(facts: &Facts, findings: &mut Findings) {
    if facts.is_mariadb() {
        mariadb_gtids(facts, findings);
        return;
    }
    match facts.variable("gtid_mode") {
        Some("ON") => findings.ok("gtid_mode", "ON"),
        other => {
            let mode = other.unwrap_or("not known");
            let what =
                format!("{mode}: the position counts on this server only, and does not survive a failover");
            let set = |name, value| statements::set(&facts.version, name, value);
            let mut fix = set("enforce_gtid_consistency", "ON");
            for step in ["OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"] {
                fix.extend(set("gtid_mode", step));
            }
            findings.warning("gtid_mode", what, fix);
        }
    }
}

/// MariaDB always has GTIDs; what they are worth in a failover depends on their order.
fn mariadb_gtids(facts: &Facts, findings: &mut Findings) {
    findings.ok("gtid_mode", "GTIDs by domain, as MariaDB always has them");
    if facts.is_on("gtid_strict_mode") {
        findings.ok("gtid_strict_mode", "on: numbers rise in each domain");
        return;
    }
    let what = "off: transactions of several servers can stand in a domain in another order on each of them, and a failover \
        would then lose or repeat some";
    findings.warning("gtid_strict_mode", what, statements::set(&facts.version, "gtid_strict_mode", "ON"));
}

fn retention(facts: &Facts, findings: &mut Findings) {
    let seconds =
        facts.variable("binlog_expire_logs_seconds").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let days = facts.variable("expire_logs_days").and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    let purges = facts.variable("binlog_expire_logs_auto_purge").is_none()
        || facts.is_on("binlog_expire_logs_auto_purge");
    // A number of days is small and has at most six digits after the point.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99 days")]
    let kept_s = if seconds > 0 { seconds } else { (days * 86_400.0) as u64 };
    let there = facts.log.as_ref().map_or_else(Clone::clone, |log| {
        let bytes: u64 = log.files.iter().map(|(_, size)| size).sum();
        format!("{} files, {} MiB there", log.files.len(), bytes >> 20)
    });
    let (name, value) = match facts.variable("binlog_expire_logs_seconds") {
        Some(_) => ("binlog_expire_logs_seconds", "604800"),
        None => ("expire_logs_days", "7"),
    };
    if kept_s == 0 || !purges {
        findings.ok("retention", format!("the log is not purged by age ({there})"));
    } else if kept_s < DAY_S {
        let what = format!(
            "the log is purged after {} h ({there}): a longer stop of ours cannot be made up",
            kept_s / 3_600
        );
        findings.warning("retention", what, statements::set(&facts.version, name, value));
    } else {
        findings.ok("retention", format!("{} days ({there})", kept_s / DAY_S));
    }
}

fn charset(facts: &Facts, findings: &mut Findings) {
    let unknown: Vec<_> = facts
        .charsets
        .iter()
        .filter(|(charset, ..)| becauselog_model::Charset::of_name(charset).is_none())
        .collect();
    if unknown.is_empty() {
        let server = facts.variable("character_set_server").unwrap_or_default();
        findings.ok("charset", format!("all columns' charsets are known (the server's default is {server})"));
        return;
    }
    let alter = |(_, database, table): &(String, String, String)| {
        let name = format!("{}.{}", statements::name(database), statements::name(table));
        format!("ALTER TABLE {name} CONVERT TO CHARACTER SET utf8mb4;")
    };
    let fix: Vec<String> = unknown.iter().map(|one| alter(one)).collect();
    findings.error("charset", "columns in charsets that are not known here", fix);
    findings.with_names(
        unknown.iter().map(|(charset, database, table)| format!("{database}.{table} ({charset})")).collect(),
    );
}

/// Filters of what the server logs.
fn filters(facts: &Facts, findings: &mut Findings) {
    match &facts.log {
        Err(why) => findings.warning("binlog_filters", format!("cannot be checked: {why}"), []),
        Ok(log) if log.do_db.is_empty() && log.ignore_db.is_empty() => findings.ok("binlog_filters", "none"),
        Ok(log) => {
            let set = [("binlog_do_db", &log.do_db), ("binlog_ignore_db", &log.ignore_db)];
            let set: Vec<String> = set
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let what = format!("the server leaves changes out of its log: {}", set.join(", "));
            let fix =
                "remove it under [mysqld] in the server's configuration and restart, unless it is meant"
                    .to_owned();
            findings.warning("binlog_filters", what, [fix]);
        }
    }
}

/// Whether the position that is kept can still be followed here.
pub fn position(facts: &Facts, kept: Option<&Checkpoint>, findings: &mut Findings) {
    let Some(kept) = kept else {
        findings.ok("position", "none is kept yet");
        return;
    };
    if kept.flavor != facts.version.flavor {
        let what = format!("the position that is kept is {}'s: {}", kept.flavor, kept.gtids);
        findings.error("position", what, [SET_POSITION.to_owned()]);
        return;
    }
    if !facts.is_mariadb() && facts.variable("gtid_mode") != Some("ON") {
        let there = facts
            .log
            .as_ref()
            .is_ok_and(|log| log.files.iter().any(|(file, _)| *file == *kept.position.file));
        if there {
            findings.ok("position", format!("{} is there", kept.position));
        } else {
            let what = format!("{} is kept, and the server does not have that file", kept.position);
            findings.error("position", what, [SET_POSITION.to_owned()]);
        }
        return;
    }
    let executed = if facts.is_mariadb() { "gtid_binlog_state" } else { "gtid_executed" };
    let purged = facts.purged().subtract(&kept.gtids);
    let unknown = kept.gtids.subtract(&facts.gtids(executed));
    if !purged.is_empty() {
        let what = format!("transactions that were not read yet are purged: {purged}");
        findings.error(
            "position",
            what,
            ["follow a server that still has them".to_owned(), SET_POSITION.to_owned()],
        );
    } else if !unknown.is_empty() {
        let what = format!(
            "the server does not have transactions that were read already: {unknown}; it is behind, or was reset"
        );
        findings.warning("position", what, []);
    } else {
        findings.ok("position", "the server has all that comes after it");
    }
}

const SET_POSITION: &str =
    "becauselog position set … --reason …, to go on elsewhere: changes between are not read";
