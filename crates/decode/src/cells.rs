//! The walk over one image's cells: the hot path.

use becauselog_model::{Cell, CellError, CellVisitor, visit_cell};

use crate::{
    bits::Bits,
    image::Image,
    partial,
    reader::{Fault, Reader, Stop, Taker},
};

/// The cells of one row image, in the order of the table's columns: see [`becauselog_model::RowImage`].
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    readers: std::slice::Iter<'a, Reader>,
    columns: usize,
    /// Which columns the image has; nothing when it has all.
    present: Option<Bits<'a>>,
    nulls: Bits<'a>,
    /// Which JSON values are diffs; only in partial after-images.
    diffs: Option<Bits<'a>>,
    rest: &'a [u8],
    /// The head of the image is torn: the first cell is an error.
    headless: bool,
}

impl<'a> Cells<'a> {
    #[inline]
    pub(crate) fn new(image: &Image<'a>) -> Self {
        let readers = image.plan.readers();
        let mut cells = Self {
            readers: readers.iter(),
            columns: readers.len(),
            present: (!image.is_full()).then(|| Bits::new(image.present)),
            nulls: Bits::new(&[]),
            diffs: None,
            rest: image.bytes,
            headless: false,
        };
        if image.partial {
            cells.split_diffs(image.plan.layout().json_columns());
        }
        cells.split_nulls(image.null_bytes());
        cells
    }

    #[cold]
    fn split_diffs(&mut self, json_columns: usize) {
        match partial::split_head(self.rest, json_columns) {
            Some((diffs, rest)) => (self.diffs, self.rest) = (Some(diffs), rest),
            None => self.headless = true,
        }
    }

    #[inline]
    fn split_nulls(&mut self, null_bytes: usize) {
        match self.rest.split_at_checked(null_bytes) {
            Some((nulls, rest)) => (self.nulls, self.rest) = (Bits::new(nulls), rest),
            None => self.headless = true,
        }
    }

    #[inline]
    fn read(&mut self, reader: Reader) -> Result<Cell<'a>, Fault> {
        if self.headless {
            return Err(Fault::Truncated);
        }
        let diff = match &mut self.diffs {
            // A bit for each JSON column, present or not.
            Some(diffs) if matches!(reader, Reader::Json { .. }) => diffs.take(),
            _ => false,
        };
        if self.present.as_mut().is_some_and(|present| !present.take()) {
            return Ok(Cell::Absent);
        }
        if self.nulls.take() {
            return Ok(Cell::Null);
        }
        match reader.read(&mut self.rest)? {
            Cell::Json(bytes) if diff => Ok(Cell::JsonDiff(bytes)),
            cell => Ok(cell),
        }
    }

    /// Shows a visitor all cells that are left.
    #[inline]
    pub(crate) fn visit<V: CellVisitor>(mut self, visitor: &mut V) -> Result<(), V::Error> {
        if self.headless || self.diffs.is_some() {
            return self.try_for_each(|cell| visit_cell(cell?, visitor));
        }
        match self.present {
            None => self.walk::<true, V>(visitor),
            Some(_) => self.walk::<false, V>(visitor),
        }
    }

    /// The hot loop. `WHOLE`: the image has all columns.
    fn walk<const WHOLE: bool, V: CellVisitor>(mut self, visitor: &mut V) -> Result<(), V::Error> {
        while let Some(reader) = self.readers.next() {
            if !WHOLE && self.present.as_mut().is_some_and(|present| !present.take()) {
                visitor.absent();
                continue;
            }
            visitor.open();
            if self.nulls.take() {
                visitor.value(Cell::Null)?;
            } else {
                match reader.hand(&mut self.rest, &mut Visited(visitor)) {
                    Ok(()) => {}
                    Err(Stop::Taker(error)) => return Err(error),
                    Err(Stop::Fault(fault)) => return Err(self.fail(fault).into()),
                }
            }
            visitor.close(self.rest.len());
        }
        Ok(())
    }

    #[cold]
    fn fail(&mut self, fault: Fault) -> CellError {
        let column = self.columns.saturating_sub(self.readers.len()).saturating_sub(1);
        self.readers = [].iter();
        fault.at(column)
    }
}

/// Hands values to a visitor.
pub struct Visited<'v, V>(pub &'v mut V);

impl<'a, V: CellVisitor> Taker<'a> for Visited<'_, V> {
    type Error = V::Error;

    #[expect(
        clippy::inline_always,
        reason = "the visitor's code for a type belongs into the branch that reads it"
    )]
    #[inline(always)]
    fn take(&mut self, cell: Cell<'a>) -> Result<(), V::Error> {
        self.0.value(cell)
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cell<'a>, CellError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let reader = *self.readers.next()?;
        Some(self.read(reader).map_err(|fault| self.fail(fault)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.readers.size_hint()
    }
}
