//! The row changes of one binlog file.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use becauselog_binlog::{
    event::{self, Event, EventKind, RowsHeader},
    frame::Framer,
};
use becauselog_decode::{RowIndex, Rows, RowsKind, TablePlan, Unpack, count_rows, index_rows};
use becauselog_model::{Cell, CellError, ColumnKind, RowImage, TableMap, TableShape};
use becauselog_schema::{Catalog, ShapeError, Tracker, check, from_row_metadata};
use bytes::Bytes;
use mysql_async::Conn;

/// One row image: nothing where there is none.
type Image<'a> = Option<Vec<Cell<'a>>>;

/// A row change, with its cells.
pub struct Change<'a> {
    pub shape: &'a Arc<TableShape>,
    pub kind: RowsKind,
    pub before: Image<'a>,
    pub after: Image<'a>,
}

/// Reads a whole file; calls `each` for every row change in it. Answers how many rows it has.
pub async fn read(
    file: &Path,
    conn: &mut Conn,
    tracker: &mut Tracker,
    mut each: impl FnMut(&Change<'_>) -> Result<()>,
) -> Result<usize> {
    let bytes = Bytes::from(std::fs::read(file)?);
    let mut rest = bytes.slice(4..);
    let mut framer = Framer::new("file".into(), 4);
    let mut plans: HashMap<u64, (TablePlan, Option<Unpack>)> = HashMap::new();
    let mut count = 0;
    while !rest.is_empty() {
        let len = framer.header(&rest)?.size();
        ensure!(len <= rest.len(), "the file ends inside an event");
        let event = framer.accept_from_file(rest.split_to(len))?;
        match event.kind() {
            EventKind::TABLE_MAP => {
                let map = event::table_map::parse(framer.format().map(|format| &**format), &event.body)?;
                if plans.contains_key(&map.table_id) {
                    continue;
                }
                let (unpack, map) = match Unpack::compile(&map)? {
                    Some((unpack, unfolded)) => (Some(unpack), unfolded),
                    None => (None, map),
                };
                let shape = shape_for(&map, conn, tracker).await?;
                plans.insert(map.table_id, (TablePlan::compile(&map, shape)?, unpack));
            }
            kind if is_rows(kind) => count += read_rows(&framer, &event, &plans, &mut each)?,
            _ => {}
        }
    }
    Ok(count)
}

fn is_rows(kind: EventKind) -> bool {
    [
        EventKind::WRITE_ROWS,
        EventKind::UPDATE_ROWS,
        EventKind::DELETE_ROWS,
        EventKind::PARTIAL_UPDATE_ROWS,
        EventKind::WRITE_ROWS_V1,
        EventKind::UPDATE_ROWS_V1,
        EventKind::DELETE_ROWS_V1,
    ]
    .contains(&kind)
}

async fn shape_for(map: &TableMap, conn: &mut Conn, tracker: &mut Tracker) -> Result<Arc<TableShape>> {
    let shape = match tracker.shape_for(map) {
        Err(ShapeError::NeedsReload(table)) => {
            tracker.reload(conn, &table).await?;
            tracker.shape_for(map)?
        }
        other => other?,
    };
    // What the log says of itself is what the server says: each source vouches for the other.
    if let Some(own) = from_row_metadata(map)? {
        check(map, &own)?;
        let mut described =
            Catalog::new(conn).table(&map.name).await?.context("no such table")?.shape(map)?;
        ensure!(shape.columns == described.columns, "{}: {:?}", map.name, shape.columns);
        // The log does not tell MariaDB's own types from BINARY.
        for column in &mut described.columns {
            if let ColumnKind::MariaDb(kind) = column.kind {
                column.kind = ColumnKind::Binary { length: kind.length().into() };
            }
        }
        ensure!(
            own.columns == described.columns,
            "{}: {:?} and {:?}",
            map.name,
            own.columns,
            described.columns
        );
        ensure!(own.key == described.key, "{}: keys {:?} and {:?}", map.name, own.key, described.key);
    }
    Ok(shape)
}

fn rows_of<'a>(header: &RowsHeader<'a>) -> Rows<'a> {
    Rows {
        kind: match header.kind {
            event::RowsKind::Write => RowsKind::Write,
            event::RowsKind::Update => RowsKind::Update,
            event::RowsKind::PartialUpdate => RowsKind::PartialUpdate,
            event::RowsKind::Delete => RowsKind::Delete,
        },
        columns: header.column_count,
        before: header.present_before.unwrap_or_default(),
        after: header.present_after.unwrap_or_default(),
        bytes: header.rows,
    }
}

fn read_rows(
    framer: &Framer,
    event: &Event,
    plans: &HashMap<u64, (TablePlan, Option<Unpack>)>,
    each: &mut impl FnMut(&Change<'_>) -> Result<()>,
) -> Result<usize> {
    let header = RowsHeader::parse(event.kind(), framer.format().map(|format| &**format), &event.body)?;
    let (plan, unpack) = plans.get(&header.table_id).context("rows without a table map")?;
    let mut rows = rows_of(&header);
    let mut unfolded = vec![];
    if let Some(unpack) = unpack {
        unpack.rows(&rows, &mut unfolded)?;
        rows.bytes = &unfolded;
    }
    let mut index: Vec<RowIndex> = vec![];
    let count = index_rows(plan, &rows, &mut index)?;
    if count == 0 || count_rows(plan.layout(), &rows)? != count || index.len() != count {
        bail!("{count} rows in an event, {} places of rows", index.len());
    }
    for row in index {
        let (before, after) = rows.images(plan, row);
        let (before, after) = (cells(before)?, cells(after)?);
        each(&Change { shape: plan.shape(), kind: rows.kind, before, after })?;
    }
    Ok(count)
}

fn cells<'a>(image: Option<becauselog_decode::Image<'a>>) -> Result<Image<'a>, CellError> {
    image.map(|image| image.cells().collect()).transpose()
}
