//! How long a record takes: `cargo run --release -p becauselog-connect --example apply`.

use std::sync::Arc;
use std::time::Instant;

use becauselog_connect::{Chain, Field, JsonConfig, JsonConverter, Kind, Record, Schema, Struct, Value};

const RECORDS: u32 = 500_000;

fn schemas() -> (Arc<Schema>, Arc<Schema>) {
    let columns = (0..12).map(|at| {
        let kind = if at % 2 == 0 { Kind::Int64 } else { Kind::String };
        Field::new(format!("column_{at}"), Arc::new(Schema::new(kind).optional()))
    });
    let row = Arc::new(Schema::structure(columns.collect()).optional().named("srv.shop.orders.Value"));
    let text = Arc::new(Schema::new(Kind::String));
    let source =
        Schema::structure(["version", "table"].map(|name| Field::new(name, Arc::clone(&text))).to_vec());
    let fields = vec![
        Field::new("before", Arc::clone(&row)),
        Field::new("after", Arc::clone(&row)),
        Field::new("source", Arc::new(source)),
        Field::new("op", text),
    ];
    (row, Arc::new(Schema::structure(fields).named("srv.shop.orders.Envelope").versioned(2)))
}

fn record(row: &Arc<Schema>, envelope: &Arc<Schema>, id: i64) -> Option<Record> {
    let columns =
        (0..12).map(|at| if at % 2 == 0 { Value::Int64(id) } else { Value::text("some text of a column") });
    let source_schema = Arc::clone(&envelope.field("source")?.schema);
    let source = Struct::new(source_schema, vec![Value::text("3.6.1"), Value::text("orders")]).ok()?;
    let after = Struct::new(Arc::clone(row), columns.collect()).ok()?;
    let values = vec![Value::Null, after.into(), source.into(), Value::text("c")];
    let value = Struct::new(Arc::clone(envelope), values).ok()?;
    Some(Record {
        topic: "srv.shop.orders".into(),
        value_schema: Some(Arc::clone(envelope)),
        value: value.into(),
        ..Record::default()
    })
}

fn measure(name: &str, options: &[(&str, &str)], schemas_on: bool) -> Result<(), Box<dyn std::error::Error>> {
    let options: Vec<_> =
        options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let mut chain = Chain::from_config(&options)?;
    let mut converter = JsonConverter::new(JsonConfig { schemas: schemas_on, ..JsonConfig::default() });
    let (row, envelope) = schemas();
    let mut out = Vec::new();
    let start = Instant::now();
    let mut bytes = 0;
    for id in 0..RECORDS {
        let record = record(&row, &envelope, id.into()).ok_or("a record that does not fit its schema")?;
        out.clear();
        if let Some(record) = chain.apply(record)? {
            converter.write(&mut out, record.value_schema.as_ref(), &record.value)?;
            bytes += out.len();
        }
    }
    let each = start.elapsed() / RECORDS;
    println!("{name}: {each:?} a record, {} bytes each", bytes / RECORDS as usize);
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const UNWRAP: [(&str, &str); 3] = [
        ("transforms", "u"),
        ("transforms.u.type", "io.debezium.transforms.ExtractNewRecordState"),
        ("transforms.u.add.fields", "op,table"),
    ];
    const FILTER: [(&str, &str); 4] = [
        ("transforms", "f"),
        ("transforms.f.type", "io.debezium.transforms.Filter"),
        ("transforms.f.language", "cel"),
        ("transforms.f.condition", "value.op == 'c' && value.after.column_0 >= 0"),
    ];
    measure("no transforms", &[], false)?;
    measure("no transforms, schemas", &[], true)?;
    measure("unwrapped", &UNWRAP, false)?;
    measure("unwrapped, schemas", &UNWRAP, true)?;
    measure("a condition in CEL", &FILTER, false)
}
