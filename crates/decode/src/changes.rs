//! The walk over an image that was changed from another one: columns whose bytes are the same are passed by in runs.

use becauselog_model::{Cell, CellError, ChangeVisitor};

use crate::{
    bits::is_set,
    cells::Visited,
    image::Image,
    reader::{Reader, Stop},
};

/// How far ahead bytes are compared at once: enough for several columns, little enough that a change soon after costs
/// nothing.
const AHEAD: usize = 64;

/// An image beside the one that it was changed from; both have all columns.
#[derive(Debug)]
pub struct Changes<'a, 'l> {
    readers: &'a [Reader],
    before: Side<'a>,
    after: Side<'a>,
    /// How many bytes of the image before are left after each column.
    left: &'l [usize],
}

#[derive(Debug, Clone, Copy)]
struct Side<'a> {
    nulls: &'a [u8],
    /// The values that are not passed yet.
    rest: &'a [u8],
}

impl<'a> Side<'a> {
    fn of(image: &Image<'a>) -> Option<Self> {
        let (nulls, rest) = image.bytes.split_at_checked(image.null_bytes())?;
        (image.is_full() && !image.partial).then_some(Self { nulls, rest })
    }
}

impl<'a, 'l> Changes<'a, 'l> {
    /// Nothing where the two cannot be compared by their bytes: columns are absent, JSON may be a diff, a head is torn, or `left`
    /// is not one for each column.
    pub(crate) fn new(before: &Image<'a>, after: &Image<'a>, left: &'l [usize]) -> Option<Self> {
        let readers = after.plan.readers();
        let same_table = std::ptr::eq(before.plan, after.plan) && left.len() == readers.len();
        let (before, after) = (Side::of(before)?, Side::of(after)?);
        same_table.then_some(Self { readers, before, after, left })
    }

    pub(crate) fn visit<V: ChangeVisitor>(mut self, visitor: &mut V) -> Result<(), V::Error> {
        let mut column = 0;
        loop {
            let end = self.pass_same(column);
            if end > column {
                visitor.same(column..end);
            }
            let Some(reader) = self.readers.get(end) else { return Ok(()) };
            self.changed(*reader, end, visitor)?;
            column = end.saturating_add(1);
        }
    }

    /// Passes columns that are the same, from this one on; answers the first one that is not.
    fn pass_same(&mut self, from: usize) -> usize {
        let same_nulls = self.before.nulls == self.after.nulls;
        let whole = self.before.rest.len();
        let (mut compared, mut passed, mut column) = (0, 0, from);
        while let Some(left) = self.left.get(column) {
            let end = whole.saturating_sub(*left);
            if !same_nulls && is_set(self.before.nulls, column) != is_set(self.after.nulls, column) {
                break;
            }
            while compared < end {
                let more = self.compare(compared);
                compared = compared.saturating_add(more);
                if more < AHEAD {
                    break;
                }
            }
            if compared < end {
                break;
            }
            passed = end;
            column = column.saturating_add(1);
        }
        self.before.rest = self.before.rest.get(passed..).unwrap_or_default();
        self.after.rest = self.after.rest.get(passed..).unwrap_or_default();
        column
    }

    /// How many of the next bytes after so many are the same, [`AHEAD`] at most.
    #[inline]
    fn compare(&self, at: usize) -> usize {
        let ahead = |side: &Side<'a>| -> &'a [u8] {
            let rest = side.rest.get(at..).unwrap_or_default();
            rest.get(..AHEAD).unwrap_or(rest)
        };
        let (one, other) = (ahead(&self.before), ahead(&self.after));
        let (words, _) = one.as_chunks::<8>();
        let (others, _) = other.as_chunks::<8>();
        let same = words.iter().zip(others).take_while(|(one, other)| one == other).count().saturating_mul(8);
        let bytes = one.iter().skip(same).zip(other.iter().skip(same));
        same.saturating_add(bytes.take_while(|(one, other)| one == other).count())
    }

    /// Seldom, and large: it is kept out of the loop.
    #[inline(never)]
    fn changed<V: ChangeVisitor>(
        &mut self,
        reader: Reader,
        column: usize,
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        visitor.open();
        if is_set(self.after.nulls, column) {
            visitor.value(Cell::Null)?;
        } else {
            match reader.hand(&mut self.after.rest, &mut Visited(visitor)) {
                Ok(()) => {}
                Err(Stop::Taker(error)) => return Err(error),
                Err(Stop::Fault(fault)) => return Err(CellError::into(fault.at(column))),
            }
        }
        visitor.close(self.after.rest.len());
        let left = self.left.get(column).copied().unwrap_or_default();
        let passed = self.before.rest.len().saturating_sub(left);
        self.before.rest = self.before.rest.get(passed..).unwrap_or_default();
        Ok(())
    }
}
