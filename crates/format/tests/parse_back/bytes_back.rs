//! Bytes, bits, choices, geometry and vectors back from what is written.

use becauselog_format::BinaryMode;
use serde_json::value::RawValue;

use crate::{
    judge::{Verdict, equal, unquoted},
    play::Fields,
    ways::Meaning,
};

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes of a JSON string of base64 whose last two characters are these.
pub fn from_base64(written: &str, plus: char, slash: char) -> Result<Vec<u8>, String> {
    let text = unquoted(written)?;
    if text.len() % 4 != 0 {
        return Err("base64 without its padding".to_owned());
    }
    let (mut bytes, mut bits, mut count) = (vec![], 0_u32, 0);
    for c in text.trim_end_matches('=').chars() {
        let value = match c {
            'A'..='Z' => u32::from(c) - 65,
            'a'..='z' => u32::from(c) - 71,
            '0'..='9' => u32::from(c) + 4,
            _ if c == plus => 62,
            _ if c == slash => 63,
            _ => return Err(format!("{c:?} in base64")),
        };
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    Ok(bytes)
}

fn width(sql: &str) -> usize {
    sql.split(['(', ')']).nth(1).and_then(|width| width.parse().ok()).unwrap()
}

pub fn binary(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    // To the peer a length of zero is one of ten.
    let meant =
        if meaning.is_peer() && sql.starts_with("BINARY(0)") { "00".repeat(10) } else { told.to_owned() };
    let back = match meaning {
        Meaning::Debezium(config) => match config.binary {
            BinaryMode::Bytes | BinaryMode::Base64 => hex(&from_base64(written, '+', '/')?),
            BinaryMode::Base64UrlSafe => hex(&from_base64(written, '-', '_')?),
            BinaryMode::Hex => unquoted(written)?.to_uppercase(),
        },
        Meaning::Plain => hex(&from_base64(written, '+', '/')?),
        Meaning::Maxwell => {
            let mut bytes = from_base64(written, '+', '/')?;
            if sql.starts_with("BINARY") {
                bytes.resize(width(sql), 0);
            }
            hex(&bytes)
        }
    };
    equal(&back, &meant)
}

pub fn bits(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    if !matches!(meaning, Meaning::Debezium(_)) {
        return equal(written, told);
    }
    match (width(sql), written) {
        (1, "true") => return equal("1", told),
        (1, "false") => return equal("0", told),
        (1, _) => return Err("BIT(1) is no boolean".to_owned()),
        _ => {}
    }
    let mut bytes = from_base64(written, '+', '/')?;
    if bytes.len() != width(sql).div_ceil(8) {
        return Err(format!("{} bytes", bytes.len()));
    }
    bytes.resize(8, 0);
    equal(&u64::from_le_bytes(bytes.try_into().unwrap()).to_string(), told)
}

pub fn chosen(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    let is_set = sql.starts_with("SET");
    let back = match meaning {
        Meaning::Maxwell if is_set => {
            let all: Vec<String> = serde_json::from_str(written).map_err(|error| error.to_string())?;
            all.join(",")
        }
        // The error value has no text.
        Meaning::Maxwell if written == "null" => String::new(),
        _ if meaning.is_peer() && !is_set => unquoted(written)?.replace("\\,", ","),
        _ => unquoted(written)?,
    };
    equal(&hex(back.as_bytes()), told)
}

pub fn vector(written: &str, told: &str) -> Verdict {
    let numbers: Vec<Box<RawValue>> = serde_json::from_str(written).map_err(|error| error.to_string())?;
    let mut bytes = vec![];
    for number in numbers {
        let number: f32 = number.get().parse().map_err(|error| format!("{error}"))?;
        bytes.extend(number.to_le_bytes());
    }
    equal(&hex(&bytes), told)
}

/// Told is the server's bytes, then its text.
pub fn geometry(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    let (told, told_text) = told.split_once(':').unwrap();
    if matches!(meaning, Meaning::Maxwell) {
        return equal(&plain_text(&unquoted(written)?), &plain_text(told_text));
    }
    let fields: Fields = serde_json::from_str(written).map_err(|error| error.to_string())?;
    let field = |name: &str| fields.get(name).map(|value| value.get()).ok_or_else(|| format!("no {name}"));
    let srid: u32 = match (field("srid")?, meaning) {
        ("null", Meaning::Debezium(_)) => 0,
        (text, _) => text.parse().map_err(|error| format!("{error}"))?,
    };
    let wkb = from_base64(field("wkb")?, '+', '/')?;
    if matches!(meaning, Meaning::Debezium(_)) && sql == "POINT" {
        for (name, at) in [("x", 5), ("y", 13)] {
            let number: f64 = field(name)?.parse().map_err(|error| format!("{error}"))?;
            equal(&hex(&number.to_le_bytes()), &hex(&wkb[at..at + 8]))?;
        }
    }
    equal(&(hex(&srid.to_le_bytes()) + &hex(&wkb)), told)
}

/// Well-known text without the blanks and brackets that may be left out.
fn plain_text(text: &str) -> String {
    let text = text.to_uppercase().replace(" (", "(").replace(", ", ",");
    if text.starts_with("MULTIPOINT") { text.replace(['(', ')'], "") } else { text }
}
