//! Reading times, as leniently as Java does: a 32nd of January is the first of February.

use jiff::civil::date;
use jiff::{SignedDuration, Span};

use super::{Part, to_ms};
use crate::DataError;

/// What was read.
#[derive(Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    millisecond: i64,
    offset_minutes: i64,
}

/// The time that a text begins with.
pub(super) fn read(parts: &[Part], text: &str) -> Result<i64, DataError> {
    let mismatch = || DataError::new("a text that does not match the pattern of the time");
    let mut rest = text;
    let mut found = Parts::default();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(literal) => rest = rest.strip_prefix(literal.as_str()).ok_or_else(mismatch)?,
            Part::Field('X' | 'Z', _) => {
                (found.offset_minutes, rest) = offset(rest).ok_or_else(mismatch)?;
            }
            Part::Field(letter, width) => {
                let numeric =
                    matches!(letter, 'y' | 'd' | 'H' | 'm' | 's' | 'S') || *letter == 'M' && *width < 3;
                if !numeric {
                    return Err(DataError::new(format!(
                        "times with {letter} in their pattern cannot be read"
                    )));
                }
                let abuts = matches!(parts.get(at.saturating_add(1)), Some(Part::Field(..)));
                let (value, after) = number(rest, abuts.then_some(*width)).ok_or_else(mismatch)?;
                found.set(*letter, *width, value)?;
                rest = after;
            }
        }
    }
    found.to_ms()
}

/// A whole number: just so many digits where the next field follows at once, else as many as there are.
fn number(text: &str, width: Option<usize>) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let len = width.map_or(digits, |width| width.min(digits));
    let (number, after) = text.split_at_checked(len)?;
    Some((number.parse().ok()?, after))
}

fn offset(text: &str) -> Option<(i64, &str)> {
    if let Some(after) = text.strip_prefix('Z') {
        return Some((0, after));
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, rest) = number(rest, Some(2))?;
    let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), Some(2)).unwrap_or((0, rest));
    Some((hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(sign)?, rest))
}

impl Parts {
    fn set(&mut self, letter: char, width: usize, value: i64) -> Result<(), DataError> {
        match letter {
            'y' if width <= 2 && value < 100 => {
                return Err(DataError::new(
                    "a year of two digits cannot be read: its century depends on the day",
                ));
            }
            'y' => self.year = Some(value),
            'M' => self.month = Some(value),
            'd' => self.day = Some(value),
            'H' => self.hour = value,
            'm' => self.minute = value,
            's' => self.second = value,
            _ => self.millisecond = value,
        }
        Ok(())
    }

    fn to_ms(&self) -> Result<i64, DataError> {
        let beyond = || DataError::new("a time beyond the calendar");
        let year = self.year.unwrap_or(1970).try_into().ok().filter(|year| (1583..=9999).contains(year));
        let start = date(year.ok_or_else(beyond)?, 1, 1).at(0, 0, 0, 0);
        let less_one = |part: Option<i64>| part.unwrap_or(1).checked_sub(1);
        let months =
            Span::new().try_months(less_one(self.month).ok_or_else(beyond)?).map_err(|_| beyond())?;
        let days = Span::new().try_days(less_one(self.day).ok_or_else(beyond)?).map_err(|_| beyond())?;
        let day = start.checked_add(months).and_then(|day| day.checked_add(days)).map_err(|_| beyond())?;
        let minutes = self.hour.checked_mul(60).and_then(|m| m.checked_add(self.minute));
        let minutes = minutes.and_then(|m| m.checked_sub(self.offset_minutes));
        let seconds = minutes.and_then(|m| m.checked_mul(60)).and_then(|s| s.checked_add(self.second));
        let ms = seconds.and_then(|s| s.checked_mul(1000)).and_then(|ms| ms.checked_add(self.millisecond));
        let time =
            day.checked_add(SignedDuration::from_millis(ms.ok_or_else(beyond)?)).map_err(|_| beyond())?;
        Ok(to_ms(time))
    }
}
