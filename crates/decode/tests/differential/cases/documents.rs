//! JSON documents.

use super::{Form, Maker, Table, column};
use crate::seeded::Seeded;

pub fn documents() -> Table {
    let columns = vec![
        column("plain", "JSON", Form::Json, Box::new(|seeded| literal(&value(seeded, 4)))),
        column("opaque", "JSON", Form::Json, Box::new(opaque)),
        column("known", "JSON", Form::Json, Box::new(known)),
    ];
    Table::new("documents", 300, columns)
}

fn literal(json: &str) -> String {
    format!("CAST('{}' AS JSON)", json.replace('\\', "\\\\").replace('\'', "''"))
}

fn value(seeded: &mut Seeded, depth: u64) -> String {
    if depth == 0 || seeded.one_in(3) {
        return scalar(seeded);
    }
    let len = if seeded.one_in(40) { 300 } else { seeded.below(6) };
    let depth = if len > 100 { 0 } else { depth - 1 };
    if seeded.one_in(2) {
        let elements: Vec<String> = (0..len).map(|_| value(seeded, depth)).collect();
        return format!("[{}]", elements.join(","));
    }
    let members: Vec<String> = (0..len)
        .map(|n| {
            let key = seeded.pick(&[
                "",
                "a",
                "key",
                "größe",
                "a b",
                "\\\"quoted\\\"",
                "long-key-long-key-long-key",
            ]);
            format!(
                "\"{key}{}\": {}",
                if seeded.one_in(3) { n.to_string() } else { String::new() },
                value(seeded, depth)
            )
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn scalar(seeded: &mut Seeded) -> String {
    let numbers = [
        "0",
        "-1",
        "32767",
        "32768",
        "-32768",
        "-32769",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1.5",
        "-0.0",
        "1e308",
        "2.2250738585072014e-308",
        "0.1",
        "1e23",
    ];
    let texts =
        ["", "text", "größe", "日本\u{1f600}", "\\u0000\\u001f", "\\\"\\\\\\/\\b\\f\\n\\r\\t", "it's"];
    match seeded.below(6) {
        0 => (*seeded.pick(&["null", "true", "false"])).to_owned(),
        1 | 2 => (*seeded.pick(&numbers)).to_owned(),
        3 => (seeded.next() as i64 >> seeded.below(64)).to_string(),
        4 => {
            let len = *seeded.pick(&[1_usize, 126, 127, 128, 129, 16_383, 16_384]);
            let len = if seeded.one_in(8) { len } else { len % 200 };
            format!("\"{}\"", "x".repeat(len))
        }
        _ => format!("\"{}\"", seeded.pick(&texts)),
    }
}

/// SQL values that JSON has no type for.
fn opaque(seeded: &mut Seeded) -> String {
    let one = |seeded: &mut Seeded| -> String {
        let (digits, micros) = (seeded.next() as i64, seeded.below(1_000_000));
        match seeded.below(14) {
            0 => "1/3".to_owned(),
            1 => format!("CAST('{digits}.{micros:06}' AS DECIMAL(40,6))"),
            2 => format!("CAST('-{0}{0}{0}.{micros}' AS DECIMAL(65,30))", seeded.below(10_000_000)),
            3 => format!(
                "CAST('{:04}-{:02}-{:02}' AS DATE)",
                seeded.below(9999),
                1 + seeded.below(12),
                1 + seeded.below(28)
            ),
            4 => format!("CAST('-{:02}:59:58.{micros:06}' AS TIME(6))", seeded.below(839)),
            5 => format!("CAST('{:02}:00:00' AS TIME)", seeded.below(839)),
            6 => format!("CAST('{:04}-02-03 04:05:06.{micros:06}' AS DATETIME(6))", 1 + seeded.below(9998)),
            7 => format!("FROM_UNIXTIME({}.{micros:06})", seeded.below(0x7fff_ffff)),
            8 => format!("CAST({} AS BINARY)", seeded.hex(20)),
            9 => "b'10101'".to_owned(),
            10 => "CAST('0000-00-00' AS DATE)".to_owned(),
            11 => "ST_GeomFromText('POINT(1 2)')".to_owned(),
            12 => "0.000000000000000000000000000001".to_owned(),
            _ => "CAST(99999999999999999999999999999999999999999999999999999999999999999 AS DECIMAL(65))"
                .to_owned(),
        }
    };
    let count = 1 + seeded.below(4);
    let values: Vec<String> = (0..count).map(|_| one(seeded)).collect();
    format!("JSON_ARRAY({})", values.join(", "))
}

fn known(seeded: &mut Seeded) -> String {
    match seeded.below(60) {
        0 => "CAST(CONCAT('[', REPEAT('70000,', 70000), '1]') AS JSON)".to_owned(),
        1 => "JSON_OBJECT('text', REPEAT('y', 70000), 'n', 4294967295, 'm', -70000)".to_owned(),
        2..20 => literal("{}"),
        20..40 => literal("[]"),
        40..50 => literal(&format!("{}1{}", "[".repeat(99), "]".repeat(99))),
        _ => literal(&format!("{}{{}}{}", "{\"a\":".repeat(98), "}".repeat(98))),
    }
}

/// Documents and bytes of more than 16 MiB in one row event.
pub fn big() -> Table {
    let make: Maker = Box::new(|seeded| {
        let len = 1 + seeded.below(18_000_000);
        format!("JSON_ARRAY(REPEAT('z', {len}), {len}, 1/3)")
    });
    let bytes: Maker = Box::new(|seeded| format!("REPEAT(x'00ff41', {})", seeded.below(7_000_000)));
    let columns = vec![column("j", "JSON", Form::Json, make), column("b", "LONGBLOB", Form::Hex, bytes)];
    Table::new("big", 3, columns)
}
