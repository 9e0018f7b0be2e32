//! The optional metadata of a table map (MySQL 8.0 and later, MariaDB 10.5 and later): signedness and charsets always,
//! names, values and keys with `binlog_row_metadata=FULL`.

use std::sync::Arc;

use becauselog_model::{Charset, MappedColumn};

use super::{column_type::code, signedness};
use crate::event::{EventError, EventKind, Fields, FormatDescription};

/// The kinds of metadata (`Table_map_event::Optional_metadata_field_type`).
mod kind {
    pub(super) const SIGNEDNESS: u8 = 1;
    pub(super) const DEFAULT_CHARSET: u8 = 2;
    pub(super) const COLUMN_CHARSET: u8 = 3;
    pub(super) const COLUMN_NAME: u8 = 4;
    pub(super) const SET_VALUES: u8 = 5;
    pub(super) const ENUM_VALUES: u8 = 6;
    pub(super) const GEOMETRY_TYPE: u8 = 7;
    pub(super) const PRIMARY_KEY: u8 = 8;
    pub(super) const PRIMARY_KEY_WITH_PREFIX: u8 = 9;
    pub(super) const ENUM_AND_SET_DEFAULT_CHARSET: u8 = 10;
    pub(super) const ENUM_AND_SET_COLUMN_CHARSET: u8 = 11;
    pub(super) const VISIBILITY: u8 = 12;
    pub(super) const VECTOR_DIMENSION: u8 = 13;
}

/// The texts of one ENUM or SET as bytes in the column's charset.
type RawValues<'a> = Vec<&'a [u8]>;

/// Reads all that is left of the event into the columns and returns the primary key.
///
/// Texts of ENUM and SET wait until the charsets are known, in whatever order the two come.
pub(super) fn read(
    format: Option<&FormatDescription>,
    fields: &mut Fields<'_>,
    columns: &mut [MappedColumn],
) -> Result<Option<Vec<usize>>, EventError> {
    let is_mariadb = format.is_some_and(FormatDescription::is_mariadb);
    let is_character = if is_mariadb { is_character_mariadb } else { is_character_mysql };
    let mut key = None;
    let (mut sets, mut enums) = (None, None);
    while !fields.is_done() {
        let kind = fields.u8()?;
        let mut value = Fields::new(EventKind::TABLE_MAP, fields.packed_bytes()?);
        match kind {
            kind::SIGNEDNESS => signedness::read(format, &mut value, columns)?,
            kind::DEFAULT_CHARSET => read_default_charset(&mut value, columns, is_character)?,
            kind::COLUMN_CHARSET => read_column_charset(&mut value, columns, is_character)?,
            kind::ENUM_AND_SET_DEFAULT_CHARSET => read_default_charset(&mut value, columns, is_enum_or_set)?,
            kind::ENUM_AND_SET_COLUMN_CHARSET => read_column_charset(&mut value, columns, is_enum_or_set)?,
            kind::COLUMN_NAME => read_names(&mut value, columns)?,
            kind::SET_VALUES => sets = Some(read_values(&mut value, count(columns, is_set))?),
            kind::ENUM_VALUES => enums = Some(read_values(&mut value, count(columns, is_enum))?),
            kind::GEOMETRY_TYPE => read_geometry(&mut value, columns)?,
            kind::PRIMARY_KEY => key = Some(read_key(&mut value, columns.len(), false)?),
            kind::PRIMARY_KEY_WITH_PREFIX => key = Some(read_key(&mut value, columns.len(), true)?),
            kind::VISIBILITY => read_visibility(&mut value, columns)?,
            kind::VECTOR_DIMENSION => read_dimensions(&mut value, columns)?,
            // A newer server's: documented as safe to step over.
            _ => drop(value.rest()),
        }
        if !value.is_done() {
            return Err(fields.error("optional metadata that is longer than its columns"));
        }
    }
    put_values(columns, is_set, sets);
    put_values(columns, is_enum, enums);
    Ok(key)
}

/// The columns that have a charset on MariaDB: GEOMETRY and compressed ones are among them.
fn is_character_mariadb(column: &MappedColumn) -> bool {
    matches!(column.type_code, code::GEOMETRY | code::BLOB_COMPRESSED | code::VARCHAR_COMPRESSED)
        || is_character_mysql(column)
}

/// The columns that have a charset on MySQL, those of bytes (charset `binary`) among them, and VECTOR.
fn is_character_mysql(column: &MappedColumn) -> bool {
    matches!(
        column.type_code,
        code::STRING
            | code::VAR_STRING
            | code::VARCHAR
            | code::TINY_BLOB
            | code::MEDIUM_BLOB
            | code::LONG_BLOB
            | code::BLOB
            | code::VECTOR
    )
}

fn is_enum(column: &MappedColumn) -> bool {
    column.type_code == code::ENUM
}

fn is_set(column: &MappedColumn) -> bool {
    column.type_code == code::SET
}

fn is_enum_or_set(column: &MappedColumn) -> bool {
    is_enum(column) || is_set(column)
}

fn count(columns: &[MappedColumn], wanted: fn(&MappedColumn) -> bool) -> usize {
    columns.iter().filter(|column| wanted(column)).count()
}

