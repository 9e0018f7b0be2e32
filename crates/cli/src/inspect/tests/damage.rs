//! Damage to a file's bytes, the same for the same seed.

/// Dice that make one damage.
pub struct Damage(u64);

impl Damage {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16;
        if end == 0 { 0 } else { (number % end as u64) as usize }
    }

    /// Damages a file, maybe with parts of another; of two every other has its checksums made right again, so that what is
    /// behind them is looked at.
    pub fn apply(&mut self, bytes: &[u8], other: &[u8], has_checksums: bool) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            self.damage(&mut bytes, other);
        }
        if has_checksums && self.below(2) == 0 {
            make_checksums_right(&mut bytes);
        }
        bytes
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        match self.below(8) {
            0 => self.flip_bits(bytes),
            1 => self.overwrite(bytes),
            2 => bytes.truncate(self.below(bytes.len() + 1)),
            3 => {
                let (from, to) = self.range(bytes.len(), 400);
                bytes.drain(from..to);
            }
            4 => self.splice(bytes, other),
            5 => {
                let own = bytes.clone();
                self.splice(bytes, &own);
            }
            6 => self.change_header(bytes),
            _ => self.change_body(bytes),
        }
    }

    fn range(&mut self, len: usize, longest: usize) -> (usize, usize) {
        let from = self.below(len + 1);
        (from, (from + self.below(longest)).min(len))
    }

    fn flip_bits(&mut self, bytes: &mut [u8]) {
        for _ in 0..=self.below(8) {
            let (at, bit) = (self.below(bytes.len()), self.below(8));
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
    }

    fn overwrite(&mut self, bytes: &mut [u8]) {
        let value = [0, 1, 0x7f, 0x80, 0xff, self.below(256) as u8][self.below(6)];
        let (from, to) = self.range(bytes.len(), 16);
        bytes[from..to].fill(value);
    }

    /// Puts a part of a file into this one: whole events of it half of the time.
    fn splice(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (starts, theirs) = (event_starts(bytes), event_starts(other));
        let (at, from, to) = if self.below(2) == 0 && !starts.is_empty() && theirs.len() > 1 {
            let first = self.below(theirs.len() - 1);
            let last = (first + 1 + self.below(4)).min(theirs.len() - 1);
            (starts[self.below(starts.len())], theirs[first], theirs[last])
        } else {
            let (from, to) = self.range(other.len(), 600);
            (self.below(bytes.len() + 1), from, to)
        };
        bytes.splice(at..at, other[from..to].iter().copied());
    }

    /// Another kind, length or place of an event.
    fn change_header(&mut self, bytes: &mut [u8]) {
        let Some(start) = self.event(bytes) else { return };
        match self.below(4) {
            0 => bytes[start + 4] = self.below(256) as u8,
            1 => bytes[start + 4] = self.below(45) as u8,
            2 => {
                let values = [0, 1, 13, 18, 19, 20, 23, 1 << 16, (1 << 30) + (1 << 16), u32::MAX];
                let value = values[self.below(values.len())];
                bytes[start + 9..start + 13].copy_from_slice(&value.to_le_bytes());
            }
            _ => bytes[start + 13 + self.below(6)] = self.below(256) as u8,
        }
    }

    /// A byte of an event's content, most often of its first: there are lengths and numbers.
    fn change_body(&mut self, bytes: &mut [u8]) {
        let Some(start) = self.event(bytes) else { return };
        let longest = [8, 40, 400][self.below(3)];
        let at = start + 19 + self.below(longest);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = [0, 0xff, 0xfb, 0xfc, 0xfe, self.below(256) as u8][self.below(6)];
        }
    }

    fn event(&mut self, bytes: &[u8]) -> Option<usize> {
        let starts = event_starts(bytes);
        starts.get(self.below(starts.len())).copied()
    }
}

/// Where events with a whole header begin, as far as their lengths can be followed.
fn event_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 4;
    while let Some(size) = event_size(bytes, at) {
        starts.push(at);
        at += size;
    }
    starts
}

fn event_size(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..at.checked_add(19)?)?;
    let size = u32::from_le_bytes(header[9..13].try_into().ok()?) as usize;
    (size >= 19).then_some(size)
}

fn make_checksums_right(bytes: &mut [u8]) {
    for start in event_starts(bytes) {
        let Some(event) = event_size(bytes, start).and_then(|size| bytes.get_mut(start..start + size)) else {
            return;
        };
        let Some(covered) = event.len().checked_sub(4).filter(|covered| *covered >= 19) else { continue };
        if event[4] == 15 {
            // The flag "in use" is not covered.
            event[17] &= !1;
        }
        let sum = crc32fast::hash(&event[..covered]);
        event[covered..].copy_from_slice(&sum.to_le_bytes());
    }
}
