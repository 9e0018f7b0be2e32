//! Messages of bootstraps without a server: ids, keys and headers of any key, and the values that a SELECT has of its own.

use becauselog_format::{
    Bootstrap, BootstrapRequest, BootstrapStep, FormatError, KeyFormat, Maxwell, MaxwellConfig,
    MaxwellRendering,
};
use becauselog_model::{
    Cell, Charset, ColumnKind, Date, Datetime, EncodedBatch, Record, TableShape, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::{
    log::batch,
    rows::{Row, table, transaction},
};

/// 2023-11-14 22:13:20.5 UTC.
const NOW_NS: u64 = 1_700_000_000_500_000_000;

const ASKED: &str = "n/e45cc41c-e775-11f1-ab04-02fc00000001:tag:7/4";

fn encoded(
    maxwell: &mut Maxwell,
    shape: &Arc<TableShape>,
    keyless: bool,
    step: BootstrapStep<Row<'_>>,
) -> Result<EncodedBatch, FormatError> {
    let request = BootstrapRequest { comment: Some("c \"".to_owned()), ..BootstrapRequest::default() };
    let bootstrap =
        Bootstrap { transaction: &transaction(), index: 4, request: &request, shape, keyless, schema_id: 2 };
    let mut out = batch();
    let done = maxwell.encode_bootstrap(&bootstrap, step, NOW_NS, &mut out);
    if done.is_err() {
        assert!(out.values.is_empty() && out.head.is_empty() && out.records.is_empty());
    }
    done.map(|()| out)
}

/// The only record: its value, its key, its id, which its header has too.
fn only(out: &EncodedBatch) -> (Value, Value, String) {
    let [record]: &[Record; 1] = out.records.as_slice().try_into().unwrap();
    let json = |bytes: Option<&[u8]>| serde_json::from_slice(bytes.unwrap()).unwrap();
    let id = String::from_utf8(out.id(record).to_vec()).unwrap();
    let headers: Vec<(&str, Value)> =
        out.headers(record).map(|(name, value)| (name, json(Some(value)))).collect();
    assert_eq!(headers, [("becauselog.id", json!(id))]);
    (json(out.value(record)), json(out.key(record)), id)
}

fn row<'a>(
    number: u64,
    cells: &'a [Result<Cell<'a>, becauselog_model::CellError>],
) -> BootstrapStep<Row<'a>> {
    BootstrapStep::Insert { number, row: Row(cells) }
}

#[test]
fn all_messages_of_one_have_ids_beneath_that_of_the_insert_that_asked() {
    let shape = table(&[("id", ColumnKind::Int { unsigned: false })], Some(vec![0]));
    let mut maxwell = Maxwell::new(MaxwellConfig { output_primary_keys: true, ..MaxwellConfig::new("n") });
    let (start, key, id) = only(&encoded(&mut maxwell, &shape, false, BootstrapStep::Start).unwrap());
    assert_eq!(id, format!("{ASKED}/bootstrap-start"));
    assert_eq!(
        start,
        json!({"database":"shop","table":"t","type":"bootstrap-start","ts":1_700_000_000,"comment":"c \"","primary_key":[null],"data":{}})
    );
    assert_eq!(key, json!({"database":"shop","table":"t","pk.id":null}));
    let (value, key, id) = only(&encoded(&mut maxwell, &shape, false, row(9, &[Ok(Cell::Int(-5))])).unwrap());
    assert_eq!(id, format!("{ASKED}/bootstrap-insert/[-5]"));
    assert_eq!((&value["data"], &value["primary_key"]), (&json!({"id":-5}), &json!([-5])));
    assert_eq!(key["pk.id"], -5);
    let (end, key, id) = only(&encoded(&mut maxwell, &shape, false, BootstrapStep::Complete).unwrap());
    assert_eq!(id, format!("{ASKED}/bootstrap-complete"));
    assert_eq!(end["primary_key"], json!([]));
    assert!(key["_uuid"].is_string(), "{key}");
    assert!(encoded(&mut maxwell, &shape, false, row(0, &[])).is_err(), "a row without its cells");
}

