//! What is compiled once for a table: how to read each column.

use std::sync::Arc;

use becauselog_model::{TableMap, TableName, TableShape};
use thiserror::Error;

use crate::{layout::Layout, reader::Reader};

/// A table whose rows cannot be read.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// A column's type is not one that a supported server logs.
    #[error("column {column} (from 0) has type {type_code} with metadata {meta}, which cannot be read")]
    UnknownType {
        /// The column's index from 0.
        column: usize,
        /// The field type code of the table map.
        type_code: u8,
        /// The type's metadata of the table map.
        meta: u16,
    },
    /// The shape has another number of columns than the log.
    #[error("table {table}: the log has {logged} columns, the known shape {known}")]
    Columns {
        /// The table.
        table: TableName,
        /// How many the table map has.
        logged: usize,
        /// How many the shape has.
        known: usize,
    },
    /// A column's shape does not fit the way that its values are logged.
    #[error(
        "table {table}, column {name}: logged with type {type_code} and metadata {meta}, known as another type"
    )]
    Kind {
        /// The table.
        table: TableName,
        /// The column's name by the shape.
        name: Arc<str>,
        /// The field type code of the table map.
        type_code: u8,
        /// The type's metadata of the table map.
        meta: u16,
    },
}

/// How to read the rows of one table as one table map describes it.
///
/// Good for every row event with an equal table map, and to be shared among threads.
#[derive(Debug, Clone)]
pub struct TablePlan {
    shape: Arc<TableShape>,
    layout: Layout,
    readers: Box<[Reader]>,
}

impl TablePlan {
    /// The plan for a table: bytes by the table map, meaning by the shape.
    ///
    /// # Errors
    /// The two do not belong together, or a type cannot be read. `becauselog-schema` checks the same with a text that
    /// says what to do; this is the last gate before values are made.
    pub fn compile(map: &TableMap, shape: Arc<TableShape>) -> Result<Self, PlanError> {
        let layout = Layout::compile(map)?;
        if map.columns.len() != shape.columns.len() {
            let (logged, known) = (map.columns.len(), shape.columns.len());
            return Err(PlanError::Columns { table: map.name.clone(), logged, known });
        }
        let columns = map.columns.iter().zip(&shape.columns);
        let readers = columns.map(|(mapped, column)| {
            Reader::of(mapped, &column.kind).ok_or_else(|| PlanError::Kind {
                table: map.name.clone(),
                name: Arc::clone(&column.name),
                type_code: mapped.type_code,
                meta: mapped.meta,
            })
        });
        let readers = readers.collect::<Result<_, _>>()?;
        Ok(Self { shape, layout, readers })
    }

    /// The shape that it was compiled with.
    #[must_use]
    pub const fn shape(&self) -> &Arc<TableShape> {
        &self.shape
    }

    /// The widths of the columns.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) const fn readers(&self) -> &[Reader] {
        &self.readers
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::{ColumnKind, ColumnShape, MappedColumn, ShapeOrigin};

    use super::*;
    use becauselog_model::type_code as code;

    pub fn column(type_code: u8, meta: u16) -> MappedColumn {
        MappedColumn {
            type_code,
            meta,
            nullable: true,
            unsigned: None,
            collation: None,
            name: None,
            values: None,
            geometry: None,
            dimension: None,
            visible: None,
        }
    }

    pub fn map(columns: &[(u8, u16)]) -> TableMap {
        TableMap {
            table_id: 1,
            name: TableName::new("db", "t"),
            columns: columns.iter().map(|(type_code, meta)| column(*type_code, *meta)).collect(),
            primary_key: None,
        }
    }

    pub fn shape(kinds: Vec<ColumnKind>) -> Arc<TableShape> {
        let column = |(i, kind)| ColumnShape {
            name: format!("c{i}").into(),
            kind,
            nullable: true,
            visible: true,
            declared: None,
        };
        Arc::new(TableShape {
            name: TableName::new("db", "t"),
            columns: kinds.into_iter().enumerate().map(column).collect(),
            key: None,
            origin: ShapeOrigin::InformationSchema,
        })
    }

    #[test]
    fn a_shape_that_does_not_fit_the_log_is_refused() {
        let map = map(&[(code::LONG, 0), (code::TIME2, 3)]);
        let int = ColumnKind::Int { unsigned: false };
        let fits = shape(vec![int.clone(), ColumnKind::Time { fsp: 3 }]);
        assert!(TablePlan::compile(&map, fits).is_ok());
        let other_fsp = shape(vec![int.clone(), ColumnKind::Time { fsp: 2 }]);
        let error = TablePlan::compile(&map, other_fsp).unwrap_err();
        assert!(matches!(error, PlanError::Kind { ref name, .. } if &**name == "c1"), "{error}");
        let error = TablePlan::compile(&map, shape(vec![int])).unwrap_err();
        assert!(matches!(error, PlanError::Columns { logged: 2, known: 1, .. }), "{error}");
    }
}
