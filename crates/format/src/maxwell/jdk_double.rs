//! Floats and doubles as `toString` of Java 17 writes them.
//!
//! Up to JDK 18 Java's text was not always the shortest: `2e23` came out as `1.9999999999999998E23`. The text depends on the way that the digits are found, so that way is gone here: whole numbers below 2^63 by
//! division, all others digit by digit from the quotient of two integers, until what is left is less than half a unit in
//! the last place, in 32, 64 or as many bits as it takes. Since JDK 19 the text is the shortest one.

mod big;
mod scale;

use self::scale::Scale;

/// So many digits are the most that come out.
const DIGITS_MAX: usize = 26;
/// Exponents with at most so many digits before the point are written without an exponent.
const FRACTION_BITS: i32 = 52;

/// A number taken apart: `fraction * 2^(exponent - 52)`, bit 52 of the fraction is set.
#[derive(Clone, Copy)]
struct Binary {
    fraction: u64,
    exponent: i32,
    /// How many bits of the fraction the number's type holds.
    significant: i32,
}

/// Digits and the place of the point: the value is `0.d1d2d3… × 10^point`.
struct Digits {
    digits: [u8; DIGITS_MAX],
    len: usize,
    point: i32,
}

/// Appends a double.
pub(super) fn push_double(out: &mut Vec<u8>, value: f64) {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    push(
        out,
        value < 0.0 || (value == 0.0 && value.is_sign_negative()),
        value.is_finite(),
        fraction,
        exponent,
        Width::DOUBLE,
    );
}

/// Appends a float.
pub(super) fn push_float(out: &mut Vec<u8>, value: f32) {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 23 & 0xff).unwrap_or(0);
    let fraction = u64::from(bits & ((1 << 23) - 1)) << 29;
    push(
        out,
        value < 0.0 || (value == 0.0 && value.is_sign_negative()),
        value.is_finite(),
        fraction,
        exponent,
        Width::SINGLE,
    );
}

/// What differs between the two types.
struct Width {
    bias: i32,
    significant: i32,
}

impl Width {
    const DOUBLE: Self = Self { bias: 1023, significant: 53 };
    const SINGLE: Self = Self { bias: 127, significant: 24 };
}

fn push(out: &mut Vec<u8>, negative: bool, finite: bool, fraction: u64, exponent: i32, width: Width) {
    if !finite {
        // The server stores none of these.
        return out.extend_from_slice(b"null");
    }
    if negative {
        out.push(b'-');
    }
    if fraction == 0 && exponent == 0 {
        return out.extend_from_slice(b"0.0");
    }
    let binary = if exponent == 0 {
        let shift = i32::try_from(fraction.leading_zeros()).unwrap_or(0).saturating_sub(63 - FRACTION_BITS);
        let fraction = fraction.wrapping_shl(shift.unsigned_abs());
        let significant = width.significant.saturating_sub(shift);
        Binary { fraction, exponent: 1i32.saturating_sub(shift).saturating_sub(width.bias), significant }
    } else {
        let fraction = fraction | 1 << FRACTION_BITS;
        Binary { fraction, exponent: exponent.saturating_sub(width.bias), significant: width.significant }
    };
    binary.digits().push(out);
}

impl Digits {
    const fn new(point: i32) -> Self {
        Self { digits: [b'0'; DIGITS_MAX], len: 0, point }
    }

    fn add(&mut self, digit: u8) {
        if let Some(place) = self.digits.get_mut(self.len) {
            *place = b'0'.wrapping_add(digit);
            self.len = self.len.saturating_add(1);
        }
    }

    fn last_is_odd(&self) -> bool {
        self.len.checked_sub(1).and_then(|at| self.digits.get(at)).is_some_and(|digit| digit & 1 == 1)
    }

    /// Adds one in the last place.
    fn round_up(&mut self) {
        let mut at = self.len;
        while let Some(place) = at.checked_sub(1).and_then(|before| self.digits.get_mut(before)) {
            if *place < b'9' {
                *place = place.wrapping_add(1);
                return;
            }
            *place = b'0';
            at = at.saturating_sub(1);
        }
        if let Some(first) = self.digits.first_mut() {
            *first = b'1';
        }
        self.point = self.point.saturating_add(1);
    }

    fn push(&self, out: &mut Vec<u8>) {
        let digits = self.digits.get(..self.len).unwrap_or_default();
        let zeros = |out: &mut Vec<u8>, count: usize| out.extend(std::iter::repeat_n(b'0', count));
        match self.point {
            1..=7 => {
                let whole = usize::try_from(self.point).unwrap_or(0);
                let (before, after) = digits.split_at_checked(whole).unwrap_or((digits, &[]));
                out.extend_from_slice(before);
                zeros(out, whole.saturating_sub(before.len()));
                out.push(b'.');
                out.extend_from_slice(if after.is_empty() { b"0" } else { after });
            }
            -2..=0 => {
                out.extend_from_slice(b"0.");
                zeros(out, usize::try_from(self.point.saturating_neg()).unwrap_or(0));
                out.extend_from_slice(digits);
            }
            _ => {
                let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, &[]));
                out.extend_from_slice(first);
                out.push(b'.');
                out.extend_from_slice(if rest.is_empty() { b"0" } else { rest });
                out.push(b'E');
                crate::text::int(out, i64::from(self.point).saturating_sub(1));
            }
        }
    }
}

/// How many bits a power of five takes, as it is counted to choose a width.
fn bits_of_five_to_the(power: i32) -> i32 {
    match power {
        0 => 0,
        1..=26 => 5u64
            .wrapping_pow(power.unsigned_abs())
            .checked_ilog2()
            .map_or(0, |log| log.cast_signed())
            .saturating_add(1),
        _ => power.saturating_mul(3),
    }
}

