//! JSON strings as Jackson's UTF-8 generator writes them.
//!
//! Quote, backslash and what is below U+0020 are escaped (`\b \t \n \f \r`, others `\u00XX` in upper case), `/` and U+007F are not;
//! characters beyond U+FFFF become two escaped surrogates; all else is UTF-8 as it is.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `text` in quotes.
pub(crate) fn quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends `text` escaped, without quotes.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let clean = clean_prefix(rest);
        let (head, tail) = rest.split_at_checked(clean).unwrap_or((rest, &[]));
        out.extend_from_slice(head);
        let Some((first, after)) = tail.split_first() else { return };
        rest = if *first >= 0xf0 { surrogates(out, tail) } else { escape(out, *first, after) };
    }
}

/// Whether all bytes are ASCII and stand in a JSON string as they are.
pub(crate) fn is_plain_ascii(bytes: &[u8]) -> bool {
    let dirty = |b: u8| !(0x20..0x80).contains(&b) | (b == b'"') | (b == b'\\');
    let any = |block: &[u8]| block.iter().fold(false, |found, b| found | dirty(*b));
    let (blocks, rest) = bytes.as_chunks::<16>();
    match bytes.last_chunk::<16>() {
        // The last block overlaps the one before it: cheaper than going byte by byte.
        Some(last) => !blocks.iter().any(|block| any(block)) && (rest.is_empty() || !any(last)),
        None => match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => !any(first) && !any(last),
            _ => !any(bytes),
        },
    }
}

/// How many bytes from the start need no escape.
fn clean_prefix(bytes: &[u8]) -> usize {
    let dirty = |b: u8| (b < 0x20) | (b == b'"') | (b == b'\\') | (b >= 0xf0);
    let (blocks, _) = bytes.as_chunks::<16>();
    let block_is_clean = |block: &&[u8; 16]| !block.iter().fold(false, |found, b| found | dirty(*b));
    let clean = blocks.iter().take_while(block_is_clean).count().saturating_mul(16);
    let rest = bytes.get(clean..).unwrap_or_default();
    let found = rest.iter().position(|b| dirty(*b));
    clean.saturating_add(found.unwrap_or(rest.len()))
}

fn escape<'a>(out: &mut Vec<u8>, byte: u8, after: &'a [u8]) -> &'a [u8] {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => {
            out.extend_from_slice(b"\\u00");
            hex_digit(out, byte >> 4);
            hex_digit(out, byte);
            return after;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
    after
}

fn hex_digit(out: &mut Vec<u8>, nibble: u8) {
    out.push(HEX.get(usize::from(nibble & 15)).copied().unwrap_or(b'0'));
}

/// Appends the four-byte character that `bytes` (valid UTF-8) begins with as two escapes; what follows it.
fn surrogates<'a>(out: &mut Vec<u8>, bytes: &'a [u8]) -> &'a [u8] {
    let (character, after) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
    if let Some(character) = str::from_utf8(character).ok().and_then(|text| text.chars().next()) {
        for unit in character.encode_utf16(&mut [0; 2]).iter() {
            out.extend_from_slice(b"\\u");
            for byte in unit.to_be_bytes() {
                hex_digit(out, byte >> 4);
                hex_digit(out, byte);
            }
        }
    }
    after
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn text(input: &str) -> String {
        let mut out = Vec::new();
        quoted(&mut out, input);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_jackson_does() {
        assert_eq!(
            text("a/b\"\\\u{8}\t\n\u{c}\r\u{0}\u{1a}\u{7f}"),
            "\"a/b\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001A\u{7f}\""
        );
        assert_eq!(text("é漢\u{2028}"), "\"é漢\u{2028}\"");
        assert_eq!(text("x😀y𝄞"), "\"x\\uD83D\\uDE00y\\uD834\\uDD1E\"");
    }

    proptest! {
        #[test]
        fn plain_is_what_is_written_as_it_is(input in "[ -~é\u{0}\u{1f}\u{7f}\"\\\\]{0,40}|[ -~]{0,40}") {
            let as_it_is = input.is_ascii() && text(&input) == format!("\"{input}\"");
            prop_assert_eq!(is_plain_ascii(input.as_bytes()), as_it_is);
        }

        #[test]
        fn reads_back_as_the_same_text(input in "(?s).{0,80}") {
            prop_assert_eq!(serde_json::from_str::<String>(&text(&input)).unwrap(), input);
        }
    }
}
