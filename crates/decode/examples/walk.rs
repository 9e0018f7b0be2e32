//! How fast rows are walked in memory: a table of 12 mixed columns, an event's worth of rows, again and again.
//!
//! `cargo run --release -p becauselog-decode --example walk`. Prints; asserts only that all cells were seen.

use std::{error::Error, hint::black_box, sync::Arc, time::Instant};

use becauselog_decode::{Rows, RowsKind, TablePlan, count_rows, index_rows};
use becauselog_model::{
    Charset, ColumnKind as Kind, ColumnShape, MappedColumn, RowImage, ShapeOrigin, TableMap, TableName,
    TableShape,
};

const ROWS: usize = 200;
const ROUNDS: usize = 20_000;

/// Type code, metadata, kind and stored bytes of each column.
fn columns() -> Vec<(u8, u16, Kind, Vec<u8>)> {
    let charset = Charset::Utf8;
    let sized = |text: &[u8], len: &[u8]| [len, text].concat();
    let varchar = || Kind::VarChar { bytes_max: 400, charset };
    let values: Arc<[Arc<str>]> = ["new", "paid", "sent"].map(Arc::from).into();
    let decimal = vec![0x80, 0, 0x30, 0x39, 67];
    vec![
        (8, 0, Kind::BigInt { unsigned: true }, 12_345_u64.to_le_bytes().to_vec()),
        (3, 0, Kind::Int { unsigned: false }, (-77_i32).to_le_bytes().to_vec()),
        (15, 400, varchar(), sized(b"a name of a customer", &[20, 0])),
        (15, 400, varchar(), sized(b"someone@example.com", &[19, 0])),
        (246, 10 << 8 | 2, Kind::Decimal { precision: 10, scale: 2 }, decimal),
        (18, 6, Kind::Datetime { fsp: 6 }, vec![0x99, 0xb5, 0x2a, 0x4b, 0x1c, 1, 2, 3]),
        (17, 0, Kind::Timestamp { fsp: 0 }, vec![0x66, 0x10, 0x20, 0x30]),
        (1, 0, Kind::TinyInt { unsigned: false }, vec![1]),
        (247, 1, Kind::Enum { values }, vec![2]),
        (10, 0, Kind::Date, vec![0x21, 0xd0, 0x0f]),
        (5, 8, Kind::Double, 2.5_f64.to_le_bytes().to_vec()),
        (252, 2, Kind::Text { length_bytes: 2, charset }, sized(&[b'x'; 60], &[60, 0])),
    ]
}

fn table() -> (TableMap, Arc<TableShape>) {
    let mapped = |(type_code, meta, ..): (u8, u16, Kind, Vec<u8>)| MappedColumn {
        type_code,
        meta,
        nullable: true,
        unsigned: None,
        collation: None,
        name: None,
        values: None,
        geometry: None,
        dimension: None,
        visible: None,
    };
    let shaped = |(_, _, kind, _)| ColumnShape {
        name: "c".into(),
        kind,
        nullable: true,
        visible: true,
        declared: None,
    };
    let name = TableName::new("shop", "orders");
    let map = TableMap {
        table_id: 1,
        name: name.clone(),
        columns: columns().into_iter().map(mapped).collect(),
        primary_key: None,
    };
    let columns = columns().into_iter().map(shaped).collect();
    (map, Arc::new(TableShape { name, columns, key: None, origin: ShapeOrigin::RowMetadata }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (map, shape) = table();
    let plan = TablePlan::compile(&map, shape)?;
    let row: Vec<u8> = [0, 0].into_iter().chain(columns().into_iter().flat_map(|column| column.3)).collect();
    let bytes = row.repeat(ROWS);
    let rows = Rows { kind: RowsKind::Write, columns: 12, before: &[], after: &[0xff, 0x0f], bytes: &bytes };

    let mut index = Vec::with_capacity(ROWS);
    let (mut counting, mut indexing, mut walking) = (0.0, 0.0, 0.0);
    let mut cells = 0_usize;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(count_rows(plan.layout(), black_box(&rows))?);
        counting += start.elapsed().as_secs_f64();

        let start = Instant::now();
        index.clear();
        index_rows(&plan, black_box(&rows), &mut index)?;
        indexing += start.elapsed().as_secs_f64();

        let start = Instant::now();
        for row in &index {
            let (_, Some(image)) = rows.images(&plan, *row) else { continue };
            for cell in image.cells() {
                black_box(cell?);
                cells += 1;
            }
        }
        walking += start.elapsed().as_secs_f64();
    }
    let walked = ROWS * ROUNDS;
    if cells != walked * 12 {
        return Err(format!("{cells} cells of {}", walked * 12).into());
    }
    println!("{walked} rows of 12 columns, {} bytes a row", row.len());
    for (what, seconds) in [("count", counting), ("index", indexing), ("walk cells", walking)] {
        let per_row = seconds / walked as f64;
        println!("{what:>10}: {:6.1} ns a row, {:5.1} M rows/s", per_row * 1e9, 1e-6 / per_row);
    }
    Ok(())
}
