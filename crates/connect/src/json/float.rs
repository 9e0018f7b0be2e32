//! Doubles and floats as Java's `toString` writes them, which is what Jackson uses.
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

/// A double in JSON: as Java writes it, in quotes where it is no number.
pub(crate) fn json_double(out: &mut Vec<u8>, value: f64) {
    in_quotes_unless(value.is_finite(), out, |out| java_double(out, value));
}

/// A float in JSON.
pub(crate) fn json_float(out: &mut Vec<u8>, value: f32) {
    in_quotes_unless(value.is_finite(), out, |out| java_float(out, value));
}

fn in_quotes_unless(plain: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let quote: &[u8] = if plain { b"" } else { b"\"" };
    out.extend_from_slice(quote);
    write(out);
    out.extend_from_slice(quote);
}

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

fn is_plain(value: f64) -> bool {
    value == 0.0 || (PLAIN_START..PLAIN_END).contains(&value.abs())
}

fn not_a_number(out: &mut Vec<u8>, value: f64) {
    let text = match value {
        v if v.is_nan() => "NaN",
        v if v > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    out.extend_from_slice(text.as_bytes());
}

/// A text without an exponent; Java always has a digit after the point.
fn plain(out: &mut Vec<u8>, text: &str) {
    if text.contains('e') {
        return Digits::parse(text).java(out);
    }
    out.extend_from_slice(text.as_bytes());
    if !text.contains('.') {
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
        self.mantissa(out);
        out.push(b'E');
        out.extend_from_slice(itoa::Buffer::new().format(self.point.saturating_sub(1)).as_bytes());
    }

    /// `d.ddd`, with `.0` after a single digit.
    fn mantissa(&self, out: &mut Vec<u8>) {
        out.extend(self.digits().take(1));
        out.push(b'.');
        out.extend(self.digits().skip(1));
        if self.len <= 1 {
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
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_java_does() {
        for (value, expected) in
            [(-0.0, "-0.0"), (0.001, "0.001"), (1e-4, "1.0E-4"), (1e7, "1.0E7"), (4.9e-324, "4.9E-324")]
        {
            assert_eq!(text(|out| java_double(out, value)), expected);
        }
        assert_eq!(text(|out| java_float(out, 3.4e38)), "3.4E38");
        assert_eq!(text(|out| json_double(out, f64::NAN)), "\"NaN\"");
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                prop_assert_eq!(text(|out| java_double(out, value)).parse::<f64>().unwrap().to_bits(), bits);
            }
        }
    }
}
