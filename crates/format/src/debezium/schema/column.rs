//! A column's schema by its type and the modes.

use std::sync::Arc;

use becauselog_connect::{Field, Kind, Schema, logical};
use becauselog_model::{ColumnKind, ColumnShape, MariaDbType, TableName, Written};

use super::super::{BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, Rendering, TimePrecision};
use crate::{mask::schema_parameter, table::TakenFor, wkb};

/// The schema of a column's values.
pub(in super::super) fn schema(table: &TableName, column: &ColumnShape, config: &DebeziumConfig) -> Schema {
    // What cannot be converted was told before.
    let converted = config.converters.of(table, column).ok().flatten();
    let schema = converted.map_or_else(|| as_taken(column, config), |converted| converted.schema());
    let written = column.declared.as_ref().and_then(|declared| declared.written.as_ref());
    let comment = written.filter(|_| config.column_comments).and_then(|written| written.comment.clone());
    let schema = Schema { doc: comment.or_else(|| schema.doc.clone()), ..schema };
    if column.nullable { schema.optional() } else { schema }
}

/// The schema of a column's values in a row, where they may be masked.
pub(in super::super) fn in_row(table: &TableName, column: &ColumnShape, config: &DebeziumConfig) -> Schema {
    let schema = schema(table, column, config);
    match schema_parameter(&config.columns, table, column) {
        Some((name, value)) => schema.with_parameter(name, value),
        None => {
            let parameters = config.source_types.of(table, column);
            parameters.into_iter().fold(schema, |schema, (name, value)| schema.with_parameter(name, value))
        }
    }
}

fn as_taken(column: &ColumnShape, config: &DebeziumConfig) -> Schema {
    let taken_for = if config.rendering == Rendering::Peer { taken_for(column) } else { None };
    match taken_for {
        Some(TakenFor::Boolean) => Schema::new(Kind::Boolean),
        Some(TakenFor::Float) => Schema::new(Kind::Float32),
        Some(TakenFor::Double) => Schema::new(Kind::Float64),
        Some(TakenFor::Text) => Schema::new(Kind::String),
        None if is_json_text(column) => of_kind(&ColumnKind::Json, config),
        None => of_kind(&column.kind, config),
    }
}

/// Whether a text was declared as JSON, which is how MariaDB keeps it.
fn is_json_text(column: &ColumnShape) -> bool {
    let written = column.declared.as_ref().and_then(|declared| declared.written.as_ref());
    matches!(column.kind, ColumnKind::Text { .. })
        && written.is_some_and(|written| &*written.type_name == "JSON")
}

/// What the peer takes a column for by its declaration, where it is not what the server has.
pub(in super::super) fn taken_for(column: &ColumnShape) -> Option<TakenFor> {
    let declared = column.declared.as_deref()?;
    let first = |written: &Written| written.type_name.split(' ').next().map(str::to_owned);
    let word = declared.written.as_ref().and_then(first).unwrap_or_default();
    match (&column.kind, word.as_str()) {
        (ColumnKind::TinyInt { .. }, "BOOL" | "BOOLEAN") => Some(TakenFor::Boolean),
        (ColumnKind::Double, "REAL") => Some(TakenFor::Float),
        (
            ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } | ColumnKind::Blob { .. },
            "CHAR" | "CHARACTER" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT",
        ) => Some(TakenFor::Text),
        (ColumnKind::Float, _) if declared.column_type.contains(',') => Some(TakenFor::Double),
        _ => None,
    }
}

