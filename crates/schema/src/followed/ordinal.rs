//! A shape without names: columns are called by their places, with what the table map says of their types.

use std::sync::{Arc, LazyLock};

use becauselog_model::{
    ColumnKind, ColumnShape, MappedColumn, ShapeOrigin, TableMap, TableShape, type_code as code,
};

use crate::{error::ShapeError, metadata};

/// The members of ENUMs and SETs, whose texts are not known: their numbers.
static NUMBERS: LazyLock<Vec<Arc<str>>> =
    LazyLock::new(|| (1..=u16::MAX).map(|number| number.to_string().into()).collect());

/// The shape of a map's rows with ordinal names. Integers of which the log does not say it are signed, texts of which it does not
/// say the charset are bytes, members of ENUMs and SETs are their numbers.
///
/// # Errors
/// [`ShapeError::Unreadable`]: a type that is not known.
pub fn shape(map: &TableMap) -> Result<TableShape, ShapeError> {
    let plain = map.uncompressed();
    let map = plain.as_ref().unwrap_or(map);
    let mut columns = Vec::with_capacity(map.columns.len());
    for (place, mapped) in map.columns.iter().enumerate() {
        let name: Arc<str> = match &mapped.name {
            Some(name) => Arc::clone(name),
            None => format!("@{}", place.saturating_add(1)).into(),
        };
        let kind = metadata::kind_or(mapped, told_less(mapped)).map_err(|what| ShapeError::Unreadable {
            table: map.name.clone(),
            column: Arc::clone(&name),
            what,
        })?;
        columns.push(ColumnShape {
            name,
            kind,
            nullable: mapped.nullable,
            visible: mapped.visible.unwrap_or(true),
            declared: None,
        });
    }
    let (name, key) = (map.name.clone(), map.primary_key.clone());
    Ok(TableShape { name, columns, key, origin: ShapeOrigin::Ordinal })
}

/// The kind of a column of which the log does not tell what else is needed.
fn told_less(mapped: &MappedColumn) -> Option<ColumnKind> {
    let [_, low] = mapped.meta.to_be_bytes();
    let bytes_max = u32::from(mapped.meta);
    let unsigned = false;
    Some(match mapped.type_code {
        code::TINY => ColumnKind::TinyInt { unsigned },
        code::SHORT => ColumnKind::SmallInt { unsigned },
        code::INT24 => ColumnKind::MediumInt { unsigned },
        code::LONG => ColumnKind::Int { unsigned },
        code::LONGLONG => ColumnKind::BigInt { unsigned },
        code::STRING => ColumnKind::Binary { length: bytes_max },
        code::VARCHAR | code::VAR_STRING => ColumnKind::VarBinary { bytes_max },
        code::BLOB => ColumnKind::Blob { length_bytes: low },
        code::ENUM => ColumnKind::Enum { values: numbers(if low == 1 { 255 } else { u16::MAX.into() }) },
        code::SET => ColumnKind::Set { values: numbers(usize::from(low).saturating_mul(8).min(64)) },
        _ => return None,
    })
}

fn numbers(count: usize) -> Arc<[Arc<str>]> {
    NUMBERS.get(..count).unwrap_or_default().into()
}
