//! Rows made by hand: cells in a slice instead of an event's bytes.

use std::sync::Arc;

use becauselog_model::{
    BinlogPosition, Cell, CellError, ColumnKind, ColumnShape, Op, RowChange, RowImage, RowsEvent,
    ShapeOrigin, TableName, TableShape, Transaction,
};

/// A row that is already cells; a cell may be an error.
#[derive(Clone, Copy)]
pub struct Row<'a>(pub &'a [Result<Cell<'a>, CellError>]);

impl<'a> RowImage<'a> for Row<'a> {
    type Cells = std::iter::Copied<std::slice::Iter<'a, Result<Cell<'a>, CellError>>>;

    fn cells(&self) -> Self::Cells {
        self.0.iter().copied()
    }
}

/// A table `shop.t` of nullable columns, the first ones its key.
pub fn table(columns: &[(&str, ColumnKind)], key: Option<Vec<usize>>) -> Arc<TableShape> {
    let column = |(name, kind): &(&str, ColumnKind)| ColumnShape {
        name: (*name).into(),
        kind: kind.clone(),
        nullable: true,
        visible: true,
        declared: None,
    };
    Arc::new(TableShape {
        name: TableName::new("shop", "t"),
        columns: columns.iter().map(column).collect(),
        key,
        origin: ShapeOrigin::RowMetadata,
    })
}

pub fn transaction() -> Transaction {
    Transaction {
        gtid: "e45cc41c-e775-11f1-ab04-02fc00000001:tag:7".parse().ok(),
        server_uuid: None,
        begin: BinlogPosition { file: "bin.000003".into(), pos: 200 },
        thread_id: Some(9),
        original_commit_us: Some(1_700_000_000_000_001),
        immediate_commit_us: Some(1_700_000_000_500_002),
    }
}

pub fn event() -> RowsEvent {
    RowsEvent { file: "bin.000003".into(), pos: 484, timestamp_s: 1_700_000_000, server_id: 7, query: None }
}

pub fn change<'a>(
    transaction: &'a Transaction,
    event: &'a RowsEvent,
    shape: &'a Arc<TableShape>,
    before: Option<Row<'a>>,
    after: Option<Row<'a>>,
) -> RowChange<'a, Row<'a>> {
    let op = match (before, after) {
        (None, _) => Op::Insert,
        (Some(_), Some(_)) => Op::Update,
        (Some(_), None) => Op::Delete,
    };
    RowChange {
        transaction,
        event,
        shape,
        op,
        row: 0,
        index: 3,
        place: becauselog_model::Place::default(),
        before,
        after,
    }
}
