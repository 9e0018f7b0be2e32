//! Names rewritten by a pattern and a replacement, outside a transform.

use super::{JavaRegex, Replacement};
use crate::DataError;

/// A Java pattern that all of a name must match, and what then stands in place of its first match.
#[derive(Debug, Clone)]
pub struct Renaming {
    pattern: String,
    text: String,
    regex: JavaRegex,
    replacement: Replacement,
}

impl Renaming {
    /// From a pattern and a replacement, both in Java's dialect.
    ///
    /// # Errors
    /// What is wrong with the pattern or the replacement.
    pub fn new(pattern: &str, replacement: &str) -> Result<Self, String> {
        let regex = JavaRegex::new(pattern)?;
        let compiled = Replacement::new(replacement, &regex)?;
        Ok(Self { pattern: pattern.to_owned(), text: replacement.to_owned(), regex, replacement: compiled })
    }

    /// What becomes of a name; nothing where the pattern does not match.
    ///
    /// # Errors
    /// When the name takes too long to match.
    pub fn apply(&self, name: &str) -> Result<Option<String>, DataError> {
        match self.regex.matches(name)? {
            true => self.regex.replace_first(name, &self.replacement).map(Some),
            false => Ok(None),
        }
    }
}

impl PartialEq for Renaming {
    fn eq(&self, other: &Self) -> bool {
        (&self.pattern, &self.text) == (&other.pattern, &other.text)
    }
}

impl Eq for Renaming {}
