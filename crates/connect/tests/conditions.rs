//! `Filter` and `ContentBasedRouter` with conditions in CEL.

use std::sync::Arc;

use becauselog_connect::{Chain, Decimal, Field, Header, Kind, Record, Schema, Struct, Value};

const FILTER: &str = "io.debezium.transforms.Filter";
const ROUTER: &str = "io.debezium.transforms.ContentBasedRouter";

fn chain(class: &str, options: &[(&str, &str)]) -> Result<Chain, String> {
    let mut all =
        vec![("transforms".to_owned(), "f".to_owned()), ("transforms.f.type".to_owned(), class.to_owned())];
    all.extend(options.iter().map(|(key, value)| (format!("transforms.f.{key}"), (*value).to_owned())));
    Chain::from_config(&all).map_err(|errors| errors.to_string())
}

fn row(id: i64, name: Option<&str>) -> Value {
    let fields = vec![
        Field::new("id", Arc::new(Schema::new(Kind::Int64))),
        Field::new("name", Arc::new(Schema::new(Kind::String).optional())),
        Field::new("price", Arc::new(Schema::decimal(2))),
    ];
    let price = Value::Decimal(Box::new(Decimal::new(1250.into(), 2)));
    let values = vec![Value::Int64(id), name.map_or(Value::Null, Value::text), price];
    Struct::new(Arc::new(Schema::structure(fields).optional()), values).unwrap().into()
}

fn change(op: &str, after: Value) -> Record {
    let row_schema = Arc::clone(row(0, None).as_struct().unwrap().schema());
    let fields = vec![Field::new("after", row_schema), Field::new("op", Arc::new(Schema::new(Kind::String)))];
    let schema = Arc::new(Schema::structure(fields).named("t.Envelope").versioned(2));
    let value = Struct::new(Arc::clone(&schema), vec![after, Value::text(op)]).unwrap();
    let text = Some(Arc::new(Schema::new(Kind::String)));
    Record {
        topic: "srv.shop.orders".into(),
        key_schema: Some(Arc::new(Schema::new(Kind::Int64))),
        key: Value::Int64(7),
        value_schema: Some(schema),
        value: value.into(),
        headers: vec![Header { key: "kind".into(), schema: text, value: Value::text("vip") }],
        ..Record::default()
    }
}

fn keeps(condition: &str, record: Record) -> Result<bool, String> {
    let mut chain = chain(FILTER, &[("language", "cel"), ("condition", condition)])?;
    chain.apply(record).map(|kept| kept.is_some()).map_err(|error| error.to_string())
}

#[test]
fn conditions_see_the_record() {
    for (condition, kept) in [
        ("value.op == 'u' && value.after.id > 5", true),
        ("value.op == 'd' || value.after.id < 5", false),
        ("value.after.name == null", false),
        ("value.after.name.startsWith('sm') && size(value.after.name) == 5", true),
        ("value.after.name.matches('^s.*h$')", true),
        ("value.after.price >= 12.5 && value.after.price < 12.51", true),
        ("key == 7 && keySchema.type == 'INT64'", true),
        ("topic in ['srv.shop.orders', 'x']", true),
        ("header.kind.value == 'vip' && header.kind.schema.type == 'STRING'", true),
        ("has(header.other)", false),
        ("valueSchema.name == 't.Envelope' && valueSchema.version == 2", true),
        ("valueSchema.fields.exists(f, f == 'after')", true),
        ("value.after.id % 2 == 0 ? false : true", true),
    ] {
        assert_eq!(keeps(condition, change("u", row(9, Some("smith")))), Ok(kept), "{condition}");
    }
}

#[test]
fn nulls_are_handled_as_configured() {
    let tombstone = Record { value: Value::Null, value_schema: None, ..change("d", Value::Null) };
    for (mode, kept) in [("keep", true), ("drop", false), ("evaluate", true)] {
        let options = [("language", "cel"), ("condition", "value == null"), ("null.handling.mode", mode)];
        let kept_now = chain(FILTER, &options).unwrap().apply(tombstone.clone()).unwrap().is_some();
        assert_eq!(kept_now, kept, "{mode}");
    }
    let told = keeps("value.after.name == 'x'", change("d", Value::Null)).unwrap_err();
    assert!(told.starts_with("transforms.f: the expression"), "{told}");
}

#[test]
fn other_topics_pass() {
    let options = [("language", "cel"), ("condition", "false"), ("topic.regex", "other.*")];
    assert!(chain(FILTER, &options).unwrap().apply(change("u", Value::Null)).unwrap().is_some());
}

#[test]
fn records_go_to_the_topic_that_the_expression_names() {
    let route = |expression: &str, record| {
        let mut chain = chain(ROUTER, &[("language", "cel"), ("topic.expression", expression)]).unwrap();
        chain.apply(record).map(|record| record.unwrap().topic.to_string()).map_err(|error| error.to_string())
    };
    let expression = "value.op == 'u' ? 'updates.' + topic : null";
    assert_eq!(route(expression, change("u", Value::Null)).as_deref(), Ok("updates.srv.shop.orders"));
    assert_eq!(route(expression, change("c", Value::Null)).as_deref(), Ok("srv.shop.orders"));
    assert!(route("value.op == 'u'", change("u", Value::Null)).unwrap_err().contains("not a text"));
}

#[test]
fn a_condition_that_is_none_fails_without_a_value() {
    assert!(keeps("value.op", change("u", Value::Null)).unwrap_err().contains("not true or false"));
    let told = keeps("value.after.name > 5", change("u", row(1, Some("secret")))).unwrap_err();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn other_languages_are_refused_with_what_to_write() {
    let refused = |options: &[(&str, &str)]| chain(FILTER, options).unwrap_err();
    let told =
        refused(&[("language", "jsr223.groovy"), ("condition", "value.op == 'u' && value?.before?.id == 2")]);
    assert!(
        told.contains("write language=cel and condition=value.op == 'u' && value.before.id == 2"),
        "{told}"
    );
    let told = refused(&[("language", "jsr223.groovy"), ("condition", "value.after.list.any { it > 1 }")]);
    assert!(told.contains("the language is cel") && !told.contains("write language"), "{told}");
    let told = refused(&[("language", "cel"), ("condition", "value.op ==")]);
    assert!(told.contains("transforms.f.condition: is no CEL expression"), "{told}");
    let told = refused(&[("language", "cel"), ("condition", "valu.op == 'c'")]);
    assert!(told.contains("valu is not known") && told.contains("did you mean value?"), "{told}");
    let told = refused(&[("language", "cel")]);
    assert!(told.contains("transforms.f.condition: is required"), "{told}");
}
