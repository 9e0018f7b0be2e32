//! Text cells as JSON strings.

use becauselog_model::Charset;

use crate::{
    losses::{Losses, count},
    text::string,
};

/// Appends a text in quotes. Bytes that are no character of the charset become U+FFFD and are counted.
pub(crate) fn quoted(
    out: &mut Vec<u8>,
    bytes: &[u8],
    charset: Charset,
    decoded: &mut String,
    losses: &mut Losses,
) {
    let may_be_as_it_is = charset == Charset::Utf8 || charset.keeps_ascii();
    if may_be_as_it_is && string::is_plain_ascii(bytes) {
        out.push(b'"');
        out.extend_from_slice(bytes);
        return out.push(b'"');
    }
    let as_it_is = charset == Charset::Utf8 || charset.keeps_ascii() && bytes.is_ascii();
    if as_it_is && let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return string::quoted(out, text);
    }
    decoded.clear();
    charset.decode_into(bytes, decoded);
    if decoded.contains(char::REPLACEMENT_CHARACTER) {
        count(&mut losses.texts_replaced);
    }
    string::quoted(out, decoded);
}
