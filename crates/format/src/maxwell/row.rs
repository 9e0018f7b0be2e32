//! A change's images as `data` and `old`, and where the key's values are.

use becauselog_model::{Cell, RowChange, RowImage, TableShape, jsonb};

pub(super) use super::value::Origin;
use super::{
    config::MaxwellConfig,
    table::{Column, Table},
    value::Values,
};
use crate::{FormatError, Losses, error::Fault, json};

/// The rendered row: used again for every change.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// `{"id":1,"v":2}`
    pub data: Vec<u8>,
    /// Columns that only the image before has: they come last in `data`.
    rest: Vec<u8>,
    /// `{"v":1}`; empty when nothing is known to have changed.
    pub old: Vec<u8>,
    /// Where each column's value is in `data`, or in `rest` beyond it; nothing for one that is not written.
    places: Vec<Option<Written>>,
    rest_at: usize,
    /// `,"doc":[…]`: the diffs of documents that are not in the log.
    pub json_diffs: Vec<u8>,
    /// Whether a value changed, though a NULL that is not written.
    pub changed: bool,
    /// The key's values, one after another.
    key: Vec<u8>,
    key_places: Vec<(usize, usize)>,
    value: Vec<u8>,
    before: Vec<u8>,
    text: String,
}

/// Where a value is.
#[derive(Debug, Clone, Copy)]
struct Written {
    start: usize,
    end: usize,
    in_rest: bool,
}

/// Walks one image, cell by cell; nothing where the change does not have it.
struct Cells<'s, C> {
    cells: Option<C>,
    shape: &'s TableShape,
    found: usize,
}

impl<'a, C: Iterator<Item = Result<Cell<'a>, becauselog_model::CellError>>> Cells<'_, C> {
    fn next(&mut self) -> Result<Cell<'a>, FormatError> {
        let Some(cells) = &mut self.cells else { return Ok(Cell::Absent) };
        match cells.next() {
            Some(Ok(cell)) => {
                self.found = self.found.saturating_add(1);
                Ok(cell)
            }
            Some(Err(source)) => Err(FormatError::Cell { table: self.shape.name.clone(), source }),
            None => Err(self.count_differs(self.found)),
        }
    }

    fn end(mut self) -> Result<(), FormatError> {
        match self.cells.as_mut().and_then(Iterator::next) {
            None => Ok(()),
            Some(_) => Err(self.count_differs(self.found.saturating_add(1))),
        }
    }

    fn count_differs(&self, found: usize) -> FormatError {
        FormatError::CellCount { table: self.shape.name.clone(), expected: self.shape.columns.len(), found }
    }
}

