//! The loop that finds digits: a quotient of two integers, ten times the rest, and again.

use super::{Digits, big::Big};

/// The powers of two and five in the value, the divisor and half a unit in the last place.
pub(super) struct Scale {
    pub value2: i32,
    pub value5: i32,
    pub divisor2: i32,
    pub divisor5: i32,
    pub half2: i32,
    pub half5: i32,
    pub estimate: i32,
    pub fraction: u64,
}

/// How the loop over digits ended: which way the rest can be rounded, and what is left of it against one half.
pub(super) struct End {
    pub low: bool,
    pub high: bool,
    pub left: std::cmp::Ordering,
    pub point: i32,
}

/// Whether a number with this exponent is written with one: then it needs two digits at least.
fn needs_more(point: i32) -> bool {
    !(-3..8).contains(&point)
}

/// The loop over digits in machine numbers: overflow wraps as it does there.
macro_rules! in_machine_numbers {
    ($name:ident, $number:ty) => {
        /// The digits, in numbers of this width.
        pub(super) fn $name(&self, digits: &mut Digits) -> End {
            let number = |value: u64| <$number>::try_from(value).unwrap_or(0);
            let five = |power: i32| number(5u64.saturating_pow(power.unsigned_abs()));
            let mut value = number(self.fraction)
                .wrapping_mul(five(self.value5))
                .wrapping_shl(self.value2.unsigned_abs());
            let divisor = five(self.divisor5).wrapping_shl(self.divisor2.unsigned_abs());
            let mut half = five(self.half5).wrapping_shl(self.half2.unsigned_abs());
            let ten = divisor.wrapping_mul(10);
            let (mut low, mut high);
            let mut point = self.estimate;
            let mut first = true;
            loop {
                let digit = value.checked_div(divisor).unwrap_or(0);
                value = value.checked_rem(divisor).unwrap_or(0).wrapping_mul(10);
                half = half.wrapping_mul(10);
                (low, high) = if first || half > 0 {
                    (value < half, value.wrapping_add(half) > ten)
                } else {
                    (true, true)
                };
                if first && digit == 0 && !high {
                    point = point.wrapping_sub(1);
                } else {
                    digits.add(u8::try_from(digit).unwrap_or(0));
                }
                if first && needs_more(point) {
                    (low, high) = (false, false);
                }
                first = false;
                if low || high {
                    break;
                }
            }
            End { low, high, left: value.wrapping_shl(1).cmp(&ten), point }
        }
    };
}

impl Scale {
    in_machine_numbers!(in_32_bits, i32);
    in_machine_numbers!(in_64_bits, i64);

    /// The digits, in as many bits as it takes.
    pub(super) fn in_many_bits(&self, digits: &mut Digits) -> End {
        let mut value = Big::new(self.fraction, self.value5, self.value2);
        let divisor = Big::new(1, self.divisor5, self.divisor2);
        let mut half = Big::new(1, self.half5, self.half2);
        let mut ten = divisor;
        ten.times(10);
        let (mut low, mut high);
        let mut point = self.estimate;
        let mut first = true;
        loop {
            let digit = value.take_quotient(&divisor);
            value.times(10);
            half.times(10);
            low = value < half;
            high = ten <= value.plus(&half);
            if first && digit == 0 && !high {
                point = point.wrapping_sub(1);
            } else {
                digits.add(digit);
            }
            if first && needs_more(point) {
                (low, high) = (false, false);
            }
            first = false;
            if low || high {
                break;
            }
        }
        value.times(2);
        End { low, high, left: value.cmp(&ten), point }
    }
}
