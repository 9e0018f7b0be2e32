//! The schemas of a table's records, as the peer's connector makes them.

mod column;

use std::sync::Arc;

use becauselog_connect::{Field, Kind, Schema, Value};
use becauselog_model::{ColumnShape, TableShape};

use super::{DebeziumConfig, names::Names};

/// The schemas of one table's records.
#[derive(Debug, Clone)]
pub(crate) struct TableSchemas {
    /// Of keys; nothing for a table without a key.
    pub key: Option<Arc<Schema>>,
    /// Of values.
    pub envelope: Arc<Schema>,
}

impl TableSchemas {
    /// Makes them for a shape whose keys are these columns.
    pub(crate) fn of(shape: &TableShape, key: &[usize], names: &Names, config: &DebeziumConfig) -> Self {
        let prefix = names.schema_prefix(&shape.name);
        let field =
            |column: &ColumnShape, schema: Schema| Field::new(names.field(&column.name), Arc::new(schema));
        // A key is as it is, whatever is hidden in the row.
        let in_key = key.iter().filter_map(|index| shape.columns.get(*index));
        let in_key: Vec<Field> = in_key.map(|column| field(column, column::schema(column, config))).collect();
        let shown = shape.columns.iter().filter(|column| config.columns.shows(&shape.name, &column.name));
        let columns: Vec<Field> =
            shown.map(|column| field(column, column::in_row(&shape.name, column, config))).collect();
        let named =
            |fields, part: &str| Schema::structure(fields).named(names.adjusted(&format!("{prefix}.{part}")));
        let key = (!in_key.is_empty()).then(|| Arc::new(named(in_key, "Key")));
        let row = Arc::new(named(columns, "Value").optional());
        let name = names.adjusted(&format!("{prefix}.Envelope"));
        Self { key, envelope: Arc::new(envelope(row, name.into())) }
    }
}

fn envelope(row: Arc<Schema>, name: Arc<str>) -> Schema {
    let mut fields = vec![Field::new("before", Arc::clone(&row)), Field::new("after", row)];
    fields.push(Field::new("source", Arc::new(source())));
    fields.push(Field::new("transaction", Arc::new(transaction())));
    fields.push(required("op", Kind::String));
    fields.extend(["ts_ms", "ts_us", "ts_ns"].map(|name| optional(name, Kind::Int64)));
    Schema::structure(fields).named(name).versioned(2)
}

/// The block that says where a change comes from.
fn source() -> Schema {
    let snapshot = Schema::logical(Kind::String, "io.debezium.data.Enum")
        .with_parameter(
            "allowed",
            "true,first,first_in_data_collection,last_in_data_collection,last,false,incremental",
        )
        .with_default(Value::text("false"))
        .optional();
    let fields = vec![
        required("version", Kind::String),
        required("connector", Kind::String),
        required("name", Kind::String),
        required("ts_ms", Kind::Int64),
        Field::new("snapshot", Arc::new(snapshot)),
        required("db", Kind::String),
        optional("sequence", Kind::String),
        optional("ts_us", Kind::Int64),
        optional("ts_ns", Kind::Int64),
        optional("table", Kind::String),
        required("server_id", Kind::Int64),
        optional("gtid", Kind::String),
        required("file", Kind::String),
        required("pos", Kind::Int64),
        required("row", Kind::Int32),
        optional("thread", Kind::Int64),
        optional("query", Kind::String),
    ];
    Schema::structure(fields).named("io.debezium.connector.mysql.Source").versioned(1)
}

/// The block that says where in its transaction a change is.
fn transaction() -> Schema {
    let fields = vec![
        required("id", Kind::String),
        required("total_order", Kind::Int64),
        required("data_collection_order", Kind::Int64),
    ];
    Schema::structure(fields).named("event.block").versioned(1).optional()
}

fn required(name: &str, kind: Kind) -> Field {
    Field::new(name, Arc::new(Schema::new(kind)))
}

fn optional(name: &str, kind: Kind) -> Field {
    Field::new(name, Arc::new(Schema::new(kind).optional()))
}
