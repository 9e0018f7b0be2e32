//! A password encrypted by the server's RSA key, for logins without TLS.
//!
//! mysql_common does the arithmetic and panics on a key that is none; so the key is read here first, with every
//! length checked, and only a sound one goes there.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};

use super::error::ConnectionError;

/// What OAEP adds to a message.
const OAEP_LEN: usize = 42;
const MODULUS_LEN: std::ops::RangeInclusive<usize> = 128..=2048;
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;

/// Masks the password by the nonce and encrypts it (RSA, OAEP).
pub(crate) fn encrypt(mut password: Vec<u8>, nonce: &[u8], pem: &[u8]) -> Result<Vec<u8>, ConnectionError> {
    let bad = |what| ConnectionError::PublicKey { what };
    let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| bad("it is not in PEM form"))?;
    let modulus_len = modulus_len(&der).ok_or_else(|| bad("it is not an RSA key"))?;
    if !MODULUS_LEN.contains(&modulus_len) {
        return Err(bad("it is shorter than 1024 or longer than 16384 bits"));
    }
    if password.len().saturating_add(OAEP_LEN) > modulus_len {
        return Err(bad("it is too short for this password"));
    }
    if nonce.is_empty() {
        return Err(bad("it came without a nonce"));
    }
    for (byte, mask) in password.iter_mut().zip(nonce.iter().cycle()) {
        *byte ^= mask;
    }
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    Ok(mysql_common::crypto::encrypt(&password, pem.as_bytes()))
}

/// The modulus's length in bytes of a key in SubjectPublicKeyInfo form (RFC 8017, A.1.1).
fn modulus_len(der: &[u8]) -> Option<usize> {
    let (info, _) = element(der, SEQUENCE)?;
    let (_algorithm, after) = element(info, SEQUENCE)?;
    let (bits, _) = element(after, BIT_STRING)?;
    let (&unused, key) = bits.split_first()?;
    let (numbers, _) = element(key, SEQUENCE)?;
    let (modulus, after) = element(numbers, INTEGER)?;
    let (exponent, _) = element(after, INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let sound = unused == 0 && modulus.first()? & 0x80 != 0 && (1..=8).contains(&exponent.len());
    sound.then_some(modulus.len())
}

/// The content of one element of the wanted kind, and what follows it.
fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                bytes
                    .iter()
                    .try_fold(0usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?,
                rest,
            )
        }
        _ => return None,
    };
    (found == kind).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// A 2048-bit key as MySQL makes it.
    const PEM: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxSKOcxiet8lLMn8ImyUE
bGGKob5EdRz/4wdiw12ED0GfKKTKhVnodFCfm1mdy7bKOX5QxL9skrvYodpW43eR
R5bfOzIgy1qIB8RYb6qOXRBw1oA4snBDqtUjDv/lbHLJN+IbzM4oU+e3Lt9rXyLX
VY289ewONPweXHqSCnTL91w+wkU1peIFV2QhZ+upUCdCtwOn5hnJPNgxtbklFoya
C8W3Z7Xx7He2QDJsEWAqX197efw0L6j8X8Tyd8Uwb7zUB1tfMGhHfm9EwejPAtzx
4GztQNtNMtGS2oGZLQBLV9hib4dDL92iiZeckg2LAf4GsJofLLR8mcHCRoqVbQJ1
YQIDAQAB
-----END PUBLIC KEY-----\n";

    #[test]
    fn encrypts_to_the_keys_length_and_differently_each_time() {
        let once = encrypt(b"secret\0".to_vec(), b"nonce", PEM.as_bytes()).unwrap();
        let again = encrypt(b"secret\0".to_vec(), b"nonce", PEM.as_bytes()).unwrap();
        assert_eq!(once.len(), 256);
        assert_ne!(once, again);
    }

    #[test]
    fn a_password_that_does_not_fit_is_refused() {
        assert!(encrypt(vec![b'x'; 214], b"nonce", PEM.as_bytes()).is_ok());
        assert!(encrypt(vec![b'x'; 215], b"nonce", PEM.as_bytes()).is_err());
    }

    #[test]
    fn a_damaged_key_never_panics() {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(PEM.as_bytes()).unwrap();
        for at in 0..der.len() {
            for flip in [0x01u8, 0x80, 0xff] {
                let mut damaged = der.to_vec();
                damaged[at] ^= flip;
                let pem = format!(
                    "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                    STANDARD.encode(&damaged)
                );
                let _ignored_outcome = encrypt(b"secret\0".to_vec(), b"nonce", pem.as_bytes());
            }
            let pem = format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                STANDARD.encode(&der[..at])
            );
            assert!(encrypt(b"secret\0".to_vec(), b"nonce", pem.as_bytes()).is_err());
        }
    }
}
