//! A pattern that all of a text must match, and what then becomes of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::{JavaRegex, Replacement};
use crate::DataError;

/// How many texts are remembered; when there are more, all are forgotten.
const LIMIT: usize = 4096;

/// A rewriting of names. Names come again and again, so what became of them is kept.
#[derive(Debug)]
pub(crate) struct Rewrite {
    regex: JavaRegex,
    replacement: Replacement,
    done: HashMap<Arc<str>, Option<Arc<str>>>,
}

impl Rewrite {
    /// From a pattern and a replacement for it.
    pub(crate) fn new(regex: JavaRegex, replacement: &str) -> Result<Self, String> {
        let replacement = Replacement::new(replacement, &regex)?;
        Ok(Self { regex, replacement, done: HashMap::new() })
    }

    /// What becomes of a name; nothing where the pattern does not match.
    pub(crate) fn apply(&mut self, name: &Arc<str>) -> Result<Option<Arc<str>>, DataError> {
        if let Some(done) = self.done.get(name) {
            return Ok(done.clone());
        }
        let rewritten = match self.regex.matches(name)? {
            true => Some(Arc::from(self.regex.replace_first(name, &self.replacement)?)),
            false => None,
        };
        if self.done.len() >= LIMIT {
            self.done.clear();
        }
        self.done.insert(Arc::clone(name), rewritten.clone());
        Ok(rewritten)
    }
}
