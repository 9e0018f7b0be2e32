//! JSON documents back from what is written: equal trees, numbers by value, all else by text.

use serde_json::value::RawValue;

use crate::{
    judge::{Verdict, unquoted},
    ways::Meaning,
};

/// How values are written that JSON has no type for.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// As the server prints them.
    Server,
    /// Bytes without their type, times without zeros at their end.
    Readable,
    /// The same, and some times garbled.
    Peer,
}

pub fn same(meaning: &Meaning, written: &str, told: &str) -> Verdict {
    match meaning {
        // Maxwell's documents are part of the message.
        Meaning::Maxwell => tree(Style::Readable, written, told),
        _ if meaning.is_peer() => tree(Style::Peer, &unquoted(written)?, told),
        _ => tree(Style::Server, &unquoted(written)?, told),
    }
}

fn tree(style: Style, ours: &str, theirs: &str) -> Verdict {
    let (ours, theirs) = (ours.trim(), theirs.trim());
    if ours.as_bytes().first() == Some(&b'"') && theirs.starts_with('"') {
        return text(style, &unquoted(ours)?, &unquoted(theirs)?);
    }
    match theirs.as_bytes().first() {
        Some(b'[') => {
            let (ours, theirs) = (list(ours)?, list(theirs)?);
            if ours.len() != theirs.len() {
                return Err(format!("{} elements", ours.len()));
            }
            ours.iter().zip(&theirs).map(|(a, b)| tree(style, a.get(), b.get())).sum()
        }
        Some(b'{') => {
            let (ours, theirs) = (members(ours)?, members(theirs)?);
            if !ours.iter().map(|(key, _)| key).eq(theirs.iter().map(|(key, _)| key)) {
                return Err("other members".to_owned());
            }
            ours.iter().zip(&theirs).map(|((_, a), (_, b))| tree(style, a.get(), b.get())).sum()
        }
        Some(b'-' | b'0'..=b'9') => number(ours, theirs),
        _ if ours == theirs => Ok(0),
        _ => Err(format!("{ours:.80} in the document for {theirs:.80}")),
    }
}

/// Whole numbers and decimals by their digits; those of an exponent, or of too many digits for a double, by value.
fn number(ours: &str, theirs: &str) -> Verdict {
    let value = |text: &str| text.parse::<f64>().map_err(|error| format!("{text:.80}: {error}"));
    if ours == theirs {
        return Ok(0);
    }
    let whole = |text: &str| text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    if whole(ours) && whole(theirs) && theirs.len() < 20 {
        return Err(format!("{ours} in the document for {theirs}"));
    }
    if value(ours)?.to_bits() == value(theirs)?.to_bits() {
        return Ok(0);
    }
    Err(format!("{ours:.80} in the document for {theirs:.80}"))
}

/// A text, or an opaque value.
fn text(style: Style, ours: &str, theirs: &str) -> Verdict {
    let same = ours == theirs;
    if same || style == Style::Server {
        return if same { Ok(0) } else { Err(format!("{ours:.80} in the document for {theirs:.80}")) };
    }
    if let Some(base64) = theirs.strip_prefix("base64:type").and_then(|rest| rest.split_once(':')) {
        return text(Style::Server, ours, &base64.1.replace('\n', ""));
    }
    let trimmed = theirs.strip_suffix(".000000").unwrap_or(theirs);
    let trimmed = if trimmed.contains('.') { trimmed.trim_end_matches('0') } else { trimmed };
    if ours == trimmed {
        return Ok(0);
    }
    // What the peer garbles: negative times, and years after 2520.
    let is_time =
        theirs.ends_with(|c: char| c.is_ascii_digit()) && theirs.contains(':') && theirs.contains('.');
    let late = theirs.get(..4).and_then(|year| year.parse::<u16>().ok()).is_some_and(|year| year > 2520);
    if style == Style::Peer && is_time && (theirs.starts_with('-') || late) {
        return Ok(1);
    }
    Err(format!("{ours:.80} in the document for {theirs:.80}"))
}

fn list(text: &str) -> Result<Vec<Box<RawValue>>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// An object's members in their order.
fn members(text: &str) -> Result<Vec<(String, Box<RawValue>)>, String> {
    struct Members(Vec<(String, Box<RawValue>)>);
    impl<'de> serde::Deserialize<'de> for Members {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Members;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                    let mut all = vec![];
                    while let Some(entry) = map.next_entry()? {
                        all.push(entry);
                    }
                    Ok(Members(all))
                }
            }
            from.deserialize_map(Visitor)
        }
    }
    serde_json::from_str::<Members>(text).map(|members| members.0).map_err(|error| error.to_string())
}
