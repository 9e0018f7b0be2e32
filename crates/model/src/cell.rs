//! Cells: typed, borrowed views of one row's values, and the trait by which a row hands them out.

use std::ops::Range;

use thiserror::Error;

use crate::{
    charset::Charset,
    decimal::Decimal,
    mariadb::MariaDbValue,
    temporal::{Date, Datetime, Time, Timestamp},
};

/// One value of a row. What is needed beside it to render it (enum texts, fraction digits) is in the column's
/// [`crate::ColumnKind`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// The image does not have this column (`binlog_row_image` MINIMAL or NOBLOB): not the same as NULL.
    Absent,
    /// SQL NULL.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    UInt(u64),
    /// `FLOAT`.
    Float(f32),
    /// `DOUBLE`.
    Double(f64),
    /// `DECIMAL`.
    Decimal(Decimal<'a>),
    /// `BIT`: the value, lowest bit last.
    Bit(u64),
    /// `YEAR`: 1901 to 2155, or 0 for `0000`.
    Year(u16),
    /// `DATE`.
    Date(Date),
    /// `TIME`.
    Time(Time),
    /// `DATETIME`.
    Datetime(Datetime),
    /// `TIMESTAMP`.
    Timestamp(Timestamp),
    /// `CHAR`, `VARCHAR`, `TEXT`: bytes in the column's charset.
    Text(&'a [u8], Charset),
    /// `BINARY`, `VARBINARY`, `BLOB`; for `BINARY` zero bytes up to the column's length are to be added.
    Binary(&'a [u8]),
    /// `ENUM`: 1 for the first text, 0 for the empty error value.
    Enum(u16),
    /// `SET`: a bit for each text, the first lowest.
    Set(u64),
    /// `JSON`: a document for [`crate::jsonb::parse`].
    Json(&'a [u8]),
    /// `JSON` as the text that a SELECT gives, in UTF-8: what the log keeps apart (decimals, times) is not told apart in it.
    JsonText(&'a [u8]),
    /// `JSON` in the after-image of a partial update: a list of diffs to the before-image's document.
    JsonDiff(&'a [u8]),
    /// `GEOMETRY`: four bytes SRID (little-endian), then WKB.
    Geometry(&'a [u8]),
    /// A value of a type that only MariaDB has.
    MariaDb(MariaDbValue),
    /// `VECTOR`: little-endian single floats.
    Vector(&'a [u8]),
}

/// A cell that cannot be read.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum CellError {
    /// The row ends inside the cell.
    #[error("column {column}: the row ends inside its value")]
    Truncated {
        /// The column's index from 0.
        column: usize,
    },
    /// The bytes are no value of the column's type.
    #[error("column {column}: {what}")]
    Invalid {
        /// The column's index from 0.
        column: usize,
        /// What is wrong, without the value.
        what: &'static str,
    },
}

/// Takes the cells of a row where they are read: no cell is stored between the decoder and a format.
///
/// For each column of the shape, in its order, either [`CellVisitor::absent`] is called, or `open`, `value` and `close`.
/// Implementations mark the hot ones to be inlined always: the reading of each type and its rendering become one branch.
pub trait CellVisitor {
    /// Why it stops.
    type Error: From<CellError>;

    /// The image does not have the next column.
    fn absent(&mut self);

    /// The next column has a value, or NULL.
    fn open(&mut self);

    /// The value, never [`Cell::Absent`].
    ///
    /// # Errors
    /// To stop the walk.
    fn value(&mut self, cell: Cell<'_>) -> Result<(), Self::Error>;

    /// The column is done; `left` bytes of the image come after it (0 where an image is no bytes).
    fn close(&mut self, left: usize);
}

/// Takes the cells of an image that was changed from another one, whose cells it has taken already.
pub trait ChangeVisitor: CellVisitor {
    /// These columns, one or more, are the same as they were: instead of `open`, `value` and `close` for each of them.
    fn same(&mut self, columns: Range<usize>);
}

/// A row image that hands out its cells.
///
/// Contract: exactly one item for each column of the table's shape, in its order; after the first error nothing more.
/// The trait stands between the decoder, which knows the bytes, and the encoders, which know the formats.
pub trait RowImage<'a>: Copy {
    /// The cells in order.
    type Cells: Iterator<Item = Result<Cell<'a>, CellError>>;

    /// A fresh walk over the cells.
    fn cells(&self) -> Self::Cells;

    /// Walks over the cells, each visited where it is read.
    ///
    /// # Errors
    /// The first cell that cannot be read, or what the visitor stops with.
    fn visit<V: CellVisitor>(&self, visitor: &mut V) -> Result<(), V::Error> {
        self.cells().try_for_each(|cell| visit_cell(cell?, visitor))
    }

    /// The same for an image that was changed from `before`: what it has of a JSON document, its diffs, is shown as the whole
    /// document where `before` has that.
    ///
    /// # Errors
    /// As of [`RowImage::visit`], or diffs that do not fit the document before.
    fn visit_whole<V: CellVisitor>(&self, _before: &Self, visitor: &mut V) -> Result<(), V::Error> {
        self.visit(visitor)
    }

    /// As [`RowImage::visit_whole`]; so many bytes of `before` were left after each column: the visitor may be told only what is
    /// not the same.
    ///
    /// # Errors
    /// As of [`RowImage::visit`].
    fn visit_changes<V: ChangeVisitor>(
        &self,
        before: &Self,
        _left: &[usize],
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        self.visit_whole(before, visitor)
    }
}

/// Shows a visitor one cell.
///
/// # Errors
/// What the visitor stops with.
pub fn visit_cell<V: CellVisitor>(cell: Cell<'_>, visitor: &mut V) -> Result<(), V::Error> {
    if matches!(cell, Cell::Absent) {
        visitor.absent();
        return Ok(());
    }
    visitor.open();
    visitor.value(cell)?;
    visitor.close(0);
    Ok(())
}
