//! Doubles and floats as Java's `toString` writes them (what Jackson uses), and as the server writes them inside JSON.
//!
//! The digits are the fewest that read back as the same number, as of JDK 19; earlier JDKs sometimes wrote one more.

/// A number's digits without zeros around: the value is `0.d1d2d3… × 10^point`. Zero has none.
struct Digits {
    negative: bool,
    digits: [u8; 24],
    len: usize,
    point: i32,
}

/// From here to below [`PLAIN_END`] Java writes a number without an exponent.
const PLAIN_START: f64 = 1e-3;
const PLAIN_END: f64 = 1e7;
/// The server writes a number without an exponent while its point is at most so many digits away.
const SERVER_POINT_MAX: i32 = 15;
const SERVER_POINT_MIN: i32 = -14;

/// A double as Java writes it: `1.0`, `1.0E7`, `4.9E-324`.
pub(crate) fn java_double(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return not_a_number(out, value);
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if is_plain(value) {
        return plain(out, text);
    }
    if scientific(out, text) {
        return;
    }
    let mut digits = Digits::parse(text);
    if digits.len == 1 && value.is_subnormal() {
        digits = Digits::parse(&format!("{value:.1e}"));
    }
    digits.java(out);
}

/// A float as Java writes it.
pub(crate) fn java_float(out: &mut Vec<u8>, value: f32) {
    if !value.is_finite() {
        return not_a_number(out, value.into());
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if is_plain(value.into()) {
        return plain(out, text);
    }
    let mut digits = Digits::parse(text);
    if digits.len == 1 && value.is_subnormal() {
        digits = Digits::parse(&format!("{value:.1e}"));
    }
    digits.java(out);
}

/// A double as the server's JSON functions write it: `1.0`, `1e15`, `0.00001`.
pub(crate) fn server_double(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return not_a_number(out, value);
    }
    let mut buffer = zmij::Buffer::new();
    Digits::parse(buffer.format(value)).server(out);
}

/// A float in the same way.
pub(crate) fn server_float(out: &mut Vec<u8>, value: f32) {
    if !value.is_finite() {
        return not_a_number(out, value.into());
    }
    let mut buffer = zmij::Buffer::new();
    Digits::parse(buffer.format(value)).server(out);
}

/// A double inside a JSON document as Debezium's reader writes it: as Java does, but where that would have an exponent,
/// all digits of the binary value.
pub(crate) fn debezium_json_double(out: &mut Vec<u8>, value: f64) {
    if is_plain(value) || !value.is_finite() {
        return java_double(out, value);
    }
    // No double has more digits after the point than this; the formatter is exact.
    let text = format!("{value:.1074}");
    let text = text.trim_end_matches('0');
    out.extend_from_slice(text.trim_end_matches('.').as_bytes());
}

/// Whether a decimal's text has the same significant digits as the shortest text of its double.
pub(crate) fn same_digits(value: f64, decimal: &[u8]) -> bool {
    let shortest = Digits::parse(zmij::Buffer::new().format(value));
    let mut exact = decimal.iter().filter(|c| c.is_ascii_digit()).skip_while(|c| **c == b'0');
    shortest.digits().all(|digit| exact.next() == Some(digit)) && exact.all(|digit| *digit == b'0')
}

fn is_plain(value: f64) -> bool {
    value == 0.0 || (PLAIN_START..PLAIN_END).contains(&value.abs())
}

/// Jackson writes these as strings.
fn not_a_number(out: &mut Vec<u8>, value: f64) {
    let text = match value {
        v if v.is_nan() => "\"NaN\"",
        v if v > 0.0 => "\"Infinity\"",
        _ => "\"-Infinity\"",
    };
    out.extend_from_slice(text.as_bytes());
}

