//! Charsets of two or four bytes a unit.

/// Appends UTF-16 (and `ucs2`, which is UTF-16 without surrogates) text.
pub(super) fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, out: &mut String) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let characters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    out.extend(characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if !rest.is_empty() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
}

/// Appends UTF-32 text, big-endian.
pub(super) fn utf32(bytes: &[u8], out: &mut String) {
    let (quads, rest) = bytes.as_chunks::<4>();
    out.extend(
        quads
            .iter()
            .map(|quad| char::from_u32(u32::from_be_bytes(*quad)).unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    if !rest.is_empty() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
}
