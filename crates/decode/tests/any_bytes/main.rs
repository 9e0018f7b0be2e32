//! Whatever the bytes are: no panic, no reading outside the event, no loop without end, and what was indexed is read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod changes;
mod tables;

use becauselog_decode::{Rows, RowsKind, TablePlan, count_rows, index_rows};
use becauselog_model::{Cell, CellError, RowImage};
use proptest::{prelude::*, sample::Index};
use tables::{Table, any_table, row_of, tables};

const KINDS: [RowsKind; 4] = [RowsKind::Write, RowsKind::Update, RowsKind::PartialUpdate, RowsKind::Delete];

/// Reads every cell of every row that the index gives; each image has an item for each column, or an error last.
fn read_all(plan: &TablePlan, rows: &Rows<'_>) -> Vec<Vec<String>> {
    let mut index = Vec::new();
    let walked = index_rows(plan, rows, &mut index);
    assert_eq!(walked, count_rows(plan.layout(), rows), "counting and indexing agree");
    let Ok(count) = walked else {
        assert!(index.is_empty(), "nothing of a torn event leaves");
        return Vec::new();
    };
    assert_eq!(count, index.len());
    let mut read = Vec::new();
    for row in &index {
        let (before, after) = rows.images(plan, *row);
        for image in [before, after].into_iter().flatten() {
            let cells: Vec<Result<Cell<'_>, CellError>> = image.cells().collect();
            let wrong = cells.iter().position(Result::is_err);
            assert_eq!(cells.len(), wrong.map_or(rows.columns, |at| at + 1));
            let truncated = cells.iter().any(|cell| matches!(cell, Err(CellError::Truncated { .. })));
            assert!(!truncated, "an indexed row is whole");
            read.push(cells.iter().map(|cell| format!("{cell:?}")).collect());
        }
    }
    read
}

fn plan_of(table: &Table) -> TablePlan {
    TablePlan::compile(&table.map(), table.shape()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_rows_or_an_error(
        table in any_table(),
        kind in prop::sample::select(&KINDS[..]),
        before in prop::collection::vec(any::<u8>(), 0..6),
        after in prop::collection::vec(any::<u8>(), 0..6),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        columns_off in prop::sample::select(&[0_usize, 0, 0, 0, 1][..]),
    ) {
        let plan = plan_of(&table);
        let columns = table.columns.len() + columns_off;
        read_all(&plan, &Rows { kind, columns, before: &before, after: &after, bytes: &bytes });
    }

    #[test]
    fn a_damaged_row_is_a_row_or_an_error(
        table in any_table(),
        seeds in prop::collection::vec(any::<u64>(), 1..5),
        damage in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        let plan = plan_of(&table);
        let mut bytes: Vec<u8> = seeds.iter().flat_map(|seed| row_of(&table, *seed)).collect();
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let all = vec![0xff; table.columns.len().div_ceil(8)];
        for kind in KINDS {
            read_all(&plan, &Rows { kind, columns: table.columns.len(), before: &all, after: &all, bytes: &bytes });
        }
    }

    #[test]
    fn whole_rows_are_all_read(table in any_table(), seeds in prop::collection::vec(any::<u64>(), 0..5)) {
        let plan = plan_of(&table);
        let bytes: Vec<u8> = seeds.iter().flat_map(|seed| row_of(&table, *seed)).collect();
        let all = vec![0xff; table.columns.len().div_ceil(8)];
        let rows = Rows { kind: RowsKind::Delete, columns: table.columns.len(), before: &all, after: &[], bytes: &bytes };
        let read = read_all(&plan, &rows);
        prop_assert_eq!(read.len(), seeds.len());
        prop_assert!(read.iter().flatten().all(|cell| cell.starts_with("Ok(")), "{:?}", read);
        let last = seeds.last().map_or(0, |seed| row_of(&table, *seed).len());
        for cut in 1..last {
            let cut = Rows { bytes: &bytes[..bytes.len() - cut], ..rows };
            prop_assert!(count_rows(plan.layout(), &cut).is_err(), "a row that lacks bytes is torn");
        }
    }

    #[test]
    fn absent_columns_take_no_bytes_and_no_null_bit(table in any_table(), seed in any::<u64>(), keep in any::<u32>()) {
        let plan = plan_of(&table);
        let present: Vec<bool> = (0..table.columns.len()).map(|column| keep >> column & 1 != 0).collect();
        prop_assume!(present.contains(&true));
        let bitmap: Vec<u8> = tables::bitmap(&present);
        let bytes = tables::image_of(&table, seed, &present);
        let columns = table.columns.len();
        let rows = Rows { kind: RowsKind::Write, columns, before: &[], after: &bitmap, bytes: &bytes };
        let full = row_of(&table, seed);
        let all = vec![0xff; columns.div_ceil(8)];
        let full = Rows { after: &all, bytes: &full, ..rows };
        let (partial, full) = (read_all(&plan, &rows).remove(0), read_all(&plan, &full).remove(0));
        for (column, there) in present.iter().enumerate() {
            let wanted = if *there { full[column].as_str() } else { "Ok(Absent)" };
            prop_assert_eq!(&partial[column], wanted);
        }
    }
}

#[test]
fn a_row_without_columns_is_one_row_and_takes_no_bytes() {
    let table = &tables()[0];
    let (plan, columns) = (plan_of(table), table.columns.len());
    let none = vec![0; columns.div_ceil(8)];
    let all = vec![0xff; columns.div_ceil(8)];
    let rows = Rows { kind: RowsKind::Write, columns, before: &[], after: &none, bytes: &[] };
    let read = read_all(&plan, &rows);
    assert_eq!(read, [vec!["Ok(Absent)".to_owned(); columns]]);
    assert_eq!(count_rows(plan.layout(), &Rows { after: &all, ..rows }), Ok(0));
    assert!(count_rows(plan.layout(), &Rows { bytes: &[0], ..rows }).is_err());
    // A partial after-image begins with its options, so that it never is without bytes.
    let partial = Rows { kind: RowsKind::PartialUpdate, before: &none, ..rows };
    assert_eq!(count_rows(plan.layout(), &partial), Ok(0));
}

#[test]
fn every_kind_of_column_is_among_the_tables() {
    let codes: std::collections::BTreeSet<u8> =
        tables().iter().flat_map(|table| table.columns.iter().map(|column| column.type_code)).collect();
    let wanted =
        [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 242, 245, 246, 247, 248, 252, 254, 255];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), wanted);
}
