//! One row image as a JSON object.

use std::{ops::Range, slice::Iter};

use becauselog_model::{Cell, CellError, CellVisitor, ChangeVisitor, ColumnShape, RowImage, TableShape};

use crate::{
    FormatError,
    debezium::Converted,
    error::Fault,
    gaps::Gaps,
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

    /// Appends the diffs of a document that is not there.
    fn diffs(&mut self, out: &mut Vec<u8>, diffs: &[u8]) -> Result<(), Fault>;

    /// Whether what is written in quotes is a text to the format, and not what its number or bytes are written as.
    fn is_text(&self, _cell: &Cell<'_>) -> bool {
        true
    }

    /// How many values were rendered with a loss so far.
    fn losses(&self) -> u64;

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

/// The images of a change as they are written one after the other. What an update left as it was is rendered once: its text in
/// the after-image is a copy of that in the before-image.
#[derive(Debug, Default)]
pub(crate) struct Images {
    pub before_key: KeyPlaces,
    pub after_key: KeyPlaces,
    pub before_gaps: Gaps,
    pub after_gaps: Gaps,
    written: Written,
}

/// What is noted of a before-image while it is written.
#[derive(Debug, Default)]
struct Written {
    /// Where its object begins in the output.
    start: usize,
    /// Where each column's text ends in the output.
    ends: Vec<usize>,
    /// How many bytes of the image are left after each column.
    left: Vec<usize>,
    /// Each text depends on its column's bytes alone, and no loss was counted.
    repeatable: bool,
}

/// What is known beside an image.
enum Beside<'o> {
    Nothing,
    /// It is the before-image: what is noted of it.
    Notes(&'o mut Written),
    /// It is the after-image: what was noted of the one before.
    Before {
        written: &'o Written,
        before_key: &'o KeyPlaces,
        key_columns: &'o [usize],
    },
}

impl Images {
    /// Appends the before-image as an object. `updates`: an after-image will follow.
    pub(crate) fn before<'a, I: RowImage<'a>>(
        &mut self,
        out: &mut Vec<u8>,
        image: I,
        (shape, table): (&TableShape, &Table),
        render: &mut impl Render,
        updates: bool,
    ) -> Result<(), FormatError> {
        self.after_gaps.clear();
        let losses = render.losses();
        let (key, gaps) = (&mut self.before_key, &mut self.before_gaps);
        self.written.begin(out.len());
        let beside = if updates { Beside::Notes(&mut self.written) } else { Beside::Nothing };
        object(out, (shape, table), render, (key, gaps), beside, |object| image.visit(object))?;
        self.written.repeatable &= render.losses() == losses;
        Ok(())
    }

    /// Appends the after-image as an object; with `before` that image was appended just now, and is in `out` as it was.
    pub(crate) fn after<'a, I: RowImage<'a>>(
        &mut self,
        out: &mut Vec<u8>,
        image: I,
        before: Option<I>,
        (shape, table): (&TableShape, &Table),
        render: &mut impl Render,
    ) -> Result<(), FormatError> {
        let Self { before_key, after_key, before_gaps, after_gaps, written } = self;
        let notes = (after_key, after_gaps);
        let Some(before) = before else {
            before_gaps.clear();
            return object(out, (shape, table), render, notes, Beside::Nothing, |object| image.visit(object));
        };
        if !written.repeatable {
            let visit = |object: &mut _| image.visit_whole(&before, object);
            return object(out, (shape, table), render, notes, Beside::Nothing, visit);
        }
        let beside = Beside::Before { written, before_key, key_columns: &table.key_columns };
        object(out, (shape, table), render, notes, beside, |object| {
            image.visit_changes(&before, &written.left, object)
        })
    }
}

impl Written {
    fn begin(&mut self, start: usize) {
        self.start = start;
        self.ends.clear();
        self.left.clear();
        self.repeatable = true;
    }

    /// Where the texts of these columns are in the output.
    fn texts(&self, columns: &Range<usize>) -> Option<Range<usize>> {
        let start = match columns.start.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => self.start,
        };
        Some(start..*self.ends.get(columns.end.checked_sub(1)?)?)
    }
}

