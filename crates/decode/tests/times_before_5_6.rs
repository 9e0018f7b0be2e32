//! TIME, DATETIME and TIMESTAMP as tables made before 5.6 keep them.
//!
//! Recorded from MariaDB 10.11.19 with `mysql56_temporal_format=OFF`, which makes such tables still:
//! `CREATE TABLE t (id INT PRIMARY KEY, t TIME, d DATETIME, s TIMESTAMP NULL, y YEAR)`, one INSERT of four rows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use becauselog_binlog::event::{EventKind, RowsHeader, table_map};
use becauselog_decode::{Rows, RowsKind, TablePlan, index_rows};
use becauselog_model::{
    Cell, ColumnKind as Kind, ColumnShape, Date, Datetime, RowImage, ShapeOrigin, TableMap, TableShape, Time,
    Timestamp,
};

const TABLE_MAP: &[u8] = b"\x03\0\0\0\0\0\x01\0\x01x\0\x01t\0\x05\x03\x0b\x0c\x07\x0d\0\x1e";

/// WRITE_ROWS version 1.
const ROWS: &[u8] = b"\x03\0\0\0\0\0\x01\0\x05\x1f\
    \xe0\x01\0\0\0\x59\x0a\x80\x76\x87\xd1\x05\xf1\x5a\0\0\xff\xff\xff\x7f\0\
    \xe0\x02\0\0\0\xa7\xf5\x7f\0\0\0\0\0\0\0\0\0\0\0\0\xff\
    \xe0\x03\0\0\0\xff\xff\xff\x9b\x8f\xc7\x8b\x68\x12\0\0\x01\0\0\0\x01\
    \xf0\x04\0\0\0\x40\xe2\x01\x40\xc3\x77\x54\x18\x09\0\0\xd9\x81\x38\x66";

fn shape(map: &TableMap) -> Arc<TableShape> {
    let kinds = [
        ("id", Kind::Int { unsigned: false }),
        ("t", Kind::Time { fsp: 0 }),
        ("d", Kind::Datetime { fsp: 0 }),
        ("s", Kind::Timestamp { fsp: 0 }),
        ("y", Kind::Year),
    ];
    let column = |(name, kind): (&str, Kind)| ColumnShape {
        name: name.into(),
        kind,
        nullable: true,
        visible: true,
        declared: None,
    };
    Arc::new(TableShape {
        name: map.name.clone(),
        columns: kinds.into_iter().map(column).collect(),
        key: Some(vec![0]),
        origin: ShapeOrigin::InformationSchema,
    })
}

fn time(negative: bool, hours: u16, minutes: u8, seconds: u8) -> Cell<'static> {
    Cell::Time(Time { negative, hours, minutes, seconds, micros: 0 })
}

fn datetime(year: u16, month: u8, day: u8, (hour, minute, second): (u8, u8, u8)) -> Cell<'static> {
    Cell::Datetime(Datetime { date: Date { year, month, day }, hour, minute, second, micros: 0 })
}

fn timestamp(seconds: u32) -> Cell<'static> {
    Cell::Timestamp(Timestamp { seconds, micros: 0 })
}

#[test]
fn old_times_are_read_as_the_server_shows_them() {
    let map = table_map::parse(None, TABLE_MAP).unwrap();
    let header = RowsHeader::parse(EventKind::WRITE_ROWS_V1, None, ROWS).unwrap();
    let plan = TablePlan::compile(&map, shape(&map)).unwrap();
    let after = header.present_after.unwrap();
    let rows = Rows { kind: RowsKind::Write, columns: 5, before: &[], after, bytes: header.rows };
    let mut index = vec![];
    assert_eq!(index_rows(&plan, &rows, &mut index), Ok(4));
    let read = index.into_iter().map(|row| rows.images(&plan, row).1.unwrap().cells().skip(1));
    let read: Vec<Vec<Cell<'_>>> = read.map(|cells| cells.map(Result::unwrap).collect()).collect();
    // '-838:59:59', '9999-12-31 23:59:58', '2038-01-19 03:14:07', 0000 and so on, time zone UTC.
    let last = datetime(9999, 12, 31, (23, 59, 58));
    assert_eq!(read[0], [time(true, 838, 59, 59), last, timestamp(0x7fff_ffff), Cell::Year(0)]);
    let zero = Cell::Datetime(Datetime::default());
    assert_eq!(read[1], [time(false, 838, 59, 59), zero, timestamp(0), Cell::Year(2155)]);
    let odd = datetime(2024, 2, 31, (1, 2, 3));
    assert_eq!(read[2], [time(true, 0, 0, 1), odd, timestamp(1), Cell::Year(1901)]);
    let first = datetime(1000, 1, 1, (0, 0, 0));
    assert_eq!(read[3], [time(false, 12, 34, 56), first, timestamp(1_714_979_289), Cell::Null]);
}
