//! A default as a statement has it, brought into the form in which `information_schema` would tell it.
//!
//! The peer converts the text of the statement by the column's type; what its conversion does not take is no default, or for
//! dates the same as a zero date.

use std::borrow::Cow;

use becauselog_model::ColumnKind;

/// What stands in place of a date that the peer cannot read.
const ZERO_DATE: &str = "0000-00-00";

/// The text for a column of numbers, bits or times; nothing where the peer has no default.
pub(super) fn normal<'t>(kind: &ColumnKind, raw: &'t str) -> Option<Cow<'t, str>> {
    let raw = raw.trim();
    let flag = (!matches!(kind, ColumnKind::Bit { .. })).then(|| truth(raw)).flatten();
    let raw = flag.unwrap_or(raw);
    Some(match kind {
        ColumnKind::TinyInt { .. }
        | ColumnKind::SmallInt { .. }
        | ColumnKind::MediumInt { .. }
        | ColumnKind::Int { .. }
        | ColumnKind::BigInt { .. } => Cow::Owned(integer(raw)?),
        ColumnKind::Bit { width } => Cow::Owned(bits(raw, *width)?),
        ColumnKind::Year => Cow::Owned(year(raw)?),
        ColumnKind::Date => Cow::Owned(day(raw.split(' ').next().unwrap_or_default())),
        ColumnKind::Datetime { .. } | ColumnKind::Timestamp { .. } => Cow::Owned(moment(raw)),
        ColumnKind::Time { .. } => Cow::Owned(time(raw)?),
        ColumnKind::Decimal { scale, .. } => Cow::Owned(scaled(raw, (*scale).into())?),
        _ => Cow::Borrowed(raw),
    })
}

/// A text without the name of a charset before it.
pub(super) fn without_introducer(raw: &str) -> &str {
    let inner = raw.strip_prefix('_').and_then(|rest| rest.split_once('\''));
    let inner = inner.filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    inner.and_then(|(_, text)| text.strip_suffix('\'')).unwrap_or(raw)
}

/// Whether a text is true to the peer, for a column that it takes for a boolean.
pub(super) fn is_true(raw: &str) -> bool {
    let raw = raw.trim();
    raw.parse::<i32>().map_or_else(|_| raw.eq_ignore_ascii_case("true"), |number| number != 0)
}

fn truth(raw: &str) -> Option<&'static str> {
    let is = |word: &str| raw.eq_ignore_ascii_case(word);
    if is("true") { Some("1") } else { is("false").then_some("0") }
}

/// Whole numbers go through a double and are rounded there, unless they are whole already.
fn integer(raw: &str) -> Option<String> {
    if let Some(whole) = raw.parse::<i128>().ok().filter(|whole| whole.unsigned_abs() < 1 << 53) {
        return Some(whole.to_string());
    }
    let rounded = (raw.parse::<f64>().ok()? + 0.5).floor();
    // The nearest long, as Java's `Math.round` has it; the unsigned maximum is kept for those that take it precisely.
    match raw.parse::<u64>() {
        Ok(exact) if exact > i64::MAX.unsigned_abs() => Some(exact.to_string()),
        _ => Some(format!("{rounded:.0}"))
            .filter(|text| text.parse::<i64>().is_ok())
            .or_else(|| Some(raw.to_owned())),
    }
}

fn bits(raw: &str, width: u8) -> Option<String> {
    if width <= 1 {
        let set = raw.parse::<i16>().map_or_else(|_| raw.eq_ignore_ascii_case("true"), |number| number != 0);
        return Some(format!("b'{}'", u8::from(set)));
    }
    // A number that is one or zero is a number to the peer, and no bits.
    let digits = raw.bytes().all(|byte| matches!(byte, b'0' | b'1')) && !raw.is_empty();
    digits.then(|| format!("b'{raw}'"))
}

fn year(raw: &str) -> Option<String> {
    let year: u16 = raw.parse().ok()?;
    let century = match year {
        0..70 => 2000,
        70..100 => 1900,
        _ => 0,
    };
    Some(year.saturating_add(century).to_string())
}

fn day(raw: &str) -> String {
    let shape: String = raw.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    if shape == "9999-99-99" { raw.to_owned() } else { ZERO_DATE.to_owned() }
}

fn moment(raw: &str) -> String {
    let (date, clock) = raw.split_once(' ').unwrap_or((raw, "00:00:00"));
    format!("{} {clock}", day(date))
}

/// `1:02:03.4`, or `1:02`.
fn time(raw: &str) -> Option<String> {
    match raw.matches(':').count() {
        1 => Some(format!("{raw}:00")),
        2 => Some(raw.to_owned()),
        _ => None,
    }
}

/// A number with so many digits behind its point; nothing where that would round it.
fn scaled(raw: &str, scale: usize) -> Option<String> {
    let (whole, fraction) = raw.split_once('.').unwrap_or((raw, ""));
    let plain = fraction.bytes().all(|byte| byte.is_ascii_digit()) && fraction.len() <= scale;
    let whole = if whole.is_empty() { "0" } else { whole };
    (plain && whole.parse::<i128>().is_ok()).then(|| match scale {
        0 => whole.to_owned(),
        _ => format!("{whole}.{fraction:0<scale$}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_statements_in_the_servers_form() {
        let int = ColumnKind::Int { unsigned: false };
        let big = ColumnKind::BigInt { unsigned: true };
        let decimal = ColumnKind::Decimal { precision: 5, scale: 2 };
        for (kind, raw, told) in [
            (&int, "1.6", Some("2")),
            (&int, "-1.5", Some("-1")),
            (&int, "TRUE", Some("1")),
            (&int, " 7 ", Some("7")),
            (&int, "x", None),
            (&big, "18446744073709551615", Some("18446744073709551615")),
            (&decimal, "1", Some("1.00")),
            (&decimal, "-1.5", Some("-1.50")),
            (&decimal, "1.555", None),
            (&ColumnKind::Bit { width: 10 }, "101", Some("b'101'")),
            (&ColumnKind::Bit { width: 10 }, "5", None),
            (&ColumnKind::Bit { width: 1 }, "5", Some("b'1'")),
            (&ColumnKind::Bit { width: 1 }, "TRUE", Some("b'1'")),
            (&ColumnKind::Year, "20", Some("2020")),
            (&ColumnKind::Date, "2020-01-02 03:04:05", Some("2020-01-02")),
            (&ColumnKind::Date, "2020-1-2", Some("0000-00-00")),
            (&ColumnKind::Datetime { fsp: 0 }, "2020-01-02", Some("2020-01-02 00:00:00")),
            (&ColumnKind::Datetime { fsp: 0 }, "0", Some("0000-00-00 00:00:00")),
            (&ColumnKind::Time { fsp: 0 }, "0", None),
            (&ColumnKind::Time { fsp: 0 }, "12:30", Some("12:30:00")),
        ] {
            assert_eq!(normal(kind, raw).as_deref(), told, "{kind:?} {raw}");
        }
        assert_eq!(without_introducer("_utf8mb4'xyz'"), "xyz");
        assert_eq!(without_introducer("_x'y"), "_x'y");
    }
}
