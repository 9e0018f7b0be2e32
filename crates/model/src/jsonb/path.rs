//! The paths of diffs.
//!
//! Source: the server's `Json_path_leg::to_string`: names that are identifiers stand as they are, others in quotes with
//! JSON's escapes; cells are counted from the first one or from the last one.

use std::borrow::Cow;

use super::JsonbError;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leg<'a> {
    /// `.name`
    Member(Cow<'a, [u8]>),
    /// `[2]`, `[last]`, `[last-2]`
    Cell { index: usize, from_end: bool },
}

impl Leg<'_> {
    /// A cell's place in an array of so many; nothing for one before the first.
    pub(super) fn place(&self, len: usize) -> Option<usize> {
        match *self {
            Self::Member(_) => None,
            Self::Cell { index, from_end: false } => Some(index),
            Self::Cell { index, from_end: true } => len.checked_sub(index)?.checked_sub(1),
        }
    }
}

/// The steps of a path.
///
/// # Errors
/// When it is no path, or one that names more than one value.
pub(super) fn legs(path: &[u8]) -> Result<Vec<Leg<'_>>, JsonbError> {
    let mut rest = path.strip_prefix(b"$").ok_or(JsonbError::BadPath)?;
    let mut legs = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        let (leg, left) = match (first, after.first()) {
            (b'.', Some(b'"')) => quoted(after)?,
            (b'.', _) => named(after)?,
            (b'[', _) => cell(after)?,
            _ => return Err(JsonbError::BadPath),
        };
        legs.push(leg);
        rest = left;
    }
    Ok(legs)
}

fn named(bytes: &[u8]) -> Result<(Leg<'_>, &[u8]), JsonbError> {
    let end = bytes.iter().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(bytes.len());
    let (name, rest) = bytes.split_at_checked(end).ok_or(JsonbError::BadPath)?;
    if name.is_empty() || name == b"*" {
        return Err(JsonbError::BadPath);
    }
    Ok((Leg::Member(Cow::Borrowed(name)), rest))
}

fn cell(bytes: &[u8]) -> Result<(Leg<'_>, &[u8]), JsonbError> {
    let end = bytes.iter().position(|byte| *byte == b']').ok_or(JsonbError::BadPath)?;
    let (inside, rest) = bytes.split_at_checked(end).ok_or(JsonbError::BadPath)?;
    let rest = rest.get(1..).unwrap_or_default();
    let text = std::str::from_utf8(inside).map_err(|_| JsonbError::BadPath)?;
    let (number, from_end) = match text.strip_prefix("last") {
        Some("") => ("0", true),
        Some(more) => (more.strip_prefix('-').ok_or(JsonbError::BadPath)?, true),
        None => (text, false),
    };
    let index = number.trim().parse().map_err(|_| JsonbError::BadPath)?;
    Ok((Leg::Cell { index, from_end }, rest))
}

/// A name in quotes.
fn quoted(bytes: &[u8]) -> Result<(Leg<'_>, &[u8]), JsonbError> {
    let inside = bytes.get(1..).unwrap_or_default();
    let mut escaped = false;
    let end = inside.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    let (name, rest) = inside.split_at_checked(end.ok_or(JsonbError::BadPath)?).ok_or(JsonbError::BadPath)?;
    let name = if name.contains(&b'\\') { Cow::Owned(unescaped(name)?) } else { Cow::Borrowed(name) };
    Ok((Leg::Member(name), rest.get(1..).unwrap_or_default()))
}

fn unescaped(name: &[u8]) -> Result<Vec<u8>, JsonbError> {
    let text = std::str::from_utf8(name).map_err(|_| JsonbError::BadPath)?;
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next().ok_or(JsonbError::BadPath)? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => character(&mut chars)?,
            other => other,
        });
    }
    Ok(out.into_bytes())
}

/// The character of four hexadecimal digits, or of two times four.
fn character(chars: &mut std::str::Chars<'_>) -> Result<char, JsonbError> {
    let high = unit(chars)?;
    let code = if (0xD800..0xDC00).contains(&high) {
        if (chars.next(), chars.next()) != (Some('\\'), Some('u')) {
            return Err(JsonbError::BadPath);
        }
        let low = unit(chars)?.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(JsonbError::BadPath)?;
        ((high & 0x3FF) << 10 | low).saturating_add(0x1_0000)
    } else {
        high
    };
    char::from_u32(code).ok_or(JsonbError::BadPath)
}

fn unit(chars: &mut std::str::Chars<'_>) -> Result<u32, JsonbError> {
    let mut code = 0;
    for _ in 0..4 {
        let digit = chars.next().and_then(|c| c.to_digit(16)).ok_or(JsonbError::BadPath)?;
        code = code << 4 | digit;
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_are_read_as_the_server_writes_them() {
        let member = |name: &str| Leg::Member(Cow::Owned(name.as_bytes().to_vec()));
        let cell = |index, from_end| Leg::Cell { index, from_end };
        let path = "$.a.\"b.c[\"[2].é[last][last-1].\"\\\"\\\\\\n\\ud83d\\ude00\"".as_bytes();
        let expected = [
            member("a"),
            member("b.c["),
            cell(2, false),
            member("é"),
            cell(0, true),
            cell(1, true),
            member("\"\\\n😀"),
        ];
        assert_eq!(legs(path).unwrap(), expected);
        assert_eq!(legs(b"$").unwrap(), []);
    }

    #[test]
    fn what_is_no_path_is_an_error() {
        let wrong: [&[u8]; 12] = [
            b"",
            b"a",
            b"$a",
            b"$.",
            b"$.*",
            b"$**.a",
            b"$[",
            b"$[x]",
            b"$[*]",
            b"$.\"a",
            b"$.\"\\u12\"",
            b"$.\"\\ud83dx\"",
        ];
        for path in wrong {
            assert_eq!(legs(path), Err(JsonbError::BadPath), "{}", String::from_utf8_lossy(path));
        }
    }
}
