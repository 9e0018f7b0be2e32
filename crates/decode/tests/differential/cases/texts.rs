//! Texts in every character set of the server.

use super::{Form, Maker, Table, column};
use crate::seeded::Seeded;

/// Where characters are taken from: what a charset lacks becomes `?` when the server stores it.
const POOLS: [(u32, u32); 12] = [
    (0x20, 0x7e),
    (0x00, 0x1f),
    (0xa0, 0xff),
    (0x100, 0x24f),
    (0x370, 0x3ff),
    (0x400, 0x4ff),
    (0x5d0, 0x5ea),
    (0xe01, 0xe3a),
    (0x3041, 0x30fe),
    (0x4e00, 0x9fa5),
    (0xac00, 0xd7a3),
    (0x1f300, 0x1f5ff),
];

pub fn texts(charset: &str) -> Table {
    let all = |max: u64| -> Maker { Box::new(move |seeded| text(seeded, max)) };
    let of = |name: &str, sql: &str, max: u64| {
        column(name, format!("{sql} CHARACTER SET {charset}"), Form::Text, all(max))
    };
    let long: Maker = Box::new(|seeded| match seeded.below(10) {
        0 => "REPEAT('abcdefgh ', 9000)".to_owned(),
        _ => text(seeded, 200),
    });
    // Other texts in the SET than in the ENUM: 5.7 spoils equal lists of one table in ucs2, utf16 and utf32.
    let columns = vec![
        of("char0", "CHAR(0)", 0),
        of("char10", "CHAR(10)", 10),
        of("char255", "CHAR(255)", 255),
        of("var10", "VARCHAR(10)", 10),
        of("var1000", "VARCHAR(1000)", 300),
        of("tiny", "TINYTEXT", 50),
        of("txt", "TEXT", 300),
        of("medium", "MEDIUMTEXT", 300),
        column("longest", format!("LONGTEXT CHARACTER SET {charset}"), Form::Text, long),
        column(
            "e",
            format!("ENUM('a','Z','0') CHARACTER SET {charset}"),
            Form::Chosen,
            Box::new(|s| s.below(4).to_string()),
        ),
        column(
            "s",
            format!("SET('b','Y','1') CHARACTER SET {charset}"),
            Form::Chosen,
            Box::new(|s| s.below(8).to_string()),
        ),
    ];
    Table::new(&format!("texts_{charset}"), 40, columns)
}

/// A text as an SQL literal of at most so many characters; mostly of few scripts, as people write.
pub fn text(seeded: &mut Seeded, max: u64) -> String {
    let len = match seeded.below(6) {
        0 => 0,
        1 => max,
        _ => seeded.below(max + 1),
    };
    let pools = [*seeded.pick(&POOLS), *seeded.pick(&POOLS)];
    let text: String = (0..len)
        .map(|_| {
            let (low, high) = *seeded.pick(&pools);
            char::from_u32(low + seeded.below(u64::from(high - low + 1)) as u32).unwrap()
        })
        .collect();
    let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("_utf8mb4 x'{bytes}'")
}
