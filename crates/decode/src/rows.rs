//! The rows of one event: where each one's images are, after all of them were found whole.

use becauselog_model::Op;
use thiserror::Error;

use crate::{
    bits::{Bits, bytes_of, count_set, none_set},
    image::Image,
    layout::Layout,
    partial,
    plan::TablePlan,
};

/// Which images the rows of an event have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowsKind {
    /// `WRITE_ROWS`: after.
    Write,
    /// `UPDATE_ROWS`: before and after.
    Update,
    /// `PARTIAL_UPDATE_ROWS`: before and after, JSON in the after-image possibly as diffs.
    PartialUpdate,
    /// `DELETE_ROWS`: before.
    Delete,
}

/// The rows part of an event, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Which images the rows have.
    pub kind: RowsKind,
    /// How many columns the event says the table has.
    pub columns: usize,
    /// Which columns the before-image has: a bit each. Not looked at for [`RowsKind::Write`].
    pub before: &'a [u8],
    /// Which columns the after-image has: a bit each. Not looked at for [`RowsKind::Delete`].
    pub after: &'a [u8],
    /// The rows: all bytes from the end of the event's head to its end, without the checksum.
    pub bytes: &'a [u8],
}

/// Where one row's images are in [`Rows::bytes`]: first byte and one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowIndex {
    /// The image before.
    pub before: Option<(u32, u32)>,
    /// The image after.
    pub after: Option<(u32, u32)>,
}

/// The rows of one event as images: what all of them have in common is found out once.
#[derive(Debug, Clone, Copy)]
pub struct Views<'a> {
    rows: Rows<'a>,
    /// Images without bytes.
    before: Image<'a>,
    after: Image<'a>,
}

impl<'a> Views<'a> {
    /// A row's images before and after: see [`Rows::images`].
    #[inline]
    #[must_use]
    pub fn images(&self, index: RowIndex) -> (Option<Image<'a>>, Option<Image<'a>>) {
        let of = |image: Image<'a>, range| Image { bytes: self.rows.slice(range), ..image };
        (index.before.map(|range| of(self.before, range)), index.after.map(|range| of(self.after, range)))
    }
}

/// Rows that cannot be told apart: the event is torn, or its table map is another's.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum RowsError {
    /// The event counts other columns than the table map.
    #[error("the rows have {rows} columns, the table map has {map}")]
    Columns {
        /// By the rows event.
        rows: usize,
        /// By the table map.
        map: usize,
    },
    /// A bitmap of present columns is shorter than the columns are many.
    #[error("the bitmap of present columns has {bytes} bytes, too few for {columns} columns")]
    Bitmap {
        /// How long it is.
        bytes: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// More bytes than an event can have.
    #[error("{bytes} bytes of rows are more than an event can have")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// A row ends early.
    #[error("row {row}, byte {offset} of the rows: {what}")]
    Torn {
        /// The row's number in the event, from 0.
        row: usize,
        /// Where in the rows the trouble is.
        offset: usize,
        /// What ended early.
        what: Torn,
    },
}

/// What of a row is not whole.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// The event ends inside the head of an image, or the head is none.
    #[error("the event ends inside an image's head")]
    Head,
    /// The event ends inside a column's value.
    #[error("the event ends inside the value of column {column} (from 0)")]
    Value {
        /// The column's index from 0.
        column: usize,
    },
    /// The row has no bytes, yet bytes are left: nothing tells where a row begins.
    #[error("bytes are left after rows without any column")]
    NoColumns,
}

impl RowsKind {
    /// What happened to the rows.
    #[must_use]
    pub const fn op(self) -> Op {
        match self {
            Self::Write => Op::Insert,
            Self::Update | Self::PartialUpdate => Op::Update,
            Self::Delete => Op::Delete,
        }
    }

    const fn has_before(self) -> bool {
        !matches!(self, Self::Write)
    }

    const fn has_after(self) -> bool {
        !matches!(self, Self::Delete)
    }
}

impl<'a> Rows<'a> {
    /// A row's images before and after. An index that is not of these rows gives images that end early: errors, never
    /// a panic.
    #[must_use]
    pub fn images(&self, plan: &'a TablePlan, index: RowIndex) -> (Option<Image<'a>>, Option<Image<'a>>) {
        self.views(plan).images(index)
    }

    /// The images of all rows.
    #[must_use]
    pub fn views(&self, plan: &'a TablePlan) -> Views<'a> {
        let partial = self.kind == RowsKind::PartialUpdate;
        Views {
            rows: *self,
            before: Image::new(plan, self.before, &[], false),
            after: Image::new(plan, self.after, &[], partial),
        }
    }

    /// Which columns the images of a row have, in the order of the images.
    pub(crate) fn bitmaps(&self) -> impl Iterator<Item = &'a [u8]> {
        let before = self.kind.has_before().then_some(self.before);
        let after = self.kind.has_after().then_some(self.after);
        before.into_iter().chain(after)
    }

