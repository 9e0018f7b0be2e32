//! What is made once for a table: its texts, and its schemas where they are wanted.

use becauselog_connect::{Converter, DataError, Schema};
use becauselog_model::TableShape;

use super::{
    DebeziumConfig, Rendering,
    connect::{Connect, Way},
    names::Names,
    schema::{TableSchemas, default},
};
use crate::{FormatError, table::Table};

/// A table's constant texts and schemas.
#[derive(Debug)]
pub(super) struct Prepared {
    pub texts: Table,
    /// The key's columns.
    pub key: Vec<usize>,
    /// What stands before each key: nothing, or its schema.
    pub key_opening: Box<[u8]>,
    /// What stands before each value: nothing, or its schema.
    pub value_opening: Box<[u8]>,
    /// For records that go through transforms and converters.
    pub schemas: Option<TableSchemas>,
}

impl Prepared {
    pub(super) fn of(
        shape: &TableShape,
        config: &DebeziumConfig,
        connect: &Connect,
    ) -> Result<Self, FormatError> {
        let names = Names::new(config);
        let key = shape.key.clone().unwrap_or_default();
        // The peer keeps an ENUM's texts in a list with commas, and commas in them with a backslash.
        let comma = if config.rendering == Rendering::Peer { "\\," } else { "," };
        let called = |name: &str| names.field(name).into_owned();
        let texts = Table::prepare(shape, names.topic(&shape.name), &key, called, comma)
            .with_rules(&config.columns, shape);
        let columns = shape.columns.iter().zip(&texts.columns);
        let defaults: Vec<_> = columns.map(|(shape, column)| default::text(shape, column, config)).collect();
        let mut prepared =
            Self { texts, key, key_opening: Box::default(), value_opening: Box::default(), schemas: None };
        let way = connect.way();
        if way != Way::Records && connect.fills_defaults() {
            for (column, default) in prepared.texts.columns.iter_mut().zip(&defaults) {
                column.default = default.as_deref().map(Box::from);
            }
        }
        if way == Way::Plain {
            return Ok(prepared);
        }
        let schemas = TableSchemas::of(shape, &prepared.key, &names, config, &defaults);
        let failed = |source| FormatError::Connect { table: shape.name.clone(), source };
        match way {
            Way::Plain => {}
            Way::Schemas { key, value } => {
                if let Some(schema) = schemas.key.as_ref().filter(|_| key) {
                    prepared.key_opening = opening(&connect.key, schema).map_err(failed)?;
                }
                if value {
                    prepared.value_opening = opening(&connect.value, &schemas.envelope).map_err(failed)?;
                }
            }
            Way::Records => prepared.schemas = Some(schemas),
        }
        Ok(prepared)
    }
}

/// `{"schema":…,"payload":`
fn opening(converter: &Converter, schema: &Schema) -> Result<Box<[u8]>, DataError> {
    let mut out = b"{\"schema\":".to_vec();
    if let Converter::Json(json) = converter {
        json.write_schema(&mut out, schema)?;
    }
    out.extend_from_slice(b",\"payload\":");
    Ok(out.into())
}