/// Appends `{"a":1,"b":null}`: absent cells are left out.
fn object<'o, R: Render>(
    out: &'o mut Vec<u8>,
    (shape, table): (&'o TableShape, &'o Table),
    render: &'o mut R,
    (key, gaps): (&'o mut KeyPlaces, &'o mut Gaps),
    beside: Beside<'o>,
    visit: impl FnOnce(&mut Object<'o, R>) -> Result<(), Broken>,
) -> Result<(), FormatError> {
    key.reset(table.key.len());
    gaps.clear();
    let start = out.len();
    let (columns, shapes) = (table.columns.iter(), shape.columns.iter());
    let mut object = Object { out, columns, shapes, at: None, start, render, key, gaps, beside };
    let visited = visit(&mut object);
    let Object { out, columns, .. } = object;
    let found = table.columns.len().saturating_sub(columns.len());
    visited.map_err(|broken| match broken {
        Broken::Cell(source) => FormatError::Cell { table: shape.name.clone(), source },
        Broken::Fault(fault) => fault.at(&shape.name, found.saturating_sub(1)),
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
    /// The columns that are to come, and their shapes.
    columns: Iter<'o, Column>,
    shapes: Iter<'o, ColumnShape>,
    /// The column at hand.
    at: Option<(&'o Column, &'o ColumnShape)>,
    /// Where its value begins in `out`.
    start: usize,
    render: &'o mut R,
    key: &'o mut KeyPlaces,
    gaps: &'o mut Gaps,
    beside: Beside<'o>,
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

impl<R> Object<'_, R> {
    #[inline]
    fn next(&mut self) {
        self.at = self.columns.next().zip(self.shapes.next());
    }
}

impl<R: Render> CellVisitor for Object<'_, R> {
    type Error = Broken;

    fn absent(&mut self) {
        self.next();
        if let Some((column, _)) = self.at {
            self.gaps.absent(column);
        }
    }

    #[inline]
    fn open(&mut self) {
        self.next();
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
        if let Cell::JsonDiff(diffs) = cell {
            return self.diffs(diffs, column);
        }
        let pushed = match &column.hidden {
            None => self.render.push(self.out, &cell, column, shape),
            Some(hidden) => {
                if let Beside::Notes(written) = &mut self.beside {
                    written.repeatable = false;
                }
                self::hidden(hidden, self.out, &cell, column, shape, self.render, self.key)
            }
        };
        pushed.map_err(Broken::Fault)
    }

    #[inline]
    fn close(&mut self, left: usize) {
        if let Beside::Notes(written) = &mut self.beside {
            written.ends.push(self.out.len());
            written.left.push(left);
        }
        if let Some((column, _)) = self.at
            && column.key_place.is_some()
            && column.hidden.is_none()
        {
            self.key.put(column.key_place, Place::Image(self.start..self.out.len()));
        }
    }
}

impl<R: Render> Object<'_, R> {
    /// Diffs stand beside the row: they are no value. Those of a column that is masked or converted stand nowhere.
    #[cold]
    fn diffs(&mut self, diffs: &[u8], column: &Column) -> Result<(), Broken> {
        if column.hidden.is_some() {
            self.gaps.absent(column);
            return Ok(());
        }
        self.out.truncate(self.start.saturating_sub(column.name.text().len()));
        self.start = self.out.len();
        self.gaps.diffs.extend_from_slice(column.name.text());
        self.render.diffs(&mut self.gaps.diffs, diffs).map_err(Broken::Fault)
    }
}

impl<R: Render> ChangeVisitor for Object<'_, R> {
    fn same(&mut self, columns: Range<usize>) {
        let Beside::Before { written, before_key, key_columns } = self.beside else { return };
        let Some(texts) = written.texts(&columns).filter(|texts| texts.end <= self.out.len()) else { return };
        let shift = self.out.len().saturating_sub(texts.start);
        self.out.extend_from_within(texts);
        for (place, _) in key_columns.iter().enumerate().filter(|(_, column)| columns.contains(column)) {
            if let Some(Some(Place::Image(range))) = before_key.places.get(place) {
                let moved = range.start.saturating_add(shift)..range.end.saturating_add(shift);
                self.key.put(Some(place), Place::Image(moved));
            }
        }
        let last = columns.len().saturating_sub(1);
        self.at = self.columns.nth(last).zip(self.shapes.nth(last));
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
