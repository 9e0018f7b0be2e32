//! Our bytes against Debezium's own, recorded with the binlog file that it read (see `record/README.md`).
//!
//! Masked on both sides: the envelope's processing time. Left out on Debezium's: the header `__debezium.context.runId`, which
//! is random; on ours: the header `becauselog.id`.

use std::path::{Path, PathBuf};

use becauselog_format::{BigintUnsigned, BinaryMode, Debezium, DebeziumConfig, DecimalMode, TimePrecision};
use becauselog_model::{EncodedBatch, Record};

const MODES_TABLES: &[&str] = &[
    "narrow_dates",
    "zero_dates",
    "decimals",
    "ints",
    "ints_not_null",
    "binaries",
    "typed_key",
    "key_change",
    "no_key",
];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn config() -> DebeziumConfig {
    DebeziumConfig::peer("shop")
}

/// The lines that our encoder makes of the recorded binlog file.
fn ours(config: DebeziumConfig, tables: Option<&[&str]>) -> Vec<String> {
    let mut encoder = Debezium::new(config);
    let mut out = crate::replay::batch();
    let mut plans = crate::replay::Plans::default();
    for committed in crate::replay::transactions(&golden("bin.000012")).unwrap() {
        plans
            .replay(&committed, |change| {
                let table = &*change.shape.name.table;
                if table != "the_end" && tables.is_none_or(|tables| tables.contains(&table)) {
                    encoder.encode(change, 1_234_567_890_123_456_789, &mut out)?;
                }
                Ok(())
            })
            .unwrap();
    }
    out.records.iter().map(|record| line(&out, record)).collect()
}

/// A record as the recorder writes it.
fn line(batch: &EncodedBatch, record: &Record) -> String {
    let text =
        |bytes: Option<&[u8]>| bytes.map_or("null".to_owned(), |b| String::from_utf8(b.to_vec()).unwrap());
    let headers: Vec<String> = batch
        .headers(record)
        .filter(|(name, _)| *name != "becauselog.id")
        .map(|(name, value)| format!("\"{name}\":{}", text(Some(value))))
        .collect();
    let (topic, key) = (batch.topic(record), text(batch.key(record)));
    let (value, headers) = (text(batch.value(record)), headers.join(","));
    masked(&format!(
        r#"{{"topic":"{topic}","partition":null,"key":{key},"value":{value},"headers":{{{headers}}}}}"#
    ))
}

/// Floats to which JDK 17, which recorded, gave a digit too many; JDK 19 and later give ours.
const JDK_17_DIGITS: [(&str, &str); 3] =
    [("1.17549435E-38", "1.1754944E-38"), ("8.4999997E9", "8.5E9"), ("-3.0000001E10", "-3.0E10")];

/// Without the processing time and the run's id.
fn masked(line: &str) -> String {
    let mut line = line.to_owned();
    if let Some(op) = line.rfind(r#","transaction":null,"op":""#) {
        let times = op + line[op..].find(r#","ts_ms":"#).unwrap();
        let end = times + line[times..].find('}').unwrap();
        line.replace_range(times..end, "");
    }
    if let Some(run) = line.rfind(r#","__debezium.context.runId":""#) {
        let end = run + line[run..].find('}').unwrap();
        line.replace_range(run..end, "");
    }
    line
}

fn with_fewest_digits(line: String) -> String {
    JDK_17_DIGITS.iter().fold(line, |line, (jdk_17, fewest)| line.replace(jdk_17, fewest))
}

/// Compares line by line; says what differs and how much of it, not more.
fn compare(mode: &str, config: DebeziumConfig, tables: Option<&[&str]>) {
    let recorded = std::fs::read_to_string(golden(&format!("{mode}.jsonl"))).unwrap();
    let recorded: Vec<String> = recorded.lines().map(|line| with_fewest_digits(masked(line))).collect();
    let ours = ours(config, tables);
    assert!(recorded.len() > 20, "{mode}: only {} records", recorded.len());
    let mut wrong = Vec::new();
    for (number, (debezium, ours)) in recorded.iter().zip(&ours).enumerate() {
        if debezium != ours {
            let at = debezium.bytes().zip(ours.bytes()).take_while(|(a, b)| a == b).count();
            let from = at.saturating_sub(60);
            let cut = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[from..text.len().min(at + 100)]).into_owned()
            };
            wrong.push(format!(
                "record {}:\n  Debezium …{}\n  ours     …{}",
                number + 1,
                cut(debezium),
                cut(ours)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{mode}: {} records differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    assert_eq!(recorded.len(), ours.len(), "{mode}: the number of records");
}

#[test]
fn every_type_is_as_debezium_writes_it() {
    compare("default", config(), None);
}

#[test]
fn double_decimals_precise_bigints_and_query_are_as_debezium_writes_them() {
    let config = DebeziumConfig {
        decimal: DecimalMode::Double,
        bigint_unsigned: BigintUnsigned::Precise,
        binary: BinaryMode::Base64,
        include_query: true,
        tombstones_on_delete: false,
        ..config()
    };
    compare("double", config, Some(MODES_TABLES));
}

#[test]
fn text_decimals_connect_times_and_url_safe_are_as_debezium_writes_them() {
    let config = DebeziumConfig {
        decimal: DecimalMode::String,
        time_precision: TimePrecision::Connect,
        binary: BinaryMode::Base64UrlSafe,
        extended_headers: false,
        ..config()
    };
    compare("string", config, Some(&MODES_TABLES[..7]));
}

#[test]
fn iso_times_and_hex_are_as_debezium_writes_them() {
    let config =
        DebeziumConfig { time_precision: TimePrecision::IsoString, binary: BinaryMode::Hex, ..config() };
    compare("isostring", config, Some(&MODES_TABLES[..7]));
}

#[test]
fn microseconds_are_as_debezium_writes_them() {
    let config = DebeziumConfig { time_precision: TimePrecision::Microseconds, ..config() };
    compare("micros", config, Some(&MODES_TABLES[..7]));
}

#[test]
fn nanoseconds_are_as_debezium_writes_them() {
    let config =
        DebeziumConfig { time_precision: TimePrecision::Nanoseconds, time_adjuster: false, ..config() };
    compare("nanos", config, Some(&MODES_TABLES[..7]));
}
