//! Decimal digits of integers, eight at a time: the text of a row is mostly these.
//!
//! Digits are written as a fixed number of bytes and cut to length: a copy whose size is known is a store or two, a copy
//! of unknown size is a call.

const POWER_8: u64 = 100_000_000;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Below this a number with its sign has 16 characters at most.
const POWER_15: u64 = 1_000_000_000_000_000;

/// Appends an unsigned integer.
#[inline]
pub fn push_uint(out: &mut Vec<u8>, value: u64) {
    if value < POWER_8 {
        push_short(out, value);
    } else if value < POWER_15 {
        push_middle(out, value, false);
    } else {
        push_long(out, value);
    }
}

/// Appends a signed integer.
#[inline]
pub fn push_int(out: &mut Vec<u8>, value: i64) {
    let positive = value.unsigned_abs();
    if value >= 0 {
        push_uint(out, positive);
    } else if positive < POWER_15 {
        push_middle(out, positive, true);
    } else {
        out.push(b'-');
        push_long(out, positive);
    }
}

/// Appends a number below 10^15 with its sign: one store.
#[inline]
fn push_middle(out: &mut Vec<u8>, value: u64, negative: bool) {
    let (digits, len) = if value < POWER_8 {
        let (digits, zeros) = without_zeros(value);
        (u128::from(digits), 8_usize.saturating_sub(zeros))
    } else {
        let (high, zeros) = without_zeros(value / POWER_8);
        let kept = 8_usize.saturating_sub(zeros);
        let shift = u32::try_from(kept).unwrap_or(8).wrapping_mul(8);
        let low = u128::from(eight(value % POWER_8)).wrapping_shl(shift);
        (u128::from(high) | low, kept.saturating_add(8))
    };
    let (text, len) = match negative {
        true => (digits << 8 | u128::from(b'-'), len.saturating_add(1)),
        false => (digits, len),
    };
    let end = out.len().saturating_add(len);
    out.extend_from_slice(&text.to_le_bytes());
    out.truncate(end);
}

/// Appends a number of any length.
fn push_long(out: &mut Vec<u8>, value: u64) {
    let (high, low) = (value / POWER_8, value % POWER_8);
    if high < POWER_8 {
        push_short(out, high);
    } else {
        push_short(out, high / POWER_8);
        out.extend_from_slice(&eight(high % POWER_8).to_le_bytes());
    }
    out.extend_from_slice(&eight(low).to_le_bytes());
}

/// Appends the last `digits` (at most 9) digits of a number below 10^9, leading zeros too.
#[inline]
pub fn push_padded(out: &mut Vec<u8>, value: u32, digits: u8) {
    let value = u64::from(value);
    let surplus = match digits {
        0..=8 => 8_u8.saturating_sub(digits),
        _ => {
            out.push(b'0'.wrapping_add(u8::try_from(value / POWER_8).unwrap_or(0)));
            0
        }
    };
    let end = out.len().saturating_add(8_usize.saturating_sub(surplus.into()));
    // All eight are surplus where no digit is wanted.
    let text = eight(value % POWER_8).checked_shr(u32::from(surplus).wrapping_mul(8)).unwrap_or(0);
    out.extend_from_slice(&text.to_le_bytes());
    out.truncate(end);
}

/// Appends a number below 10^8.
#[inline]
fn push_short(out: &mut Vec<u8>, value: u64) {
    let (digits, zeros) = without_zeros(value);
    out.extend_from_slice(&digits.to_le_bytes());
    out.truncate(out.len().saturating_sub(zeros));
}

/// The digits of a number below 10^8, the first in the lowest byte, and how many of the eight were zeros before it: bytes that
/// come after.
#[inline]
fn without_zeros(value: u64) -> (u64, usize) {
    let digits = eight(value);
    // The zeros at the front are the lowest bytes; the last digit stays, whatever it is.
    let zeros = ((digits ^ ZEROS).trailing_zeros() / 8).min(7);
    (digits.wrapping_shr(zeros.wrapping_mul(8)), usize::try_from(zeros).unwrap_or(0))
}

/// Eight ASCII digits of a number below 10^8, the first in the lowest byte: split into halves, quarters and digits, all
/// lanes of a word at once; the multiplications divide by 100 and by 10 within each lane.
#[inline]
const fn eight(value: u64) -> u64 {
    let halves = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = (halves.wrapping_mul(10_486) >> 20) & 0x7f_0000_007f;
    let quarters = hundreds | (halves.wrapping_sub(hundreds.wrapping_mul(100)) << 16);
    let tens = (quarters.wrapping_mul(103) >> 10) & 0x000f_000f_000f_000f;
    (tens | (quarters.wrapping_sub(tens.wrapping_mul(10)) << 8)) | ZEROS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = b"x".to_vec();
        write(&mut out);
        String::from_utf8(out.split_off(1)).unwrap()
    }

    #[test]
    fn every_number_of_up_to_four_digits_and_the_borders_of_each_length() {
        let borders = (0..20).flat_map(|power| {
            let border = 10_u64.pow(power);
            [border.wrapping_sub(1), border, border.wrapping_add(1)]
        });
        for value in (0..=10_000).chain(borders).chain([u64::MAX]) {
            assert_eq!(text(|out| push_uint(out, value)), value.to_string());
        }
        for value in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(text(|out| push_int(out, value)), value.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_number_is_its_text(value in any::<u64>(), shift in 0..64_u32) {
            let value = value >> shift;
            prop_assert_eq!(text(|out| push_uint(out, value)), value.to_string());
        }

        #[test]
        fn padded_numbers_keep_their_zeros(value in 0..1_000_000_000_u32, digits in 0..=9_u8) {
            let expected = format!("{value:09}");
            let from = 9 - usize::from(digits);
            prop_assert_eq!(text(|out| push_padded(out, value, digits)), &expected[from..]);
        }
    }
}
