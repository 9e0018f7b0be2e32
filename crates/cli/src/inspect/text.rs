//! The summary as text.

use std::fmt::Write as _;

use becauselog_model::Timestamp;

use super::survey::{End, Survey};

/// The summary for eyes.
pub fn render(survey: &Survey) -> String {
    let mut out = String::new();
    files(survey, &mut out);
    events(survey, &mut out);
    transactions(survey, &mut out);
    tables(survey, &mut out);
    notes(survey, &mut out);
    out
}

// Writing to a `String` cannot fail; this says so once.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {{ let _written = writeln!($out, $($format)*); }};
}

fn files(survey: &Survey, out: &mut String) {
    for file in &survey.files {
        let end = match file.end {
            End::Open => "not closed",
            End::Rotated => "closed",
            End::Stopped => "closed by a stop of the server",
        };
        let checks = if file.checksums { "checksums verified" } else { "no checksums" };
        line!(
            out,
            "{}  {} bytes, server {}, {checks}, {end}",
            file.file,
            grouped(file.bytes),
            file.server_version
        );
    }
    if let (Some(first), Some(last)) = (survey.first_commit_us, survey.last_commit_us) {
        line!(out, "committed {} to {} UTC", time(first), time(last));
    }
    if !survey.gtids.is_empty() {
        line!(out, "gtids {}", survey.gtids);
    }
}

fn events(survey: &Survey, out: &mut String) {
    let mut kinds: Vec<_> = survey.events.iter().collect();
    kinds.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.bytes));
    line!(out, "\n{:<28}{:>14}{:>18}", "events", "count", "bytes");
    for (kind, tally) in kinds {
        line!(out, "  {kind:<26}{:>14}{:>18}", grouped(tally.count), grouped(tally.bytes));
    }
    if survey.compression.transactions > 0 {
        let compression = &survey.compression;
        line!(
            out,
            "  {} compressed transactions: {} bytes unfold to {}",
            grouped(compression.transactions),
            grouped(compression.compressed_bytes),
            grouped(compression.unfolded_bytes)
        );
        for (kind, tally) in &survey.compressed_events {
            line!(out, "    in them {kind:<16}{:>14}{:>18}", grouped(tally.count), grouped(tally.bytes));
        }
    }
}

fn transactions(survey: &Survey, out: &mut String) {
    let all = &survey.transactions;
    line!(out, "\n{:<28}{:>14}", "transactions", "count");
    let kinds = [
        ("committed", all.committed),
        ("  without a row change", all.empty),
        ("rolled back", all.rolled_back),
        ("DDL statements", all.ddl),
        ("other statements", all.statements),
        ("XA PREPARE", all.xa_prepared),
        ("XA COMMIT", all.xa_committed),
        ("XA ROLLBACK", all.xa_rolled_back),
        ("without an end", all.unfinished),
    ];
    for (what, count) in kinds.into_iter().filter(|(what, count)| *count > 0 || *what == "committed") {
        line!(out, "  {what:<26}{:>14}", grouped(count));
    }
    if !survey.biggest.is_empty() {
        line!(out, "\n{:<28}{:>14}{:>18}", "biggest transactions", "rows", "bytes");
    }
    for group in &survey.biggest {
        let name = group.gtid.as_deref().unwrap_or("");
        line!(
            out,
            "  {:<26}{:>14}{:>18}  {name}",
            group.begin.to_string(),
            grouped(group.rows),
            grouped(group.bytes)
        );
    }
}

fn tables(survey: &Survey, out: &mut String) {
    let rows = &survey.rows;
    line!(out, "\n{:<36}{:>14}{:>14}{:>14}{:>18}", "tables", "inserted", "updated", "deleted", "bytes");
    let sum = [("all".to_owned(), rows)];
    let each = survey.tables.iter().map(|table| (printable(&table.table), &table.rows));
    for (name, rows) in each.chain(sum) {
        line!(
            out,
            "  {name:<34}{:>14}{:>14}{:>14}{:>18}",
            grouped(rows.inserted),
            grouped(rows.updated),
            grouped(rows.deleted),
            grouped(rows.bytes)
        );
    }
}

fn notes(survey: &Survey, out: &mut String) {
    if !survey.notes.is_empty() {
        line!(out, "\n{:<28}{:>14}  the first one", "to be known", "count");
    }
    for note in &survey.notes {
        line!(out, "  {:<26}{:>14}  {}", note.code, grouped(note.count), printable(&note.first));
    }
}

/// A name without characters that would disturb a terminal.
fn printable(name: &str) -> String {
    name.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time as `2026-05-01 12:00:00`.
pub fn time(us: u64) -> String {
    let seconds = u32::try_from(us / 1_000_000).unwrap_or(u32::MAX);
    let utc = Timestamp { seconds, micros: 0 }.to_utc();
    let date = utc.date;
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.year, date.month, date.day, utc.hour, utc.minute, utc.second
    )
}
