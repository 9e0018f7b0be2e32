//! Bitmaps of row events: one bit a column, the first column in the lowest bit of the first byte.

/// How many bytes so many bits take.
pub const fn bytes_of(bits: usize) -> usize {
    bits.div_ceil(8)
}

/// How many of the first `count` bits are set.
pub fn count_set(bitmap: &[u8], count: usize) -> usize {
    let ones = |byte: u8| usize::try_from(byte.count_ones()).unwrap_or(0);
    let whole = bitmap.iter().take(count / 8).map(|byte| ones(*byte));
    let mask = (1u8 << (count % 8)).wrapping_sub(1);
    let rest = bitmap.get(count / 8).map_or(0, |byte| ones(byte & mask));
    whole.sum::<usize>().saturating_add(rest)
}

/// Whether none of the first `count` bits is set.
#[inline]
pub fn none_set(bitmap: &[u8], count: usize) -> bool {
    let (whole, rest) = bitmap.split_at_checked(count / 8).unwrap_or((bitmap, &[]));
    let mask = (1u8 << (count % 8)).wrapping_sub(1);
    whole.iter().all(|byte| *byte == 0) && rest.first().is_none_or(|byte| byte & mask == 0)
}

/// One bit; zero after the bitmap's end.
#[inline]
pub fn is_set(bitmap: &[u8], bit: usize) -> bool {
    bitmap.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}

/// The bits of a bitmap one after another; zero after its end.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    word: u64,
    left: u32,
    rest: &'a [u8],
}

impl<'a> Bits<'a> {
    pub const fn new(bitmap: &'a [u8]) -> Self {
        Self { word: 0, left: 0, rest: bitmap }
    }

    /// The next bit.
    #[inline]
    pub fn take(&mut self) -> bool {
        if self.left == 0 {
            self.refill();
        }
        let bit = self.word & 1 != 0;
        self.word >>= 1;
        self.left = self.left.wrapping_sub(1);
        bit
    }

    #[inline]
    fn refill(&mut self) {
        self.left = u64::BITS;
        if let Some((chunk, rest)) = self.rest.split_first_chunk::<8>() {
            self.word = u64::from_le_bytes(*chunk);
            self.rest = rest;
        } else {
            self.word = self.rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.rest = &[];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_column_order_across_words() {
        let bitmap = [0x81, 0, 0, 0, 0, 0, 0, 0x40, 0x03];
        let mut bits = Bits::new(&bitmap);
        let at: Vec<usize> = (0..200).filter(|_| bits.take()).collect();
        assert_eq!(at, [0, 7, 62, 64, 65]);
    }

    #[test]
    fn none_set_looks_at_the_first_bits_alone() {
        assert!(none_set(&[0, 0xfe], 9));
        assert!(!none_set(&[0, 0xff], 9));
        assert!(!none_set(&[1, 0], 9));
        assert!(none_set(&[0, 1], 8));
        assert!(none_set(&[], 0));
    }

    #[test]
    fn only_the_first_bits_count() {
        assert_eq!(count_set(&[0xff, 0xff], 9), 9);
        assert_eq!(count_set(&[0xff, 0xfe], 9), 8);
        assert_eq!(count_set(&[0xff], 8), 8);
        assert_eq!(count_set(&[], 8), 0);
    }
}
