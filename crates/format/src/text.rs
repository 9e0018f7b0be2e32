//! Writing values as text into byte buffers: numbers, times, JSON strings, binary data.

pub(crate) mod binary;
pub(crate) mod decimal;
pub(crate) mod float;
pub(crate) mod string;
pub(crate) mod time;

/// Appends a signed integer.
pub(crate) fn int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends an unsigned integer.
pub(crate) fn uint(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}
