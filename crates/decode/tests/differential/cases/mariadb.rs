//! What only MariaDB has: its own types, compressed columns, JSON as text, rows with a period.

use super::{Form, Maker, Table, column, texts::text};
use crate::seeded::Seeded;

fn uuid(seeded: &mut Seeded) -> String {
    match seeded.below(8) {
        0 => "'00000000-0000-0000-0000-000000000000'".to_owned(),
        1 => "'ffffffff-ffff-ffff-ffff-ffffffffffff'".to_owned(),
        // Zero bytes at the end, which the log cuts.
        2 => format!("'{:08x}-0000-0000-0000-000000000000'", seeded.next() as u32),
        3 => "UUID()".to_owned(),
        _ => {
            let (high, low) = (seeded.next(), seeded.next());
            format!(
                "'{:08x}-{:04x}-{:04x}-{:04x}-{:012x}'",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xffff,
                low >> 48,
                low & 0xffff_ffff_ffff
            )
        }
    }
}

fn inet6(seeded: &mut Seeded) -> String {
    match seeded.below(6) {
        0 => (*seeded.pick(&["'::'", "'::1'", "'1::'", "'::ffff:10.0.0.1'", "'::10.0.0.1'", "'2001:db8::'"]))
            .to_owned(),
        // Many zeros: gaps of every length and place.
        _ => {
            let words: Vec<String> =
                (0..8)
                    .map(|_| {
                        if seeded.one_in(2) {
                            "0".to_owned()
                        } else {
                            format!("{:x}", seeded.below(0x1_0000))
                        }
                    })
                    .collect();
            format!("'{}'", words.join(":"))
        }
    }
}

fn inet4(seeded: &mut Seeded) -> String {
    let bytes: Vec<String> = (0..4)
        .map(|_| if seeded.one_in(3) { "0".to_owned() } else { seeded.below(256).to_string() })
        .collect();
    format!("'{}'", bytes.join("."))
}

fn bytes(max: u64) -> Maker {
    Box::new(move |seeded| match seeded.below(5) {
        0 => "''".to_owned(),
        1 => format!("REPEAT('abc', {})", max / 3),
        2 => format!("REPEAT(x'00', {})", seeded.below(max)),
        _ => {
            let len = seeded.below(max.min(400) + 1);
            seeded.hex(len)
        }
    })
}

fn texts(max: u64) -> Maker {
    Box::new(move |seeded| match seeded.below(4) {
        0 => format!("REPEAT('größe ', {})", max / 8),
        _ => text(seeded, max.min(300)),
    })
}

pub fn mariadb() -> Vec<Table> {
    let own = vec![
        column("u", "UUID", Form::Plain, Box::new(uuid)),
        column("a6", "INET6", Form::Plain, Box::new(inet6)),
        column("a4", "INET4", Form::Plain, Box::new(inet4)),
        column("b16", "BINARY(16)", Form::Hex, bytes(16)),
        column("b4", "BINARY(4)", Form::Hex, bytes(4)),
        column(
            "j",
            "JSON",
            Form::Text,
            Box::new(|seeded| format!("'{{\"a\": [{}, \"ö\"]}}'", seeded.below(1000))),
        ),
    ];
    let mut compressed = vec![
        column("v1", "VARCHAR(1) COMPRESSED CHARACTER SET latin1", Form::Text, texts(1)),
        column("v254", "VARCHAR(254) COMPRESSED CHARACTER SET latin1", Form::Text, texts(254)),
        column("v255", "VARCHAR(255) COMPRESSED CHARACTER SET latin1", Form::Text, texts(255)),
        column("v256", "VARCHAR(256) COMPRESSED CHARACTER SET latin1", Form::Text, texts(256)),
        column("v9000", "VARCHAR(9000) COMPRESSED CHARACTER SET utf8mb4", Form::Text, texts(9000)),
        column("vb", "VARBINARY(1000) COMPRESSED", Form::Hex, bytes(1000)),
        column("plain", "VARCHAR(300) CHARACTER SET utf8mb4", Form::Text, texts(300)),
    ];
    for (name, max) in [("TINY", 240), ("", 60_000), ("MEDIUM", 200_000), ("LONG", 200_000)] {
        let text = format!("{name}TEXT COMPRESSED CHARACTER SET utf8mb4");
        compressed.push(column(format!("{name}t"), text, Form::Text, texts(max)));
        compressed.push(column(format!("{name}b"), format!("{name}BLOB COMPRESSED"), Form::Hex, bytes(max)));
    }
    vec![Table::new("mariadb", 300, own), Table::new("compressed", 60, compressed)]
}