#[test]
fn rows_without_a_key_are_told_apart_by_their_numbers_and_their_values() {
    let shape = table(&[("id", ColumnKind::Int { unsigned: false })], Some(vec![0]));
    for format in [KeyFormat::Hash, KeyFormat::Array] {
        let mut maxwell = Maxwell::new(MaxwellConfig { kafka_key_format: format, ..MaxwellConfig::new("n") });
        let mut of = |number, value| {
            let (_, key, id) =
                only(&encoded(&mut maxwell, &shape, true, row(number, &[Ok(Cell::Int(value))])).unwrap());
            (id, key)
        };
        let all = [of(0, 5), of(1, 5), of(0, 6)];
        assert_eq!(all[0], of(0, 5), "the same each time");
        assert!(all[0].0.starts_with(&format!("{ASKED}/bootstrap-insert/0-")), "{}", all[0].0);
        assert!(all[0].0 != all[1].0 && all[0].0 != all[2].0, "{all:?}");
        match format {
            KeyFormat::Hash => assert!(all[0].1["_uuid"] != all[1].1["_uuid"]),
            KeyFormat::Array => assert_eq!(all[0].1, json!(["shop", "t", []])),
        }
    }
}

#[test]
fn what_a_select_has_of_its_own_is_written_as_maxwell_does_and_exactly() {
    let texts: Arc<[Arc<str>]> = ["a".into()].into();
    let columns = [
        ("d", ColumnKind::Date, Cell::Date(Date::default())),
        ("dt", ColumnKind::Datetime { fsp: 0 }, Cell::Datetime(Datetime::default())),
        ("ts", ColumnKind::Timestamp { fsp: 0 }, Cell::Timestamp(Timestamp::default())),
        ("y", ColumnKind::Year, Cell::Year(0)),
        ("s", ColumnKind::Set { values: texts }, Cell::Set(0)),
        ("j", ColumnKind::Json, Cell::JsonText(b"{\"a\": [1, null]}")),
        ("b", ColumnKind::Binary { length: 2 }, Cell::Binary(&[1, 0])),
    ];
    let kinds: Vec<(&str, ColumnKind)> =
        columns.iter().map(|(name, kind, _)| (*name, kind.clone())).collect();
    let cells: Vec<Result<Cell<'_>, _>> = columns.iter().map(|(_, _, cell)| Ok(*cell)).collect();
    let shape = table(&kinds, None);
    let data = |rendering, output_null_zerodates| {
        let config = MaxwellConfig { rendering, output_null_zerodates, ..MaxwellConfig::new("n") };
        let out = encoded(&mut Maxwell::new(config), &shape, false, row(0, &cells)).unwrap();
        let value = String::from_utf8(out.value(&out.records[0]).unwrap().to_vec()).unwrap();
        value.split_once("\"data\":").unwrap().1.trim_end_matches("}").to_owned()
    };
    let rest = "\"j\":{\"a\": [1, null]},\"b\":\"AQA=\"";
    let peer = format!("{{\"d\":\"0000-00-00\",\"dt\":null,\"ts\":null,\"y\":2000,\"s\":[\"\"],{rest}");
    for nulls in [false, true] {
        assert_eq!(data(MaxwellRendering::Peer { jvm_offset_s: 0 }, nulls), peer);
    }
    let zero = "0000-00-00 00:00:00";
    assert_eq!(
        data(MaxwellRendering::Exact, false),
        format!("{{\"d\":\"0000-00-00\",\"dt\":\"{zero}\",\"ts\":\"{zero}\",\"y\":0,\"s\":[],{rest}")
    );
    assert_eq!(
        data(MaxwellRendering::Exact, true),
        format!("{{\"d\":null,\"dt\":null,\"ts\":null,\"y\":0,\"s\":[],{rest}")
    );
}

proptest! {
    #[test]
    fn any_key_and_any_document_make_json_or_an_error(
        key in prop::collection::vec(any::<u8>(), 0..40),
        document in prop_oneof![prop::collection::vec(any::<u8>(), 0..20), "[\\[{\":,1a }\\]]{0,12}".prop_map(String::into_bytes)],
    ) {
        let kinds = [
            ("k\"", ColumnKind::VarChar { bytes_max: 40, charset: Charset::Utf8 }),
            ("j", ColumnKind::Json),
        ];
        let shape = table(&kinds, Some(vec![0]));
        let cells = [Ok(Cell::Text(&key, Charset::Utf8)), Ok(Cell::JsonText(&document))];
        let mut maxwell = Maxwell::new(MaxwellConfig::new("n"));
        if let Ok(out) = encoded(&mut maxwell, &shape, false, row(0, &cells)) {
            let (value, record_key, id) = only(&out);
            prop_assert_eq!(&value["data"]["k\""], &record_key["pk.k\""]);
            let in_id: Value = serde_json::from_str(id.split_once("bootstrap-insert/").unwrap().1).unwrap();
            prop_assert_eq!(&in_id[0], &value["data"]["k\""]);
        }
    }
}
