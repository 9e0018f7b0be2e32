//! MariaDB's system-versioned tables: the columns that say from when to when a row was valid.
//!
//! The log has them, in all images, and keys end with the second. Where the table was made without naming them,
//! `information_schema.columns` does not list them.

use std::sync::Arc;

use becauselog_model::{ColumnKind, Declared};

use super::DescribedColumn;

/// How `information_schema` shows that a column is the begin of the period.
pub const ROW_START: &str = "ROW START";
/// The name of the hidden end of the period.
pub const ROW_END_COLUMN: &str = "row_end";

/// The period of a table that does not name its columns, in the order of the log.
pub fn hidden_columns() -> impl Iterator<Item = DescribedColumn> {
    ["row_start", ROW_END_COLUMN].into_iter().map(|name| DescribedColumn {
        name: name.into(),
        kind: Ok(ColumnKind::Timestamp { fsp: 6 }),
        nullable: false,
        visible: false,
        declared: Arc::new(Declared { column_type: "timestamp(6)".into(), ..Declared::default() }),
    })
}
