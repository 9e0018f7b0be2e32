//! A table map: what the log itself says of a table right before rows of it.

use std::sync::Arc;

use crate::{shape::TableName, type_code};

/// The content of a TABLE_MAP event. Types and metadata are always there; the rest depends on the server's version and
/// on `binlog_row_metadata`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMap {
    /// The number by which row events name it; good until the next map with the same number.
    pub table_id: u64,
    /// The table's name.
    pub name: TableName,
    /// The columns in the order of the row images.
    pub columns: Vec<MappedColumn>,
    /// The primary key's columns by index, in key order (metadata FULL only).
    pub primary_key: Option<Vec<usize>>,
}

/// What a table map says of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedColumn {
    /// The field type code (`enum_field_types`), the real one for ENUM and SET (247, 248), which the log wraps as STRING.
    pub type_code: u8,
    /// The type's metadata, two bytes as documented for each type: for example bytes_max of a VARCHAR (for CHAR and
    /// BINARY the unpacked length), `precision << 8 | scale` of a DECIMAL, pack length of ENUM and SET, fsp of times,
    /// bits (`bytes << 8 | bits`) of BIT.
    pub meta: u16,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// Numeric columns: declared UNSIGNED (MySQL 8.0 and later say it always).
    pub unsigned: Option<bool>,
    /// Character, ENUM and SET columns: the collation's id (8.0 and later say it always).
    pub collation: Option<u16>,
    /// The name (metadata FULL only).
    pub name: Option<Arc<str>>,
    /// ENUM and SET: the texts, in UTF-8 (metadata FULL only).
    pub values: Option<Arc<[Arc<str>]>>,
    /// Geometry columns: the subtype (metadata FULL only).
    pub geometry: Option<u8>,
    /// Vector columns: the dimension (MySQL 9 with metadata FULL).
    pub dimension: Option<u32>,
    /// Whether `SELECT *` shows it (8.0.23 and later with metadata FULL).
    pub visible: Option<bool>,
}

impl MappedColumn {
    /// Of a compressed column of MariaDB: type code and metadata of the same column without compression.
    #[must_use]
    pub fn uncompressed(&self) -> Option<(u8, u16)> {
        match self.type_code {
            type_code::BLOB_COMPRESSED => Some((type_code::BLOB, self.meta)),
            // A byte in front says how a value is kept.
            type_code::VARCHAR_COMPRESSED => Some((type_code::VARCHAR, self.meta.saturating_sub(1))),
            _ => None,
        }
    }
}

impl TableMap {
    /// The map of the same table without compressed columns (MariaDB); nothing where it has none.
    #[must_use]
    pub fn uncompressed(&self) -> Option<Self> {
        let mut plain = None;
        for (index, column) in self.columns.iter().enumerate() {
            let Some((type_code, meta)) = column.uncompressed() else { continue };
            let map = plain.get_or_insert_with(|| self.clone());
            if let Some(column) = map.columns.get_mut(index) {
                (column.type_code, column.meta) = (type_code, meta);
            }
        }
        plain
    }

    /// Whether every column has its name: then the map alone gives the table's shape.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.columns.iter().all(|column| column.name.is_some())
    }
}
