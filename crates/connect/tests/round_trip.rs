//! What the converter writes with schemas reads back as it was, whatever it is.

use std::sync::Arc;

use becauselog_connect::{
    Decimal, Field, JsonConfig, JsonConverter, Kind, Schema, Struct, Value, logical, read_message,
};
use proptest::prelude::*;

/// A schema and a value of it.
type Pair = (Schema, Value);

fn leaf() -> impl Strategy<Value = Pair> {
    let typed = |kind: Kind, value: Value| (Schema::new(kind), value);
    prop_oneof![
        any::<bool>().prop_map(move |v| typed(Kind::Boolean, Value::Boolean(v))),
        any::<i8>().prop_map(move |v| typed(Kind::Int8, Value::Int8(v))),
        any::<i16>().prop_map(move |v| typed(Kind::Int16, Value::Int16(v))),
        any::<i32>().prop_map(move |v| typed(Kind::Int32, Value::Int32(v))),
        any::<i64>().prop_map(move |v| typed(Kind::Int64, Value::Int64(v))),
        any::<u32>().prop_map(f32::from_bits).prop_map(move |v| typed(Kind::Float32, float(v))),
        any::<u64>().prop_map(f64::from_bits).prop_map(move |v| typed(Kind::Float64, double(v))),
        any::<String>().prop_map(move |v| typed(Kind::String, Value::text(v))),
        any::<Vec<u8>>().prop_map(move |v| typed(Kind::Bytes, Value::Bytes(v.into()))),
        (any::<i128>(), -5..40_i32).prop_map(|(unscaled, scale)| {
            (Schema::decimal(scale), Value::Decimal(Box::new(Decimal::new(unscaled.into(), scale))))
        }),
        (-100_000..100_000_i64).prop_map(|days| {
            (Schema::logical(Kind::Int32, logical::DATE), Value::Date(days * 86_400_000))
        }),
        any::<i64>().prop_map(|ms| (Schema::logical(Kind::Int64, logical::TIMESTAMP), Value::Date(ms))),
    ]
}

/// There is one NaN in the text.
fn float(value: f32) -> Value {
    Value::Float32(if value.is_nan() { f64::NAN as f32 } else { value })
}

fn double(value: f64) -> Value {
    Value::Float64(if value.is_nan() { f64::NAN } else { value })
}

fn described(pair: Pair, name: Option<String>, optional: bool, parameter: Option<(String, String)>) -> Pair {
    let (mut schema, value) = pair;
    schema.optional = optional;
    schema.doc = name.as_deref().map(Arc::from);
    if let Some((key, value)) = parameter.filter(|(key, _)| key != "scale") {
        schema = schema.with_parameter(key, value);
    }
    (schema, value)
}

fn pair() -> impl Strategy<Value = Pair> {
    let leaf = (leaf(), any::<Option<String>>(), any::<bool>(), any::<Option<(String, String)>>())
        .prop_map(|(pair, name, optional, parameter)| described(pair, name, optional, parameter));
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0..4_usize).prop_map(|((schema, value), times)| {
                (Schema::new(Kind::Array(Arc::new(schema))), Value::Array(vec![value; times]))
            }),
            (inner.clone(), any::<i32>()).prop_map(|((schema, value), key)| {
                let kind = Kind::Map(Arc::new(Schema::new(Kind::Int32)), Arc::new(schema));
                (Schema::new(kind), Value::Map(vec![(Value::Int32(key), value)]))
            }),
            (inner.clone(), any::<String>()).prop_map(|((schema, value), key)| {
                let kind = Kind::Map(Arc::new(Schema::new(Kind::String)), Arc::new(schema));
                (Schema::new(kind), Value::Map(vec![(Value::text(key), value)]))
            }),
            (prop::collection::vec(inner, 0..5), any::<bool>())
                .prop_map(|(pairs, null)| structure(pairs, null)),
        ]
    })
}

/// A struct of these, with a field that is null.
fn structure(pairs: Vec<Pair>, null: bool) -> Pair {
    let (mut fields, mut values) = (Vec::new(), Vec::new());
    for (at, (schema, value)) in pairs.into_iter().enumerate() {
        fields.push(Field::new(format!("f\"{at}"), Arc::new(schema)));
        values.push(value);
    }
    if null {
        fields.push(Field::new("null", Arc::new(Schema::new(Kind::Int8).optional())));
    }
    let schema = Schema::structure(fields).named("s").versioned(3);
    (schema.clone(), Struct::new(Arc::new(schema), values).unwrap().into())
}

proptest! {
    #[test]
    fn what_is_written_reads_back((schema, value) in pair()) {
        let schema = Arc::new(schema);
        prop_assert_eq!(value.check(&schema), Ok(()));
        let mut converter = JsonConverter::new(JsonConfig::default());
        let mut out = Vec::new();
        prop_assert_eq!(converter.write(&mut out, Some(&schema), &value), Ok(true));
        let (read_schema, read_value) = read_message(&out).unwrap();
        prop_assert_eq!(read_schema.as_deref(), Some(&*schema));
        prop_assert_eq!(&read_value, &value);
        let mut again = Vec::new();
        JsonConverter::new(JsonConfig::default()).write(&mut again, read_schema.as_ref(), &read_value).unwrap();
        prop_assert_eq!(again, out);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<Vec<u8>>(), json in "\\{\"schema\":\\{\"type\":\"(int8|struct|map|bytes)\".{0,40}") {
        prop_assert!(read_message(&text).is_err());
        // Whether it is taken does not matter here.
        drop(read_message(json.as_bytes()));
    }
}
