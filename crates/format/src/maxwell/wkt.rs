//! Geometries as well-known text, as the JTS library writes it.

use super::jdk_double;

/// Geometries nest no deeper than this.
const DEPTH_MAX: usize = 64;

/// How coordinates are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Coordinates {
    /// All digits.
    Exact,
    /// Sixteen digits after the point at most, as JTS has it.
    Rounded,
}

/// The bytes are no geometry.
pub(super) struct NoGeometry;

/// Appends the text of a geometry in WKB.
pub(super) fn push(out: &mut Vec<u8>, wkb: &[u8], coordinates: Coordinates) -> Result<(), NoGeometry> {
    let mut reader = Reader { rest: wkb, big_endian: false };
    Writer { out, coordinates }.geometry(&mut reader, 0)
}

struct Reader<'a> {
    rest: &'a [u8],
    big_endian: bool,
}

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], NoGeometry> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(NoGeometry)?;
        self.rest = rest;
        Ok(*head)
    }

    fn number(&mut self) -> Result<u32, NoGeometry> {
        let bytes = self.array()?;
        Ok(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn coordinate(&mut self) -> Result<f64, NoGeometry> {
        let bytes = self.array()?;
        Ok(if self.big_endian { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) })
    }

    /// The byte order and the kind of a geometry.
    fn header(&mut self) -> Result<u32, NoGeometry> {
        let [order] = self.array()?;
        self.big_endian = order == 0;
        self.number()
    }
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    coordinates: Coordinates,
}

type Part = fn(&mut Writer<'_>, &mut Reader<'_>, usize) -> Result<(), NoGeometry>;

impl Writer<'_> {
    fn geometry(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<(), NoGeometry> {
        if depth > DEPTH_MAX {
            return Err(NoGeometry);
        }
        let kind = reader.header()?;
        let (name, part): (&[u8], Part) = match kind {
            1 => (b"POINT ", |_, _, _| Ok(())),
            2 => (b"LINESTRING ", |writer, reader, _| writer.position(reader)),
            3 => (b"POLYGON ", |writer, reader, depth| writer.positions(reader, depth)),
            4 => (b"MULTIPOINT ", |writer, reader, depth| writer.inner(reader, depth)),
            5 | 6 => {
                (if kind == 5 { b"MULTILINESTRING " } else { b"MULTIPOLYGON " }, |writer, reader, depth| {
                    writer.inner(reader, depth)
                })
            }
            7 => (b"GEOMETRYCOLLECTION ", |writer, reader, depth| {
                writer.geometry(reader, depth.saturating_add(1))
            }),
            _ => return Err(NoGeometry),
        };
        self.out.extend_from_slice(name);
        if kind == 1 { self.point(reader) } else { self.list(reader, depth, part) }
    }

    /// A geometry inside one of several: its name is not written.
    fn inner(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<(), NoGeometry> {
        match reader.header()? {
            1 => self.point(reader),
            2 => self.positions(reader, depth),
            3 => self.list(reader, depth, |writer, reader, depth| writer.positions(reader, depth)),
            _ => Err(NoGeometry),
        }
    }

    fn point(&mut self, reader: &mut Reader<'_>) -> Result<(), NoGeometry> {
        self.out.push(b'(');
        self.position(reader)?;
        self.out.push(b')');
        Ok(())
    }

    fn positions(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<(), NoGeometry> {
        self.list(reader, depth, |writer, reader, _| writer.position(reader))
    }

    fn list(&mut self, reader: &mut Reader<'_>, depth: usize, part: Part) -> Result<(), NoGeometry> {
        let count = reader.number()?;
        if count == 0 {
            self.out.extend_from_slice(b"EMPTY");
            return Ok(());
        }
        self.out.push(b'(');
        for index in 0..count {
            if index > 0 {
                self.out.extend_from_slice(b", ");
            }
            // Each part takes bytes, so that a count beyond them ends in an error soon.
            part(self, reader, depth)?;
        }
        self.out.push(b')');
        Ok(())
    }

    fn position(&mut self, reader: &mut Reader<'_>) -> Result<(), NoGeometry> {
        let (x, y) = (reader.coordinate()?, reader.coordinate()?);
        self.number(x);
        self.out.push(b' ');
        self.number(y);
        Ok(())
    }

    /// Without an exponent, and without a point where there is nothing behind it.
    fn number(&mut self, value: f64) {
        let mut text = Vec::new();
        jdk_double::push_double(&mut text, value);
        let text = String::from_utf8(text).unwrap_or_default();
        let plain = plain(&text, if self.coordinates == Coordinates::Exact { usize::MAX } else { 16 });
        self.out.extend_from_slice(plain.as_bytes());
    }
}

/// The digits of Java's text without an exponent, so many of them behind the point at most.
fn plain(text: &str, fraction_max: usize) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    let (whole, fraction) = if exponent < 0 {
        let padded = format!("{}{whole}", "0".repeat(shift));
        let at = padded.len().saturating_sub(shift);
        let (head, tail) = padded.split_at_checked(at).unwrap_or(("", &padded));
        (head.to_owned(), format!("{tail}{fraction}"))
    } else {
        let padded = format!("{fraction}{}", "0".repeat(shift.saturating_sub(fraction.len())));
        let (head, tail) = padded.split_at_checked(shift).unwrap_or((&padded, ""));
        (format!("{whole}{head}"), tail.to_owned())
    };
    let (whole, fraction) = rounded(whole, fraction, fraction_max);
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Cuts a fraction to so many digits, half to even.
fn rounded(whole: String, fraction: String, digits_max: usize) -> (String, String) {
    let Some((kept, cut)) = fraction.split_at_checked(digits_max).filter(|(_, cut)| !cut.is_empty()) else {
        return (whole, fraction);
    };
    let half = format!("5{}", "0".repeat(cut.len().saturating_sub(1)));
    let odd = kept.bytes().next_back().or(whole.bytes().next_back()).is_some_and(|digit| digit & 1 == 1);
    let up = cut > half.as_str() || (cut == half && odd);
    if !up {
        return (whole, kept.to_owned());
    }
    let mut digits: Vec<u8> = format!("0{whole}{kept}").into_bytes();
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit = digit.wrapping_add(1);
            break;
        }
        *digit = b'0';
    }
    let digits = String::from_utf8(digits).unwrap_or_default();
    let at = digits.len().saturating_sub(kept.len());
    let (whole, kept) = digits.split_at_checked(at).unwrap_or((&digits, ""));
    (whole.to_owned(), kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_exponent() {
        for (text, plain_text) in [
            ("1.5", "1.5"),
            ("-2.0", "-2"),
            ("0.0", "0"),
            ("1.0E10", "10000000000"),
            ("1.0E-10", "0.0000000001"),
            ("1.23456789125E8", "123456789.125"),
            ("-1.25E-3", "-0.00125"),
        ] {
            assert_eq!(plain(text, 16), plain_text);
        }
        assert_eq!(plain("0.12345678901234568", 16), "0.1234567890123457");
        assert_eq!(plain("0.99999999999999995", 16), "1");
        assert_eq!(plain("0.12345678901234568", usize::MAX), "0.12345678901234568");
    }
}
