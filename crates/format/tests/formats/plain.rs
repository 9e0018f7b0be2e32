//! The plain format over the recorded log: JSON texts as the server itself printed them, whole lines as documented.

use std::{collections::BTreeMap, path::Path};

use becauselog_format::{Plain, PlainConfig};
use becauselog_model::EncodedBatch;
use serde_json::Value;

fn golden(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn encoded() -> EncodedBatch {
    let mut encoder = Plain::new(PlainConfig::new("shop"));
    let mut out = crate::replay::batch();
    let mut plans = crate::replay::Plans::default();
    for committed in crate::replay::transactions(&golden("bin.000012")).unwrap() {
        plans.replay(&committed, |change| Ok(encoder.encode(change, 0, &mut out)?)).unwrap();
    }
    assert_eq!(encoder.losses().total(), 0);
    out
}

/// The values of one table's records.
fn of_table(batch: &EncodedBatch, table: &str) -> Vec<Value> {
    let values = batch.records.iter().filter_map(|record| batch.value(record));
    let values = values.map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap());
    values.filter(|value| value["table"] == table).collect()
}

fn unhex(text: &str) -> Option<String> {
    let bytes = (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16));
    (text != "NULL").then(|| String::from_utf8(bytes.collect::<Result<_, _>>().unwrap()).unwrap())
}

#[test]
fn json_is_the_text_that_the_server_prints() {
    let batch = encoded();
    let mut last = BTreeMap::new();
    for change in of_table(&batch, "jsons") {
        last.insert(change["after"]["id"].as_i64().unwrap(), change["after"].clone());
    }
    let server = std::fs::read_to_string(golden("server_json.tsv")).unwrap();
    let mut compared = 0;
    for line in server.lines() {
        let mut fields = line.split('\t');
        let id: i64 = fields.next().unwrap().parse().unwrap();
        for column in ["j", "jn"] {
            assert_eq!(last[&id][column].as_str(), unhex(fields.next().unwrap()).as_deref(), "{id} {column}");
            compared += 1;
        }
    }
    assert_eq!((last.len() * 2, compared), (compared, 36));
}

#[test]
fn a_key_change_is_one_update() {
    let batch = encoded();
    let changes = of_table(&batch, "unique_key");
    let ops: Vec<&str> = changes.iter().map(|change| change["op"].as_str().unwrap()).collect();
    assert_eq!(ops, ["insert", "insert", "update", "update", "delete"]);
    let record =
        batch.records.iter().find(|r| batch.value(r).is_some_and(|v| v.ends_with(br#""b":"z","c":3}}"#)));
    assert_eq!(batch.key(record.unwrap()).unwrap(), br#"{"b":"z","a":1}"#);
}

#[test]
fn values_are_exact() {
    let batch = encoded();
    let after = |table: &str, row: usize| of_table(&batch, table)[row]["after"].to_string();
    assert_eq!(after("ints_not_null", 0), r#"{"id":18446744073709551615,"y":1970,"t1":1}"#);
    assert_eq!(after("ints_not_null", 1), r#"{"id":1,"y":0,"t1":0}"#);
    let zero = after("zero_dates", 0);
    assert!(
        zero.starts_with(r#"{"id":1,"d":"0000-00-00","dn":"0000-00-00","dt":"0000-00-00 00:00:00""#),
        "{zero}"
    );
    assert!(zero.contains(r#""tsn":"0000-00-00 00:00:00","tsn6":"0000-00-00 00:00:00.000000""#), "{zero}");
    let enums = after("enums", 1);
    assert!(enums.contains(r#""e":"b,c","en":"y","s":"","#), "{enums}");
}

#[test]
fn values_stand_one_a_line() {
    let batch = encoded();
    let lines = batch.values.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    assert!(lines.eq(batch.records.iter().filter_map(|record| batch.value(record))));
    let first = String::from_utf8(batch.value(&batch.records[0]).unwrap().to_vec()).unwrap();
    let start = r#"{"id":"shop/e45cc41c-e775-11f1-ab04-02fc00000001:"#;
    assert!(
        first.starts_with(start)
            && first.contains(r#"/0","op":"insert","db":"golden","table":"ints","ts_us":"#)
    );
    assert!(first.contains(r#","pos":"bin.000012:"#) && first.contains(r#","row":0,"thread":"#), "{first}");
}
