//! What is made once for a table: its texts, and its schemas where they are wanted.

use std::sync::Arc;

use becauselog_connect::{Converter, DataError, Schema};
use becauselog_model::TableShape;

use super::{
    DebeziumConfig, Rendering,
    connect::{Connect, Way},
    names::Names,
    schema::{TableSchemas, column, default},
};
use crate::{FormatError, table::Table, text::string};

/// A table's constant texts and schemas.
#[derive(Debug)]
pub(super) struct Prepared {
    pub texts: Table,
    /// The key's columns.
    pub key: Vec<usize>,
    /// What stands before each key: nothing, or its schema.
    pub key_opening: Box<[u8]>,
    /// A field that ends each key, as `,"name":"value"`; nothing where there is none.
    pub key_field: Box<[u8]>,
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
        let failed = |source| FormatError::Connect { table: shape.name.clone(), source };
        let key = config.key_columns.of(shape).or_else(|| shape.key.clone()).unwrap_or_default();
        let key_field = names.key_field(&shape.name).map_err(failed)?;
        let topic = names.topic(&shape.name).map_err(failed)?;
        // The peer keeps an ENUM's texts in a list with commas, and commas in them with a backslash.
        let comma = if config.rendering == Rendering::Peer { "\\," } else { "," };
        let called = |name: &str| names.field(name).into_owned();
        let mut texts = Table::prepare(shape, topic, &key, called, comma).with_rules(&config.columns, shape);
        let columns = shape.columns.iter().zip(&texts.columns);
        let mut defaults: Vec<_> =
            columns.map(|(shape, column)| default::text(shape, column, config)).collect();
        convert(shape, &mut texts, &mut defaults, config)?;
        let mut prepared = Self {
            texts,
            key,
            key_opening: Box::default(),
            key_field: key_field
                .as_ref()
                .map(|(name, value)| constant_field(name, value))
                .unwrap_or_default(),
            value_opening: Box::default(),
            schemas: None,
        };
        if config.rendering == Rendering::Peer {
            let columns = prepared.texts.columns.iter_mut().zip(&shape.columns);
            for ((column, shape), default) in columns.zip(&defaults) {
                column.taken_for = column::taken_for(shape);
                column.zero = default.as_deref().filter(|_| !shape.nullable).map(Box::from);
            }
        }
        let way = connect.way();
        if way != Way::Records && connect.fills_defaults() {
            for (column, default) in prepared.texts.columns.iter_mut().zip(&defaults) {
                column.default = default.as_deref().map(Box::from);
            }
        }
        if way == Way::Plain {
            return Ok(prepared);
        }
        let field = key_field.as_ref().map(|(name, _)| &**name);
        let schemas =
            TableSchemas::of(shape, &prepared.key, field, &names, config, &defaults).map_err(failed)?;
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

/// Gives the columns with a converter theirs, and its default.
fn convert(
    shape: &TableShape,
    texts: &mut Table,
    defaults: &mut [Option<Vec<u8>>],
    config: &DebeziumConfig,
) -> Result<(), FormatError> {
    if config.converters.is_empty() {
        return Ok(());
    }
    for ((of_shape, column), default) in shape.columns.iter().zip(&mut texts.columns).zip(defaults) {
        let failed = |what| FormatError::Converter {
            table: shape.name.clone(),
            column: Arc::clone(&of_shape.name),
            what,
        };
        let Some(converted) = config.converters.of(&shape.name, of_shape).map_err(failed)? else { continue };
        *default = default.take().and_then(|ordinary| converted.default(&ordinary));
        column.convert(converted);
    }
    Ok(())
}

/// `,"name":"value"`
fn constant_field(name: &str, value: &str) -> Box<[u8]> {
    let mut out = vec![b','];
    string::quoted(&mut out, name);
    out.push(b':');
    string::quoted(&mut out, value);
    out.into()
}

/// `{"schema":…,"payload":`
pub(super) fn opening(converter: &Converter, schema: &Schema) -> Result<Box<[u8]>, DataError> {
    let mut out = b"{\"schema\":".to_vec();
    if let Converter::Json(json) = converter {
        json.write_schema(&mut out, schema)?;
    }
    out.extend_from_slice(b",\"payload\":");
    Ok(out.into())
}
