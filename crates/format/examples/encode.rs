//! How fast rows are encoded from memory: `cargo run --release -p becauselog-format --example encode [ROWS]`.
//!
//! One row of 12 mixed columns, over and over, into a batch that is emptied at 256 KiB. No decoder, no sink.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{sync::Arc, time::Instant};

use becauselog_format::{Debezium, DebeziumConfig, Parts, Plain, PlainConfig};
use becauselog_model::{
    BatchRange, BinlogPosition, Cell, CellError, Charset, ColumnKind, ColumnShape, Date, Datetime, Decimal,
    EncodedBatch, GtidSet, Op, Progress, RowChange, RowImage, RowsEvent, ShapeOrigin, TableName, TableShape,
    Timestamp, Transaction,
};

/// A row that is already cells.
#[derive(Clone, Copy)]
struct Row<'a>(&'a [Cell<'a>]);

impl<'a> RowImage<'a> for Row<'a> {
    type Cells =
        std::iter::Map<std::slice::Iter<'a, Cell<'a>>, fn(&'a Cell<'a>) -> Result<Cell<'a>, CellError>>;

    fn cells(&self) -> Self::Cells {
        self.0.iter().map(|cell| Ok(*cell))
    }
}

fn shape() -> Arc<TableShape> {
    let text = |bytes_max, charset| ColumnKind::VarChar { bytes_max, charset };
    let states: Arc<[Arc<str>]> = ["new", "paid", "shipped"].map(Arc::from).into();
    let kinds = [
        ("id", ColumnKind::BigInt { unsigned: false }),
        ("customer_id", ColumnKind::Int { unsigned: true }),
        ("state", ColumnKind::Enum { values: states }),
        ("total", ColumnKind::Decimal { precision: 10, scale: 2 }),
        ("name", text(400, Charset::Utf8)),
        ("email", text(100, Charset::Latin1)),
        ("note", ColumnKind::Text { length_bytes: 2, charset: Charset::Utf8 }),
        ("created_at", ColumnKind::Datetime { fsp: 6 }),
        ("updated_at", ColumnKind::Timestamp { fsp: 0 }),
        ("active", ColumnKind::TinyInt { unsigned: false }),
        ("score", ColumnKind::Double),
        ("shipped_on", ColumnKind::Date),
    ];
    let columns = kinds.map(|(name, kind)| ColumnShape {
        name: name.into(),
        kind,
        nullable: true,
        visible: true,
        declared: None,
    });
    Arc::new(TableShape {
        name: TableName::new("shop", "orders"),
        columns: columns.into(),
        key: Some(vec![0]),
        origin: ShapeOrigin::RowMetadata,
    })
}

fn cells(id: i64) -> [Cell<'static>; 12] {
    let date = Date { year: 2026, month: 11, day: 22 };
    [
        Cell::Int(id),
        Cell::UInt(4_711),
        Cell::Enum(2),
        Cell::Decimal(Decimal::new(&[0x80, 0x00, 0x30, 0x39, 0x43], 10, 2).unwrap()),
        Cell::Text("Grete Müller-Łódź".as_bytes(), Charset::Utf8),
        Cell::Text(b"grete@example.org", Charset::Latin1),
        Cell::Text(b"please leave it at the door, \"thanks\"", Charset::Utf8),
        Cell::Datetime(Datetime { date, hour: 12, minute: 34, second: 56, micros: 789_012 }),
        Cell::Timestamp(Timestamp { seconds: 1_795_350_896, micros: 0 }),
        Cell::Int(1),
        Cell::Double(0.8125),
        Cell::Date(date),
    ]
}

fn measure(what: &str, rows: u64, mut encode: impl FnMut(&RowChange<'_, Row<'_>>, &mut EncodedBatch)) {
    let progress = Progress {
        gtids: GtidSet::default(),
        position: BinlogPosition { file: "bin.000003".into(), pos: 4 },
        server_uuid: None,
        transactions: 0,
        oldest_commit_us: None,
        partial: None,
    };
    let mut out = EncodedBatch::new(BatchRange { seq: 1, progress });
    let shape = shape();
    let file: Arc<str> = "bin.000003".into();
    let transaction = Transaction {
        gtid: "e45cc41c-e775-11f1-ab04-02fc00000001:768".parse().ok(),
        server_uuid: None,
        begin: BinlogPosition { file: file.clone(), pos: 4 },
        thread_id: Some(165),
        original_commit_us: Some(1_795_465_816_414_264),
        immediate_commit_us: Some(1_795_465_816_414_264),
    };
    let mut event = RowsEvent { file, pos: 484, timestamp_s: 1_795_465_816, server_id: 7, query: None };
    let (mut bytes, started) = (0, Instant::now());
    for n in 0..rows {
        let cells = cells(n.cast_signed());
        // An event has about 60 such rows.
        let row = u32::try_from(n % 60).unwrap();
        event.pos += u64::from(row == 0) * 8192;
        let change = RowChange {
            transaction: &transaction,
            event: &event,
            shape: &shape,
            op: Op::Insert,
            row,
            index: n,
            place: becauselog_model::Place::default(),
            before: None,
            after: Some(Row(&cells)),
        };
        encode(&change, &mut out);
        if out.values.len() > 256 * 1024 {
            bytes += out.values.len();
            out.values.clear();
            out.head.clear();
            out.headers.clear();
            out.records.clear();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss)]
    let (per_second, ns) = (rows as f64 / seconds, seconds * 1e9 / rows as f64);
    println!(
        "{what:<28} {per_second:>10.0} rows/s  {ns:>5.0} ns a row  {:>5} bytes a row",
        bytes as u64 / rows
    );
}

fn main() {
    let rows = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let now_ns = 1_795_465_818_320_586_978;
    for (what, parts) in
        [("debezium, values only", Parts::Values), ("debezium, whole records", Parts::Records)]
    {
        let mut exact = Debezium::new(DebeziumConfig { parts, ..DebeziumConfig::exact("shop") });
        measure(what, rows, |change, out| exact.encode(change, now_ns, out).unwrap());
    }
    let mut peer = Debezium::new(DebeziumConfig { parts: Parts::Values, ..DebeziumConfig::peer("shop") });
    measure("debezium defaults, values", rows, |change, out| peer.encode(change, now_ns, out).unwrap());
    let mut plain = Plain::new(PlainConfig { parts: Parts::Values, ..PlainConfig::new("shop") });
    measure("plain, values only", rows, |change, out| plain.encode(change, now_ns, out).unwrap());
}