impl Binary {
    fn digits(self) -> Digits {
        let tail = i32::try_from(self.fraction.trailing_zeros()).unwrap_or(0);
        let fraction_bits = FRACTION_BITS.saturating_add(1).saturating_sub(tail);
        let tiny = fraction_bits.saturating_sub(self.exponent).saturating_sub(1).max(0);
        if tiny == 0 && (-21..=62).contains(&self.exponent) {
            return self.whole();
        }
        let scale = self.scale(tail, fraction_bits, tiny);
        let value_bits =
            fraction_bits.saturating_add(scale.value2).saturating_add(bits_of_five_to_the(scale.value5));
        let ten = bits_of_five_to_the(scale.divisor5.saturating_add(1));
        let divisor_bits = scale.divisor2.saturating_add(1).saturating_add(ten);
        let mut digits = Digits::new(0);
        let end = match value_bits.max(divisor_bits) {
            ..32 => scale.in_32_bits(&mut digits),
            32..64 => scale.in_64_bits(&mut digits),
            _ => scale.in_many_bits(&mut digits),
        };
        digits.point = end.point.saturating_add(1);
        let up = match (end.high, end.low) {
            (true, true) => end.left.is_gt() || (end.left.is_eq() && digits.last_is_odd()),
            (high, _) => high,
        };
        if up {
            digits.round_up();
        }
        digits
    }

    /// A whole number that fits 64 bits. Digits beyond what the type can tell are cut.
    fn whole(self) -> Digits {
        let shift = self.exponent.saturating_sub(FRACTION_BITS);
        let mut value = if shift >= 0 {
            self.fraction.wrapping_shl(shift.unsigned_abs())
        } else {
            self.fraction.wrapping_shr(shift.unsigned_abs())
        };
        let beyond = self.exponent.saturating_sub(self.significant).saturating_sub(1);
        // So many decimal digits does 2^beyond have, less one.
        let cut = if beyond > 1 {
            1u64.wrapping_shl(beyond.unsigned_abs()).checked_ilog10().unwrap_or(0)
        } else {
            0
        };
        if cut > 0 {
            let unit = 10u64.saturating_pow(cut);
            let rest = value.checked_rem(unit).unwrap_or(0);
            value = value.checked_div(unit).unwrap_or(0).saturating_add(u64::from(rest >= unit / 2));
        }
        let mut zeros = cut.cast_signed();
        while value != 0 && value.is_multiple_of(10) {
            value /= 10;
            zeros = zeros.saturating_add(1);
        }
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(value).as_bytes();
        let mut digits = Digits::new(zeros.saturating_add(i32::try_from(text.len()).unwrap_or(0)));
        text.iter().for_each(|digit| digits.add(digit.wrapping_sub(b'0')));
        digits
    }

    fn scale(self, tail: i32, fraction_bits: i32, tiny: i32) -> Scale {
        let estimate = self.estimate();
        let value5 = estimate.saturating_neg().max(0);
        let divisor5 = estimate.max(0);
        let mut value2 = value5.saturating_add(tiny).saturating_add(self.exponent);
        let mut divisor2 = divisor5.saturating_add(tiny);
        let mut half2 = value2.saturating_sub(self.significant);
        value2 = value2.saturating_sub(fraction_bits.saturating_sub(1));
        let common = value2.min(divisor2);
        value2 = value2.saturating_sub(common);
        divisor2 = divisor2.saturating_sub(common);
        half2 = half2.saturating_sub(common);
        // Below a power of two the next number is only half as far away.
        if fraction_bits == 1 {
            half2 = half2.saturating_sub(1);
        }
        if half2 < 0 {
            value2 = value2.saturating_sub(half2);
            divisor2 = divisor2.saturating_sub(half2);
            half2 = 0;
        }
        let fraction = self.fraction.wrapping_shr(tail.unsigned_abs());
        Scale { value2, value5, divisor2, divisor5, half2, half5: value5, estimate, fraction }
    }

    /// The decimal exponent, or one more.
    #[allow(
        clippy::approx_constant,
        reason = "the digits that Java has, no others: they decide at the borders"
    )]
    fn estimate(self) -> i32 {
        let near_one = f64::from_bits(0x3ff0_0000_0000_0000 | self.fraction & ((1 << 52) - 1));
        let logarithm = (near_one - 1.5) * 0.289_529_654
            + 0.176_091_259
            + f64::from(self.exponent) * 0.301_029_995_663_981;
        // The logarithm of the power of two, to less than one; the rest adds less than one half.
        let near = self.exponent.saturating_mul(1_233) >> 12;
        (near.saturating_sub(2)..near.saturating_add(3))
            .find(|whole| f64::from(whole.wrapping_add(1)) > logarithm)
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn double(value: f64) -> String {
        let mut out = Vec::new();
        push_double(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn doubles_are_written_as_java_17_does() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (1e-4, "1.0E-4"),
            (9_999_999.999_999_998, "9999999.999999998"),
            (1e7, "1.0E7"),
            (1e23, "9.999999999999999E22"),
            (2e23, "1.9999999999999998E23"),
            (5e-324, "4.9E-324"),
            (f64::MAX, "1.7976931348623157E308"),
            (2.225_073_858_507_201_4e-308, "2.2250738585072014E-308"),
            (9_007_199_254_740_992.0, "9.007199254740992E15"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                prop_assert_eq!(double(value).parse::<f64>().unwrap().to_bits(), bits);
            }
        }

        #[test]
        fn every_float_reads_back(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            if value.is_finite() {
                let mut out = Vec::new();
                push_float(&mut out, value);
                prop_assert_eq!(String::from_utf8(out).unwrap().parse::<f32>().unwrap().to_bits(), bits);
            }
        }
    }
}
