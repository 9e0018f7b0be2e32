//! DECIMAL as the server stores it: groups of nine digits, big-endian, sign in the first bit.

mod store;

use crate::digits::{push_padded, push_uint};

/// The largest value of a group of so many digits.
const GROUP_MAX: [u32; 10] = [0, 9, 99, 999, 9_999, 99_999, 999_999, 9_999_999, 99_999_999, 999_999_999];
/// How many bytes a leading or trailing group of 0 to 9 digits takes.
const GROUP_BYTES: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
const DIGITS_PER_GROUP: usize = 9;

/// A `DECIMAL(precision, scale)` value in its stored bytes.
///
/// Source: the server's `decimal2bin`. A negative value has all bits inverted, and the first bit of the first byte is
/// inverted always, so that stored values sort as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal<'a> {
    bytes: &'a [u8],
    precision: u8,
    scale: u8,
}

impl<'a> Decimal<'a> {
    /// The most digits a value has.
    pub const PRECISION_MAX: u8 = 65;
    /// The most digits after the point.
    pub const SCALE_MAX: u8 = 30;
    /// The most digits that a decimal inside binary JSON has, before and after the point: nine groups of nine. The
    /// server counts whole groups there, so 65 nines say that they have 72 digits.
    pub const JSON_DIGITS_MAX: u8 = 81;

    /// How many bytes a value of this precision and scale takes; nothing for numbers that no server can have.
    #[inline]
    #[must_use]
    pub fn stored_len(precision: u8, scale: u8) -> Option<usize> {
        let in_limits = precision <= Self::PRECISION_MAX && scale <= Self::SCALE_MAX;
        if in_limits { Self::packed_len(precision, scale) } else { None }
    }

    #[inline]
    fn packed_len(precision: u8, scale: u8) -> Option<usize> {
        if precision == 0 {
            return None;
        }
        let part = |digits: u8| {
            let digits = usize::from(digits);
            let rest = GROUP_BYTES.get(digits % DIGITS_PER_GROUP)?;
            (digits / DIGITS_PER_GROUP).checked_mul(4)?.checked_add(*rest)
        };
        part(precision.checked_sub(scale)?)?.checked_add(part(scale)?)
    }

    /// A view of stored bytes; nothing when their number is not [`Decimal::stored_len`].
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8], precision: u8, scale: u8) -> Option<Self> {
        (Self::stored_len(precision, scale)? == bytes.len()).then_some(Self { bytes, precision, scale })
    }

    /// A view of stored bytes whose number is known to be [`Decimal::stored_len`]. Of any other number the digits mean
    /// nothing.
    #[inline]
    #[must_use]
    pub const fn of_stored(bytes: &'a [u8], precision: u8, scale: u8) -> Self {
        Self { bytes, precision, scale }
    }

    /// A view of the stored bytes of a decimal inside binary JSON, which may say more digits than a column can have.
    #[must_use]
    pub fn in_json(bytes: &'a [u8], precision: u8, scale: u8) -> Option<Self> {
        let fits = precision <= Self::JSON_DIGITS_MAX && Self::packed_len(precision, scale)? == bytes.len();
        fits.then_some(Self { bytes, precision, scale })
    }

    /// Whether the sign is minus (the server never stores a negative zero).
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.bytes.first().is_some_and(|first| first & 0x80 == 0)
    }

    /// All digits.
    #[must_use]
    pub const fn precision(&self) -> u8 {
        self.precision
    }

    /// The digits after the point.
    #[must_use]
    pub const fn scale(&self) -> u8 {
        self.scale
    }

    /// Calls `each` with every group of digits in order: its value and how many digits it stands for.
    ///
    /// The first groups are the integer part, shortest first; the last are the fraction, shortest last. A damaged
    /// group (above what its digits can say) is cut to its largest value.
    pub fn for_each_group(&self, mut each: impl FnMut(u32, u8)) {
        let flip = if self.is_negative() { 0xff } else { 0x00 };
        let integer = self.precision.saturating_sub(self.scale);
        let (lead, trail) = (integer % 9, self.scale % 9);
        let full = usize::from(integer / 9).saturating_add(usize::from(self.scale / 9));
        let mut rest = self.bytes;
        let mut sign_bit = 0x80;
        let sizes = std::iter::once(lead).chain(std::iter::repeat_n(9, full)).chain(std::iter::once(trail));
        for digits in sizes.filter(|digits| *digits > 0) {
            let len = GROUP_BYTES.get(usize::from(digits)).copied().unwrap_or(0);
            let (group, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            let value = group.iter().fold(0u32, |value, byte| {
                let byte = (byte ^ sign_bit) ^ flip;
                sign_bit = 0;
                value << 8 | u32::from(byte)
            });
            rest = after;
            each(value.min(GROUP_MAX.get(usize::from(digits)).copied().unwrap_or(0)), digits);
        }
    }

    /// Appends the value as the server prints it: no leading zeros but one before the point, all digits of the scale.
    pub fn push_text(&self, out: &mut Vec<u8>) {
        if self.push_short(out).is_none() {
            self.push_long(out);
        }
    }

    /// The same for what most columns are: 1 to 18 digits before the point, at most nine after it.
    #[inline]
    fn push_short(&self, out: &mut Vec<u8>) -> Option<()> {
        let integer = self.precision.saturating_sub(self.scale);
        if !(1..=18).contains(&integer) || self.scale > 9 {
            return None;
        }
        let fraction_len = *GROUP_BYTES.get(usize::from(self.scale))?;
        let (whole, fraction) = self.bytes.split_at_checked(self.bytes.len().checked_sub(fraction_len)?)?;
        let flip = if self.is_negative() { u64::MAX } else { 0 };
        let read = |bytes: &[u8], first_bit: u64| {
            let value = big_endian(bytes);
            let unused = u32::try_from(bytes.len()).unwrap_or(0).wrapping_mul(8).wrapping_neg() % 64;
            ((value ^ flip).wrapping_shl(unused) ^ first_bit).wrapping_shr(unused)
        };
        let groups = read(whole, 1 << 63);
        let cut = |group: u64, digits: u8| {
            group.min(GROUP_MAX.get(usize::from(digits)).copied().unwrap_or(0).into())
        };
        let number = match integer.checked_sub(9) {
            None | Some(0) => cut(groups, integer),
            Some(lead) => {
                let first = cut(groups >> 32, lead);
                first.wrapping_mul(1_000_000_000).wrapping_add(cut(groups & 0xffff_ffff, 9))
            }
        };
        if flip != 0 {
            out.push(b'-');
        }
        push_uint(out, number);
        if self.scale > 0 {
            let fraction = cut(read(fraction, 0), self.scale);
            out.push(b'.');
            push_padded(out, u32::try_from(fraction).unwrap_or(0), self.scale);
        }
        Some(())
    }

    fn push_long(&self, out: &mut Vec<u8>) {
        if self.is_negative() {
            out.push(b'-');
        }
        let integer = self.precision.saturating_sub(self.scale);
        let mut seen: u8 = 0;
        let mut started = false;
        if integer == 0 {
            out.extend_from_slice(b"0.");
        }
        self.for_each_group(|value, digits| {
            push_group(out, value, digits, started || seen >= integer);
            seen = seen.saturating_add(digits);
            started |= value != 0;
            if seen == integer {
                if !started {
                    out.push(b'0');
                }
                if self.scale > 0 {
                    out.push(b'.');
                }
            }
        });
    }
}

