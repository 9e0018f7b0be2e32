//! `message.key.columns`: keys of other columns than a table's own.

use becauselog_model::TableShape;

use crate::{MaskError, mask::Names};

/// Patterns of `database.table.column` in the order of the key's columns, each over the whole name in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyColumns(Vec<Names>);

impl KeyColumns {
    /// Keys by these patterns.
    ///
    /// # Errors
    /// The first pattern that is no regular expression.
    pub fn new(patterns: &[String]) -> Result<Self, MaskError> {
        patterns
            .iter()
            .map(|pattern| Names::of(std::slice::from_ref(pattern)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The key of a table; nothing where no pattern matches a column of it, so that the table's own key counts.
    pub(crate) fn of(&self, shape: &TableShape) -> Option<Vec<usize>> {
        let mut key = Vec::new();
        for pattern in &self.0 {
            for (index, column) in shape.columns.iter().enumerate() {
                if pattern.matches(&format!("{}.{}", shape.name, column.name)) && !key.contains(&index) {
                    key.push(index);
                }
            }
        }
        (!key.is_empty()).then_some(key)
    }
}
