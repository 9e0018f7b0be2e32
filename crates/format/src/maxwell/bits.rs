//! BIT values as Maxwell 1.45 makes numbers of them.

/// What Maxwell writes for a BIT value: a slip with 32-bit shifts moves bytes 4 to 7 onto bytes 0 to 3.
///
/// Nothing where it is right: below 2^31, and in eight bytes with the first bit set.
pub(super) fn wrong(value: u64) -> Option<i64> {
    let top = value >> 63 == 1;
    let [low, high] = [value & 0xffff_ffff, value >> 32].map(|half| u32::try_from(half).unwrap_or(0));
    if top || (high == 0 && low >> 31 == 0) {
        return None;
    }
    Some(shifted(low).wrapping_add(shifted(high)))
}

/// Four bytes added up, the highest as a signed 32-bit number.
fn shifted(half: u32) -> i64 {
    i64::from(half.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_fall_onto_each_other() {
        assert_eq!(wrong(1 << 31), Some(-2_147_483_648));
        assert_eq!(wrong((1 << 33) - 1), Some(0));
        assert_eq!(wrong((1 << 40) - 1), Some(254));
        assert_eq!(wrong(u64::MAX), None);
        assert_eq!(wrong(0x7fff_ffff), None);
    }
}
