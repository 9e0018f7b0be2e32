//! Columns by patterns of their names.

use becauselog_model::TableName;
use regex::{RegexSet, RegexSetBuilder};
use thiserror::Error;

use super::{HashOf, Mask};

/// Filters and masks. Patterns are regular expressions over `database.table.column`, match the whole name and ignore case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnRules {
    include: Names,
    exclude: Names,
    masks: Vec<(Names, Mask)>,
}

/// A pattern that cannot be used.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("the pattern {pattern:?}: {what}")]
pub struct MaskError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub what: String,
}

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnRule<'r> {
    Keep,
    Drop,
    Mask(&'r Mask),
}

/// Patterns of columns, or of other names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(RegexSet);

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.0.patterns() == other.0.patterns()
    }
}

impl Eq for Names {}

impl Names {
    /// Whether any pattern matches the whole name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    pub(crate) fn of(patterns: &[String]) -> Result<Self, MaskError> {
        for pattern in patterns {
            // Alone first: `a)|(b` would be accepted between our own parentheses.
            regex::Regex::new(pattern)
                .map_err(|error| MaskError { pattern: pattern.clone(), what: error.to_string() })?;
        }
        let anchored = patterns.iter().map(|pattern| format!("^(?:{pattern})$"));
        let built = RegexSetBuilder::new(anchored).case_insensitive(true).build();
        let failed =
            |error: regex::Error| MaskError { pattern: patterns.join(", "), what: error.to_string() };
        built.map(Self).map_err(failed)
    }
}

const fn precedence(mask: &Mask) -> u8 {
    match mask {
        Mask::Cut(_) => 0,
        Mask::Stars(_) => 1,
        Mask::Hash { of: HashOf::JavaObject, .. } => 2,
        Mask::Hash { of: HashOf::Utf8, .. } => 3,
    }
}

impl ColumnRules {
    /// Rules that keep every column as it is.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Only the columns that these patterns match are written; all when there are none.
    ///
    /// # Errors
    /// The first pattern that is no regular expression.
    pub fn with_include(mut self, patterns: &[String]) -> Result<Self, MaskError> {
        self.include = Names::of(patterns)?;
        Ok(self)
    }

    /// The columns that these patterns match are not written.
    ///
    /// # Errors
    /// The first pattern that is no regular expression.
    pub fn with_exclude(mut self, patterns: &[String]) -> Result<Self, MaskError> {
        self.exclude = Names::of(patterns)?;
        Ok(self)
    }

    /// Hides the values of the columns that the patterns match. Of several masks for a column one counts: as the peer looks
    /// for them, cuts before asterisks before hashes; of the same kind the first.
    ///
    /// # Errors
    /// The first pattern that is no regular expression.
    pub fn with_mask(mut self, patterns: &[String], mask: Mask) -> Result<Self, MaskError> {
        self.masks.push((Names::of(patterns)?, mask));
        self.masks.sort_by_key(|(_, mask)| precedence(mask));
        Ok(self)
    }

    /// Whether a column is written.
    pub(crate) fn shows(&self, table: &TableName, column: &str) -> bool {
        self.rule(table, column) != ColumnRule::Drop
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.include.0.is_empty() && self.exclude.0.is_empty() && self.masks.is_empty()
    }

    pub(crate) fn rule(&self, table: &TableName, column: &str) -> ColumnRule<'_> {
        if self.is_empty() {
            return ColumnRule::Keep;
        }
        let name = format!("{table}.{column}");
        let included = self.include.0.is_empty() || self.include.0.is_match(&name);
        if !included || self.exclude.0.is_match(&name) {
            return ColumnRule::Drop;
        }
        let mask = self.masks.iter().find(|(names, _)| names.0.is_match(&name));
        mask.map_or(ColumnRule::Keep, |(_, mask)| ColumnRule::Mask(mask))
    }
}
