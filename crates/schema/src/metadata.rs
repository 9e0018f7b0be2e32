//! The shape that a table map gives by itself: `binlog_row_metadata=FULL`.

use std::sync::Arc;

use becauselog_model::{
    Charset, ColumnKind, ColumnShape, MappedColumn, ShapeOrigin, TableMap, TableShape, type_code as code,
};

use crate::error::ShapeError;

/// The id of the collation `binary`: bytes, no text.
const BINARY_COLLATION: u16 = 63;

/// The table's shape from the table map alone; nothing when the map does not say everything: it has no column names
/// (metadata MINIMAL), or (before 8.0.14) the texts of an ENUM or SET in a charset that it does not name.
///
/// The key is the primary key, or nothing: a table map does not tell of unique indexes.
///
/// # Errors
/// [`ShapeError::Unreadable`]: a type or a collation that is not known.
pub fn from_row_metadata(map: &TableMap) -> Result<Option<TableShape>, ShapeError> {
    let mut columns = Vec::with_capacity(map.columns.len());
    for mapped in &map.columns {
        let Some(name) = &mapped.name else { return Ok(None) };
        let kind = match kind_of(mapped) {
            Ok(kind) => kind,
            Err(Gap::NotSaid) => return Ok(None),
            Err(Gap::NotKnown(what)) => {
                let (table, column) = (map.name.clone(), Arc::clone(name));
                return Err(ShapeError::Unreadable { table, column, what });
            }
        };
        columns.push(ColumnShape {
            name: Arc::clone(name),
            kind,
            nullable: mapped.nullable,
            visible: mapped.visible.unwrap_or(true),
            declared: None,
        });
    }
    let (name, key) = (map.name.clone(), map.primary_key.clone());
    Ok(Some(TableShape { name, columns, key, origin: ShapeOrigin::RowMetadata }))
}

/// Why a table map alone does not give a column's kind.
enum Gap {
    /// The log does not say what is needed.
    NotSaid,
    /// It says something that is not known.
    NotKnown(String),
}

/// The kind of a column of which the log tells everything.
fn kind_of(mapped: &MappedColumn) -> Result<ColumnKind, Gap> {
    let unsigned = || mapped.unsigned.ok_or(Gap::NotSaid);
    let texts = || mapped.values.clone().ok_or(Gap::NotSaid);
    let [high, low] = mapped.meta.to_be_bytes();
    Ok(match mapped.type_code {
        code::TINY => ColumnKind::TinyInt { unsigned: unsigned()? },
        code::SHORT => ColumnKind::SmallInt { unsigned: unsigned()? },
        code::INT24 => ColumnKind::MediumInt { unsigned: unsigned()? },
        code::LONG => ColumnKind::Int { unsigned: unsigned()? },
        code::LONGLONG => ColumnKind::BigInt { unsigned: unsigned()? },
        code::FLOAT => ColumnKind::Float,
        code::DOUBLE => ColumnKind::Double,
        code::NEWDECIMAL => ColumnKind::Decimal { precision: high, scale: low },
        code::BIT => ColumnKind::Bit { width: high.saturating_mul(8).saturating_add(low) },
        code::YEAR => ColumnKind::Year,
        code::DATE | code::NEWDATE => ColumnKind::Date,
        code::TIME | code::TIME2 => ColumnKind::Time { fsp: low },
        code::DATETIME | code::DATETIME2 => ColumnKind::Datetime { fsp: low },
        code::TIMESTAMP | code::TIMESTAMP2 => ColumnKind::Timestamp { fsp: low },
        code::STRING | code::VARCHAR | code::VAR_STRING | code::BLOB => string_kind(mapped)?,
        code::ENUM => ColumnKind::Enum { values: texts()? },
        code::SET => ColumnKind::Set { values: texts()? },
        code::JSON => ColumnKind::Json,
        code::GEOMETRY => ColumnKind::Geometry { subtype: mapped.geometry.unwrap_or(0) },
        code::VECTOR => ColumnKind::Vector { dimension: mapped.dimension.unwrap_or(0) },
        other => return Err(Gap::NotKnown(format!("its type {other} is not known"))),
    })
}

/// The kind of a column of which the log tells everything, else this one.
///
/// # Errors
/// What is not known of it.
pub(crate) fn kind_or(mapped: &MappedColumn, less: Option<ColumnKind>) -> Result<ColumnKind, String> {
    match kind_of(mapped) {
        Ok(kind) => Ok(kind),
        Err(Gap::NotKnown(what)) => Err(what),
        Err(Gap::NotSaid) => {
            less.ok_or_else(|| format!("the log does not say enough of its type {}", mapped.type_code))
        }
    }
}

fn string_kind(mapped: &MappedColumn) -> Result<ColumnKind, Gap> {
    let collation = mapped.collation.ok_or(Gap::NotSaid)?;
    let bytes_max = u32::from(mapped.meta);
    let [_, length_bytes] = mapped.meta.to_be_bytes();
    if collation == BINARY_COLLATION {
        return Ok(match mapped.type_code {
            code::STRING => ColumnKind::Binary { length: bytes_max },
            code::BLOB => ColumnKind::Blob { length_bytes },
            _ => ColumnKind::VarBinary { bytes_max },
        });
    }
    let unknown = || Gap::NotKnown(format!("its collation {collation} is not known"));
    let charset = Charset::of_collation(collation).ok_or_else(unknown)?;
    Ok(match mapped.type_code {
        code::STRING => ColumnKind::Char { bytes_max, charset },
        code::BLOB => ColumnKind::Text { length_bytes, charset },
        _ => ColumnKind::VarChar { bytes_max, charset },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::TableName;

    use super::*;
    use crate::check::tests::{column, named};

    fn map(columns: Vec<MappedColumn>) -> TableMap {
        TableMap { table_id: 1, name: TableName::new("d", "t"), columns, primary_key: Some(vec![0]) }
    }

    #[test]
    fn a_map_without_names_gives_no_shape() {
        assert_eq!(from_row_metadata(&map(vec![column(code::LONG, 0)])), Ok(None));
    }

    #[test]
    fn a_full_map_that_leaves_something_open_gives_no_shape() {
        for open in [column(code::LONG, 0), column(code::ENUM, 1), column(code::VARCHAR, 20)] {
            assert_eq!(from_row_metadata(&map(vec![named("c", open)])), Ok(None));
        }
    }

    #[test]
    fn binary_collation_makes_bytes_of_text_types() {
        let with = |type_code, meta, collation| MappedColumn {
            collation: Some(collation),
            ..named("c", column(type_code, meta))
        };
        let columns = vec![with(code::STRING, 16, 63), with(code::BLOB, 2, 63), with(code::BLOB, 2, 255)];
        let shape = from_row_metadata(&map(columns)).unwrap().unwrap();
        let kinds: Vec<_> = shape.columns.into_iter().map(|column| column.kind).collect();
        let text = ColumnKind::Text { length_bytes: 2, charset: Charset::of_collation(255).unwrap() };
        assert_eq!(kinds, [ColumnKind::Binary { length: 16 }, ColumnKind::Blob { length_bytes: 2 }, text]);
        assert_eq!(shape.key, Some(vec![0]));
    }

    #[test]
    fn a_collation_that_nobody_knows_names_the_column() {
        let odd = MappedColumn { collation: Some(9_999), ..named("c", column(code::VARCHAR, 20)) };
        let error = from_row_metadata(&map(vec![odd])).unwrap_err();
        assert!(error.to_string().contains("d.t, column c: its collation 9999"), "{error}");
    }
}