/// One collation for most, then pairs of index (among the columns of that kind) and collation.
fn read_default_charset(
    value: &mut Fields<'_>,
    columns: &mut [MappedColumn],
    wanted: fn(&MappedColumn) -> bool,
) -> Result<(), EventError> {
    let default = read_collation(value)?;
    let mut among: Vec<&mut MappedColumn> = columns.iter_mut().filter(|column| wanted(column)).collect();
    for column in &mut among {
        column.collation = Some(default);
    }
    while !value.is_done() {
        let index = usize::try_from(value.packed()?).unwrap_or(usize::MAX);
        let collation = read_collation(value)?;
        let column =
            among.get_mut(index).ok_or_else(|| value.error("the charset of a column that is not there"))?;
        column.collation = Some(collation);
    }
    Ok(())
}

/// One collation for each column of that kind.
fn read_column_charset(
    value: &mut Fields<'_>,
    columns: &mut [MappedColumn],
    wanted: fn(&MappedColumn) -> bool,
) -> Result<(), EventError> {
    for column in columns.iter_mut().filter(|column| wanted(column)) {
        column.collation = Some(read_collation(value)?);
    }
    Ok(())
}

fn read_collation(value: &mut Fields<'_>) -> Result<u16, EventError> {
    let id = value.packed()?;
    u16::try_from(id).map_err(|_| value.error("a collation that no server has"))
}

fn read_names(value: &mut Fields<'_>, columns: &mut [MappedColumn]) -> Result<(), EventError> {
    for column in columns {
        let name = std::str::from_utf8(value.packed_bytes()?);
        column.name = Some(name.map_err(|_| value.error("a column's name that is not UTF-8"))?.into());
    }
    Ok(())
}

/// For each column of that kind a count and the texts.
fn read_values<'a>(value: &mut Fields<'a>, columns: usize) -> Result<Vec<RawValues<'a>>, EventError> {
    let mut all = Vec::with_capacity(columns);
    for _ in 0..columns {
        let count = value.packed_len()?;
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            texts.push(value.packed_bytes()?);
        }
        all.push(texts);
    }
    Ok(all)
}

/// Turns texts into UTF-8. A column whose charset we do not know gets none: its shape has to come from elsewhere.
fn put_values(
    columns: &mut [MappedColumn],
    wanted: fn(&MappedColumn) -> bool,
    values: Option<Vec<RawValues<'_>>>,
) {
    let among = columns.iter_mut().filter(|column| wanted(column));
    for (column, texts) in among.zip(values.unwrap_or_default()) {
        let charset = match column.collation {
            Some(collation) => Charset::of_collation(collation),
            // Before 8.0.14 the log has no charset of these columns: then only plain ASCII is sure to mean itself.
            None => texts.iter().all(|text| is_plain_ascii(text)).then_some(Charset::Utf8),
        };
        column.values =
            charset.map(|charset| texts.iter().map(|text| Arc::from(&*charset.decode(text))).collect());
    }
}

/// Without zero bytes, which two- and four-byte charsets have beside each letter.
fn is_plain_ascii(text: &[u8]) -> bool {
    text.is_ascii() && !text.contains(&0)
}

fn read_geometry(value: &mut Fields<'_>, columns: &mut [MappedColumn]) -> Result<(), EventError> {
    for column in columns.iter_mut().filter(|column| column.type_code == code::GEOMETRY) {
        let subtype = value.packed()?;
        column.geometry =
            Some(u8::try_from(subtype).map_err(|_| value.error("a geometry type that is none"))?);
    }
    Ok(())
}

/// The key's columns, with the length of each one's prefix where it has one (0 for none).
fn read_key(value: &mut Fields<'_>, columns: usize, with_prefix: bool) -> Result<Vec<usize>, EventError> {
    let mut key = Vec::new();
    while !value.is_done() {
        let index = usize::try_from(value.packed()?).unwrap_or(usize::MAX);
        if index >= columns {
            return Err(value.error("a key column that is not there"));
        }
        key.push(index);
        if with_prefix {
            value.packed()?;
        }
    }
    Ok(key)
}

/// A bit for each column, the highest of a byte first.
fn read_visibility(value: &mut Fields<'_>, columns: &mut [MappedColumn]) -> Result<(), EventError> {
    let bits = value.take(columns.len().div_ceil(8))?;
    for (index, column) in columns.iter_mut().enumerate() {
        column.visible = Some(bit_from_high(bits, index));
    }
    Ok(())
}

fn read_dimensions(value: &mut Fields<'_>, columns: &mut [MappedColumn]) -> Result<(), EventError> {
    for column in columns.iter_mut().filter(|column| column.type_code == code::VECTOR) {
        let dimension = value.packed()?;
        column.dimension =
            Some(u32::try_from(dimension).map_err(|_| value.error("a dimension that is none"))?);
    }
    Ok(())
}

/// A bit of a bitmap that is filled from the highest bit on.
pub(super) fn bit_from_high(bitmap: &[u8], index: usize) -> bool {
    let byte = bitmap.get(index >> 3).copied().unwrap_or_default();
    byte << (index & 7) & 0x80 != 0
}
