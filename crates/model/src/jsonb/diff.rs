//! The diffs of a partial update (`binlog_row_value_options=PARTIAL_JSON`).
//!
//! Source: the server's `Json_diff_vector::read_binary`: for each diff an operation, a path behind its length, and,
//! but for a removal, a document behind its length.

use super::{JsonbError, Value, parse};

/// One change to a document. Diffs apply in order, each to what the ones before it left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diff<'a> {
    /// What is done there.
    pub operation: Operation<'a>,
    /// Where: a path as SQL has it, in utf8mb4, for example `$.a[1]`.
    pub path: &'a [u8],
}

/// What a diff does at its path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation<'a> {
    /// Replaces the value, which exists.
    Replace(Value<'a>),
    /// Adds a member to an object, or an element to an array at the index (behind the last when it is beyond it).
    Insert(Value<'a>),
    /// Removes the value, which exists.
    Remove,
}

/// The diffs of a [`crate::Cell::JsonDiff`] in order. Stop at the first error.
pub fn diffs(bytes: &[u8]) -> impl Iterator<Item = Result<Diff<'_>, JsonbError>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let diff = next(&mut rest);
        if diff.is_err() {
            rest = &[];
        }
        Some(diff)
    })
}

fn next<'a>(rest: &mut &'a [u8]) -> Result<Diff<'a>, JsonbError> {
    let (operation, after) = rest.split_first().ok_or(JsonbError::Truncated)?;
    *rest = after;
    let path = sized(rest)?;
    let operation = match operation {
        0 => Operation::Replace(parse(sized(rest)?)?),
        1 => Operation::Insert(parse(sized(rest)?)?),
        2 => Operation::Remove,
        other => return Err(JsonbError::UnknownDiff(*other)),
    };
    Ok(Diff { operation, path })
}

/// Takes bytes behind a length-encoded integer of the protocol.
fn sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], JsonbError> {
    let (first, after) = rest.split_first().ok_or(JsonbError::Truncated)?;
    let len_bytes = match first {
        0..=250 => 0,
        252 => 2,
        253 => 3,
        254 => 8,
        _ => return Err(JsonbError::Truncated),
    };
    let (number, after) = after.split_at_checked(len_bytes).ok_or(JsonbError::Truncated)?;
    let len = match len_bytes {
        0 => u64::from(*first),
        _ => number.iter().rev().fold(0, |len, byte| len << 8 | u64::from(*byte)),
    };
    let len = usize::try_from(len).map_err(|_| JsonbError::Truncated)?;
    let (content, after) = after.split_at_checked(len).ok_or(JsonbError::Truncated)?;
    *rest = after;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_operations_in_order() {
        let bytes = [0, 3, b'$', b'.', b'a', 2, 0x04, 0x01, 2, 4, b'$', b'[', b'0', b']'];
        let all: Vec<_> = diffs(&bytes).collect();
        let replace = Diff { operation: Operation::Replace(Value::Bool(true)), path: b"$.a" };
        assert_eq!(all, [Ok(replace), Ok(Diff { operation: Operation::Remove, path: b"$[0]" })]);
        assert_eq!(diffs(&bytes[..4]).collect::<Vec<_>>(), [Err(JsonbError::Truncated)]);
        assert_eq!(diffs(&[3, 0]).collect::<Vec<_>>(), [Err(JsonbError::UnknownDiff(3))]);
    }

    proptest! {
        #[test]
        fn never_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(diffs(&bytes).count() <= bytes.len());
        }
    }
}
