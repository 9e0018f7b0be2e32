//! Bytes, choices, geometry, vectors; tables with generated and with very many columns.

use becauselog_testkit::Dialect;

use super::{Column, Form, Maker, Table, column};
use crate::seeded::Seeded;

fn hex_up_to(max: u64) -> Maker {
    Box::new(move |seeded| {
        let len = match seeded.below(4) {
            0 => 0,
            1 => max,
            _ => seeded.below(max + 1),
        };
        // Zero bytes at the end are what BINARY pads with and the log cuts.
        match seeded.below(4) {
            0 => format!("CONCAT({}, x'0000')", seeded.hex(len.saturating_sub(2))),
            1 => format!("x'{}'", "20".repeat(len as usize)),
            _ => seeded.hex(len),
        }
    })
}

pub fn bytes() -> Table {
    let mut columns = vec![];
    for len in [0, 1, 6, 16, 255] {
        columns.push(column(format!("bin{len}"), format!("BINARY({len})"), Form::Hex, hex_up_to(len)));
    }
    for len in [0, 1, 255, 256, 5000] {
        columns.push(column(
            format!("var{len}"),
            format!("VARBINARY({len})"),
            Form::Hex,
            hex_up_to(len.min(600)),
        ));
    }
    for (name, max) in [("TINYBLOB", 255), ("BLOB", 700), ("MEDIUMBLOB", 700), ("LONGBLOB", 700)] {
        columns.push(column(name, name, Form::Hex, hex_up_to(max)));
    }
    let long: Maker = Box::new(|seeded| match seeded.below(20) {
        0 => "REPEAT(x'00ff41', 40000)".to_owned(),
        _ => "x'41'".to_owned(),
    });
    columns.push(column("long", "LONGBLOB", Form::Hex, long));
    Table::new("bytes", 100, columns)
}

/// ENUM and SET of all pack lengths.
pub fn chosen() -> Table {
    let names = |prefix: &str, count: u64| -> String {
        let names: Vec<String> = (0..count).map(|n| format!("'{prefix}{n}'")).collect();
        names.join(",")
    };
    let mut columns = vec![
        column(
            "odd",
            r"ENUM('','it''s','a,b','back\\slash','größe','日本','x)','''')",
            Form::Chosen,
            numbered(8),
        ),
        column("e_latin", "ENUM('ä','ö') CHARACTER SET latin1", Form::Chosen, numbered(2)),
        column("s_odd", r"SET('it''s','a(b','back\\slash','größe','日本')", Form::Chosen, set_of(5)),
    ];
    for count in [1, 255, 256, 2000] {
        let sql = format!("ENUM({})", names("v", count));
        columns.push(column(format!("e{count}"), sql, Form::Chosen, numbered(count)));
    }
    for count in [1, 8, 9, 16, 17, 24, 25, 32, 33, 63, 64] {
        let sql = format!("SET({})", names("s", count));
        columns.push(column(format!("s{count}"), sql, Form::Chosen, set_of(count)));
    }
    Table::new("chosen", 200, columns)
}

/// Index 0 is the empty error value: what a wrong text becomes.
fn numbered(count: u64) -> Maker {
    Box::new(move |seeded| match seeded.below(5) {
        0 => "'no such text'".to_owned(),
        1 => count.to_string(),
        _ => (1 + seeded.below(count)).to_string(),
    })
}

fn set_of(count: u64) -> Maker {
    let mask = u64::MAX >> (64 - count);
    Box::new(move |seeded| match seeded.below(4) {
        0 => mask.to_string(),
        1 => (1_u64 << (count - 1)).to_string(),
        _ => (seeded.next() & mask).to_string(),
    })
}

