//! One table, readable or as JSON.

use std::fmt::Write as _;

use becauselog_model::TableName;
use becauselog_schema::{ColumnDefinition, Generated, Known, TableDefinition};
use serde_json::{Value, json};

/// A table as one line of JSON.
pub fn as_json(name: &TableName, known: &Known) -> Value {
    match known {
        Known::Dropped => json!({"database": &*name.database, "table": &*name.table, "dropped": true}),
        Known::Doubtful(doubt) => {
            json!({"database": &*name.database, "table": &*name.table, "doubt": doubt.to_string()})
        }
        Known::Table(table) => json!({
            "database": &*name.database,
            "table": &*name.table,
            "collation": table.collation.name(),
            "columns": table.columns.iter().map(column_as_json).collect::<Vec<_>>(),
            "primary_key": names(&table.primary_key),
            "key": table.key().map(|key| key.iter().map(ToString::to_string).collect::<Vec<_>>()),
        }),
    }
}

fn names(names: &[std::sync::Arc<str>]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

fn column_as_json(column: &ColumnDefinition) -> Value {
    let collation = column.data_type.collation();
    json!({
        "name": &*column.name,
        "type": column.data_type.to_string(),
        "character_set": collation.map(|collation| collation.charset()),
        "collation": collation.map(|collation| collation.name()),
        "nullable": column.nullable,
        "visible": column.visible,
        "generated": column.generated != Generated::No,
    })
}

/// A table as lines for a reader.
pub fn readable(name: &TableName, known: &Known) -> String {
    let mut out = format!("{name}");
    // Writing to a `String` cannot fail.
    match known {
        Known::Dropped => out.push_str("  dropped\n"),
        Known::Doubtful(doubt) => drop(writeln!(out, "  not known: {doubt}")),
        Known::Table(table) => {
            let _written = writeln!(out, "  {}", table.collation.name());
            for line in lines(table) {
                let _written = writeln!(out, "  {line}");
            }
            let key = table.key().unwrap_or_default();
            let key = if key.is_empty() { "none".to_owned() } else { names(&key).join(", ") };
            let _written = writeln!(out, "  key: {key}");
        }
    }
    out
}

/// A line for each column.
pub fn lines(table: &TableDefinition) -> Vec<String> {
    table.columns.iter().map(line).collect()
}

fn line(column: &ColumnDefinition) -> String {
    let mut line = format!("`{}` {}", column.name, column.data_type);
    if let Some(collation) = column.data_type.collation() {
        line.push(' ');
        line.push_str(collation.name());
    }
    line.push_str(if column.nullable { "" } else { " not null" });
    line.push_str(if column.visible { "" } else { " invisible" });
    line.push_str(if column.generated == Generated::No { "" } else { " generated" });
    line
}
