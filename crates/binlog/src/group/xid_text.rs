//! The id in an XA statement's text: `X'gtrid'[,X'bqual'[,format_id]]`.

use crate::event::Xid;

/// The format id where none is given.
const FORMAT_ID_DEFAULT: u32 = 1;

/// Reads the id at the begin of a text; also returns what follows it.
pub(super) fn parse(text: &[u8]) -> Option<(Xid, &[u8])> {
    let (gtrid, rest) = read_part(text)?;
    let mut xid = Xid { format_id: FORMAT_ID_DEFAULT, gtrid: gtrid.into(), bqual: [].into() };
    let Some(rest) = after_comma(rest) else { return Some((xid, rest)) };
    let (bqual, rest) = read_part(rest)?;
    xid.bqual = bqual.into();
    let Some(rest) = after_comma(rest) else { return Some((xid, rest)) };
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    xid.format_id = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((xid, rest))
}

fn after_comma(text: &[u8]) -> Option<&[u8]> {
    Some(text.trim_ascii_start().strip_prefix(b",")?.trim_ascii_start())
}

/// One part: `X'hex'` as servers write it, `'text'` or `0xhex` as clients may.
fn read_part(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let text = text.trim_ascii_start();
    let (part, rest) = match text {
        [b'x' | b'X', b'\'', hex @ ..] => {
            let (hex, rest) = until_quote(hex)?;
            (from_hex(hex)?, rest)
        }
        [b'0', b'x', hex @ ..] => {
            let digits = hex.iter().take_while(|c| c.is_ascii_hexdigit()).count();
            let (hex, rest) = hex.split_at_checked(digits)?;
            (from_hex(hex)?, rest)
        }
        [b'\'', quoted @ ..] => {
            let (quoted, rest) = until_quote(quoted)?;
            (quoted.to_vec(), rest)
        }
        _ => return None,
    };
    (part.len() <= Xid::PART_LEN_MAX).then_some((part, rest))
}

fn until_quote(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|c| *c == b'\'')?;
    let (inside, rest) = text.split_at_checked(end)?;
    Some((inside, rest.get(1..)?))
}

fn from_hex(hex: &[u8]) -> Option<Vec<u8>> {
    let digit = |c: &u8| char::from(*c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_printed_form_reads_back() {
        let xid = Xid { format_id: u32::MAX, gtrid: [0, 0x27, 0xff].into(), bqual: [0x2c].into() };
        let text = format!("{xid} ONE PHASE");
        let (read, rest) = parse(text.as_bytes()).unwrap();
        assert_eq!((read, rest), (xid, &b" ONE PHASE"[..]));
    }

    #[test]
    fn clients_forms_are_read_too() {
        assert_eq!(&*parse(b" 'abc' ").unwrap().0.gtrid, b"abc");
        let (xid, _) = parse(b"0x6162, 'b' , 3").unwrap();
        assert_eq!((&*xid.gtrid, &*xid.bqual, xid.format_id), (&b"ab"[..], &b"b"[..], 3));
        assert!(parse(b"abc").is_none());
    }
}
