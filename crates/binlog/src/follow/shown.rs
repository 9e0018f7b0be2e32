//! GTID sets in messages: whole if short, else their begin and how much there is.

use std::fmt;

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
