//! The masks themselves: a difference planted beside a masked place is seen, one in it is not.

use std::collections::BTreeMap;

use becauselog_testkit::debezium::case::Play;
use becauselog_testkit::debezium::compare::{Masks, differences};
use becauselog_testkit::debezium::golden::{Golden, Record};

/// Names of what may differ between two recordings.
const MASKED: [&str; 10] = [
    "ts_ms",
    "ts_us",
    "ts_ns",
    "gtid",
    "file",
    "pos",
    "thread",
    "id",
    "__debezium.context.runId",
    "total_order",
];

/// For each byte that is a letter or a digit: the record with another one there.
fn planted(record: &Record) -> impl Iterator<Item = (usize, Record)> + '_ {
    let line = record.line();
    (0..line.len()).filter_map(move |at| {
        let mut bytes = line.clone().into_bytes();
        bytes[at] = match bytes[at] {
            b'9' => b'8',
            byte @ b'0'..=b'8' => byte + 1,
            b'z' => b'y',
            byte @ b'a'..=b'y' => byte + 1,
            _ => return None,
        };
        let line = String::from_utf8(bytes).ok()?;
        Some((at, Record::parse(&line).ok()?))
    })
}

/// The name whose value a place of a record's line is in.
fn name_at(line: &str, at: usize) -> &str {
    let before = &line[..at];
    let end = before.rfind("\":").unwrap();
    let start = before[..end].rfind('"').unwrap() + 1;
    &before[start..end]
}

/// How many planted differences are not seen, by the name beside which they are.
fn unseen(record: &Record, masks: &Masks) -> BTreeMap<String, usize> {
    let (line, mut found) = (record.line(), BTreeMap::new());
    for (at, other) in planted(record) {
        if differences(std::slice::from_ref(record), &[other], masks).is_empty() {
            *found.entry(name_at(&line, at).to_owned()).or_default() += 1;
        }
    }
    found
}

fn samples() -> Vec<Record> {
    let mut samples = Vec::new();
    let plays = Play::all(&crate::folder()).unwrap();
    for play in plays.iter().filter(|play| ["changes", "ddl", "no-gtids"].contains(&&*play.name)) {
        // With schemas the records are long: few will do.
        for (case, count) in [("transactions", 5), ("transactions-schemas", 1)] {
            let Some(case) = play.cases.iter().find(|found| found.name == case) else { continue };
            let golden = Golden::read(&play.golden_path(case)).unwrap();
            samples.extend(golden.records.into_iter().take(count));
        }
    }
    assert!(samples.len() >= 10, "{} samples", samples.len());
    samples
}

#[test]
fn a_difference_planted_anywhere_but_in_a_masked_place_is_seen() {
    for record in samples() {
        let same = unseen(&record, &Masks::same_log());
        let only = ["ts_ms", "ts_us", "ts_ns", "__debezium.context.runId"];
        assert!(same.keys().all(|name| only.contains(&name.as_str())), "{same:?}\n{}", record.line());
        let other = unseen(&record, &Masks::other_log());
        assert!(other.keys().all(|name| MASKED.contains(&name.as_str())), "{other:?}\n{}", record.line());
        // The times of the source are masked between two logs only, and there they are.
        if record.value.as_ref().is_some_and(|value| value.contains("\"source\":{")) {
            let times = |unseen: &BTreeMap<String, usize>| unseen.get("ts_ns").copied().unwrap_or_default();
            assert!(times(&other) > times(&same), "{other:?} {same:?}");
            assert!(other.contains_key("pos") && !same.contains_key("pos"));
        }
    }
}

#[test]
fn a_missing_and_a_changed_kind_of_a_masked_place_are_seen() {
    let record = samples().into_iter().find(|record| record.value.is_some()).unwrap();
    let value = record.value.clone().unwrap();
    let at = value.rfind("\"ts_ms\":").unwrap();
    let end = at + value[at..].find([',', '}']).unwrap();
    for planted in ["", "\"ts_ms\":null", "\"ts_ms\":\"1\"", "\"ts_ms\":17", "\"ts_mS\":1795465818320"] {
        let mut value = value.clone();
        value.replace_range(at..end, planted);
        let other = Record { value: Some(value.clone()), ..record.clone() };
        let found = differences(std::slice::from_ref(&record), &[other], &Masks::other_log());
        assert_eq!(found.len(), 1, "{value}");
    }
    let fewer = differences(std::slice::from_ref(&record), &[], &Masks::other_log());
    assert_eq!(fewer.len(), 1);
}
