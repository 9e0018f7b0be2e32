//! One row image as a JSON object.

use std::ops::Range;

use becauselog_model::{Cell, ColumnShape, RowImage, TableShape};

use crate::{
    FormatError,
    error::Fault,
    mask::Hidden,
    table::{Column, Table},
};

/// Renders a cell by a format's rules.
pub(crate) trait Render {
    /// Appends the cell's JSON; absent cells never come here.
    fn push(
        &mut self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
    ) -> Result<(), Fault>;

    /// Whether bytes are bytes to the format, whatever they are written as; else they are texts.
    fn binary_is_bytes(&self) -> bool {
        true
    }
}

/// Where the key's columns were written, in key order.
#[derive(Debug, Default)]
pub(crate) struct KeyPlaces {
    places: Vec<Option<Place>>,
    /// What is not in the image as it is: columns that are left out or masked there.
    aside: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Place {
    Image(Range<usize>),
    Aside(Range<usize>),
}

impl KeyPlaces {
    fn reset(&mut self, columns: usize) {
        self.places.clear();
        self.places.resize(columns, None);
        self.aside.clear();
    }

    fn put(&mut self, column: Option<usize>, place: Place) {
        if let Some(found) = column.and_then(|column| self.places.get_mut(column)) {
            *found = Some(place);
        }
    }

    /// The bytes of each key column, nothing for one that was absent.
    pub(crate) fn texts<'a>(&'a self, buffer: &'a [u8]) -> impl Iterator<Item = Option<&'a [u8]>> {
        self.places.iter().map(|place| match place.as_ref()? {
            Place::Image(range) => buffer.get(range.clone()),
            Place::Aside(range) => self.aside.get(range.clone()),
        })
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
        // The cell stays where it was written: to copy it at once would wait for those writes.
        let next = cells.next();
        let cell = match &next {
            Some(Ok(cell)) => cell,
            Some(Err(source)) => {
                return Err(FormatError::Cell { table: shape.name.clone(), source: *source });
            }
            None => return Err(count_differs(shape, found)),
        };
        if !matches!(cell, Cell::Absent) {
            let pushed = match &column.hidden {
                None => shown(out, cell, column, column_shape, render, key),
                Some(hidden) => self::hidden(hidden, out, cell, column, column_shape, render, key),
            };
            pushed.map_err(|fault| fault.at(&shape.name, found))?;
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

fn shown(
    out: &mut Vec<u8>,
    cell: &Cell<'_>,
    column: &Column,
    shape: &ColumnShape,
    render: &mut impl Render,
    key: &mut KeyPlaces,
) -> Result<(), Fault> {
    column.name.push(out);
    let start = out.len();
    render.push(out, cell, column, shape)?;
    if column.key_place.is_some() {
        key.put(column.key_place, Place::Image(start..out.len()));
    }
    Ok(())
}

/// A key's column stands in the key as it is.
fn hidden(
    hidden: &Hidden,
    out: &mut Vec<u8>,
    cell: &Cell<'_>,
    column: &Column,
    shape: &ColumnShape,
    render: &mut impl Render,
    key: &mut KeyPlaces,
) -> Result<(), Fault> {
    if column.key_place.is_some() {
        let start = key.aside.len();
        render.push(&mut key.aside, cell, column, shape)?;
        key.put(column.key_place, Place::Aside(start..key.aside.len()));
    }
    if hidden.drops() {
        return Ok(());
    }
    column.name.push(out);
    hidden.push(out, cell, column, shape, render)
}

fn count_differs(shape: &TableShape, found: usize) -> FormatError {
    FormatError::CellCount { table: shape.name.clone(), expected: shape.columns.len(), found }
}
