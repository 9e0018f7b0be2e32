//! Hashes of texts.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// A hash by its name in Java.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// `MD5`.
    Md5,
    /// `SHA-1`.
    Sha1,
    /// `SHA-224`.
    Sha224,
    /// `SHA-256`.
    Sha256,
    /// `SHA-384`.
    Sha384,
    /// `SHA-512`.
    Sha512,
}

/// What of a text is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashOf {
    /// The text as Java serializes it as an object: `column.mask.hash`.
    JavaObject,
    /// The text in UTF-8: `column.mask.hash.v2`.
    Utf8,
}

impl HashAlgorithm {
    /// The hash of this name, in any case; nothing for one that is not known.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = [
            ("MD5", Self::Md5),
            ("SHA-1", Self::Sha1),
            ("SHA", Self::Sha1),
            ("SHA1", Self::Sha1),
            ("SHA-224", Self::Sha224),
            ("SHA-256", Self::Sha256),
            ("SHA-384", Self::Sha384),
            ("SHA-512", Self::Sha512),
        ];
        known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, algorithm)| *algorithm)
    }

    /// The hash of the parts in order.
    fn digest(self, parts: [&[u8]; 2]) -> Vec<u8> {
        match self {
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha224 => digest::<Sha224>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }
}

fn digest<D: Digest>(parts: [&[u8]; 2]) -> Vec<u8> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().to_vec()
}

/// Appends the hash of a text, given in UTF-16 units, in hexadecimal digits, at most `length_max` of them.
pub(super) fn push(
    out: &mut Vec<u8>,
    algorithm: HashAlgorithm,
    salt: &str,
    of: HashOf,
    units: &[u16],
    length_max: Option<usize>,
) {
    let text = match of {
        HashOf::JavaObject => java_object(units),
        HashOf::Utf8 => utf8(units).into_bytes(),
    };
    let hash = algorithm.digest([salt.as_bytes(), &text]);
    let start = out.len();
    crate::text::binary::hex(out, &hash);
    if let Some(length) = length_max {
        out.truncate(start.saturating_add(length).min(out.len()));
    }
}

/// Java writes half a character as a question mark.
fn utf8(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied()).map(|read| read.unwrap_or('?')).collect()
}

/// The header of Java's object streams.
const STREAM: [u8; 4] = [0xac, 0xed, 0, 5];
/// A string whose length takes two bytes.
const STRING: u8 = 0x74;
/// A string whose length takes eight bytes.
const LONG_STRING: u8 = 0x7c;

/// A string as `ObjectOutputStream` writes it: each UTF-16 unit on its own as UTF-8 does it, zero in two bytes.
fn java_object(units: &[u16]) -> Vec<u8> {
    let mut text = Vec::with_capacity(units.len());
    for unit in units {
        let [high, low] = unit.to_be_bytes();
        let last = 0x80 | low & 0x3f;
        match unit {
            0x01..=0x7f => text.push(low),
            0 | 0x80..=0x7ff => text.extend([0xc0 | high << 2 | low >> 6, last]),
            _ => text.extend([0xe0 | high >> 4, 0x80 | (high & 0x0f) << 2 | low >> 6, last]),
        }
    }
    let mut out = STREAM.to_vec();
    match u16::try_from(text.len()) {
        Ok(length) => {
            out.push(STRING);
            out.extend(length.to_be_bytes());
        }
        Err(_) => {
            out.push(LONG_STRING);
            out.extend((text.len() as u64).to_be_bytes());
        }
    }
    out.extend(text);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn a_string_is_written_as_java_does() {
        assert_eq!(java_object(&units("aé€")), b"\xac\xed\0\x05t\0\x06a\xc3\xa9\xe2\x82\xac");
        // What is beyond U+FFFF as two surrogates, zero in two bytes.
        assert_eq!(java_object(&units("😀\0"))[7..], *b"\xed\xa0\xbd\xed\xb8\x80\xc0\x80");
        let long = java_object(&vec![u16::from(b'x'); 65_536]);
        assert_eq!(long[..13], *b"\xac\xed\0\x05|\0\0\0\0\0\x01\0\0");
    }

    #[test]
    fn names_are_javas() {
        assert_eq!(HashAlgorithm::named("sha-256"), Some(HashAlgorithm::Sha256));
        assert_eq!(HashAlgorithm::named("SHA"), Some(HashAlgorithm::Sha1));
        assert_eq!(HashAlgorithm::named("SHA3-256"), None);
    }

    #[test]
    fn a_hash_is_no_longer_than_its_column() {
        let hashed = |length| {
            let mut out = Vec::new();
            push(&mut out, HashAlgorithm::Md5, "abc", HashOf::Utf8, &[], length);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(hashed(None), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hashed(Some(5)), "90015");
        assert_eq!(hashed(Some(99)).len(), 32);
    }
}
