//! Exact numbers as the bytes that Java's `BigInteger` has: big-endian two's complement, as few as hold the sign.

use becauselog_model::Decimal;

use super::binary;

/// 65 digits take 216 bits; one byte more for the sign.
const LIMBS: usize = 7;
const BYTES: usize = 29;

/// Appends base64 of a decimal's unscaled value.
pub(crate) fn unscaled_base64(out: &mut Vec<u8>, value: &Decimal<'_>) {
    let mut limbs = [0u32; LIMBS];
    value
        .for_each_group(|group, digits| multiply_add(&mut limbs, 10u32.pow(u32::from(digits.min(9))), group));
    let mut bytes = [0u8; BYTES];
    for (place, byte) in bytes.iter_mut().rev().zip(limbs.iter().flat_map(|limb| limb.to_le_bytes())) {
        *place = byte;
    }
    if value.is_negative() {
        negate(&mut bytes);
    }
    binary::base64(out, shortest(&bytes));
}

/// Appends base64 of an unsigned integer.
pub(crate) fn unsigned_base64(out: &mut Vec<u8>, value: u64) {
    let mut bytes = [0u8; 9];
    for (place, byte) in bytes.iter_mut().rev().zip(value.to_le_bytes()) {
        *place = byte;
    }
    binary::base64(out, shortest(&bytes));
}

/// `limbs × factor + summand`, lowest limb first.
fn multiply_add(limbs: &mut [u32; LIMBS], factor: u32, summand: u32) {
    let mut carry = u64::from(summand);
    for limb in limbs {
        let wide = u64::from(*limb).wrapping_mul(factor.into()).wrapping_add(carry);
        let [b0, b1, b2, b3, c0, c1, c2, c3] = wide.to_le_bytes();
        *limb = u32::from_le_bytes([b0, b1, b2, b3]);
        carry = u32::from_le_bytes([c0, c1, c2, c3]).into();
    }
}

fn negate(bytes: &mut [u8; BYTES]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(carry.into());
    }
}

/// Without the leading bytes that only repeat the sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        let sign = if after.first().is_some_and(|next| next & 0x80 != 0) { 0xff } else { 0 };
        if after.is_empty() || *first != sign {
            break;
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_as_few_as_hold_the_sign() {
        for (bytes, short) in [
            (&[0, 0, 0][..], &[0][..]),
            (&[0, 0, 127], &[127]),
            (&[0, 0, 128], &[0, 128]),
            (&[255, 255, 255], &[255]),
            (&[255, 255, 128], &[128]),
            (&[255, 255, 127], &[255, 127]),
        ] {
            assert_eq!(shortest(bytes), short);
        }
    }
}
