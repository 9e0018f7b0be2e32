//! A row of Maxwell's table `bootstrap`: what somebody asks for.

use becauselog_model::{Cell, RowImage, TableShape};

use crate::FormatError;

/// What a row of the table asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BootstrapRequest {
    /// The row's own number.
    pub id: u64,
    /// The database of the table that is to be read.
    pub database: String,
    /// The table.
    pub table: String,
    /// What follows WHERE; nothing for all rows.
    pub where_clause: Option<String>,
    /// What is written into each message.
    pub comment: Option<String>,
    /// Who is asked.
    pub client_id: String,
    /// It is said to be done.
    pub is_complete: bool,
    /// A time is said at which it is to begin.
    pub is_scheduled: bool,
}

impl BootstrapRequest {
    /// Reads a row; nothing when the table is none of Maxwell's.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn read<'a>(shape: &TableShape, row: impl RowImage<'a>) -> Result<Option<Self>, FormatError> {
        let mut request = Self::default();
        let mut found = 0;
        for (column, cell) in shape.columns.iter().zip(row.cells()) {
            let cell = cell.map_err(|source| FormatError::Cell { table: shape.name.clone(), source })?;
            match &*column.name {
                "id" => found |= number(cell).map(|id| request.id = id).map_or(0, |()| 1),
                "database_name" => found |= take(&mut request.database, cell).map_or(0, |()| 2),
                "table_name" => found |= take(&mut request.table, cell).map_or(0, |()| 4),
                "client_id" => drop(take(&mut request.client_id, cell)),
                "where_clause" => request.where_clause = text(cell).filter(|clause| !clause.is_empty()),
                "comment" => request.comment = text(cell),
                "is_complete" => request.is_complete = number(cell).is_some_and(|flag| flag > 0),
                "started_at" => request.is_scheduled = !matches!(cell, Cell::Null | Cell::Absent),
                _ => {}
            }
        }
        Ok((found == 7).then_some(request))
    }
}

fn take(into: &mut String, cell: Cell<'_>) -> Option<()> {
    text(cell).map(|text| *into = text)
}

fn text(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Text(bytes, charset) => Some(charset.decode(bytes).into_owned()),
        _ => None,
    }
}

fn number(cell: Cell<'_>) -> Option<u64> {
    match cell {
        Cell::Int(number) => u64::try_from(number).ok(),
        Cell::UInt(number) => Some(number),
        _ => None,
    }
}
