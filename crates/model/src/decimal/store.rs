//! From the server's text to the stored bytes.

use super::{DIGITS_PER_GROUP, Decimal, GROUP_BYTES};

impl Decimal<'_> {
    /// Appends the bytes in which the server stores a value, from the text in which a SELECT gives it.
    ///
    /// Nothing, and nothing appended, when the text is no value of this precision and scale.
    pub fn store(text: &[u8], precision: u8, scale: u8, out: &mut Vec<u8>) -> Option<()> {
        let len = Self::stored_len(precision, scale)?;
        let integer_digits = usize::from(precision.checked_sub(scale)?);
        let (negative, digits) = digits(text, integer_digits, usize::from(scale))?;
        let mut bytes = Vec::with_capacity(len);
        let (integer, fraction) = digits.split_at_checked(integer_digits)?;
        let (lead, full) = integer.split_at_checked(integer_digits % DIGITS_PER_GROUP)?;
        let groups = std::iter::once(lead)
            .chain(full.chunks(DIGITS_PER_GROUP))
            .chain(fraction.chunks(DIGITS_PER_GROUP));
        for group in groups {
            let value =
                group.iter().fold(0u32, |value, digit| value.wrapping_mul(10).wrapping_add((*digit).into()));
            let unused = 4usize.checked_sub(*GROUP_BYTES.get(group.len())?)?;
            bytes.extend_from_slice(value.to_be_bytes().get(unused..)?);
        }
        if negative {
            bytes.iter_mut().for_each(|byte| *byte = !*byte);
        }
        *bytes.first_mut()? ^= 0x80;
        out.extend_from_slice(&bytes);
        Some(())
    }
}

/// Whether a text's sign is minus, and all its digits as numbers: so many before the point and so many after it.
fn digits(text: &[u8], integer_digits: usize, scale: usize) -> Option<(bool, Vec<u8>)> {
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let (integer, fraction) = (parts.next()?, parts.next().unwrap_or_default());
    if integer.is_empty() {
        return None;
    }
    let zeros = integer.iter().take_while(|digit| **digit == b'0').count();
    let integer = integer.get(zeros..)?;
    let before = integer_digits.checked_sub(integer.len())?;
    let after = scale.checked_sub(fraction.len())?;
    let mut digits = vec![0; before];
    for byte in integer.iter().chain(fraction) {
        digits.push(byte.checked_sub(b'0').filter(|digit| *digit <= 9)?);
    }
    digits.extend(std::iter::repeat_n(0, after));
    Some((negative && digits.iter().any(|digit| *digit != 0), digits))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn there_and_back(text: &str, precision: u8, scale: u8) -> Option<String> {
        let mut bytes = Vec::new();
        Decimal::store(text.as_bytes(), precision, scale, &mut bytes)?;
        let mut back = Vec::new();
        Decimal::new(&bytes, precision, scale).unwrap().push_text(&mut back);
        Some(String::from_utf8(back).unwrap())
    }

    #[test]
    fn what_is_stored_is_printed_again() {
        let nines = "9".repeat(35) + "." + &"9".repeat(30);
        for (text, precision, scale) in [
            ("1234567890.1234", 14, 4),
            ("-1234567890.1234", 14, 4),
            ("0.00", 4, 2),
            ("-0.05", 4, 2),
            ("0.05", 2, 2),
            ("12", 2, 0),
            ("-1", 65, 0),
            ("0.000000000000000000000000000001", 30, 30),
            (&nines, 65, 30),
        ] {
            assert_eq!(there_and_back(text, precision, scale).as_deref(), Some(text));
        }
        let mut bytes = Vec::new();
        Decimal::store(b"-1234567890.1234", 14, 4, &mut bytes).unwrap();
        assert_eq!(bytes, [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2].map(|byte: u8| !byte));
    }

    #[test]
    fn what_does_not_fit_is_not_stored() {
        for text in ["100", "1.234", "1e1", "", "x", "--1", "1.2.3", ".5"] {
            assert_eq!(there_and_back(text, 4, 2), None, "{text}");
        }
        assert_eq!(there_and_back("1", 66, 0), None);
    }
}
