//! Does a shape belong to a table map? What the log says of each column decides.

mod describe;

use std::sync::Arc;

use becauselog_model::{
    Charset, ColumnKind as Kind, ColumnShape, MappedColumn, TableMap, TableShape, type_code as code,
};
use thiserror::Error;

/// What a table's known shape and the log's table map do not agree about.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Another number of columns.
    #[error("the log has {logged} columns, the server's table has {known}")]
    Columns {
        /// How many the table map has.
        logged: usize,
        /// How many the shape has.
        known: usize,
    },
    /// A column with another type, size or precision.
    #[error("column {column} is logged as {logged}, on the server it is {known}")]
    Type {
        /// The column's name by the shape.
        column: Arc<str>,
        /// The type by the table map.
        logged: String,
        /// The type by the shape.
        known: String,
    },
    /// A number that is UNSIGNED in one and not in the other.
    #[error("column {column} is logged as {}, on the server it is {}", signed(*.logged), signed(!*.logged))]
    Signedness {
        /// The column's name by the shape.
        column: Arc<str>,
        /// Whether the log says UNSIGNED.
        logged: bool,
    },
    /// A text in another charset, or bytes in one and text in the other.
    #[error("column {column} is logged with collation {collation} ({logged}), on the server it has {known}")]
    Charset {
        /// The column's name by the shape.
        column: Arc<str>,
        /// The collation's id by the table map.
        collation: u16,
        /// The charset that this id means.
        logged: String,
        /// The charset by the shape.
        known: String,
    },
    /// Another name (tables whose maps have names).
    #[error("column {logged} of the log is {known} on the server")]
    Name {
        /// By the table map.
        logged: Arc<str>,
        /// By the shape.
        known: Arc<str>,
    },
}

const fn signed(unsigned: bool) -> &'static str {
    if unsigned { "UNSIGNED" } else { "signed" }
}

/// Whether the shape describes the rows that come with this table map: number of columns, types, sizes, precision,
/// and, where the log has them, signedness, charset and names.
///
/// What the log does not have (with metadata MINIMAL: names; before 8.0 also signedness and charset) cannot be checked.
///
/// # Errors
/// The first difference.
pub fn check(map: &TableMap, shape: &TableShape) -> Result<(), Mismatch> {
    if map.columns.len() != shape.columns.len() {
        return Err(Mismatch::Columns { logged: map.columns.len(), known: shape.columns.len() });
    }
    map.columns.iter().zip(&shape.columns).try_for_each(|(mapped, column)| check_column(mapped, column))
}

fn check_column(mapped: &MappedColumn, column: &ColumnShape) -> Result<(), Mismatch> {
    if let Some(name) = mapped.name.as_ref().filter(|name| **name != column.name) {
        return Err(Mismatch::Name { logged: Arc::clone(name), known: Arc::clone(&column.name) });
    }
    if !is_logged_as(&column.kind, mapped) {
        return Err(Mismatch::Type {
            column: Arc::clone(&column.name),
            logged: describe::mapped(mapped),
            known: describe::kind(&column.kind),
        });
    }
    check_sign(mapped, column)?;
    check_charset(mapped, column)
}

fn check_sign(mapped: &MappedColumn, column: &ColumnShape) -> Result<(), Mismatch> {
    let (Kind::TinyInt { unsigned }
    | Kind::SmallInt { unsigned }
    | Kind::MediumInt { unsigned }
    | Kind::Int { unsigned }
    | Kind::BigInt { unsigned }) = column.kind
    else {
        return Ok(());
    };
    match mapped.unsigned {
        Some(logged) if logged != unsigned => {
            Err(Mismatch::Signedness { column: Arc::clone(&column.name), logged })
        }
        _ => Ok(()),
    }
}

fn check_charset(mapped: &MappedColumn, column: &ColumnShape) -> Result<(), Mismatch> {
    let known = match column.kind {
        Kind::Char { charset, .. } | Kind::VarChar { charset, .. } | Kind::Text { charset, .. } => charset,
        Kind::Binary { .. } | Kind::VarBinary { .. } | Kind::Blob { .. } => Charset::Binary,
        _ => return Ok(()),
    };
    let Some(collation) = mapped.collation else { return Ok(()) };
    let logged = Charset::of_collation(collation);
    if logged == Some(known) {
        return Ok(());
    }
    Err(Mismatch::Charset {
        column: Arc::clone(&column.name),
        collation,
        logged: logged.map_or_else(|| "unknown".to_owned(), |charset| format!("{charset:?}")),
        known: format!("{known:?}"),
    })
}

