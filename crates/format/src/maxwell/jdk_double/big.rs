//! Integers of a fixed size that is enough for the digits of any double.

use std::cmp::Ordering;

/// 48 × 32 bits: a double's value, divisor and ten times both take less than 1,200.
const LIMBS: usize = 48;

/// A natural number, lowest limb first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Big([u32; LIMBS]);

impl Big {
    /// `factor × 5^fives × 2^twos`
    pub(super) fn new(factor: u64, fives: i32, twos: i32) -> Self {
        let mut this = Self([0; LIMBS]);
        let halves = [factor & 0xffff_ffff, factor >> 32].map(|half| u32::try_from(half).unwrap_or(0));
        this.0.iter_mut().zip(halves).for_each(|(limb, half)| *limb = half);
        let mut left = fives.max(0).unsigned_abs();
        while left > 0 {
            let step = left.min(13);
            this.times(5u32.wrapping_pow(step));
            left = left.saturating_sub(step);
        }
        let mut left = twos.max(0).unsigned_abs();
        while left > 0 {
            let step = left.min(31);
            this.times(1u32.wrapping_shl(step));
            left = left.saturating_sub(step);
        }
        this
    }

    /// Multiplies by a small number.
    pub(super) fn times(&mut self, factor: u32) {
        let mut carry = 0u64;
        for limb in &mut self.0 {
            let product = u64::from(*limb).wrapping_mul(factor.into()).wrapping_add(carry);
            *limb = u32::try_from(product & 0xffff_ffff).unwrap_or(0);
            carry = product >> 32;
        }
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut sum = *self;
        let mut carry = false;
        for (limb, other) in sum.0.iter_mut().zip(other.0) {
            let (first, over) = limb.overflowing_add(other);
            let (second, again) = first.overflowing_add(u32::from(carry));
            (*limb, carry) = (second, over || again);
        }
        sum
    }

    /// How often `divisor`, which is a tenth of this number at least, goes into it; the rest stays.
    pub(super) fn take_quotient(&mut self, divisor: &Self) -> u8 {
        let mut quotient = 0u8;
        while *self >= *divisor && quotient < 10 {
            self.minus(divisor);
            quotient = quotient.wrapping_add(1);
        }
        quotient
    }

    fn minus(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            let (first, under) = limb.overflowing_sub(other);
            let (second, again) = first.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (second, under || again);
        }
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
