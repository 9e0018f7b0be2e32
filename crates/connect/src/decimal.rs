//! Decimals of any size, as Java's `BigDecimal` has them.

use num_bigint::{BigInt, Sign};

/// `unscaled × 10^-scale`. Equal when both parts are, as in Java: `1.0` is not `1.00`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: BigInt,
    scale: i32,
}

impl Decimal {
    /// From its parts.
    pub fn new(unscaled: BigInt, scale: i32) -> Self {
        Self { unscaled, scale }
    }

    /// From the unscaled value in big-endian two's complement, as Connect's `Decimal` is transported.
    pub fn from_bytes(unscaled: &[u8], scale: i32) -> Self {
        Self { unscaled: BigInt::from_signed_bytes_be(unscaled), scale }
    }

    /// From text such as `-12.50` or `1E+3`; nothing if it is not a number.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole.trim_start_matches(['+', '-']);
        let signs = whole.len().saturating_sub(digits.len());
        let all_digits = digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if signs > 1 || !all_digits || digits.len().saturating_add(fraction.len()) == 0 {
            return None;
        }
        let unscaled: BigInt = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { unscaled, scale: i32::try_from(fraction.len()).ok()?.checked_sub(exponent)? })
    }

    /// The unscaled value.
    pub fn unscaled(&self) -> &BigInt {
        &self.unscaled
    }

    /// How many of its digits are after the point.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// The unscaled value in big-endian two's complement, as short as can be.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.unscaled.to_signed_bytes_be()
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        format!("{}e{}", self.unscaled, i64::from(self.scale).saturating_neg()).parse().unwrap_or(f64::NAN)
    }

    /// The nearest float.
    pub fn to_f32(&self) -> f32 {
        format!("{}e{}", self.unscaled, i64::from(self.scale).saturating_neg()).parse().unwrap_or(f32::NAN)
    }

    /// The whole part, and its low 64 bits, as `BigDecimal.longValue` has them.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "big integers do not overflow, and no power of ten is zero"
    )]
    pub fn to_i64_wrapping(&self) -> i64 {
        let ten = BigInt::from(10);
        let power = self.scale.unsigned_abs();
        let whole = match self.scale {
            // So many digits are dropped that nothing is left; so many zeros are added that the low bits are zero.
            _ if power > 4096 => BigInt::ZERO,
            0.. => &self.unscaled / ten.pow(power),
            _ => &self.unscaled * ten.pow(power),
        };
        let bytes = whole.to_signed_bytes_le();
        let fill = if whole.sign() == Sign::Minus { 0xff } else { 0 };
        let mut low = [fill; 8];
        for (to, from) in low.iter_mut().zip(&bytes) {
            *to = *from;
        }
        i64::from_le_bytes(low)
    }

    /// The number, where it is whole and 64 bits hold it.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "big integers do not overflow, and no power of ten is zero"
    )]
    pub fn to_i64_exact(&self) -> Option<i64> {
        let ten = BigInt::from(10);
        // More digits than these are beyond 64 bits, whatever they are.
        if self.scale.unsigned_abs() > 4096 {
            return (self.unscaled.sign() == Sign::NoSign).then_some(0);
        }
        let power = ten.pow(self.scale.unsigned_abs());
        if self.scale < 0 {
            return i64::try_from(&self.unscaled * power).ok();
        }
        let whole = &self.unscaled / &power;
        (&whole * power == self.unscaled).then(|| i64::try_from(whole).ok()).flatten()
    }

    /// `BigDecimal.hashCode`.
    pub(crate) fn java_hash(&self) -> i32 {
        let words = self.unscaled.magnitude().to_u32_digits();
        let magnitude = words
            .iter()
            .rev()
            .fold(0_i32, |hash, word| hash.wrapping_mul(31).wrapping_add(word.cast_signed()));
        let hash = if self.unscaled.sign() == Sign::Minus { magnitude.wrapping_neg() } else { magnitude };
        hash.wrapping_mul(31).wrapping_add(self.scale)
    }
}

/// As `BigDecimal.toString`: with an exponent where the scale is negative or there are many zeros.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.unscaled.magnitude().to_string();
        let sign = if self.unscaled.sign() == Sign::Minus { "-" } else { "" };
        let len = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let adjusted = len.saturating_sub(1).saturating_sub(i64::from(self.scale));
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        if self.scale > 0 && adjusted >= -6 {
            let scale = usize::try_from(self.scale).unwrap_or(usize::MAX);
            let padded = format!("{digits:0>width$}", width = scale.saturating_add(1));
            let (whole, fraction) = padded.split_at(padded.len().saturating_sub(scale));
            return write!(f, "{sign}{whole}.{fraction}");
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        write!(f, "{sign}{first}{point}{rest}")?;
        if adjusted != 0 {
            write!(f, "E{adjusted:+}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_java_writes_it() {
        for text in
            ["0", "-12.50", "0.000001", "1E-7", "1.23E-8", "1E+3", "-1.5E+10", "99999999999999999999.9"]
        {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Decimal::parse("+5.").unwrap().to_string(), "5");
        for text in ["", "-", "1x", "--1", "1e", ".", "1.2.3"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn low_bits_are_javas() {
        assert_eq!(Decimal::parse("-12.9").unwrap().to_i64_wrapping(), -12);
        assert_eq!(Decimal::parse("18446744073709551617").unwrap().to_i64_wrapping(), 1);
        assert_eq!(Decimal::parse("1E+2").unwrap().to_i64_wrapping(), 100);
    }
}
