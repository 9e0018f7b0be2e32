//! Adding up what test programs print at their end.

use std::fmt;

/// Tests passed, failed and ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were not run.
    pub ignored: u64,
}

impl Totals {
    /// Adds a line if it is a test program's result: `test result: ok. 5 passed; 0 failed; 1 ignored; …`, with or
    /// without colours. Any other line is left alone.
    pub fn add_line(&mut self, line: &str) {
        if !line.starts_with("test result:") {
            return;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            if let [number, word] = pair
                && let Ok(number) = number.parse::<u64>()
            {
                match *word {
                    "passed;" => self.passed += number,
                    "failed;" => self.failed += number,
                    "ignored;" => self.ignored += number,
                    _ => {}
                }
            }
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up_and_other_lines_are_not() {
        let mut totals = Totals::default();
        totals.add_line(
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.1s",
        );
        totals.add_line("test result: \u{1b}[31mFAILED\u{1b}[m. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out");
        totals.add_line("test the_thing_says_9_passed; ... ok");
        assert_eq!(totals, Totals { passed: 7, failed: 3, ignored: 1 });
        assert_eq!(totals.to_string(), "7 passed, 3 failed");
    }
}
