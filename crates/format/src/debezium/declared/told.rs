//! How statements declared the columns of a shape.

use std::sync::Arc;

use becauselog_model::{ColumnKind, ColumnShape, Declared, TableShape, Written};

use super::{DeclaredColumn, DeclaredTables, is_same};

impl DeclaredTables {
    /// The same shape, its columns told how they were written; nothing where all is known already, or where the statements made
    /// other columns. What the server said of them stays.
    #[must_use]
    pub fn with_types(&self, shape: &TableShape) -> Option<TableShape> {
        let declared = &self.table(&shape.name)?.columns;
        let same =
            |(column, declared): (&ColumnShape, &DeclaredColumn)| is_same(&column.name, &declared.name);
        if declared.len() != shape.columns.len() || !shape.columns.iter().zip(declared).all(same) {
            return None;
        }
        let mut told = shape.clone();
        for (column, declared) in told.columns.iter_mut().zip(declared) {
            let unknown = || Declared { column_type: declared.column_type().into(), ..Declared::default() };
            let mut all = column.declared.as_deref().cloned().unwrap_or_else(unknown);
            all.written = Some(declared.written());
            // A server without explicit_defaults_for_timestamp makes it NOT NULL, of which the statement does not tell the peer.
            column.nullable |= declared.optional && matches!(column.kind, ColumnKind::Timestamp { .. });
            column.declared = Some(Arc::new(all));
        }
        (told != *shape).then_some(told)
    }
}

impl DeclaredColumn {
    fn written(&self) -> Written {
        Written {
            type_name: Arc::clone(&self.type_name),
            length: self.length,
            scale: self.scale,
            default: self.default.clone(),
            comment: self.comment.clone(),
        }
    }

    /// As `information_schema` has it: `tinyint(1) unsigned`.
    fn column_type(&self) -> String {
        let (name, words) = self.type_name.split_once(' ').unwrap_or((&self.type_name, ""));
        let numbers = match (name, self.length, self.scale) {
            // The server's own word for it.
            ("BOOL" | "BOOLEAN", ..) => return "tinyint(1)".to_owned(),
            ("ENUM" | "SET", ..) => format!("({})", self.enum_values.join(",")),
            (_, Some(length), Some(scale)) => format!("({length},{scale})"),
            (_, Some(length), None) => format!("({length})"),
            (_, None, _) => String::new(),
        };
        let name = name.to_lowercase();
        if words.is_empty() { name + &numbers } else { format!("{name}{numbers} {}", words.to_lowercase()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use becauselog_model::TableName;

    use super::*;

    #[test]
    fn columns_are_told_as_their_statements_have_them() {
        let mut tables = DeclaredTables::new("utf8mb4");
        let name = TableName::new("shop", "t");
        tables.learn(
            "shop",
            "CREATE TABLE t (a TINYINT(1), b BOOL, u TINYINT(1) UNSIGNED, d DECIMAL(10,2), i INT, e ENUM('a','b,c'), \
             at DATETIME(3), n NUMERIC(5) UNSIGNED ZEROFILL)",
        );
        let shape = tables.shape(&name).unwrap();
        let told = tables.with_types(&shape).unwrap();
        let types: Vec<&str> =
            told.columns.iter().map(|column| &*column.declared.as_ref().unwrap().column_type).collect();
        let expected = [
            "tinyint(1)",
            "tinyint(1)",
            "tinyint(1) unsigned",
            "decimal(10,2)",
            "int",
            "enum('a','b,c')",
            "datetime(3)",
            "numeric(5,0) unsigned zerofill",
        ];
        assert_eq!(types, expected);
        // What is known stays, and what has other columns is not theirs.
        assert_eq!(tables.with_types(&told), None);
        let mut other = shape.clone();
        other.columns[0].name = "x".into();
        assert_eq!(tables.with_types(&other), None);
        other.name = TableName::new("shop", "u");
        assert_eq!(tables.with_types(&other), None);
        let mut partly = shape;
        partly.columns[0].declared =
            Some(Arc::new(Declared { column_type: "x".into(), ..Declared::default() }));
        let partly = tables.with_types(&partly).unwrap();
        assert_eq!(&*partly.columns[0].declared.as_ref().unwrap().column_type, "x");
    }
}
