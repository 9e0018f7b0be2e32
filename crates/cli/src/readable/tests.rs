#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use becauselog_model::{
    CellError, Charset, ColumnKind, ColumnShape, Date, Datetime, RowsEvent, ShapeOrigin, TableName,
    Transaction,
};

use super::*;

/// A row of given cells.
#[derive(Clone, Copy)]
struct Row<'a>(&'a [Cell<'a>]);

impl<'a> RowImage<'a> for Row<'a> {
    type Cells = std::vec::IntoIter<Result<Cell<'a>, CellError>>;

    fn cells(&self) -> Self::Cells {
        self.0.iter().copied().map(Ok).collect::<Vec<_>>().into_iter()
    }
}

fn shape() -> Arc<TableShape> {
    let text = ColumnKind::VarChar { bytes_max: 400, charset: Charset::Utf8 };
    let columns = [
        ("id", ColumnKind::Int { unsigned: false }),
        ("status", ColumnKind::Enum { values: ["new".into(), "paid".into()].into() }),
        ("note", text),
        ("at", ColumnKind::Datetime { fsp: 3 }),
    ];
    let column = |(name, kind): (&str, ColumnKind)| ColumnShape {
        name: name.into(),
        kind,
        nullable: true,
        visible: true,
        declared: None,
    };
    Arc::new(TableShape {
        name: TableName::new("shop", "orders"),
        columns: columns.into_iter().map(column).collect(),
        key: Some(vec![0]),
        origin: ShapeOrigin::RowMetadata,
    })
}

fn line(colors: bool, op: Op, before: Option<&[Cell<'_>]>, after: Option<&[Cell<'_>]>) -> String {
    let shape = shape();
    let transaction = Transaction {
        gtid: None,
        server_uuid: None,
        begin: "bin.000001:4".parse().unwrap(),
        thread_id: None,
        original_commit_us: None,
        immediate_commit_us: Some(1_777_636_800_123_456),
    };
    let event = RowsEvent { file: "bin.000001".into(), pos: 200, timestamp_s: 0, server_id: 1, query: None };
    let change = RowChange {
        transaction: &transaction,
        event: &event,
        shape: &shape,
        op,
        row: 0,
        index: 0,
        place: becauselog_model::Place::default(),
        before: before.map(Row),
        after: after.map(Row),
    };
    String::from_utf8(Readable::new(colors).line(&change).unwrap().to_vec()).unwrap()
}

fn cells(note: &'static str) -> [Cell<'static>; 4] {
    let at = Datetime {
        date: Date { year: 2026, month: 5, day: 1 },
        hour: 9,
        minute: 8,
        second: 7,
        micros: 6_000,
    };
    [Cell::Int(7), Cell::Enum(1), Cell::Text(note.as_bytes(), Charset::Utf8), Cell::Datetime(at)]
}

#[test]
fn an_insert_shows_the_key_first_and_then_the_row() {
    let shown = line(false, Op::Insert, None, Some(&cells("it's\n")));
    let expected = "2026-05-01 12:00:00.123 INSERT shop.orders id=7  status='new' note='it''s\\n' at=2026-05-01 09:08:07.006";
    assert_eq!(shown, expected);
}

#[test]
fn an_update_shows_what_changed() {
    let mut after = cells("a");
    after[1] = Cell::Enum(2);
    after[2] = Cell::Null;
    let shown = line(false, Op::Update, Some(&cells("a")), Some(&after));
    assert_eq!(
        shown,
        "2026-05-01 12:00:00.123 UPDATE shop.orders id=7  status 'new' -> 'paid', note 'a' -> NULL"
    );
    after = cells("a");
    assert!(line(false, Op::Update, Some(&cells("a")), Some(&after)).ends_with("(no difference)"));
}

#[test]
fn colours_only_where_asked_for_and_long_values_are_cut() {
    let long: &'static str = "x".repeat(500).leak();
    let shown = line(true, Op::Delete, Some(&cells(long)), None);
    assert!(shown.contains("\x1b[31mDELETE\x1b[0m") && shown.contains("x…'") && shown.len() < 250, "{shown}");
    assert!(!line(false, Op::Delete, Some(&cells(long)), None).contains('\x1b'));
}
