//! Java's `SimpleDateFormat` in UTC and English.

mod read;

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp, tz};

use crate::DataError;

/// From here on Java's calendar and ours are the same.
const GREGORIAN_START_MS: i64 = -12_219_292_800_000;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A pattern such as `yyyy-MM-dd'T'HH:mm:ss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DateFormat {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(char, usize),
}

impl DateFormat {
    /// Reads a pattern; letters that have no counterpart here are refused.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                let (text, after) = quoted(rest.get(1..).unwrap_or_default())?;
                parts.push(Part::Text(text));
                rest = after;
                continue;
            }
            let run = rest.chars().take_while(|c| *c == first).count();
            rest = rest.get(run.saturating_mul(first.len_utf8())..).unwrap_or_default();
            match first {
                'y' | 'M' | 'd' | 'D' | 'E' | 'u' | 'a' | 'H' | 'k' | 'K' | 'h' | 'm' | 's' | 'S' | 'z'
                | 'Z' => {
                    parts.push(Part::Field(first, run));
                }
                'X' if run <= 3 => parts.push(Part::Field(first, run)),
                _ if first.is_ascii_alphabetic() => {
                    return Err(format!("{pattern:?}: the letter {first} is not supported"));
                }
                _ => parts.push(Part::Text(first.to_string().repeat(run))),
            }
        }
        Ok(Self { parts })
    }

    /// The text of a time in milliseconds since 1970.
    pub(crate) fn format(&self, ms: i64) -> Result<String, DataError> {
        let time = civil(ms)?;
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field(letter, width) => out.push_str(&field(*letter, *width, &time)),
            }
        }
        Ok(out)
    }

    /// The time that a text begins with, in milliseconds since 1970.
    pub(crate) fn parse(&self, text: &str) -> Result<i64, DataError> {
        read::read(&self.parts, text)
    }
}

/// The date and time of milliseconds since 1970.
pub(crate) fn civil(ms: i64) -> Result<DateTime, DataError> {
    let beyond = |_| DataError::new("a time beyond the year 9999");
    if ms < GREGORIAN_START_MS {
        return Err(DataError::new("a time before 15 October 1582, when the Gregorian calendar began"));
    }
    Ok(tz::TimeZone::UTC.to_datetime(Timestamp::from_millisecond(ms).map_err(beyond)?))
}

/// Milliseconds since 1970 of a date and time.
pub(crate) fn to_ms(time: DateTime) -> i64 {
    let since: SignedDuration = time.duration_since(date(1970, 1, 1).at(0, 0, 0, 0));
    let whole = since.as_secs().saturating_mul(1000);
    whole.saturating_add(i64::from(since.subsec_millis()))
}

/// The text up to the closing quote, two of which are one, and what comes after.
fn quoted(inside: &str) -> Result<(String, &str), String> {
    if let Some(after) = inside.strip_prefix('\'') {
        return Ok(("'".to_owned(), after));
    }
    let mut text = String::new();
    let mut rest = inside;
    loop {
        let (before, after) = rest.split_once('\'').ok_or("a quote without its pair")?;
        text.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                text.push('\'');
                rest = after;
            }
            None => return Ok((text, after)),
        }
    }
}

fn field(letter: char, width: usize, time: &DateTime) -> String {
    let number = |value: i64| format!("{value:0width$}");
    let hour = i64::from(time.hour());
    match letter {
        'y' if width == 2 => format!("{:02}", time.year().rem_euclid(100)),
        'y' => number(time.year().into()),
        'M' if width >= 3 => named(&MONTHS, i64::from(time.month()).saturating_sub(1), width),
        'M' => number(time.month().into()),
        'd' => number(time.day().into()),
        'D' => number(time.date().day_of_year().into()),
        'E' => named(&WEEKDAYS, i64::from(time.weekday().to_monday_zero_offset()), width),
        'u' => number(time.weekday().to_monday_one_offset().into()),
        'a' => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
        'H' => number(hour),
        'k' => number(if hour == 0 { 24 } else { hour }),
        'K' => number(hour % 12),
        'h' => number(if hour % 12 == 0 { 12 } else { hour % 12 }),
        'm' => number(time.minute().into()),
        's' => number(time.second().into()),
        'S' => number(time.millisecond().into()),
        'Z' => "+0000".to_owned(),
        'z' if width >= 4 => "Coordinated Universal Time".to_owned(),
        'z' => "UTC".to_owned(),
        _ => "Z".to_owned(),
    }
}

fn named(names: &[&str], index: i64, width: usize) -> String {
    let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
    name.chars().take(if width >= 4 { usize::MAX } else { 3 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        let ms = 1_700_000_000_123;
        for (pattern, text) in [
            ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2023-11-14T22:13:20.123Z"),
            ("yyyyMMddHHmmssSSS", "20231114221320123"),
        ] {
            let format = DateFormat::new(pattern).unwrap();
            assert_eq!(format.format(ms).unwrap(), text);
            assert_eq!(format.parse(text).unwrap(), ms);
        }
        let format = DateFormat::new("EEE, d MMM yy ''hh 'o''clock' a X").unwrap();
        assert_eq!(format.format(ms).unwrap(), "Tue, 14 Nov 23 '10 o'clock PM Z");
        let lenient = DateFormat::new("yyyy-MM-dd").unwrap();
        assert_eq!(lenient.parse("2024-1-32 and more").unwrap(), lenient.parse("2024-02-01").unwrap());
        assert!(lenient.parse("2024-x").is_err());
        assert!(DateFormat::new("yyyy-'T").is_err() && DateFormat::new("w").is_err());
    }
}