/// A plain text of at least 10^7, `-12345678.9`, with an exponent: `-1.23456789E7`. Any other is left alone.
fn scientific(out: &mut Vec<u8>, text: &str) -> bool {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |text| ("-", text));
    let text = text.as_bytes();
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let (whole, fraction) = text.split_at_checked(point).unwrap_or((text, &[]));
    let fraction = fraction.get(1..).unwrap_or_default();
    let Some((first, after)) = whole.split_first() else { return false };
    if *first == b'0' || after.is_empty() || text.contains(&b'e') {
        return false;
    }
    out.extend_from_slice(sign.as_bytes());
    out.extend_from_slice(&[*first, b'.']);
    out.extend_from_slice(after);
    out.extend_from_slice(fraction);
    let digits = after.len().saturating_add(fraction.len());
    let zeros = out.iter().rev().take(digits.saturating_sub(1)).take_while(|digit| **digit == b'0').count();
    out.truncate(out.len().saturating_sub(zeros));
    out.push(b'E');
    super::uint(out, after.len() as u64);
    true
}

/// A text without an exponent; Java always has a digit after the point.
fn plain(out: &mut Vec<u8>, text: &str) {
    let found = |found: (bool, bool), byte: u8| (found.0 | (byte == b'e'), found.1 | (byte == b'.'));
    let (exponent, point) = text.bytes().fold((false, false), found);
    if exponent {
        return Digits::parse(text).java(out);
    }
    out.extend_from_slice(text.as_bytes());
    if !point {
        out.extend_from_slice(b".0");
    }
}

impl Digits {
    /// Reads `-12.5e-3` and the like.
    fn parse(text: &str) -> Self {
        let mut this = Self { negative: text.starts_with('-'), digits: [b'0'; 24], len: 0, point: 0 };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut after_point = false;
        for digit in mantissa.bytes().filter(|c| *c != b'-') {
            match digit {
                b'.' => after_point = true,
                b'0' if this.len == 0 => this.point = this.point.saturating_sub(i32::from(after_point)),
                _ => {
                    if let Some(place) = this.digits.get_mut(this.len) {
                        *place = digit;
                        this.len = this.len.saturating_add(1);
                    }
                    this.point = this.point.saturating_add(i32::from(!after_point));
                }
            }
        }
        while this.digits().last() == Some(&b'0') {
            this.len = this.len.saturating_sub(1);
        }
        let exponent = exponent.trim_start_matches('+').parse().unwrap_or(0);
        this.point = if this.len == 0 { 0 } else { this.point.saturating_add(exponent) };
        this
    }

    fn digits(&self) -> impl DoubleEndedIterator<Item = &u8> + Clone {
        self.digits.iter().take(self.len)
    }

    fn sign(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
    }

    /// Java's computerized scientific notation, or plain where the exponent is small.
    fn java(&self, out: &mut Vec<u8>) {
        if (-2..=7).contains(&self.point) || self.len == 0 {
            return self.positional(out);
        }
        self.sign(out);
        self.mantissa(out, true);
        out.push(b'E');
        super::int(out, i64::from(self.point).saturating_sub(1));
    }

    /// Plain while the point is near, and whenever there are digits on both sides of it.
    fn server(&self, out: &mut Vec<u8>) {
        let whole = usize::try_from(self.point).unwrap_or(0);
        let near = (SERVER_POINT_MIN..=SERVER_POINT_MAX).contains(&self.point);
        if near || self.len == 0 || whole > 0 && self.len > whole {
            return self.positional(out);
        }
        self.sign(out);
        self.mantissa(out, false);
        out.push(b'e');
        super::int(out, i64::from(self.point).saturating_sub(1));
    }

    /// `d.ddd`, with `.0` after a single digit where asked.
    fn mantissa(&self, out: &mut Vec<u8>, always_point: bool) {
        out.extend(self.digits().take(1));
        if self.len > 1 || always_point {
            out.push(b'.');
        }
        out.extend(self.digits().skip(1));
        if self.len <= 1 && always_point {
            out.push(b'0');
        }
    }

