//! TABLE_MAP: a table's number, name and columns.

mod column_type;
mod optional;
mod signedness;

use std::sync::Arc;

use becauselog_model::{MappedColumn, TableMap, TableName};

use super::{EventError, EventKind, Fields, FormatDescription};

/// The most columns of a table (the server's own limit is 4096).
const COLUMNS_MAX: usize = super::RowsHeader::COLUMNS_MAX;

/// Reads the content of a TABLE_MAP event.
///
/// # Errors
/// When it is too short, has a column type that no row event can be read with, or optional metadata that does not fit
/// the columns. Optional metadata of an unknown kind is stepped over.
pub fn parse(format: Option<&FormatDescription>, body: &[u8]) -> Result<TableMap, EventError> {
    let mut fields = Fields::new(EventKind::TABLE_MAP, body);
    let (table_id, name) = read_table_name(format, &mut fields)?;
    let count = fields.packed_len()?;
    if count > COLUMNS_MAX {
        return Err(fields.error("more columns than a table can have"));
    }
    let types = fields.take(count)?;
    if fields.is_done() {
        return Err(
            fields.error("no metadata of its columns, as in pre-releases of 5.1: its rows cannot be read")
        );
    }
    let metadata = fields.packed_bytes()?;
    let nullable = fields.take(count.div_ceil(8))?;
    let mut columns = column_type::read_columns(types, metadata, nullable)?;
    let primary_key = optional::read(format, &mut fields, &mut columns)?;
    Ok(TableMap { table_id, name, columns, primary_key })
}

/// Reads the table's number and name alone.
///
/// # Errors
/// When it is too short, or the name is not UTF-8.
pub fn table_name(format: Option<&FormatDescription>, body: &[u8]) -> Result<(u64, TableName), EventError> {
    read_table_name(format, &mut Fields::new(EventKind::TABLE_MAP, body))
}

/// Reads the table's number alone: whoever keeps parsed maps can tell by it and the body's bytes that he has one.
///
/// # Errors
/// When it is too short.
pub fn table_id(format: Option<&FormatDescription>, body: &[u8]) -> Result<u64, EventError> {
    read_table_id(format, &mut Fields::new(EventKind::TABLE_MAP, body))
}

fn read_table_name(
    format: Option<&FormatDescription>,
    fields: &mut Fields<'_>,
) -> Result<(u64, TableName), EventError> {
    let table_id = read_table_id(format, fields)?;
    fields.u16()?;
    let (database, table) = (read_name(fields)?, read_name(fields)?);
    Ok((table_id, TableName { database, table }))
}

fn read_table_id(format: Option<&FormatDescription>, fields: &mut Fields<'_>) -> Result<u64, EventError> {
    let short = format.and_then(|format| format.post_header_len(EventKind::TABLE_MAP)) == Some(6);
    fields.uint(if short { 4 } else { 6 })
}

/// A name behind its length, with a zero byte after it.
fn read_name(fields: &mut Fields<'_>) -> Result<Arc<str>, EventError> {
    let name = fields.packed_bytes()?;
    let name = std::str::from_utf8(name).map_err(|_| fields.error("a name that is not UTF-8"))?;
    let name = Arc::from(name);
    if fields.u8()? != 0 { Err(fields.error("no zero byte after a name")) } else { Ok(name) }
}

/// A column of which only the type is known.
fn bare_column(type_code: u8, meta: u16, nullable: bool) -> MappedColumn {
    MappedColumn {
        type_code,
        meta,
        nullable,
        unsigned: None,
        collation: None,
        name: None,
        values: None,
        geometry: None,
        dimension: None,
        visible: None,
    }
}
