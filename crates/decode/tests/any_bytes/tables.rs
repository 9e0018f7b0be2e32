//! Tables of every column type with rows of valid bytes, made from a seed.

use std::sync::Arc;

use becauselog_model::{
    Charset, ColumnKind as Kind, ColumnShape, Decimal, MappedColumn, ShapeOrigin, TableMap, TableName,
    TableShape,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) type_code: u8,
    pub(crate) meta: u16,
    kind: Kind,
}

impl Table {
    pub(crate) fn map(&self) -> TableMap {
        let mapped = |column: &Column| MappedColumn {
            type_code: column.type_code,
            meta: column.meta,
            nullable: true,
            unsigned: None,
            collation: None,
            name: None,
            values: None,
            geometry: None,
            dimension: None,
            visible: None,
        };
        TableMap {
            table_id: 1,
            name: TableName::new("d", "t"),
            columns: self.columns.iter().map(mapped).collect(),
            primary_key: None,
        }
    }

    pub(crate) fn shape(&self) -> Arc<TableShape> {
        let shaped = |column: &Column| ColumnShape {
            name: "c".into(),
            kind: column.kind.clone(),
            nullable: true,
            visible: true,
            declared: None,
        };
        Arc::new(TableShape {
            name: TableName::new("d", "t"),
            columns: self.columns.iter().map(shaped).collect(),
            key: None,
            origin: ShapeOrigin::InformationSchema,
        })
    }
}

/// Every type once, with several parameters where it has some.
fn columns() -> Vec<Column> {
    let mut all = vec![];
    let mut add = |type_code: u8, meta: u16, kind: Kind| all.push(Column { type_code, meta, kind });
    for unsigned in [false, true] {
        add(1, 0, Kind::TinyInt { unsigned });
        add(2, 0, Kind::SmallInt { unsigned });
        add(9, 0, Kind::MediumInt { unsigned });
        add(3, 0, Kind::Int { unsigned });
        add(8, 0, Kind::BigInt { unsigned });
    }
    add(4, 4, Kind::Float);
    add(5, 8, Kind::Double);
    for (precision, scale) in [(1, 0), (10, 2), (30, 30), (65, 30), (65, 0)] {
        let meta = u16::from_be_bytes([precision, scale]);
        add(246, meta, Kind::Decimal { precision, scale });
    }
    for width in [1_u8, 8, 9, 63, 64] {
        add(16, u16::from_be_bytes([width / 8, width % 8]), Kind::Bit { width });
    }
    for fsp in 0..=6_u8 {
        add(17, fsp.into(), Kind::Timestamp { fsp });
        add(18, fsp.into(), Kind::Datetime { fsp });
        add(19, fsp.into(), Kind::Time { fsp });
    }
    add(7, 0, Kind::Timestamp { fsp: 0 });
    add(11, 0, Kind::Time { fsp: 0 });
    add(12, 0, Kind::Datetime { fsp: 0 });
    add(10, 0, Kind::Date);
    add(13, 0, Kind::Year);
    let charset = Charset::Utf8;
    add(254, 255, Kind::Char { bytes_max: 255, charset });
    add(254, 1020, Kind::Char { bytes_max: 1020, charset });
    add(254, 16, Kind::Binary { length: 16 });
    add(15, 255, Kind::VarChar { bytes_max: 255, charset });
    add(15, 256, Kind::VarBinary { bytes_max: 256 });
    for length_bytes in 1..=4_u8 {
        add(252, length_bytes.into(), Kind::Text { length_bytes, charset });
        add(252, length_bytes.into(), Kind::Blob { length_bytes });
    }
    let values: Arc<[Arc<str>]> = (0..300).map(|n| Arc::from(format!("v{n}"))).collect();
    let few: Arc<[Arc<str>]> = values.iter().take(40).cloned().collect();
    add(247, 2, Kind::Enum { values });
    add(247, 1, Kind::Enum { values: few.clone() });
    add(248, 8, Kind::Set { values: few });
    add(245, 4, Kind::Json);
    add(255, 4, Kind::Geometry { subtype: 0 });
    add(242, 4, Kind::Vector { dimension: 3 });
    all
}

/// One table with all columns, for checks that nothing is missing.
pub(crate) fn tables() -> Vec<Table> {
    vec![Table { columns: columns() }]
}

pub(crate) fn any_table() -> impl Strategy<Value = Table> {
    prop::collection::vec(prop::sample::select(columns()), 1..30).prop_map(|columns| Table { columns })
}

pub(crate) fn bitmap(bits: &[bool]) -> Vec<u8> {
    let byte = |eight: &[bool]| eight.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bits.chunks(8).map(byte).collect()
}

/// A whole row of valid values and NULLs.
pub(crate) fn row_of(table: &Table, seed: u64) -> Vec<u8> {
    image_of(table, seed, &vec![true; table.columns.len()])
}

/// The same row with some columns only.
pub(crate) fn image_of(table: &Table, seed: u64, present: &[bool]) -> Vec<u8> {
    let null = |column: usize| next(seed, column).is_multiple_of(5);
    let there = || (0..table.columns.len()).filter(|column| present[*column]);
    let mut image = bitmap(&there().map(null).collect::<Vec<_>>());
    for column in there().filter(|column| !null(*column)) {
        push_value(&table.columns[column], next(seed, column) / 5, &mut image);
    }
    image
}

/// A number from a seed: splitmix64.
fn next(seed: u64, step: usize) -> u64 {
    let mut x = seed.wrapping_add((step as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

fn push_value(column: &Column, random: u64, out: &mut Vec<u8>) {
    let noise: Vec<u8> = (0..8).flat_map(|step| next(random, step).to_le_bytes()).collect();
    let mut fixed = |len: usize| out.extend_from_slice(&noise[..len]);
    match &column.kind {
        Kind::TinyInt { .. } | Kind::Year => fixed(1),
        Kind::SmallInt { .. } => fixed(2),
        Kind::MediumInt { .. } | Kind::Date => fixed(3),
        Kind::Int { .. } | Kind::Float => fixed(4),
        Kind::BigInt { .. } | Kind::Double => fixed(8),
        Kind::Decimal { precision, scale } => fixed(Decimal::stored_len(*precision, *scale).unwrap()),
        Kind::Bit { width } => fixed(usize::from(width.div_ceil(8))),
        Kind::Timestamp { fsp } => fixed(4 + usize::from(fsp.div_ceil(2))),
        Kind::Time { fsp } => fixed(3 + usize::from(fsp.div_ceil(2))),
        Kind::Datetime { .. } if column.type_code == 12 => {
            out.extend_from_slice(&(random % 99_991_231_235_960).to_le_bytes());
        }
        Kind::Datetime { fsp } => {
            fixed(5 + usize::from(fsp.div_ceil(2)));
            let first = out.len() - 5 - usize::from(fsp.div_ceil(2));
            out[first] |= 0x80;
        }
        Kind::Enum { values } => {
            let index = random % (values.len() as u64 + 1);
            out.extend_from_slice(&index.to_le_bytes()[..usize::from(column.meta)]);
        }
        Kind::Set { values } => {
            let bits = random & ((1 << values.len()) - 1);
            out.extend_from_slice(&bits.to_le_bytes()[..usize::from(column.meta)]);
        }
        _ => {
            let len = random % 60;
            let prefix = match column.type_code {
                15 | 254 => 1 + usize::from(column.meta > 255),
                _ => usize::from(column.meta),
            };
            out.extend_from_slice(&len.to_le_bytes()[..prefix]);
            out.extend_from_slice(&noise[..len as usize]);
        }
    }
}
