//! JSON texts of the server, and documents of the log, as one kind of tree.

use becauselog_model::jsonb::{DEPTH_MAX, Value};

use crate::render;

#[derive(Debug, Clone)]
pub enum Js {
    Null,
    Bool(bool),
    /// As text: an integer or a decimal.
    Number(String),
    /// A double of the log; the server's text for it is read back.
    Double(f64),
    Text(String),
    Array(Vec<Js>),
    Object(Vec<(String, Js)>),
}

impl Js {
    /// The tree of a document of the log.
    pub fn of(value: Value<'_>, depth: usize) -> Self {
        assert!(depth <= DEPTH_MAX);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Number(value.to_string()),
            Value::UInt(value) => Self::Number(value.to_string()),
            Value::Double(value) => Self::Double(value),
            Value::Str(bytes) => Self::Text(text(bytes)),
            Value::Opaque { field_type, bytes } => render::opaque(field_type, bytes),
            Value::Array(inner) => {
                Self::Array(inner.members().map(|member| Self::of(member.unwrap().1, depth + 1)).collect())
            }
            Value::Object(inner) => {
                let members = inner.members().map(Result::unwrap);
                Self::Object(members.map(|(key, value)| (text(key), Self::of(value, depth + 1))).collect())
            }
        }
    }

    /// The tree of a text of the server.
    pub fn parse(text: &str) -> Self {
        let mut rest = text;
        let value = parse(&mut rest);
        assert!(rest.is_empty(), "after a document: {rest}");
        value
    }
}

impl PartialEq for Js {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Double(a), Self::Double(b)) => a.to_bits() == b.to_bits(),
            (Self::Double(a), Self::Number(b)) | (Self::Number(b), Self::Double(a)) => {
                b.parse::<f64>().is_ok_and(|b| b.to_bits() == a.to_bits())
            }
            (Self::Text(a), Self::Text(b)) => a == b || same_base64(a, b) || same_base64(b, a),
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

/// `base64:typeN:…`: ours has hexadecimal digits there, the server's base64.
fn same_base64(ours: &str, theirs: &str) -> bool {
    let split = |text: &'static str| move |whole: &str| whole.strip_prefix(text).map(str::to_owned);
    let (Some(ours), Some(theirs)) = (split("base64:type")(ours), split("base64:type")(theirs)) else {
        return false;
    };
    let (Some((type_a, hex)), Some((type_b, base64))) = (ours.split_once(':'), theirs.split_once(':')) else {
        return false;
    };
    type_a == type_b && render::hex(&from_base64(base64)) == hex
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|c| ALPHABET.iter().position(|one| *one == c));
    let (mut bytes, mut word, mut bits) = (vec![], 0_usize, 0);
    for digit in digits {
        word = word << 6 | digit;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn parse(rest: &mut &str) -> Js {
    let word = |rest: &mut &str, word: &str, value: Js| -> Option<Js> {
        *rest = rest.strip_prefix(word)?;
        Some(value)
    };
    if let Some(value) = word(rest, "null", Js::Null)
        .or_else(|| word(rest, "true", Js::Bool(true)))
        .or_else(|| word(rest, "false", Js::Bool(false)))
    {
        return value;
    }
    match rest.as_bytes()[0] {
        b'"' => Js::Text(string(rest)),
        b'[' => Js::Array(list(rest, ']', parse)),
        b'{' => Js::Object(list(rest, '}', |rest| {
            let key = string(rest);
            *rest = rest.strip_prefix(": ").unwrap();
            (key, parse(rest))
        })),
        _ => {
            let end = rest.find([',', ']', '}']).unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            *rest = after;
            Js::Number(number.to_owned())
        }
    }
}

fn list<T>(rest: &mut &str, close: char, item: impl Fn(&mut &str) -> T) -> Vec<T> {
    *rest = &rest[1..];
    let mut items = vec![];
    loop {
        if let Some(after) = rest.strip_prefix(close) {
            *rest = after;
            return items;
        }
        *rest = rest.strip_prefix(", ").unwrap_or(rest);
        items.push(item(rest));
    }
}

fn string(rest: &mut &str) -> String {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                *rest = &rest[at + 1..];
                return text;
            }
            '\\' => match chars.next().unwrap().1 {
                'b' => text.push('\u{8}'),
                'f' => text.push('\u{c}'),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                'u' => {
                    let digits: String = (0..4).map(|_| chars.next().unwrap().1).collect();
                    text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    panic!("a string without end: {rest}")
}
