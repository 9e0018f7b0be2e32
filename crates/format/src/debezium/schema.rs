//! The schemas of a table's records, as the peer's connector makes them.

pub(super) mod column;
pub(super) mod default;

use std::sync::Arc;

use becauselog_connect::{DataError, Field, Kind, Schema, Value, read_payload};
use becauselog_model::{ColumnShape, Flavor, TableShape};

use super::{DebeziumConfig, names::Names, source::connector};

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
    ///
    /// `key_field`: one more field of the key; `defaults`: for each column its default as JSON.
    pub(crate) fn of(
        shape: &TableShape,
        key: &[usize],
        key_field: Option<&str>,
        names: &Names<'_>,
        config: &DebeziumConfig,
        defaults: &[Option<Vec<u8>>],
    ) -> Result<Self, DataError> {
        let prefix = names.schema_prefix(&shape.name)?;
        let field =
            |column: &ColumnShape, schema: Schema| Field::new(names.field(&column.name), Arc::new(schema));
        // A key is as it is, whatever is hidden in the row.
        let of = |index: usize| {
            let default = defaults.get(index).and_then(Option::as_deref);
            shape.columns.get(index).map(|column| (column, default))
        };
        let in_key = key.iter().filter_map(|index| of(*index));
        let in_key: Vec<Field> = in_key
            .map(|(column, default)| {
                field(column, with_default(column::schema(&shape.name, column, config), default))
            })
            .chain(key_field.map(|name| required(name, Kind::String)))
            .collect();
        let all = (0..shape.columns.len()).filter_map(of);
        let shown = all.filter(|(column, _)| config.columns.shows(&shape.name, &column.name));
        let in_row = |(column, default)| {
            field(column, with_default(column::in_row(&shape.name, column, config), default))
        };
        let columns: Vec<Field> = shown.map(in_row).collect();
        let named =
            |fields, part: &str| Schema::structure(fields).named(names.adjusted(&format!("{prefix}.{part}")));
        let key = (!in_key.is_empty()).then(|| Arc::new(named(in_key, "Key")));
        let row = Arc::new(named(columns, "Value").optional());
        let name = names.adjusted(&format!("{prefix}.Envelope"));
        Ok(Self { key, envelope: Arc::new(envelope(row, name.into(), config.flavor.unwrap_or_default())) })
    }
}

/// A default that does not fit its column is none.
fn with_default(schema: Schema, default: Option<&[u8]>) -> Schema {
    let schema = Arc::new(schema);
    let read = default.and_then(|text| read_payload(&schema, text).ok()).filter(|value| !value.is_null());
    let schema = Arc::unwrap_or_clone(schema);
    match read {
        Some(value) => schema.with_default(value),
        None => schema,
    }
}

fn envelope(row: Arc<Schema>, name: Arc<str>, flavor: Flavor) -> Schema {
    let mut fields = vec![Field::new("before", Arc::clone(&row)), Field::new("after", row)];
    fields.push(Field::new("source", Arc::new(source(flavor))));
    fields.push(Field::new("transaction", Arc::new(transaction())));
    fields.push(required("op", Kind::String));
    fields.extend(["ts_ms", "ts_us", "ts_ns"].map(|name| optional(name, Kind::Int64)));
    Schema::structure(fields).named(name).versioned(2)
}

/// The name of a schema that each connector has of its own.
pub(super) fn of_connector(flavor: Flavor, name: &str) -> String {
    format!("io.debezium.connector.{}.{name}", connector(flavor))
}

/// The block that says where a change comes from.
pub(super) fn source(flavor: Flavor) -> Schema {
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
    Schema::structure(fields).named(of_connector(flavor, "Source")).versioned(1)
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

pub(super) fn required(name: &str, kind: Kind) -> Field {
    Field::new(name, Arc::new(Schema::new(kind)))
}

pub(super) fn optional(name: &str, kind: Kind) -> Field {
    Field::new(name, Arc::new(Schema::new(kind).optional()))
}
