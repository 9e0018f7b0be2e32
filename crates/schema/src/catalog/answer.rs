//! Fields of an answer, by the names that the queries give them.

use mysql_async::{Row, prelude::FromValue};

use super::CatalogError;

/// A text that is never NULL.
pub fn text(row: &mut Row, view: &'static str, column: &'static str) -> Result<String, CatalogError> {
    take(row, view, column)?.ok_or(CatalogError::Answer { view, column })
}

/// A field that may be NULL.
pub fn take<T>(row: &mut Row, view: &'static str, column: &'static str) -> Result<Option<T>, CatalogError>
where
    Option<T>: FromValue,
{
    match row.take_opt::<Option<T>, _>(column) {
        Some(Ok(value)) => Ok(value),
        Some(Err(_)) | None => Err(CatalogError::Answer { view, column }),
    }
}