pub fn geometry() -> Table {
    let shapes = [
        "POINT(1 2)",
        "POINT(-179.5 89.25)",
        "LINESTRING(0 0,1 1,2 4)",
        "POLYGON((0 0,0 9,9 9,9 0,0 0),(1 1,1 2,2 2,2 1,1 1))",
        "MULTIPOINT((1 1),(2 2))",
        "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
        "MULTIPOLYGON(((0 0,0 1,1 1,0 0)),((5 5,5 6,6 6,5 5)))",
        "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))",
    ];
    let any: Maker = Box::new(move |seeded| {
        let srid = if seeded.one_in(2) { 0 } else { 3857 };
        format!("ST_GeomFromText('{}', {srid})", seeded.pick(&shapes))
    });
    let of = |name: &'static str, text: &'static str| {
        let make: Maker = Box::new(move |seeded| {
            let (x, y) = (seeded.below(100), seeded.below(100));
            format!("ST_GeomFromText('{}')", text.replace('x', &x.to_string()).replace('y', &y.to_string()))
        });
        column(name, name, Form::Hex, make)
    };
    let columns = vec![
        column("g", "GEOMETRY", Form::Hex, any),
        of("POINT", "POINT(x y)"),
        of("LINESTRING", "LINESTRING(x y,y x,0 0)"),
        of("POLYGON", "POLYGON((0 0,0 1x,1x 1y,0 0))"),
        of("MULTIPOINT", "MULTIPOINT(x y,0 0)"),
        of("MULTILINESTRING", "MULTILINESTRING((x y,100 100),(0 0,1 y))"),
        of("MULTIPOLYGON", "MULTIPOLYGON(((0 0,0 1x,1x 1y,0 0)))"),
        of("GEOMETRYCOLLECTION", "GEOMETRYCOLLECTION(POINT(x y))"),
    ];
    Table::new("geometry", 60, columns)
}

pub fn vectors() -> Table {
    let of = |dimension: u64| -> Column {
        let make: Maker = Box::new(move |seeded| {
            let count = 1 + seeded.below(dimension);
            let numbers: Vec<String> =
                (0..count).map(|_| format!("{:e}", seeded.next() as i32 as f32)).collect();
            format!("STRING_TO_VECTOR('[{}]')", numbers.join(","))
        });
        column(format!("v{dimension}"), format!("VECTOR({dimension})"), Form::Hex, make)
    };
    let default = column("v", "VECTOR", Form::Hex, Box::new(|_| "STRING_TO_VECTOR('[1,-2.5]')".to_owned()));
    Table::new("vectors", 60, vec![of(1), of(3), of(1000), default])
}

/// Generated columns, stored and virtual, and (8.0.23 and later) invisible ones: all are in the row images.
pub fn generated(dialect: Dialect) -> Table {
    let number = |seeded: &mut Seeded| seeded.below(1_000_000).to_string();
    let none = || -> Maker { Box::new(|_| "DEFAULT".to_owned()) };
    let mut columns = vec![
        column("a", "INT", Form::Plain, Box::new(number)),
        column("twice", "BIGINT AS (a * 2) VIRTUAL", Form::Plain, none()),
        column("b", "INT", Form::Plain, Box::new(number)),
        column("thrice", "BIGINT AS (b * 3) STORED", Form::Plain, none()),
    ];
    if dialect.has_vector() {
        columns.push(column("hidden", "INT INVISIBLE", Form::Plain, Box::new(number)));
    }
    columns.push(column(
        "c",
        "VARCHAR(20)",
        Form::Text,
        Box::new(|seeded| format!("'{}'", seeded.below(1000))),
    ));
    Table::new("generated", 100, columns)
}

/// More columns than a bitmap's word has bits, most of them NULL.
pub fn wide() -> Table {
    let columns = (0..300).map(|n| {
        let make: Maker = Box::new(|seeded| match seeded.below(4) {
            0 => (seeded.next() as i32).to_string(),
            _ => "NULL".to_owned(),
        });
        column(format!("c{n}"), if n % 3 == 0 { "INT" } else { "BIGINT" }, Form::Plain, make)
    });
    Table::new("wide", 60, columns.collect())
}
