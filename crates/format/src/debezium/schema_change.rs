//! Schema changes: a record for each statement that changed tables, with what they are now.

use std::sync::Arc;

use becauselog_connect::{Field, Kind, Schema};
use becauselog_model::{EncodedBatch, Flavor, TableName};

use super::{
    DebeziumConfig, TsSource,
    beside::{Beside, Told},
    connect::Connect,
    declared::{ChangeKind, DeclaredColumn, DeclaredTable, SchemaChange},
    names::Names,
    schema::{TableSchemas, of_connector, optional, required, source},
    source::{Origin, push_block},
    transaction::Making,
};
use crate::{
    DdlChange, FormatError,
    records::Id,
    text::{self, string},
};

/// `include.schema.changes` and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaChangeConfig {
    /// `include.schema.comments`: comments of tables and columns are told.
    pub comments: bool,
}

/// Their topic.
#[derive(Debug)]
pub(super) struct SchemaChanges {
    topic: Beside,
    comments: bool,
    snapshot_is_null: bool,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl SchemaChanges {
    pub(super) fn new(
        wanted: SchemaChangeConfig,
        config: &DebeziumConfig,
        connect: &Connect,
    ) -> Result<Self, FormatError> {
        let topic =
            Beside::new(Names::new(config).alone(), schemas(config.flavor.unwrap_or_default()), connect)?
                .with_headers();
        let snapshot_is_null = !connect.fills_defaults();
        Ok(Self { topic, comments: wanted.comments, snapshot_is_null, key: Vec::new(), value: Vec::new() })
    }

    /// Appends the record of the change with this number among those of its statement.
    pub(super) fn tell(
        &mut self,
        config: &DebeziumConfig,
        ddl: &DdlChange<'_>,
        (number, change): (usize, &SchemaChange),
        now_ns: u64,
        way: Making<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.key.clear();
        self.key.extend_from_slice(b"{\"databaseName\":");
        string::quoted(&mut self.key, &change.database);
        self.key.push(b'}');
        let origin = Origin::of_statement(config, ddl, &change.database, change.source_tables.as_deref());
        let now_ms = match config.ts {
            TsSource::Processing => now_ns / 1_000_000,
            TsSource::Commit => ddl.committed_ns() / 1_000_000,
        };
        self.value.clear();
        self.value.extend_from_slice(b"{\"source\":");
        push_block(&mut self.value, config, self.snapshot_is_null, &origin);
        self.value.extend_from_slice(b",\"ts_ms\":");
        text::uint(&mut self.value, now_ms);
        self.value.extend_from_slice(b",\"databaseName\":");
        string::quoted(&mut self.value, &change.database);
        self.value.extend_from_slice(b",\"schemaName\":null,\"ddl\":");
        string::quoted(&mut self.value, &change.statement);
        self.value.extend_from_slice(b",\"tableChanges\":[");
        push_change(&mut self.value, &change.kind, self.comments);
        self.value.extend_from_slice(b"]}");
        way.records.of(ddl.transaction);
        let name = format!("ddl/{number}");
        let told =
            Told { id: Id::OfTransaction(&name), partition: Some(0), key: &self.key, value: &self.value };
        self.topic.tell(&told, way.records, way.connect, way.through, out)
    }
}

fn push_change(out: &mut Vec<u8>, kind: &ChangeKind, comments: bool) {
    match kind {
        ChangeKind::Create(table) => push_table(out, "CREATE", table, comments),
        ChangeKind::Alter(table) => push_table(out, "ALTER", table, comments),
        ChangeKind::Drop(name) => {
            open_change(out, "DROP", name);
            out.extend_from_slice(b"null}");
        }
        ChangeKind::Truncate(_) | ChangeKind::Database | ChangeKind::Nothing => {}
    }
}

/// `{"type":"DROP","id":"\"db\".\"table\"","table":`
fn open_change(out: &mut Vec<u8>, kind: &str, name: &TableName) {
    out.extend_from_slice(b"{\"type\":");
    string::quoted(out, kind);
    out.extend_from_slice(b",\"id\":");
    let quoted = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    string::quoted(out, &format!("{}.{}", quoted(&name.database), quoted(&name.table)));
    out.extend_from_slice(b",\"table\":");
}

fn push_table(out: &mut Vec<u8>, kind: &str, table: &DeclaredTable, comments: bool) {
    open_change(out, kind, &table.name);
    out.extend_from_slice(b"{\"defaultCharsetName\":");
    text_or_null(out, table.charset.as_deref());
    out.extend_from_slice(b",\"primaryKeyColumnNames\":");
    texts(out, &table.key);
    out.extend_from_slice(b",\"columns\":[");
    for (index, column) in table.columns.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_column(out, column, index.saturating_add(1), comments);
    }
    out.extend_from_slice(b"],\"comment\":");
    text_or_null(out, table.comment.as_deref().filter(|_| comments));
    out.extend_from_slice(b"}}");
}