impl Row {
    /// Renders a change.
    pub(super) fn render<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        table: &Table,
        config: &MaxwellConfig,
        losses: &mut Losses,
    ) -> Result<(), FormatError> {
        // A delete has its row before, and no other.
        let images = match (change.after, change.before) {
            (Some(after), before) => (after, before),
            (None, Some(before)) => (before, None),
            (None, None) => return Err(FormatError::NoImage { table: change.shape.name.clone() }),
        };
        self.render_images(change.shape, images, Origin::Log, table, config, losses)
    }

    /// Renders a row, and what of it was otherwise before.
    pub(super) fn render_images<'a, I: RowImage<'a>>(
        &mut self,
        shape: &TableShape,
        (image, before): (I, Option<I>),
        origin: Origin,
        table: &Table,
        config: &MaxwellConfig,
        losses: &mut Losses,
    ) -> Result<(), FormatError> {
        self.reset(table.key.len());
        let mut now = Cells { cells: Some(image.cells()), shape, found: 0 };
        let mut then = Cells { cells: before.map(|before| before.cells()), shape, found: 0 };
        for (index, (column, column_shape)) in table.columns.iter().zip(&shape.columns).enumerate() {
            let cells = (now.next()?, then.next()?);
            let Self { text, .. } = self;
            let mut text = std::mem::take(text);
            let mut values = Values { config, losses, text: &mut text, origin };
            let done = self.column(cells, column, column_shape, &mut values);
            self.text = text;
            let place = done.map_err(|fault| fault.at(&shape.name, index))?;
            self.places.push(place);
        }
        now.end()?;
        then.end()?;
        self.close();
        Ok(())
    }

    /// A row without columns, of a table with so many of them in its key.
    pub(super) fn clear(&mut self, key_columns: usize) {
        self.reset(key_columns);
        self.close();
    }

    fn reset(&mut self, key_columns: usize) {
        self.data.clear();
        self.rest.clear();
        self.old.clear();
        self.json_diffs.clear();
        self.places.clear();
        self.changed = false;
        self.key.clear();
        self.key_places.clear();
        self.key_places.resize(key_columns, (0, 0));
    }

    /// One column of both images: `now` and `then`.
    fn column(
        &mut self,
        (now, then): (Cell<'_>, Cell<'_>),
        column: &Column,
        shape: &becauselog_model::ColumnShape,
        values: &mut Values<'_>,
    ) -> Result<Option<Written>, Fault> {
        let nulls = values.config.output_nulls;
        let document;
        let now = match (now, then) {
            (Cell::JsonDiff(diffs), Cell::Json(was)) => {
                document = jsonb::apply(was, diffs)?;
                Cell::Json(&document)
            }
            (Cell::JsonDiff(diffs), _) => {
                return self.diffs(diffs, column, values).map(|()| None);
            }
            (now, _) => now,
        };
        if matches!(now, Cell::Absent) {
            if matches!(then, Cell::Absent) {
                return Ok(None);
            }
            self.value.clear();
            values.push(&mut self.value, then, column, shape)?;
            self.note_key(column);
            let written = !column.excluded && (nulls || !is_null(then, &self.value));
            return Ok(written.then(|| field(&mut self.rest, &column.name, &self.value, true)));
        }
        self.value.clear();
        values.push(&mut self.value, now, column, shape)?;
        self.note_key(column);
        if column.excluded {
            return Ok(None);
        }
        let written = nulls || !is_null(now, &self.value);
        let written = written.then(|| field(&mut self.data, &column.name, &self.value, false));
        if matches!(then, Cell::Absent) || then == now {
            return Ok(written);
        }
        self.before.clear();
        values.push(&mut self.before, then, column, shape)?;
        let was_null = is_null(then, &self.before);
        // SQL NULL and JSON null look alike and are not the same value.
        if self.before == self.value && was_null == is_null(now, &self.value) {
            return Ok(written);
        }
        self.changed = true;
        if nulls || !was_null {
            self.old.extend_from_slice(&column.name);
            self.old.extend_from_slice(&self.before);
        }
        Ok(written)
    }

    /// Diffs stand beside the row: they are no value.
    #[cold]
    fn diffs(&mut self, diffs: &[u8], column: &Column, values: &mut Values<'_>) -> Result<(), Fault> {
        if !column.excluded {
            self.json_diffs.extend_from_slice(&column.name);
            json::diffs::push(&mut self.json_diffs, diffs, values.losses)?;
        }
        Ok(())
    }

    /// Keeps the value at hand if it is one of the key's.
    fn note_key(&mut self, column: &Column) {
        if let Some(place) = column.key_place.and_then(|place| self.key_places.get_mut(place)) {
            let start = self.key.len();
            self.key.extend_from_slice(&self.value);
            *place = (start, self.key.len());
        }
    }

    fn close(&mut self) {
        self.rest_at = self.data.len();
        self.data.extend_from_slice(&self.rest);
        braces(&mut self.data);
        if self.changed {
            braces(&mut self.old);
        }
    }

    /// The value of a column, where it is written.
    pub(super) fn value_of(&self, column: usize) -> Option<&[u8]> {
        let written = self.places.get(column).copied().flatten()?;
        let shift = if written.in_rest { self.rest_at } else { 0 };
        self.data.get(written.start.saturating_add(shift)..written.end.saturating_add(shift))
    }

    /// The values of the key's columns, in key order; `null` for one that no image has.
    pub(super) fn key_values(&self) -> impl Iterator<Item = &[u8]> {
        self.key_places.iter().map(|(start, end)| {
            self.key.get(*start..*end).filter(|value| !value.is_empty()).unwrap_or(b"null")
        })
    }
}

/// Appends a column's name and value.
fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8], in_rest: bool) -> Written {
    out.extend_from_slice(name);
    let start = out.len();
    out.extend_from_slice(value);
    Written { start, end: out.len(), in_rest }
}

/// Whether a value is Java's null: SQL NULL, or what is written as if it were. JSON's `null` is a text.
fn is_null(cell: Cell<'_>, rendered: &[u8]) -> bool {
    rendered == b"null" && !matches!(cell, Cell::Json(_) | Cell::JsonText(_))
}

/// Every field begins with a comma: the first one's becomes the brace.
fn braces(object: &mut Vec<u8>) {
    match object.first_mut() {
        Some(comma) => *comma = b'{',
        None => object.push(b'{'),
    }
    object.push(b'}');
}
