//! What messages show: GTID sets, whole if short, else their begin and how much there is; and times for eyes.

use std::{fmt, time::Duration};

use becauselog_model::GtidSet;

/// How much of a set's text stands in a message.
const SHOWN_MAX: usize = 400;

/// Prints a set, shortened.
pub(crate) struct Shown<'a>(pub(crate) &'a GtidSet);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        match text.get(..SHOWN_MAX) {
            None => f.write_str(if text.is_empty() { "(none)" } else { &text }),
            Some(begin) => write!(f, "{begin}… ({} transactions in all)", self.0.len()),
        }
    }
}

/// Prints a time: milliseconds below a second, else seconds, minutes, hours or days, whichever leaves a number that means
/// something.
#[derive(Debug, Clone, Copy)]
pub struct Span(pub Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 => write!(f, "{} ms", self.0.as_millis()),
            1..120 => write!(f, "{seconds} s"),
            120..7_200 => write!(f, "{} min", seconds / 60),
            7_200..172_800 => write!(f, "{} h", seconds / 3_600),
            _ => write!(f, "{} days", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_below_a_second_is_told_in_milliseconds() {
        let shown = |ms| Span(Duration::from_millis(ms)).to_string();
        assert_eq!([shown(0), shown(300), shown(999)], ["0 ms", "300 ms", "999 ms"]);
        assert_eq!([shown(1_000), shown(1_500), shown(119_000)], ["1 s", "1 s", "119 s"]);
        assert_eq!([shown(120_000), shown(7_200_000), shown(259_200_000)], ["2 min", "2 h", "3 days"]);
    }
}