/// A big-endian number of at most eight bytes: of four and more the first four and the last four, which may overlap.
#[inline]
fn big_endian(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let beyond = u32::try_from(bytes.len().saturating_sub(4)).unwrap_or(0);
            let first = u64::from(u32::from_be_bytes(*first)).wrapping_shl(beyond.wrapping_mul(8));
            first | u64::from(u32::from_be_bytes(*last))
        }
        _ => bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)),
    }
}

/// Appends a group's digits, with all its leading zeros or without any (then nothing for zero).
#[inline]
fn push_group(out: &mut Vec<u8>, value: u32, digits: u8, padded: bool) {
    if padded {
        push_padded(out, value, digits);
    } else if value != 0 {
        push_uint(out, value.into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(bytes: &[u8], precision: u8, scale: u8) -> String {
        let mut out = Vec::new();
        Decimal::new(bytes, precision, scale).unwrap().push_text(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_as_the_server_does() {
        // From the server's own documentation of the format: 1234567890.1234 as DECIMAL(14,4).
        let positive = [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2];
        let negative: Vec<u8> = positive.iter().map(|b| !b).collect();
        assert_eq!(text(&positive, 14, 4), "1234567890.1234");
        assert_eq!(text(&negative, 14, 4), "-1234567890.1234");
        assert_eq!(text(&[0x80, 0x00], 4, 2), "0.00");
        assert_eq!(text(&[0x80, 0x05], 4, 2), "0.05");
        assert_eq!(text(&[0x80], 2, 2), "0.00");
        assert_eq!(text(&[0x8c], 2, 0), "12");
        assert_eq!(Decimal::new(&[0; 3], 2, 0), None);
        assert_eq!(Decimal::stored_len(65, 30), Some(30));
        assert_eq!(Decimal::stored_len(66, 0), None);
    }

    #[test]
    fn short_values_are_printed_as_long_ones_are() {
        let mut compared = 0;
        for precision in 1..=27 {
            for scale in 0..=precision.min(9) {
                let len = Decimal::stored_len(precision, scale).unwrap();
                for seed in 0..64_u8 {
                    let noise =
                        (1..=len).map(|at| seed.wrapping_mul(37).wrapping_mul(u8::try_from(at).unwrap()));
                    let bytes: Vec<u8> = noise
                        .enumerate()
                        .map(|(at, byte)| byte ^ (0x80 * u8::from(at == 0 && seed > 32)))
                        .collect();
                    let value = Decimal::new(&bytes, precision, scale).unwrap();
                    let (mut short, mut long) = (Vec::new(), Vec::new());
                    let taken = value.push_short(&mut short).is_some();
                    value.push_long(&mut long);
                    assert_eq!(taken, (1..=18).contains(&(precision - scale)));
                    assert!(!taken || short == long, "{bytes:?} as DECIMAL({precision},{scale})");
                    compared += usize::from(taken);
                }
            }
        }
        assert!(compared > 5000, "{compared}");
    }

    #[test]
    fn inside_json_a_value_may_count_whole_groups() {
        // CAST(99…9 (65 digits) AS DECIMAL(65)) in a document, as MySQL 9.7 logs it: precision 72.
        let mut bytes = vec![0x80, 0, 0, 0x63];
        for _ in 0..7 {
            bytes.extend([0x3b, 0x9a, 0xc9, 0xff]);
        }
        let mut text = Vec::new();
        Decimal::in_json(&bytes, 72, 0).unwrap().push_text(&mut text);
        assert_eq!(String::from_utf8(text).unwrap(), "9".repeat(65));
        assert_eq!(Decimal::new(&bytes, 72, 0), None);
        assert_eq!(Decimal::in_json(&bytes, 82, 0), None);
    }
}