/// Whether values of this kind are logged with the column's type code and metadata.
fn is_logged_as(kind: &Kind, mapped: &MappedColumn) -> bool {
    let type_code = mapped.type_code;
    let meta = u32::from(mapped.meta);
    let is = |codes: &[u8], wanted: u32| codes.contains(&type_code) && meta == wanted;
    match kind {
        Kind::TinyInt { .. } => type_code == code::TINY,
        Kind::SmallInt { .. } => type_code == code::SHORT,
        Kind::MediumInt { .. } => type_code == code::INT24,
        Kind::Int { .. } => type_code == code::LONG,
        Kind::BigInt { .. } => type_code == code::LONGLONG,
        Kind::Float => type_code == code::FLOAT,
        Kind::Double => type_code == code::DOUBLE,
        Kind::Decimal { precision, scale } => {
            is(&[code::NEWDECIMAL], u16::from_be_bytes([*precision, *scale]).into())
        }
        Kind::Bit { width } => is(&[code::BIT], u16::from_be_bytes([width / 8, width % 8]).into()),
        Kind::Year => type_code == code::YEAR,
        Kind::Date => matches!(type_code, code::DATE | code::NEWDATE),
        Kind::Time { fsp } => is(&[code::TIME, code::TIME2], (*fsp).into()),
        Kind::Datetime { fsp } => is(&[code::DATETIME, code::DATETIME2], (*fsp).into()),
        Kind::Timestamp { fsp } => is(&[code::TIMESTAMP, code::TIMESTAMP2], (*fsp).into()),
        Kind::Char { bytes_max, .. } | Kind::Binary { length: bytes_max } => is(&[code::STRING], *bytes_max),
        Kind::VarChar { bytes_max, .. } | Kind::VarBinary { bytes_max } => {
            is(&[code::VARCHAR, code::VAR_STRING], *bytes_max)
        }
        Kind::Text { length_bytes, .. } | Kind::Blob { length_bytes } => {
            let codes = [code::BLOB, code::TINY_BLOB, code::MEDIUM_BLOB, code::LONG_BLOB];
            is(&codes, (*length_bytes).into())
        }
        Kind::Enum { values } => is(&[code::ENUM], if values.len() < 256 { 1 } else { 2 }),
        Kind::Set { values } => is(&[code::SET], set_bytes(values.len())),
        Kind::Json => type_code == code::JSON,
        Kind::Geometry { .. } => type_code == code::GEOMETRY,
        Kind::Vector { .. } => type_code == code::VECTOR,
        Kind::MariaDb(kind) => is(&[code::STRING], kind.length().into()),
    }
}

/// How many bytes a SET of so many texts takes.
fn set_bytes(values: usize) -> u32 {
    match values.div_ceil(8) {
        few @ 0..=4 => u32::try_from(few).unwrap_or(0),
        _ => 8,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::{ShapeOrigin, TableName};

    use super::*;

    pub fn column(type_code: u8, meta: u16) -> MappedColumn {
        MappedColumn {
            type_code,
            meta,
            nullable: true,
            unsigned: None,
            collation: None,
            name: None,
            values: None,
            geometry: None,
            dimension: None,
            visible: None,
        }
    }

    pub fn named(name: &str, column: MappedColumn) -> MappedColumn {
        MappedColumn { name: Some(name.into()), ..column }
    }

    pub fn map(columns: Vec<MappedColumn>) -> TableMap {
        TableMap { table_id: 1, name: TableName::new("shop", "orders"), columns, primary_key: None }
    }

    pub fn shape(columns: Vec<(&str, Kind)>) -> TableShape {
        let column = |(name, kind): (&str, Kind)| ColumnShape {
            name: name.into(),
            kind,
            nullable: true,
            visible: true,
            declared: None,
        };
        TableShape {
            name: TableName::new("shop", "orders"),
            columns: columns.into_iter().map(column).collect(),
            key: None,
            origin: ShapeOrigin::InformationSchema,
        }
    }

    fn text_of(mapped: MappedColumn, kind: Kind) -> String {
        check(&map(vec![mapped]), &shape(vec![("total", kind)])).unwrap_err().to_string()
    }

    #[test]
    fn a_difference_names_the_column_and_both_sides() {
        let wider = column(code::NEWDECIMAL, 10 << 8 | 2);
        assert_eq!(
            text_of(wider, Kind::Decimal { precision: 12, scale: 2 }),
            "column total is logged as DECIMAL(10,2), on the server it is DECIMAL(12,2)"
        );
        let signed = MappedColumn { unsigned: Some(false), ..column(code::LONG, 0) };
        assert_eq!(
            text_of(signed, Kind::Int { unsigned: true }),
            "column total is logged as signed, on the server it is UNSIGNED"
        );
        let latin = MappedColumn { collation: Some(8), ..column(code::VARCHAR, 20) };
        let bytes = text_of(latin, Kind::VarBinary { bytes_max: 20 });
        assert!(bytes.contains("collation 8") && bytes.contains("Binary"), "{bytes}");
        let more = check(&map(vec![]), &shape(vec![("a", Kind::Json)])).unwrap_err();
        assert_eq!(more, Mismatch::Columns { logged: 0, known: 1 });
    }

    #[test]
    fn what_the_log_does_not_say_is_not_compared() {
        let int = column(code::LONG, 0);
        for unsigned in [false, true] {
            assert_eq!(check(&map(vec![int.clone()]), &shape(vec![("n", Kind::Int { unsigned })])), Ok(()));
        }
    }

    #[test]
    fn a_set_of_33_texts_takes_eight_bytes() {
        assert_eq!([1, 8, 9, 24, 32, 33, 64].map(set_bytes), [1, 1, 2, 3, 4, 8, 8]);
    }
}
