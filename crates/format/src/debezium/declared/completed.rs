//! What a table map does not say of its table, out of the statements that made it.
//!
//! A server with minimal row metadata logs neither names nor the texts of ENUM and SET, one before 8.0 no charsets and signs
//! either, and what the server has now may be another table.

use std::sync::Arc;

use becauselog_model::{Charset, ColumnKind, MappedColumn, TableMap, type_code as code};

use super::{DeclaredColumn, DeclaredTables};

/// The collation of bytes.
const BINARY: u16 = 63;

impl DeclaredTables {
    /// The map with all that statements say of its table; nothing where they made other columns.
    #[must_use]
    pub fn completed(&self, map: &TableMap) -> Option<TableMap> {
        let table = self.table(&map.name)?;
        if table.columns.len() != map.columns.len() {
            return None;
        }
        let columns = map.columns.iter().zip(&table.columns);
        let columns = columns.map(|(mapped, declared)| declared.completed(mapped)).collect::<Option<_>>()?;
        let key = || table.key.iter().map(|name| table.place(name)).collect::<Option<Vec<_>>>();
        let primary_key = map.primary_key.clone().or_else(|| key().filter(|key| !key.is_empty()));
        Some(TableMap { columns, primary_key, ..map.clone() })
    }
}

impl DeclaredColumn {
    fn completed(&self, mapped: &MappedColumn) -> Option<MappedColumn> {
        let kind = self.kind().filter(|kind| is_logged_as(kind, mapped))?;
        let mut all = mapped.clone();
        let name = all.name.get_or_insert_with(|| Arc::clone(&self.name));
        if !super::is_same(name, &self.name) {
            return None;
        }
        match kind {
            ColumnKind::TinyInt { unsigned }
            | ColumnKind::SmallInt { unsigned }
            | ColumnKind::MediumInt { unsigned }
            | ColumnKind::Int { unsigned }
            | ColumnKind::BigInt { unsigned } => all.unsigned = all.unsigned.or(Some(unsigned)),
            ColumnKind::Enum { values } | ColumnKind::Set { values } => {
                all.values.get_or_insert(values);
            }
            ColumnKind::Geometry { subtype } => all.geometry = all.geometry.or(Some(subtype)),
            ColumnKind::Vector { dimension } => all.dimension = all.dimension.or(Some(dimension)),
            ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } | ColumnKind::Blob { .. } => {
                all.collation = all.collation.or(Some(BINARY));
            }
            ColumnKind::Char { charset, .. }
            | ColumnKind::VarChar { charset, .. }
            | ColumnKind::Text { charset, .. } => all.collation = all.collation.or(collation_of(charset)),
            _ => {}
        }
        Some(all)
    }
}

/// A collation of a charset.
fn collation_of(charset: Charset) -> Option<u16> {
    (1..=1024).find(|id| Charset::of_collation(*id) == Some(charset))
}

/// Whether a column of this kind, as far as statements tell it, is logged so.
fn is_logged_as(kind: &ColumnKind, mapped: &MappedColumn) -> bool {
    let codes: &[u8] = match kind {
        ColumnKind::TinyInt { .. } => &[code::TINY],
        ColumnKind::SmallInt { .. } => &[code::SHORT],
        ColumnKind::MediumInt { .. } => &[code::INT24],
        ColumnKind::Int { .. } => &[code::LONG],
        ColumnKind::BigInt { .. } => &[code::LONGLONG],
        // `FLOAT(M,D)` is a float, `FLOAT(53)` a double.
        ColumnKind::Float | ColumnKind::Double => &[code::FLOAT, code::DOUBLE],
        ColumnKind::Decimal { precision, scale } => {
            let is = mapped.meta == u16::from_be_bytes([*precision, *scale]);
            return is && mapped.type_code == code::NEWDECIMAL;
        }
        ColumnKind::Bit { .. } => &[code::BIT],
        ColumnKind::Year => &[code::YEAR],
        ColumnKind::Date => &[code::DATE, code::NEWDATE],
        ColumnKind::Time { .. } => &[code::TIME, code::TIME2],
        ColumnKind::Datetime { .. } => &[code::DATETIME, code::DATETIME2],
        ColumnKind::Timestamp { .. } => &[code::TIMESTAMP, code::TIMESTAMP2],
        ColumnKind::Enum { .. } => &[code::ENUM],
        ColumnKind::Set { .. } => &[code::SET],
        ColumnKind::Json => &[code::JSON],
        ColumnKind::Geometry { .. } => &[code::GEOMETRY],
        ColumnKind::Vector { .. } => &[code::VECTOR],
        ColumnKind::Char { .. }
        | ColumnKind::VarChar { .. }
        | ColumnKind::Text { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::VarBinary { .. }
        | ColumnKind::MariaDb(_)
        | ColumnKind::Blob { .. } => &[code::STRING, code::VARCHAR, code::VAR_STRING, code::BLOB],
    };
    codes.contains(&mapped.type_code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use becauselog_model::TableName;

    use super::*;

    fn mapped(type_code: u8, meta: u16) -> MappedColumn {
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

    #[test]
    fn a_map_is_completed_by_the_statements_that_made_its_table() {
        let mut tables = DeclaredTables::new("utf8mb4");
        tables.learn(
            "shop",
            "CREATE TABLE t (id INT UNSIGNED, v VARCHAR(5) CHARACTER SET latin1, e ENUM('a','it''s'), d DECIMAL(5,2), \
             b VARBINARY(3), f FLOAT(7,3), g POINT, PRIMARY KEY (id))",
        );
        let columns = vec![
            mapped(code::LONG, 0),
            mapped(code::VARCHAR, 5),
            mapped(code::ENUM, 1),
            mapped(code::NEWDECIMAL, 0x0502),
            mapped(code::VARCHAR, 3),
            mapped(code::FLOAT, 4),
            mapped(code::GEOMETRY, 4),
        ];
        let map = TableMap { table_id: 1, name: TableName::new("shop", "t"), columns, primary_key: None };
        let all = tables.completed(&map).unwrap();
        let names: Vec<_> = all.columns.iter().map(|column| column.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["id", "v", "e", "d", "b", "f", "g"]);
        assert_eq!((all.columns[0].unsigned, &all.primary_key), (Some(true), &Some(vec![0])));
        assert_eq!(all.columns[1].collation.and_then(Charset::of_collation), Charset::of_name("latin1"));
        assert_eq!(all.columns[2].values.as_deref(), Some(&["a".into(), "it's".into()][..]));
        assert_eq!((all.columns[4].collation, all.columns[6].geometry), (Some(BINARY), Some(1)));
        // Another type, another number of digits, another number of columns, another table.
        for (at, other) in [(0, mapped(code::LONGLONG, 0)), (3, mapped(code::NEWDECIMAL, 0x0602))] {
            let mut map = map.clone();
            map.columns[at] = other;
            assert_eq!(tables.completed(&map), None);
        }
        let fewer = TableMap { columns: map.columns[1..].to_vec(), ..map.clone() };
        assert_eq!(tables.completed(&fewer), None);
        assert_eq!(tables.completed(&TableMap { name: TableName::new("shop", "u"), ..map }), None);
    }
}
