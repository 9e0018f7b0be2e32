//! One row image as a JSON object.

use std::{iter::Zip, ops::Range, slice::Iter};

use becauselog_model::{Cell, CellError, CellVisitor, ColumnShape, RowImage, TableShape};

use crate::{
    FormatError,
    debezium::Converted,
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

    /// Appends the JSON of what a converter makes of the cell.
    fn convert(
        &mut self,
        _out: &mut Vec<u8>,
        _converted: &Converted,
        _cell: &Cell<'_>,
        _column: &Column,
    ) -> Result<(), Fault> {
        // Other formats have no converters.
        Err(Fault::Mismatch)
    }

    /// Whether what is written in quotes is a text to the format, and not what its number or bytes are written as.
    fn is_text(&self, _cell: &Cell<'_>) -> bool {
        true
    }

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
    let columns = table.columns.iter().zip(&shape.columns);
    let mut object = Object { out, columns, at: None, start, found: 0, render, key };
    let visited = image.visit(&mut object);
    let found = object.found;
    visited.map_err(|broken| match broken {
        Broken::Cell(source) => FormatError::Cell { table: shape.name.clone(), source },
        Broken::Fault(fault) => fault.at(&shape.name, found),
        Broken::Surplus => count_differs(shape, shape.columns.len().saturating_add(1)),
    })?;
    if found != shape.columns.len() {
        return Err(count_differs(shape, found));
    }
    // Every field begins with a comma: the first one's becomes the brace.
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
    Ok(())
}

/// The fields of an object, appended while a row's cells are walked over.
struct Object<'o, R> {
    out: &'o mut Vec<u8>,
    columns: Zip<Iter<'o, Column>, Iter<'o, ColumnShape>>,
    /// The column at hand.
    at: Option<(&'o Column, &'o ColumnShape)>,
    /// Where its value begins in `out`.
    start: usize,
    /// How many columns are done.
    found: usize,
    render: &'o mut R,
    key: &'o mut KeyPlaces,
}

/// Why an image cannot be written.
enum Broken {
    Cell(CellError),
    Fault(Fault),
    /// There are more cells than columns.
    Surplus,
}

impl From<CellError> for Broken {
    fn from(error: CellError) -> Self {
        Self::Cell(error)
    }
}

impl<R: Render> CellVisitor for Object<'_, R> {
    type Error = Broken;

    fn absent(&mut self) {
        self.at = self.columns.next();
        self.found = self.found.saturating_add(1);
    }

    #[inline]
    fn open(&mut self) {
        self.at = self.columns.next();
        if let Some((column, _)) = self.at
            && column.hidden.is_none()
        {
            column.name.push(self.out);
        }
        self.start = self.out.len();
    }

    #[expect(
        clippy::inline_always,
        reason = "one branch a cell: what is written belongs to the type that is read"
    )]
    #[inline(always)]
    fn value(&mut self, cell: Cell<'_>) -> Result<(), Broken> {
        let Some((column, shape)) = self.at else { return Err(Broken::Surplus) };
        let pushed = match &column.hidden {
            None => self.render.push(self.out, &cell, column, shape),
            Some(hidden) => self::hidden(hidden, self.out, &cell, column, shape, self.render, self.key),
        };
        pushed.map_err(Broken::Fault)
    }

    #[inline]
    fn close(&mut self) {
        self.found = self.found.saturating_add(1);
        if let Some((column, _)) = self.at
            && column.key_place.is_some()
            && column.hidden.is_none()
        {
            self.key.put(column.key_place, Place::Image(self.start..self.out.len()));
        }
    }
}

/// A key's column stands in the key as it is, or as its converter has it.
#[cold]
fn hidden(
    hidden: &Hidden,
    out: &mut Vec<u8>,
    cell: &Cell<'_>,
    column: &Column,
    shape: &ColumnShape,
    render: &mut dyn Render,
    key: &mut KeyPlaces,
) -> Result<(), Fault> {
    if column.key_place.is_some() {
        let start = key.aside.len();
        hidden.push_in_key(&mut key.aside, cell, column, shape, render)?;
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
