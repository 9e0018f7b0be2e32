//! An image that was changed from another one is told by what is the same: it comes to the cells that it has.

use std::ops::Range;

use becauselog_decode::{Image, Rows, RowsKind, TablePlan, index_rows};
use becauselog_model::{Cell, CellError, CellVisitor, ChangeVisitor, RowImage};
use proptest::{prelude::*, sample::Index};

use crate::{
    plan_of,
    tables::{Table, any_table, row_of},
};

/// Keeps all cells as text, and how many bytes are left after each.
#[derive(Default)]
struct Kept {
    cells: Vec<String>,
    left: Vec<usize>,
    before: Vec<String>,
    same: usize,
}

impl CellVisitor for Kept {
    type Error = CellError;

    fn absent(&mut self) {
        self.cells.push("absent".to_owned());
        self.left.push(0);
    }

    fn open(&mut self) {}

    fn value(&mut self, cell: Cell<'_>) -> Result<(), CellError> {
        self.cells.push(format!("{cell:?}"));
        Ok(())
    }

    fn close(&mut self, left: usize) {
        self.left.push(left);
    }
}

impl ChangeVisitor for Kept {
    fn same(&mut self, columns: Range<usize>) {
        assert_eq!(columns.start, self.cells.len(), "runs come in order");
        assert!(!columns.is_empty());
        self.same += columns.len();
        self.cells.extend_from_slice(&self.before[columns]);
    }
}

/// Reads the after-image on its own and by its changes; how many columns were told as the same.
fn compare(before: &Image<'_>, after: &Image<'_>) -> usize {
    let (mut first, mut alone) = (Kept::default(), Kept::default());
    // An image that cannot be read is not written, and nothing is compared with it.
    if before.visit(&mut first).is_err() {
        return 0;
    }
    let mut changed = Kept { before: first.cells, ..Kept::default() };
    let expected = after.visit(&mut alone);
    assert_eq!(after.visit_changes(before, &first.left, &mut changed), expected);
    if expected.is_ok() {
        assert_eq!(changed.cells, alone.cells);
    }
    changed.same
}

fn rows<'a>(columns: usize, kind: RowsKind, all: &'a [u8], bytes: &'a [u8]) -> Rows<'a> {
    Rows { kind, columns, before: all, after: all, bytes }
}

fn compared(plan: &TablePlan, table: &Table, kind: RowsKind, bytes: &[u8]) -> usize {
    let all = vec![0xff; table.columns.len().div_ceil(8)];
    let (rows, mut index) = (rows(table.columns.len(), kind, &all, bytes), Vec::new());
    if index_rows(plan, &rows, &mut index).is_err() {
        return 0;
    }
    let images = index.iter().map(|row| rows.images(plan, *row));
    images.map(|(before, after)| compare(&before.unwrap(), &after.unwrap())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_changed_image_has_the_cells_that_it_has(
        table in any_table(),
        seed in any::<u64>(),
        other in prop::option::of(any::<u64>()),
        damage in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
    ) {
        let plan = plan_of(&table);
        let (before, mut after) = (row_of(&table, seed), row_of(&table, other.unwrap_or(seed)));
        for (at, byte) in &damage {
            let at = at.index(after.len());
            after[at] ^= byte;
        }
        let whole = after == before;
        let bytes = [before, after].concat();
        let same = compared(&plan, &table, RowsKind::Update, &bytes);
        prop_assert!(!whole || same == 0 || same == table.columns.len());
        compared(&plan, &table, RowsKind::PartialUpdate, &bytes);
    }
}

#[test]
fn what_is_the_same_is_told_so() {
    let columns: usize = crate::tables::tables()
        .iter()
        .map(|table| {
            let (plan, row) = (plan_of(table), row_of(table, 7));
            let same = compared(&plan, table, RowsKind::Update, &[row.clone(), row].concat());
            assert_eq!(same, table.columns.len());
            same
        })
        .sum();
    assert!(columns > 20);
}
