//! The head of an after-image in PARTIAL_UPDATE_ROWS: which JSON values are diffs.
//!
//! Source: the server's `start_partial_bits_reader` and `print_verbose_one_row`: a packed integer of options; with
//! its lowest bit set, a bitmap follows with a bit for each JSON column of the table, present in the image or not.

use crate::bits::{Bits, bytes_of};

const PARTIAL_JSON_UPDATES: u64 = 1;

/// Splits the head off: the partial bits (none when no value is a diff) and the image after it. Nothing when the bytes
/// end inside the head or the options are not known.
#[inline]
pub fn split_head(bytes: &[u8], json_columns: usize) -> Option<(Bits<'_>, &[u8])> {
    let (options, rest) = packed_integer(bytes)?;
    match options {
        0 => Some((Bits::new(&[]), rest)),
        PARTIAL_JSON_UPDATES => {
            let (bits, rest) = rest.split_at_checked(bytes_of(json_columns))?;
            Some((Bits::new(bits), rest))
        }
        _ => None,
    }
}

/// A length-encoded integer of the protocol.
fn packed_integer(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let len = match first {
        0..=250 => return Some((u64::from(*first), rest)),
        252 => 2,
        253 => 3,
        254 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(len)?;
    Some((number.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_nobody_knows_are_refused() {
        assert!(split_head(&[0, 9], 3).is_some_and(|(_, rest)| rest == [9]));
        assert!(split_head(&[1, 0b101, 9], 3).is_some_and(|(mut bits, rest)| rest == [9] && bits.take()));
        assert!(split_head(&[2, 0, 9], 3).is_none());
        assert!(split_head(&[1], 3).is_none());
        assert!(split_head(&[252, 0, 1, 9], 3).is_none());
        assert!(split_head(&[], 3).is_none());
    }
}
