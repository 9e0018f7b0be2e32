//! How a chain is read from a connector's properties, and what it says when it cannot.

use becauselog_connect::{Chain, Record, Value};

fn properties(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn problems(pairs: &[(&str, &str)]) -> String {
    Chain::from_config(&properties(pairs)).unwrap_err().to_string()
}

const ROUTER: &str = "org.apache.kafka.connect.transforms.RegexRouter";

#[test]
fn without_transforms_the_chain_is_empty() {
    let mut chain = Chain::from_config(&properties(&[("name", "x"), ("transformsome", "y")])).unwrap();
    assert!(chain.is_empty());
    let record = Record { topic: "t".into(), value: Value::Int32(1), ..Record::default() };
    assert_eq!(chain.apply(record.clone()).unwrap(), Some(record));
}

#[test]
fn an_unknown_class_is_told_with_the_nearest_and_all_that_are_known() {
    let told = problems(&[
        ("transforms", "a, b"),
        ("transforms.a.type", "io.debezium.transforms.ExtractNewRecordStat"),
        ("transforms.b.type", "com.example.Mine$Value"),
    ]);
    assert!(
        told.contains("transforms.a.type: io.debezium.transforms.ExtractNewRecordStat is not known"),
        "{told}"
    );
    assert!(told.contains("did you mean io.debezium.transforms.ExtractNewRecordState?"), "{told}");
    assert!(told.contains("transforms.b.type: com.example.Mine$Value is not known; known are"), "{told}");
    assert!(told.contains("org.apache.kafka.connect.transforms.Cast$Key"), "{told}");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let told = problems(&[
        ("transforms", "a,b"),
        ("transforms.a.type", ROUTER),
        ("transforms.a.regexp", "x"),
        ("transforms.b.type", "io.debezium.transforms.ExtractNewRecordState"),
        ("transforms.b.delete.tombstone.handling.mode", "keep"),
        ("transforms.b.predicate", "none"),
        ("transforms.unused.type", ROUTER),
        ("predicates.p.type", "x"),
    ]);
    for part in [
        "transforms.a.regex: is required",
        "transforms.a.replacement: is required",
        "transforms.a.regexp: is not known; did you mean transforms.a.regex?",
        "transforms.b.delete.tombstone.handling.mode: \"keep\" is none of drop, tombstone,",
        "transforms.b.predicate: \"none\" is not in the list predicates",
        "transforms.unused.type: has no effect",
        "predicates.p.type: has no effect",
    ] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
}

#[test]
fn options_of_earlier_versions_are_passed_over_and_told() {
    let pairs = [
        ("transforms", "b"),
        ("transforms.b.type", "io.debezium.transforms.ExtractNewRecordState"),
        ("transforms.b.drop.tombstones", "false"),
        ("transforms.b.delete.handling.mode", "rewrite"),
    ];
    let chain = Chain::from_config(&properties(&pairs)).unwrap();
    let told: Vec<_> = chain.passed_over().iter().map(|one| (&*one.key, &*one.problem)).collect();
    let problem = "has no effect, as in Debezium 3.6: delete.tombstone.handling.mode alone counts; what is written here \
                   meant rewrite-with-tombstone";
    assert_eq!(
        told,
        [("transforms.b.drop.tombstones", problem), ("transforms.b.delete.handling.mode", problem)]
    );
}

#[test]
fn lists_and_predicates_are_checked() {
    let told = problems(&[
        ("transforms", "a,a"),
        ("transforms.a.type", ROUTER),
        ("transforms.a.regex", "x"),
        ("transforms.a.replacement", "$7"),
        ("transforms.a.negate", "yes"),
        ("predicates", "p,q"),
        ("predicates.p.type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatch"),
        ("predicates.q.type", "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"),
        ("predicates.q.pattern", "x"),
    ]);
    for part in [
        "transforms: \"a\" is in the list twice",
        "transforms.a.replacement: there is no group 7",
        "transforms.a.negate: \"yes\" is neither true nor false",
        "transforms.a.negate: has no effect without a predicate",
        "did you mean org.apache.kafka.connect.transforms.predicates.TopicNameMatches?",
        "predicates.q.pattern: is not known",
    ] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
}

#[test]
fn a_failure_names_the_transform_and_no_value() {
    let config = properties(&[
        ("transforms", "key"),
        ("transforms.key.type", "org.apache.kafka.connect.transforms.ValueToKey"),
        ("transforms.key.fields", "id"),
    ]);
    let record = Record { topic: "t".into(), value: Value::text("secret"), ..Record::default() };
    let told = Chain::from_config(&config).unwrap().apply(record).unwrap_err().to_string();
    assert!(told.starts_with("transforms.key: ") && !told.contains("secret"), "{told}");
}

#[test]
fn converters_are_read_by_class() {
    use becauselog_connect::Converter;
    let read = |pairs: &[(&str, &str)]| {
        Converter::from_properties("key.converter", &properties(pairs)).map_err(|errors| errors.to_string())
    };
    const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
    assert!(read(&[("value.converter", JSON)]).unwrap().is_none());
    let mut json =
        read(&[("key.converter", JSON), ("key.converter.schemas.enable", "false")]).unwrap().unwrap();
    let schema = std::sync::Arc::new(becauselog_connect::Schema::new(becauselog_connect::Kind::Int32));
    let mut out = Vec::new();
    assert_eq!(json.write(&mut out, Some(&schema), &Value::Int32(5)), Ok(true));
    assert_eq!(out, b"5");
    for (pairs, part) in [
        (
            &[("key.converter", JSON), ("key.converter.schema.enable", "true")][..],
            "did you mean key.converter.schemas.enable?",
        ),
        (
            &[("key.converter", JSON), ("key.converter.decimal.format", "TEXT")][..],
            "is none of BASE64, NUMERIC",
        ),
        (
            &[("key.converter", "io.confluent.connect.avro.AvroConverter")][..],
            "key.converter: \"io.confluent",
        ),
        (&[("key.converter.schemas.enable", "true")][..], "has no effect without key.converter"),
    ] {
        let told = read(pairs).unwrap_err();
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
}

#[test]
fn a_chain_may_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Chain::default());
}
