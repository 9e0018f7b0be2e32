//! The transforms and the converter against what Kafka's and Debezium's own classes made of the same records.
//!
//! `record/README.md` says how the golden files were recorded. `golden/differences.json` lists the cases in which this
//! crate means to do something else, each with its reason; a case there that agrees after all is an error too.

use std::collections::BTreeMap;
use std::sync::Arc;

use becauselog_connect::{
    Chain, Converter, DecimalFormat, Header, JsonConfig, JsonConverter, Record, Schema, Value, read_message,
};
use serde_json::{Value as Json, json};

fn lines(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn half(json: &Json) -> (Option<Arc<Schema>>, Value) {
    json.as_str().map_or((None, Value::Null), |text| read_message(text.as_bytes()).unwrap())
}

fn record(json: &Json) -> Record {
    let (key_schema, key) = half(&json["key"]);
    let (value_schema, value) = half(&json["value"]);
    let header = |header: &Json| {
        let (schema, value) = half(&header["exact"]);
        Header { key: header["key"].as_str().unwrap().into(), schema, value }
    };
    Record {
        topic: json["topic"].as_str().unwrap().into(),
        kafka_partition: json["partition"].as_i64().map(|int| int.try_into().unwrap()),
        timestamp: json["timestamp"].as_i64(),
        headers: json["headers"].as_array().unwrap().iter().map(header).collect(),
        key_schema,
        key,
        value_schema,
        value,
    }
}

fn records() -> BTreeMap<String, Record> {
    let described = lines(include_str!("golden/records.jsonl"));
    described.iter().map(|json| (json["input"].as_str().unwrap().to_owned(), record(json))).collect()
}

struct Converters {
    schemas: JsonConverter,
    plain: JsonConverter,
    numeric: JsonConverter,
    string: Converter,
    simple: Converter,
}

impl Converters {
    fn new() -> Self {
        let config = JsonConfig::default();
        let plain = JsonConfig { schemas: false, ..config };
        let numeric =
            JsonConfig { decimal_format: DecimalFormat::Numeric, replace_null_with_default: false, ..plain };
        Self {
            schemas: JsonConverter::new(config),
            plain: JsonConverter::new(plain),
            numeric: JsonConverter::new(numeric),
            string: converter("org.apache.kafka.connect.storage.StringConverter"),
            simple: converter("org.apache.kafka.connect.storage.SimpleHeaderConverter"),
        }
    }

    fn written(&mut self, record: &Record) -> Result<Json, String> {
        let headers: Result<Vec<Json>, String> = record
            .headers
            .iter()
            .map(|header| {
                let json = text(&mut self.schemas, header.schema.as_ref(), &header.value)?;
                let simple = converted(&mut self.simple, header.schema.as_ref(), &header.value)?;
                let string = string(&mut self.string, header.schema.as_ref(), &header.value);
                Ok(json!({"key": &*header.key, "json": json, "text": string, "simple": simple}))
            })
            .collect();
        let value = record.value_schema.as_ref();
        let numeric = text(&mut self.numeric, value, &record.value).unwrap_or_else(|_| "failed".into());
        Ok(json!({
            "topic": &*record.topic,
            "partition": record.kafka_partition,
            "timestamp": record.timestamp,
            "key": text(&mut self.schemas, record.key_schema.as_ref(), &record.key)?,
            "value": text(&mut self.schemas, value, &record.value)?,
            "plain": text(&mut self.plain, value, &record.value)?,
            "numeric": numeric,
            "keyText": string(&mut self.string, record.key_schema.as_ref(), &record.key),
            "valueText": string(&mut self.string, value, &record.value),
            "headers": headers?,
        }))
    }
}

fn text(converter: &mut JsonConverter, schema: Option<&Arc<Schema>>, value: &Value) -> Result<Json, String> {
    let mut out = Vec::new();
    let there = converter.write(&mut out, schema, value).map_err(|error| error.to_string())?;
    Ok(if there { String::from_utf8(out).unwrap().into() } else { Json::Null })
}

fn converter(class: &str) -> Converter {
    let properties = [("header.converter".to_owned(), class.to_owned())];
    Converter::from_properties("header.converter", &properties).unwrap().unwrap()
}

fn converted(converter: &mut Converter, schema: Option<&Arc<Schema>>, value: &Value) -> Result<Json, String> {
    let mut out = Vec::new();
    let there = converter.write(&mut out, schema, value).map_err(|error| error.to_string())?;
    Ok(if there { String::from_utf8(out).unwrap().into() } else { Json::Null })
}

/// What stands for a text that Java writes and we do not.
const NO_TEXT: &str = "no text";

fn string(converter: &mut Converter, schema: Option<&Arc<Schema>>, value: &Value) -> Json {
    converted(converter, schema, value).unwrap_or_else(|_| NO_TEXT.into())
}

/// Texts that say which buffer it is, or what day it was: ours says that there is none.
fn without_java_objects(mut out: Json) -> Json {
    let is_odd = |text: &str| text.contains("HeapByteBuffer") || text.contains(" UTC ");
    let mask = |json: &mut Json| {
        if json.as_str().is_some_and(is_odd) {
            *json = NO_TEXT.into();
        }
    };
    if out.is_object() {
        mask(&mut out["keyText"]);
        mask(&mut out["valueText"]);
        out["headers"].as_array_mut().unwrap().iter_mut().for_each(|header| mask(&mut header["text"]));
    }
    out
}

fn outcome(config: &Json, input: Record, converters: &mut Converters) -> Json {
    let properties = config.as_object().unwrap().iter();
    let properties: Vec<_> =
        properties.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
    let mut chain = match Chain::from_config(&properties) {
        Ok(chain) => chain,
        Err(errors) => return json!({"refused": errors.to_string()}),
    };
    let first = applied(&mut chain, input.clone(), converters);
    // The second time much is remembered.
    assert_eq!(applied(&mut chain, input, converters), first);
    first
}

fn applied(chain: &mut Chain, input: Record, converters: &mut Converters) -> Json {
    match chain.apply(input) {
        Err(error) => json!({"failed": error.to_string()}),
        Ok(None) => json!({"out": null}),
        Ok(Some(record)) => match converters.written(&record) {
            Ok(out) => json!({"out": out}),
            Err(error) => json!({"failed": error}),
        },
    }
}

/// What the two have in common: errors have other words, and where it is told matters to nobody.
fn comparable(outcome: &Json) -> Json {
    match outcome.get("out") {
        Some(out) => out.clone(),
        None => "no record".into(),
    }
}

#[test]
fn the_real_classes_do_the_same() {
    let cases: Json = serde_json::from_str(include_str!("golden/cases.json")).unwrap();
    let configs: BTreeMap<&str, &Json> = cases
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (case["case"].as_str().unwrap(), &case["config"]))
        .collect();
    let differences: BTreeMap<String, String> =
        serde_json::from_str(include_str!("golden/differences.json")).unwrap();
    let records = records();
    let mut converters = Converters::new();
    let mut wrong = Vec::new();
    let expected = lines(include_str!("golden/expected.jsonl"));
    let inputs = cases.as_array().unwrap().iter().map(|case| case["inputs"].as_array().unwrap().len());
    assert_eq!(expected.len(), inputs.sum::<usize>());
    for line in &expected {
        let (case, input) = (line["case"].as_str().unwrap(), line["input"].as_str().unwrap());
        let ours = outcome(configs[case], records[input].clone(), &mut converters);
        // What they refuse at the start we must refuse there too; what they stumble over later may be either.
        let in_time = line.get("refused").is_none() || ours.get("refused").is_some();
        let same = in_time && comparable(&ours) == without_java_objects(comparable(line));
        let name = format!("{case} / {input}");
        if same == differences.contains_key(&name) {
            wrong.push(format!("{name}\n  ours   {ours}\n  theirs {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}
