//! What a statement did.

use std::sync::Arc;

use becauselog_model::TableName;

use crate::ddl::Affected;

/// What a statement did to the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which tables it touched.
    pub affected: Affected,
    /// What of it was not understood; nothing where all was.
    pub doubt: Option<Doubt>,
}

/// Why a table's shape cannot be told from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt(pub Arc<str>);

impl Outcome {
    /// Nothing at all.
    pub const NOTHING: Self = Self { affected: Affected::Nothing, doubt: None };

    pub(super) const fn tables(tables: Vec<TableName>) -> Self {
        Self { affected: Affected::Tables(tables), doubt: None }
    }
}

impl Doubt {
    pub(super) fn new(why: &str) -> Self {
        Self(why.into())
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
