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

/// How many bytes from the start need no escape.
fn clean_prefix(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<16>();
    let dirty = |block: &[u8; 16]| {
        block.iter().fold(false, |dirty, b| dirty | (*b < 0x20) | (*b == b'"') | (*b == b'\\') | (*b >= 0xf0))
    };
    let clean = blocks.iter().take_while(|block| !dirty(block)).count().saturating_mul(16);
    let rest = bytes.get(clean..).unwrap_or_default();
    let found = rest.iter().position(|b| *b < 0x20 || *b == b'"' || *b == b'\\' || *b >= 0xf0);
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
