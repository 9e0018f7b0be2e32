//! Hashes as Java's objects have them, and the MurmurHash3 that Debezium computes.

use crate::{DataError, Value};

/// Debezium's seed.
const SEED: u64 = 9001;

/// `Object.hashCode`. Bytes are hashed as a buffer.
pub(crate) fn hash_code(value: &Value) -> Result<i32, DataError> {
    Ok(match value {
        Value::Null => 0,
        Value::Boolean(yes) => {
            if *yes {
                1231
            } else {
                1237
            }
        }
        Value::Int8(int) => (*int).into(),
        Value::Int16(int) => (*int).into(),
        Value::Int32(int) => *int,
        Value::Int64(int) | Value::Date(int) => folded(*int),
        // Java has one NaN.
        Value::Float32(float) if float.is_nan() => 0x7fc0_0000,
        Value::Float32(float) => float.to_bits().cast_signed(),
        Value::Float64(double) if double.is_nan() => 0x7ff8_0000,
        Value::Float64(double) => folded(double.to_bits().cast_signed()),
        Value::String(text) => {
            text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
        }
        Value::Bytes(bytes) => bytes
            .iter()
            .rev()
            .fold(1, |hash: i32, byte| hash.wrapping_mul(31).wrapping_add(byte.cast_signed().into())),
        Value::Decimal(decimal) => decimal.java_hash(),
        Value::Array(items) => {
            let each = |hash: i32, item| Ok(hash.wrapping_mul(31).wrapping_add(hash_code(item)?));
            items.iter().try_fold(1, each)?
        }
        Value::Map(_) | Value::Struct(_) => {
            return Err(DataError::new(format!(
                "a {} has no hash that is the same tomorrow",
                value.type_name()
            )));
        }
    })
}

/// The upper half over the lower.
fn folded(value: i64) -> i32 {
    lower(value.cast_unsigned() ^ (value.cast_unsigned() >> 32))
}

fn lower(bits: u64) -> i32 {
    let [a, b, c, d, ..] = bits.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// Debezium's MurmurHash3: of a text its bytes, of anything else its hash code.
pub(crate) fn murmur(value: &Value) -> Result<i32, DataError> {
    Ok(match value {
        Value::String(text) => of_bytes(text.as_bytes()),
        other => of_bytes(&hash_code(other)?.to_le_bytes()),
    })
}

struct State {
    h1: u64,
    h2: u64,
    c1: u64,
    c2: u64,
}

impl State {
    fn mix(&mut self, k1: u64, k2: u64) {
        let k1 = k1.wrapping_mul(self.c1).rotate_left(23).wrapping_mul(self.c2);
        self.h1 = (self.h1 ^ k1).wrapping_add(self.h2);
        self.h2 = self.h2.rotate_left(41);
        let k2 = k2.wrapping_mul(self.c2).rotate_left(23).wrapping_mul(self.c1);
        self.h2 = (self.h2 ^ k2).wrapping_add(self.h1);
        self.h1 = self.h1.wrapping_mul(3).wrapping_add(0x52dc_e729);
        self.h2 = self.h2.wrapping_mul(3).wrapping_add(0x3849_5ab5);
        self.c1 = self.c1.wrapping_mul(5).wrapping_add(0x7b7d_159c);
        self.c2 = self.c2.wrapping_mul(5).wrapping_add(0x6bce_6396);
    }

    fn finish(mut self, len: usize) -> i32 {
        self.h2 ^= len as u64;
        self.h1 = self.h1.wrapping_add(self.h2);
        self.h2 = self.h2.wrapping_add(self.h1);
        self.h1 = finished(self.h1);
        self.h2 = finished(self.h2);
        self.h1 = self.h1.wrapping_add(self.h2);
        lower(self.h1 >> 32)
    }
}

fn finished(k: u64) -> u64 {
    let k = (k ^ (k >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let k = (k ^ (k >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ (k >> 33)
}

fn of_bytes(bytes: &[u8]) -> i32 {
    let mut state = State {
        h1: 0x9368_e53c_2f6a_f274 ^ SEED,
        h2: 0x586d_cd20_8f7c_d3fd ^ SEED,
        c1: 0x87c3_7b91_1142_53d5,
        c2: 0x4cf5_ad43_2745_937f,
    };
    let (blocks, tail) = bytes.as_chunks::<16>();
    for block in blocks {
        let (k1, k2) = block.split_at(8);
        state.mix(word(k1), word(k2));
    }
    if !tail.is_empty() {
        let (k1, k2) = tail.split_at(tail.len().min(8));
        state.mix(tail_word(k1), tail_word(k2));
    }
    state.finish(bytes.len())
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

/// The last bytes are taken with their signs, one over the other.
fn tail_word(bytes: &[u8]) -> u64 {
    let signed = |byte: &u8| i64::from(byte.cast_signed()).cast_unsigned();
    bytes.iter().zip(0_u32..).fold(0, |word, (byte, at)| word ^ (signed(byte) << at.saturating_mul(8)))
}
