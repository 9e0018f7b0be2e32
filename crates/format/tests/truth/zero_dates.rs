//! Where `ZeroDateFallbackConverter` loses dates at the peer and not here.

use std::collections::BTreeSet;

use becauselog_testkit::debezium::{case::Play, compare::Masks, golden::Golden};
use serde_json::Value;

use super::{folder, ours};

/// Cases, and what stands for a date that is none.
const CASES: [(&str, &str, &[&str]); 4] = [
    ("types", "zero-null", &["null"]),
    ("types", "zero-value", VALUES),
    ("defaults", "zero-null", &["null"]),
    ("defaults", "zero-value", VALUES),
];

const VALUES: &[&str] = &["-25567", "-2208988800000", "-2208988800000000", "\"1970-01-01T00:00:01Z\""];

/// The peer hands out the fallback for the first value of each column that can be NULL and has no DEFAULT; nothing else
/// differs, keys and schemas neither.
#[test]
fn zero_dates_differ_only_where_debezium_loses_a_tables_first_row() {
    let plays = Play::all(&folder()).unwrap();
    for (play, name, fallbacks) in CASES {
        let play = plays.iter().find(|one| one.name == play).unwrap();
        let case = play.cases.iter().find(|case| case.name == name).unwrap();
        let theirs = Golden::read(&play.golden_path(case)).unwrap().records;
        let ours = ours::records(&ours::Log::of(play), case).unwrap();
        assert_eq!(theirs.len(), ours.len());
        let (masks, mut seen, mut lost) = (Masks::same_log(), BTreeSet::new(), 0);
        for (theirs, ours) in theirs.iter().zip(&ours) {
            let first = seen.insert(theirs.topic.clone());
            if masks.line(theirs) == masks.line(ours) {
                continue;
            }
            assert!(first, "{name}: {} and {}", theirs.line(), ours.line());
            let value =
                |text: &Option<String>| -> Value { serde_json::from_str(text.as_ref().unwrap()).unwrap() };
            let (told, mut made) = (value(&theirs.value), value(&ours.value));
            let columns = told["payload"]["after"].as_object().unwrap();
            for (column, told) in
                columns.iter().filter(|(name, told)| made["payload"]["after"][*name] != **told)
            {
                assert!(fallbacks.contains(&told.to_string().as_str()), "{name}: {column} is {told}");
                lost += 1;
            }
            made["payload"]["after"] = told["payload"]["after"].clone();
            for time in ["ts_ms", "ts_us", "ts_ns"] {
                made["payload"][time] = told["payload"][time].clone();
            }
            assert_eq!((&theirs.key, told), (&ours.key, made), "{name}");
        }
        assert!(lost > 0, "{name}: nothing is lost any more: the case can be compared as others are");
    }
}