fn of_kind(kind: &ColumnKind, config: &DebeziumConfig) -> Schema {
    match kind {
        ColumnKind::TinyInt { .. } | ColumnKind::SmallInt { unsigned: false } => Schema::new(Kind::Int16),
        ColumnKind::SmallInt { unsigned: true }
        | ColumnKind::MediumInt { .. }
        | ColumnKind::Int { unsigned: false } => Schema::new(Kind::Int32),
        ColumnKind::BigInt { unsigned: true } if config.bigint_unsigned == BigintUnsigned::Precise => {
            decimal(20, 0)
        }
        ColumnKind::Int { unsigned: true } | ColumnKind::BigInt { .. } => Schema::new(Kind::Int64),
        ColumnKind::Float => Schema::new(Kind::Float32),
        ColumnKind::Double => Schema::new(Kind::Float64),
        ColumnKind::Decimal { precision, scale } => match config.decimal {
            DecimalMode::Precise => decimal(*precision, *scale),
            DecimalMode::Double => Schema::new(Kind::Float64),
            DecimalMode::String => Schema::new(Kind::String),
        },
        ColumnKind::Bit { width: 0 | 1 } => Schema::new(Kind::Boolean),
        ColumnKind::Bit { width } => {
            Schema::logical(Kind::Bytes, "io.debezium.data.Bits").with_parameter("length", width.to_string())
        }
        ColumnKind::Year => Schema::logical(Kind::Int32, "io.debezium.time.Year"),
        ColumnKind::Date => date(config.time_precision),
        ColumnKind::Time { fsp } => time(config.time_precision, *fsp),
        ColumnKind::Datetime { fsp } => datetime(config.time_precision, *fsp),
        ColumnKind::Timestamp { .. } => Schema::logical(Kind::String, "io.debezium.time.ZonedTimestamp"),
        ColumnKind::Char { .. } | ColumnKind::VarChar { .. } | ColumnKind::Text { .. } => {
            Schema::new(Kind::String)
        }
        ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } | ColumnKind::Blob { .. } => {
            Schema::new(if config.binary == BinaryMode::Bytes { Kind::Bytes } else { Kind::String })
        }
        ColumnKind::Enum { values } => choice("io.debezium.data.Enum", values),
        ColumnKind::Set { values } => choice("io.debezium.data.EnumSet", values),
        ColumnKind::Json => Schema::logical(Kind::String, "io.debezium.data.Json"),
        ColumnKind::Geometry { subtype: wkb::POINT } => point(),
        ColumnKind::Geometry { .. } => geometry(),
        ColumnKind::MariaDb(MariaDbType::Uuid) => Schema::logical(Kind::String, "io.debezium.data.Uuid"),
        ColumnKind::MariaDb(MariaDbType::Inet4 | MariaDbType::Inet6) => Schema::new(Kind::String),
        ColumnKind::Vector { .. } => {
            let items = Arc::new(Schema::new(Kind::Float32));
            Schema::logical(Kind::Array(items), "io.debezium.data.FloatVector")
        }
    }
}

fn decimal(precision: u8, scale: u8) -> Schema {
    Schema::decimal(scale.into()).with_parameter("connect.decimal.precision", precision.to_string())
}

fn date(mode: TimePrecision) -> Schema {
    match mode {
        TimePrecision::Connect => Schema::logical(Kind::Int32, logical::DATE),
        TimePrecision::IsoString => Schema::logical(Kind::String, "io.debezium.time.IsoDate"),
        _ => Schema::logical(Kind::Int32, "io.debezium.time.Date"),
    }
}

fn time(mode: TimePrecision, fsp: u8) -> Schema {
    match mode {
        TimePrecision::Connect => Schema::logical(Kind::Int32, logical::TIME),
        TimePrecision::IsoString => Schema::logical(Kind::String, "io.debezium.time.IsoTime"),
        TimePrecision::Nanoseconds => Schema::logical(Kind::Int64, "io.debezium.time.NanoTime"),
        TimePrecision::Adaptive if fsp <= 3 => Schema::logical(Kind::Int32, "io.debezium.time.Time"),
        _ => Schema::logical(Kind::Int64, "io.debezium.time.MicroTime"),
    }
}

fn datetime(mode: TimePrecision, fsp: u8) -> Schema {
    match mode {
        TimePrecision::Connect => Schema::logical(Kind::Int64, logical::TIMESTAMP),
        TimePrecision::IsoString => Schema::logical(Kind::String, "io.debezium.time.IsoTimestamp"),
        TimePrecision::Nanoseconds => Schema::logical(Kind::Int64, "io.debezium.time.NanoTimestamp"),
        TimePrecision::Microseconds => Schema::logical(Kind::Int64, "io.debezium.time.MicroTimestamp"),
        _ if fsp <= 3 => Schema::logical(Kind::Int64, "io.debezium.time.Timestamp"),
        _ => Schema::logical(Kind::Int64, "io.debezium.time.MicroTimestamp"),
    }
}

/// The texts in a list with commas, commas in them with a backslash.
fn choice(name: &str, texts: &[Arc<str>]) -> Schema {
    let texts: Vec<String> = texts.iter().map(|text| text.replace(',', "\\,")).collect();
    Schema::logical(Kind::String, name).with_parameter("allowed", texts.join(","))
}

fn geometry() -> Schema {
    let fields = vec![field("wkb", Schema::new(Kind::Bytes)), srid()];
    documented(fields, "io.debezium.data.geometry.Geometry", "Geometry")
}

fn point() -> Schema {
    let fields = vec![
        field("x", Schema::new(Kind::Float64)),
        field("y", Schema::new(Kind::Float64)),
        field("wkb", Schema::new(Kind::Bytes).optional()),
        srid(),
    ];
    documented(fields, "io.debezium.data.geometry.Point", "Geometry (POINT)")
}

fn srid() -> Field {
    field("srid", Schema::new(Kind::Int32).optional())
}

fn field(name: &str, schema: Schema) -> Field {
    Field::new(name, Arc::new(schema))
}

fn documented(fields: Vec<Field>, name: &str, doc: &str) -> Schema {
    Schema { doc: Some(doc.into()), ..Schema::logical(Kind::Struct(fields), name) }
}
