//! What the recording does not show: errors, partial images, exact values, ids, headers, parts.

use std::sync::Arc;

use crate::rows::{Row, change, event, table, transaction};
use becauselog_format::{
    Debezium, DebeziumConfig, FormatError, Parts, Plain, PlainConfig, TimePrecision, TsSource,
};
use becauselog_model::{
    Cell, CellError, Charset, ColumnKind, Date, Datetime, EncodedBatch, TableShape, Timestamp,
    jsonb::JsonbError,
};

const INT: ColumnKind = ColumnKind::Int { unsigned: false };
const TEXT: ColumnKind = ColumnKind::Text { length_bytes: 2, charset: Charset::Utf8 };
const NOW: u64 = 1_800_000_000_123_456_789;

fn exact() -> Debezium {
    Debezium::new(DebeziumConfig::exact("shop"))
}

fn encode(
    encoder: &mut Debezium,
    shape: &Arc<TableShape>,
    before: Option<Row<'_>>,
    after: Option<Row<'_>>,
    out: &mut EncodedBatch,
) -> Result<(), FormatError> {
    let (transaction, event) = (transaction(), event());
    encoder.encode(&change(&transaction, &event, shape, before, after), NOW, out)
}

/// The `after` object of an insert of these cells into a table without key.
fn after(
    encoder: &mut Debezium,
    columns: &[(&str, ColumnKind)],
    cells: &[Result<Cell<'_>, CellError>],
) -> String {
    let mut out = crate::replay::batch();
    encode(encoder, &table(columns, None), None, Some(Row(cells)), &mut out).unwrap();
    let value = String::from_utf8(out.values).unwrap();
    let end = value.find(r#","source":{"#).unwrap();
    value[r#"{"before":null,"after":"#.len()..end].to_owned()
}

fn texts(out: &EncodedBatch) -> Vec<(String, String, String)> {
    let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or(b"-").to_vec()).unwrap();
    out.records
        .iter()
        .map(|record| {
            let value = text(out.value(record));
            let op = value.find(r#""op":"#).map_or("-".to_owned(), |at| value[at + 6..at + 7].to_owned());
            (text(Some(out.id(record))), text(out.key(record)), op)
        })
        .collect()
}

#[test]
fn an_error_leaves_the_batch_and_the_counts_as_they_were() {
    let shape = table(&[("id", INT), ("t", TEXT)], Some(vec![0]));
    let mut encoder = Debezium::new(DebeziumConfig::peer("shop"));
    let mut out = crate::replay::batch();
    let good = [Ok(Cell::Int(1)), Ok(Cell::Text(b"a", Charset::Utf8))];
    encode(&mut encoder, &shape, None, Some(Row(&good)), &mut out).unwrap();
    let (kept, losses) = (out.clone(), *encoder.losses());

    let torn = CellError::Truncated { column: 1 };
    let replaced = [Ok(Cell::Int(1)), Ok(Cell::Text(b"\xff", Charset::Utf8))];
    let bad = [Ok(Cell::Int(2)), Err(torn)];
    let failed = encode(&mut encoder, &shape, Some(Row(&replaced)), Some(Row(&bad)), &mut out);
    assert_eq!(failed, Err(FormatError::Cell { table: shape.name.clone(), source: torn }));
    let failed = encode(&mut encoder, &shape, Some(Row(&good[..1])), None, &mut out);
    assert_eq!(failed, Err(FormatError::CellCount { table: shape.name.clone(), expected: 2, found: 1 }));
    let wrong = [Ok(Cell::Int(2)), Ok(Cell::Bit(1))];
    let failed = encode(&mut encoder, &shape, None, Some(Row(&wrong)), &mut out);
    assert_eq!(failed, Err(FormatError::Mismatch { table: shape.name.clone(), column: 1 }));
    assert_eq!((out, *encoder.losses()), (kept, losses));
}

#[test]
fn a_damaged_json_document_is_an_error_that_names_the_column() {
    let shape = table(&[("id", INT), ("j", ColumnKind::Json)], None);
    let mut out = crate::replay::batch();
    let cells = [Ok(Cell::Int(1)), Ok(Cell::Json(&[0x00, 9, 0, 14, 0]))];
    let failed = encode(&mut exact(), &shape, None, Some(Row(&cells)), &mut out);
    let source = JsonbError::Truncated;
    assert_eq!(failed, Err(FormatError::Json { table: shape.name.clone(), column: 1, source }));
    assert!(out.values.is_empty() && out.records.is_empty());
}

#[test]
fn absent_cells_are_left_out_and_the_key_is_taken_from_the_other_image() {
    let shape = table(&[("id", INT), ("a", INT), ("b", INT)], Some(vec![0]));
    let mut out = crate::replay::batch();
    let before = [Ok(Cell::Int(1)), Ok(Cell::Absent), Ok(Cell::Absent)];
    let after = [Ok(Cell::Absent), Ok(Cell::Int(5)), Ok(Cell::Absent)];
    encode(&mut exact(), &shape, Some(Row(&before)), Some(Row(&after)), &mut out).unwrap();
    let record = &out.records[0];
    assert!(out.value(record).unwrap().starts_with(br#"{"before":{"id":1},"after":{"a":5},"source""#));
    assert_eq!(out.key(record).unwrap(), br#"{"id":1}"#);

    let failed = encode(&mut exact(), &shape, None, Some(Row(&after)), &mut out);
    assert_eq!(failed, Err(FormatError::KeyAbsent { table: shape.name.clone(), column: 0 }));
    let nothing = [Ok(Cell::Absent); 3];
    let keyless = table(&[("id", INT), ("a", INT), ("b", INT)], None);
    encode(&mut exact(), &keyless, None, Some(Row(&nothing)), &mut out).unwrap();
    assert!(out.value(&out.records[1]).unwrap().starts_with(br#"{"before":null,"after":{},"#));
}

#[test]
fn exact_values_lose_nothing() {
    let mut encoder = exact();
    let partial = Date { year: 2024, month: 0, day: 10 };
    let cells = [
        Ok(Cell::UInt(u64::MAX)),
        Ok(Cell::Date(partial)),
        Ok(Cell::Datetime(Datetime { date: partial, hour: 1, ..Datetime::default() })),
        Ok(Cell::Timestamp(Timestamp::default())),
        Ok(Cell::Date(Date { year: 50, month: 1, day: 1 })),
        Ok(Cell::Year(0)),
    ];
    let columns = [
        ("u", ColumnKind::BigInt { unsigned: true }),
        ("d", ColumnKind::Date),
        ("dt", ColumnKind::Datetime { fsp: 2 }),
        ("ts", ColumnKind::Timestamp { fsp: 0 }),
        ("old", ColumnKind::Date),
        ("y", ColumnKind::Year),
    ];
    let expected = r#"{"u":18446744073709551615,"d":"2024-00-10","dt":"2024-00-10 01:00:00.00","ts":"0000-00-00 00:00:00","old":-701265,"y":0}"#;
    assert_eq!(after(&mut encoder, &columns, &cells), expected);
    assert_eq!(encoder.losses().total(), 0);

    let mut peer = Debezium::new(DebeziumConfig::peer("shop"));
    let expected = r#"{"u":-1,"d":null,"dt":null,"ts":null,"old":29220,"y":1900}"#;
    assert_eq!(after(&mut peer, &columns, &cells), expected);
    let losses = peer.losses();
    assert_eq!((losses.bigint_wrapped, losses.dates_replaced, losses.years_adjusted), (1, 4, 1));
    assert_eq!(losses.total(), 6);
}

#[test]
fn nanoseconds_beyond_64_bits_are_a_number_or_the_peers_null() {
    let date = Date { year: 9999, month: 12, day: 31 };
    let cells = [Ok(Cell::Datetime(Datetime { date, micros: 1, ..Datetime::default() }))];
    let columns = [("d", ColumnKind::Datetime { fsp: 6 })];
    let time_precision = TimePrecision::Nanoseconds;
    let mut encoder = Debezium::new(DebeziumConfig { time_precision, ..DebeziumConfig::exact("shop") });
    assert_eq!(after(&mut encoder, &columns, &cells), r#"{"d":253402214400000001000}"#);
    let mut peer = Debezium::new(DebeziumConfig { time_precision, ..DebeziumConfig::peer("shop") });
    assert_eq!(after(&mut peer, &columns, &cells), r#"{"d":null}"#);
    assert_eq!(peer.losses().times_out_of_range, 1);
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_counted() {
    let mut encoder = exact();
    let cells = [
        Ok(Cell::Text(b"a\xffb\xf0\x9f\x98\x80", Charset::Utf8)),
        Ok(Cell::Text(b"\x80\xe9", Charset::Latin1)),
        Ok(Cell::Text(b"a[", Charset::Swe7)),
    ];
    let columns = [("u", TEXT), ("l", TEXT), ("s", TEXT)];
    let expected = "{\"u\":\"a\u{fffd}b\\uD83D\\uDE00\",\"l\":\"€é\",\"s\":\"aÄ\"}";
    assert_eq!(after(&mut encoder, &columns, &cells), expected);
    assert_eq!(encoder.losses().texts_replaced, 1);
}

#[test]
fn a_key_change_has_three_records_with_ids_of_their_own() {
    let shape = table(&[("id", INT)], Some(vec![0]));
    let (one, two) = ([Ok(Cell::Int(1))], [Ok(Cell::Int(2))]);
    let id = "shop/e45cc41c-e775-11f1-ab04-02fc00000001:tag:7/3";
    let expected = [
        (format!("{id}/delete"), r#"{"id":1}"#.to_owned(), "d".to_owned()),
        (format!("{id}/tombstone"), r#"{"id":1}"#.to_owned(), "-".to_owned()),
        (format!("{id}/create"), r#"{"id":2}"#.to_owned(), "c".to_owned()),
    ];
    let mut out = crate::replay::batch();
    encode(&mut exact(), &shape, Some(Row(&one)), Some(Row(&two)), &mut out).unwrap();
    assert_eq!(texts(&out), expected);

    let mut values_only =
        Debezium::new(DebeziumConfig { parts: Parts::Values, ..DebeziumConfig::exact("shop") });
    let mut only = crate::replay::batch();
    encode(&mut values_only, &shape, Some(Row(&one)), Some(Row(&two)), &mut only).unwrap();
    assert_eq!(only.values, out.values);
    assert_eq!((only.records.len(), only.headers.len()), (2, 0));
    assert!(only.records.iter().all(|record| record.key.is_none()));
}

#[test]
fn headers_are_json_and_the_id_comes_last() {
    let shape = table(&[("id", INT)], Some(vec![0]));
    let config = DebeziumConfig { run_id: Some("r-1".to_owned()), ..DebeziumConfig::peer("na\"me") };
    let mut encoder = Debezium::new(config);
    let mut out = crate::replay::batch();
    for n in 0..2 {
        encode(&mut encoder, &shape, None, Some(Row(&[Ok(Cell::Int(n))])), &mut out).unwrap();
    }
    for record in &out.records {
        let headers: Vec<(&str, String)> = out
            .headers(record)
            .map(|(name, json)| (name, serde_json::from_slice::<String>(json).unwrap()))
            .collect();
        let id = r#"na"me/e45cc41c-e775-11f1-ab04-02fc00000001:tag:7/3"#;
        let expected = [
            ("__debezium.context.connectorLogicalName", r#"na"me"#),
            ("__debezium.context.taskId", "0"),
            ("__debezium.context.connectorName", "mysql"),
            ("__debezium.context.runId", "r-1"),
            ("becauselog.id", id),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(out.id(record), id.as_bytes());
    }
}

#[test]
fn with_commit_times_the_same_log_gives_the_same_bytes() {
    let shape = table(&[("id", INT)], Some(vec![0]));
    let config = DebeziumConfig { ts: TsSource::Commit, ..DebeziumConfig::exact("shop") };
    let (transaction, event) = (transaction(), event());
    let cells = [Ok(Cell::Int(1))];
    let change = change(&transaction, &event, &shape, None, Some(Row(&cells)));
    let run = |now| {
        let mut out = crate::replay::batch();
        Debezium::new(config.clone()).encode(&change, now, &mut out).unwrap();
        out
    };
    assert_eq!(run(1), run(2));
    let value = String::from_utf8(run(1).values).unwrap();
    assert!(
        value
            .ends_with("\"ts_ms\":1700000000500,\"ts_us\":1700000000500002,\"ts_ns\":1700000000500002000}\n")
    );
}

#[test]
fn a_statement_is_a_plain_event() {
    let mut plain = Plain::new(PlainConfig::new("shop"));
    let mut out = crate::replay::batch();
    let transaction = transaction();
    let ddl = becauselog_format::DdlChange {
        effects: &[],
        schema_id: 0,
        is_ddl: true,
        changes: &[],
        shape: None,
        within: false,
        transaction: &transaction,
        file: &"bin.000003".into(),
        pos: 400,
        timestamp_s: 1_700_000_000,
        server_id: 7,
        database: "shop",
        statement: b"ALTER TABLE `t` ADD \"x\" INT",
    };
    plain.encode_ddl(&ddl, &mut out).unwrap();
    let expected = r#"{"id":"shop/e45cc41c-e775-11f1-ab04-02fc00000001:tag:7/0","op":"ddl","db":"shop","ts_us":1700000000000001,"pos":"bin.000003:400","thread":9,"ddl":"ALTER TABLE `t` ADD \"x\" INT"}"#;
    let record = &out.records[0];
    assert_eq!(String::from_utf8_lossy(out.value(record).unwrap()), expected);
    assert_eq!((out.topic(record), out.key(record)), ("shop", None));
}