fn push_column(out: &mut Vec<u8>, column: &DeclaredColumn, position: usize, comments: bool) {
    out.extend_from_slice(b"{\"name\":");
    string::quoted(out, &column.name);
    out.extend_from_slice(b",\"jdbcType\":");
    text::int(out, column.jdbc_type.into());
    out.extend_from_slice(b",\"nativeType\":null,\"typeName\":");
    string::quoted(out, &column.type_name);
    out.extend_from_slice(b",\"typeExpression\":");
    string::quoted(out, &column.type_name);
    out.extend_from_slice(b",\"charsetName\":");
    text_or_null(out, column.charset.as_deref());
    for (name, number) in [(",\"length\":", column.length), (",\"scale\":", column.scale)] {
        out.extend_from_slice(name.as_bytes());
        match number {
            Some(number) => text::int(out, number.into()),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.extend_from_slice(b",\"position\":");
    text::uint(out, position as u64);
    for (name, flag) in [
        (",\"optional\":", column.optional),
        (",\"autoIncremented\":", column.auto_incremented),
        (",\"generated\":", column.generated),
    ] {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(if flag { b"true" } else { b"false" });
    }
    out.extend_from_slice(b",\"comment\":");
    text_or_null(out, column.comment.as_deref().filter(|_| comments));
    out.extend_from_slice(b",\"defaultValueExpression\":");
    text_or_null(out, column.default.as_deref());
    out.extend_from_slice(b",\"enumValues\":");
    if column.enum_values.is_empty() {
        out.extend_from_slice(b"null");
    } else {
        texts(out, &column.enum_values);
    }
    out.push(b'}');
}

fn text_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => string::quoted(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

fn texts(out: &mut Vec<u8>, texts: &[Arc<str>]) {
    out.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string::quoted(out, text);
    }
    out.push(b']');
}

fn schemas(flavor: Flavor) -> TableSchemas {
    let structure = |fields, name: &str| Schema::structure(fields).named(name.to_owned()).versioned(1);
    let list = |items| Kind::Array(Arc::new(items));
    let texts = || list(Schema::new(Kind::String));
    let column = vec![
        required("name", Kind::String),
        required("jdbcType", Kind::Int32),
        optional("nativeType", Kind::Int32),
        required("typeName", Kind::String),
        optional("typeExpression", Kind::String),
        optional("charsetName", Kind::String),
        optional("length", Kind::Int32),
        optional("scale", Kind::Int32),
        required("position", Kind::Int32),
        optional("optional", Kind::Boolean),
        optional("autoIncremented", Kind::Boolean),
        optional("generated", Kind::Boolean),
        optional("comment", Kind::String),
        optional("defaultValueExpression", Kind::String),
        optional("enumValues", texts()),
    ];
    let table = vec![
        optional("defaultCharsetName", Kind::String),
        optional("primaryKeyColumnNames", texts()),
        required("columns", list(structure(column, "io.debezium.connector.schema.Column"))),
        optional("comment", Kind::String),
    ];
    let table = structure(table, "io.debezium.connector.schema.Table").optional();
    let change = vec![
        required("type", Kind::String),
        required("id", Kind::String),
        Field::new("table", Arc::new(table)),
    ];
    let value = vec![
        Field::new("source", Arc::new(source(flavor))),
        required("ts_ms", Kind::Int64),
        optional("databaseName", Kind::String),
        optional("schemaName", Kind::String),
        optional("ddl", Kind::String),
        required("tableChanges", list(structure(change, "io.debezium.connector.schema.Change"))),
    ];
    let key = vec![required("databaseName", Kind::String)];
    TableSchemas {
        key: Some(Arc::new(structure(key, &of_connector(flavor, "SchemaChangeKey")))),
        envelope: Arc::new(structure(value, &of_connector(flavor, "SchemaChangeValue"))),
    }
}
