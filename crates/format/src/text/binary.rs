//! Binary data as base64 and hexadecimal.

use base64::{
    Engine,
    engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE},
};

/// Appends base64 with padding.
pub(crate) fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    encode(&STANDARD, out, bytes);
}

/// Appends base64 with `-` and `_`, with padding.
pub(crate) fn base64_url_safe(out: &mut Vec<u8>, bytes: &[u8]) {
    encode(&URL_SAFE, out, bytes);
}

/// Appends base64 of `bytes` and so many zero bytes after them, as BINARY columns have them.
pub(crate) fn padded<'a>(bytes: &'a [u8], zeros: usize, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if zeros == 0 {
        return bytes;
    }
    scratch.clear();
    scratch.extend_from_slice(bytes);
    scratch.resize(bytes.len().saturating_add(zeros), 0);
    scratch
}

fn encode(engine: &GeneralPurpose, out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    let len = base64::encoded_len(bytes.len(), true).unwrap_or(0);
    out.resize(start.saturating_add(len), 0);
    let place = out.get_mut(start..).unwrap_or_default();
    // The place is exactly as long as the text: this cannot fail.
    let written = engine.encode_slice(bytes, place).unwrap_or(0);
    out.truncate(start.saturating_add(written));
}

/// Appends lower-case hexadecimal.
pub(crate) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let digit = |nibble: u8| {
        if nibble < 10 { b'0'.wrapping_add(nibble) } else { b'a'.wrapping_add(nibble).wrapping_sub(10) }
    };
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}
