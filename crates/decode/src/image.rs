//! One row image: which table, which columns, which bytes.

use becauselog_model::{CellVisitor, ChangeVisitor, RowImage};

use crate::{bits::bytes_of, bits::count_set, cells::Cells, changes::Changes, plan::TablePlan, whole};

/// A view of one row image in an event's bytes.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    pub(crate) plan: &'a TablePlan,
    pub(crate) present: &'a [u8],
    /// How many columns the image has.
    pub(crate) present_count: usize,
    pub(crate) bytes: &'a [u8],
    /// Whether it is an after-image that may have JSON diffs.
    pub(crate) partial: bool,
}

impl<'a> Image<'a> {
    pub(crate) fn new(plan: &'a TablePlan, present: &'a [u8], bytes: &'a [u8], partial: bool) -> Self {
        let present_count = count_set(present, plan.readers().len());
        Self { plan, present, present_count, bytes, partial }
    }

    /// Whether it has every column of the table.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.present_count == self.plan.readers().len()
    }

    pub(crate) const fn null_bytes(&self) -> usize {
        bytes_of(self.present_count)
    }
}

impl<'a> RowImage<'a> for Image<'a> {
    type Cells = Cells<'a>;

    #[inline]
    fn cells(&self) -> Cells<'a> {
        Cells::new(self)
    }

    #[inline]
    fn visit<V: CellVisitor>(&self, visitor: &mut V) -> Result<(), V::Error> {
        Cells::new(self).visit(visitor)
    }

    fn visit_whole<V: CellVisitor>(&self, before: &Self, visitor: &mut V) -> Result<(), V::Error> {
        if self.partial { whole::visit(self, before, visitor) } else { self.visit(visitor) }
    }

    fn visit_changes<V: ChangeVisitor>(
        &self,
        before: &Self,
        left: &[usize],
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        match Changes::new(before, self, left) {
            Some(changes) => changes.visit(visitor),
            None => self.visit_whole(before, visitor),
        }
    }
}
