//! One row image as a JSON object.

use becauselog_model::{Cell, ColumnShape, RowImage, TableShape};

use crate::{
    FormatError,
    error::Fault,
    table::{Column, Table},
};

/// Renders a cell by a format's rules.
pub(crate) trait Render {
    /// Appends the cell's JSON; absent cells never come here.
    fn push(
        &mut self,
        out: &mut Vec<u8>,
        cell: Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
    ) -> Result<(), Fault>;
}

/// Where the key's columns were written: start and end in the buffer, in key order.
#[derive(Debug, Default)]
pub(crate) struct KeyPlaces(Vec<Option<(usize, usize)>>);

impl KeyPlaces {
    fn reset(&mut self, columns: usize) {
        self.0.clear();
        self.0.resize(columns, None);
    }

    /// The bytes of each key column, nothing for one that was absent.
    pub(crate) fn texts<'a>(&'a self, buffer: &'a [u8]) -> impl Iterator<Item = Option<&'a [u8]>> {
        self.0.iter().map(|place| place.and_then(|(start, end)| buffer.get(start..end)))
    }
}

/// Appends `{"a":1,"b":null}`: absent cells are left out.
pub(crate) fn object<'a, I: RowImage<'a>>(
    out: &mut Vec<u8>,
    image: I,
    shape: &TableShape,
    table: &Table,
    render: &mut impl Render,
    key: &mut KeyPlaces,
) -> Result<(), FormatError> {
    key.reset(table.key.len());
    let start = out.len();
    let mut cells = image.cells();
    let mut found = 0usize;
    for (column, column_shape) in table.columns.iter().zip(&shape.columns) {
        let cell = match cells.next() {
            Some(Ok(cell)) => cell,
            Some(Err(source)) => return Err(FormatError::Cell { table: shape.name.clone(), source }),
            None => return Err(count_differs(shape, found)),
        };
        if !matches!(cell, Cell::Absent) {
            column.name.push(out);
            let value_start = out.len();
            render.push(out, cell, column, column_shape).map_err(|fault| fault.at(&shape.name, found))?;
            if let Some(place) = column.key_place.and_then(|place| key.0.get_mut(place)) {
                *place = Some((value_start, out.len()));
            }
        }
        found = found.saturating_add(1);
    }
    if cells.next().is_some() {
        return Err(count_differs(shape, found.saturating_add(1)));
    }
    // Every field begins with a comma: the first one's becomes the brace.
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
    Ok(())
}

fn count_differs(shape: &TableShape, found: usize) -> FormatError {
    FormatError::CellCount { table: shape.name.clone(), expected: shape.columns.len(), found }
}