    /// Without an exponent, always a digit on both sides of the point.
    fn positional(&self, out: &mut Vec<u8>) {
        self.sign(out);
        let whole = usize::try_from(self.point).unwrap_or(0);
        if self.len == 0 || whole == 0 {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', usize::try_from(self.point.saturating_neg()).unwrap_or(0)));
            out.extend(self.digits());
            if self.len == 0 {
                out.push(b'0');
            }
            return;
        }
        out.extend(self.digits().chain(std::iter::repeat(&b'0')).take(whole));
        out.push(b'.');
        out.extend(self.digits().skip(whole));
        if self.len <= whole {
            out.push(b'0');
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn doubles_are_written_as_java_does() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (12_345_678.9, "1.23456789E7"),
            (9.999e-4, "9.999E-4"),
            (1e100, "1.0E100"),
            (-1.5e-10, "-1.5E-10"),
            (f64::MAX, "1.7976931348623157E308"),
            (4.9e-324, "4.9E-324"),
            (2e-323, "2.0E-323"),
            (2.2e-310, "2.2E-310"),
            (0.3, "0.3"),
            (9_007_199_254_740_992.0, "9.007199254740992E15"),
        ] {
            assert_eq!(text(|out| java_double(out, value)), expected);
        }
        assert_eq!(text(|out| java_float(out, 1e-45)), "1.4E-45");
        assert_eq!(text(|out| java_float(out, 16_777_216.0)), "1.6777216E7");
        assert_eq!(text(|out| java_float(out, f32::MAX)), "3.4028235E38");
    }

    #[test]
    fn doubles_in_json_are_written_as_each_reader_does() {
        for (value, server, debezium) in [
            (1.0, "1.0", "1.0"),
            (1e15, "1e15", "1000000000000000"),
            (123_456_789_012_345.0, "123456789012345.0", "123456789012345"),
            (1e-5, "0.00001", "0.000010000000000000000818030539140313095458623138256371021270751953125"),
            (1e-15, "0.000000000000001", ""),
            (1e-16, "1e-16", ""),
            (1.5e300, "1.5e300", ""),
            (-0.0, "-0.0", "-0.0"),
        ] {
            assert_eq!(text(|out| server_double(out, value)), server);
            if !debezium.is_empty() {
                assert_eq!(text(|out| debezium_json_double(out, value)), debezium);
            }
        }
    }

    #[test]
    fn doubles_in_json_are_written_as_the_server_did() {
        let recorded = include_str!("../../tests/golden/server_doubles.tsv");
        let mut compared = 0;
        for line in recorded.lines() {
            let (bits, server) = line.split_once('\t').unwrap();
            let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
            assert_eq!(text(|out| server_double(out, value)), server);
            compared += 1;
        }
        assert!(compared > 1000);
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let java = text(|out| java_double(out, value));
                prop_assert_eq!(java.parse::<f64>().unwrap().to_bits(), bits);
                let mut by_digits = Vec::new();
                let digits = Digits::parse(zmij::Buffer::new().format_finite(value));
                digits.java(&mut by_digits);
                let one_digit = digits.len == 1 && value.is_subnormal();
                prop_assert!(one_digit || java.as_bytes() == by_digits);
                prop_assert_eq!(text(|out| server_double(out, value)).parse::<f64>().unwrap().to_bits(), bits);
            }
        }

        #[test]
        fn large_doubles_are_the_same_by_either_way(mantissa in 1..10_000_000_000_i64, power in -6..9_i32) {
            let value = mantissa as f64 * 10_f64.powi(power);
            let mut by_digits = Vec::new();
            Digits::parse(zmij::Buffer::new().format_finite(value)).java(&mut by_digits);
            prop_assert_eq!(text(|out| java_double(out, value)).into_bytes(), by_digits);
        }

        #[test]
        fn every_float_reads_back(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            if value.is_finite() {
                prop_assert_eq!(text(|out| java_float(out, value)).parse::<f32>().unwrap().to_bits(), bits);
            }
        }
    }
}