    fn slice(&self, (start, end): (u32, u32)) -> &'a [u8] {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return &[] };
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Walks over all rows; calls `each` with every row's images as offsets.
    ///
    /// A row of which no column is logged takes no bytes: `INSERT INTO t () VALUES ()` under MINIMAL into a table without
    /// AUTO_INCREMENT. The server refuses to log two of them in one event and reads such an event as one row; so do we.
    fn walk(&self, layout: &Layout, mut each: impl FnMut(RowIndex)) -> Result<usize, RowsError> {
        u32::try_from(self.bytes.len()).map_err(|_| RowsError::TooLong { bytes: self.bytes.len() })?;
        let before = ImageWalk::new(layout, self.columns, self.before, self.kind.has_before(), false)?;
        let partial = self.kind == RowsKind::PartialUpdate;
        let after = ImageWalk::new(layout, self.columns, self.after, self.kind.has_after(), partial)?;
        let has_bytes = |walk: &ImageWalk<'_>| walk.null_bytes > 0 || walk.json_columns.is_some();
        if self.bytes.is_empty() && self.columns > 0 && !before.iter().chain(&after).any(has_bytes) {
            each(RowIndex { before: before.map(|_| (0, 0)), after: after.map(|_| (0, 0)) });
            return Ok(1);
        }
        let mut rest = self.bytes;
        let mut row = 0_usize;
        while !rest.is_empty() {
            let row_bytes = rest.len();
            let torn = |(what, left): (Torn, usize)| RowsError::Torn {
                row,
                offset: self.bytes.len().saturating_sub(left),
                what,
            };
            let index = RowIndex {
                before: self.skip_image(before.as_ref(), &mut rest).map_err(torn)?,
                after: self.skip_image(after.as_ref(), &mut rest).map_err(torn)?,
            };
            if rest.len() == row_bytes {
                return Err(torn((Torn::NoColumns, row_bytes)));
            }
            each(index);
            row = row.saturating_add(1);
        }
        Ok(row)
    }

    #[inline]
    fn skip_image(
        &self,
        walk: Option<&ImageWalk<'_>>,
        rest: &mut &[u8],
    ) -> Result<Option<(u32, u32)>, (Torn, usize)> {
        let Some(walk) = walk else { return Ok(None) };
        let start = self.offset(rest);
        walk.skip(rest)?;
        Ok(Some((start, self.offset(rest))))
    }

    /// How far into the rows what is left begins; fits since the rows' length does.
    #[inline]
    fn offset(&self, rest: &[u8]) -> u32 {
        u32::try_from(self.bytes.len().saturating_sub(rest.len())).unwrap_or(u32::MAX)
    }
}

/// Finds every row of an event and pushes where its images are; answers how many there are.
///
/// Nothing is pushed unless the whole event is sound: `out` then is as it was.
///
/// # Errors
/// The event is torn or does not belong to the plan's table map.
pub fn index_rows(plan: &TablePlan, rows: &Rows<'_>, out: &mut Vec<RowIndex>) -> Result<usize, RowsError> {
    let len = out.len();
    let walked = rows.walk(plan.layout(), |index| out.push(index));
    if walked.is_err() {
        out.truncate(len);
    }
    walked
}

/// Counts the rows of an event whose values nobody wants.
///
/// # Errors
/// As [`index_rows`].
pub fn count_rows(layout: &Layout, rows: &Rows<'_>) -> Result<usize, RowsError> {
    rows.walk(layout, |_| {})
}

/// What is the same for all images of one side of an event.
struct ImageWalk<'a> {
    layout: &'a Layout,
    /// Which columns are there; nothing when all are.
    present: Option<&'a [u8]>,
    null_bytes: usize,
    /// For partial after-images: how many JSON columns the table has.
    json_columns: Option<usize>,
}

impl<'a> ImageWalk<'a> {
    fn new(
        layout: &'a Layout,
        columns: usize,
        bitmap: &'a [u8],
        wanted: bool,
        partial: bool,
    ) -> Result<Option<Self>, RowsError> {
        if columns != layout.columns() {
            return Err(RowsError::Columns { rows: columns, map: layout.columns() });
        }
        if !wanted {
            return Ok(None);
        }
        if bitmap.len() < bytes_of(columns) {
            return Err(RowsError::Bitmap { bytes: bitmap.len(), columns });
        }
        let set = count_set(bitmap, columns);
        Ok(Some(Self {
            layout,
            present: (set < columns).then_some(bitmap),
            null_bytes: bytes_of(set),
            json_columns: partial.then_some(layout.json_columns()),
        }))
    }

    /// Steps over one image; on error says what was torn and how many bytes were left.
    #[inline]
    fn skip(&self, rest: &mut &[u8]) -> Result<(), (Torn, usize)> {
        if let Some(json_columns) = self.json_columns {
            let (_, image) = partial::split_head(rest, json_columns).ok_or((Torn::Head, rest.len()))?;
            *rest = image;
        }
        let (nulls, values) = rest.split_at_checked(self.null_bytes).ok_or((Torn::Head, rest.len()))?;
        *rest = values;
        if self.present.is_none()
            && none_set(nulls, self.layout.columns())
            && let Some(after) = self.layout.skip_all(values)
        {
            *rest = after;
            return Ok(());
        }
        self.skip_each(nulls, rest)
    }

    /// The values of an image of which some are NULL or absent, or which is torn.
    fn skip_each(&self, nulls: &[u8], rest: &mut &[u8]) -> Result<(), (Torn, usize)> {
        let mut nulls = Bits::new(nulls);
        let mut present = self.present.map(Bits::new);
        for (column, width) in self.layout.widths().iter().enumerate() {
            if present.as_mut().is_some_and(|bits| !bits.take()) || nulls.take() {
                continue;
            }
            *rest = width.skip(rest).ok_or((Torn::Value { column }, rest.len()))?;
        }
        Ok(())
    }
}
