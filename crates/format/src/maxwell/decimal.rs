//! Decimals as Java's `BigDecimal` prints them.

use becauselog_model::Decimal;

/// Appends a decimal: plain, but with an exponent where the first digit is more than six places behind the point.
pub(super) fn push(out: &mut Vec<u8>, value: Decimal<'_>) {
    let start = out.len();
    value.push_text(out);
    if value.scale() <= 6 {
        return;
    }
    let text = out.get(start..).unwrap_or_default();
    let negative = text.first() == Some(&b'-');
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let significant: Vec<u8> = digits.copied().skip_while(|digit| *digit == b'0').collect();
    // Zero has one digit.
    let count = i64::try_from(significant.len().max(1)).unwrap_or(i64::MAX);
    let exponent = count.saturating_sub(1).saturating_sub(i64::from(value.scale()));
    if exponent >= -6 {
        return;
    }
    out.truncate(start);
    if negative {
        out.push(b'-');
    }
    match significant.split_first() {
        None => out.push(b'0'),
        Some((first, [])) => out.push(*first),
        Some((first, rest)) => {
            out.extend_from_slice(&[*first, b'.']);
            out.extend_from_slice(rest);
        }
    }
    out.push(b'E');
    crate::text::int(out, exponent);
}
