//! Definitions as the shapes of rows.

use std::sync::Arc;

use becauselog_model::{
    Charset, ColumnKind, ColumnShape, MappedColumn, MariaDbType, ShapeOrigin, TableMap, TableShape, type_code,
};

use super::{
    charset::Collation,
    data_type::{DataType, TextSize},
    definition::{ColumnDefinition, Period, TableDefinition, is_same},
};

impl TableDefinition {
    /// The shape of the rows that come with this table map. Whether a column can be NULL is in the map and taken from it.
    ///
    /// # Errors
    /// What is not known of a column, with its name.
    pub fn shape_for(&self, map: &TableMap) -> Result<TableShape, (Arc<str>, String)> {
        let mut shape = self.shape()?;
        let columns = shape.columns.len();
        shape.columns.extend(self.hidden(map.columns.get(columns..).unwrap_or_default()));
        for (column, mapped) in shape.columns.iter_mut().zip(&map.columns) {
            column.nullable = mapped.nullable;
            column.visible = mapped.visible.unwrap_or(column.visible);
        }
        Ok(shape)
    }

    /// The shape of the table's rows.
    ///
    /// # Errors
    /// What is not known of a column, with its name.
    pub fn shape(&self) -> Result<TableShape, (Arc<str>, String)> {
        let shape = |column: &ColumnDefinition| column.shape().map_err(|what| (column.name.clone(), what));
        let mut columns = self.columns.iter().map(shape).collect::<Result<Vec<_>, _>>()?;
        if self.period == Period::Hidden {
            columns.extend(["row_start", "row_end"].map(hidden_time));
        }
        let place = |name: &Arc<str>| columns.iter().position(|column| is_same(&column.name, name));
        let key = self.key().and_then(|key| key.iter().map(place).collect());
        Ok(TableShape { name: self.name.clone(), columns, key, origin: ShapeOrigin::Statements })
    }

    /// Columns that MariaDB adds at the end without anybody seeing them: hashes of unique indexes that are too long for an index.
    /// How many there are only the table map tells.
    fn hidden(&self, more: &[MappedColumn]) -> Vec<ColumnShape> {
        let may_hash = self.indexes.iter().filter(|index| self.may_be_long(index)).count();
        let are_hashes = more.iter().all(|column| column.type_code == type_code::LONGLONG);
        if !self.by_mariadb || more.len() > may_hash || !are_hashes {
            return Vec::new();
        }
        let hash = |number| ColumnShape {
            name: format!("DB_ROW_HASH_{number}").into(),
            kind: ColumnKind::BigInt { unsigned: true },
            nullable: true,
            visible: false,
            declared: None,
        };
        (1..=more.len()).map(hash).collect()
    }
}

/// A column of a hidden period.
fn hidden_time(name: &str) -> ColumnShape {
    ColumnShape {
        name: name.into(),
        kind: ColumnKind::Timestamp { fsp: 6 },
        nullable: false,
        visible: false,
        declared: None,
    }
}

impl ColumnDefinition {
    fn shape(&self) -> Result<ColumnShape, String> {
        Ok(ColumnShape {
            name: self.name.clone(),
            kind: self.data_type.kind()?,
            nullable: self.nullable,
            visible: self.visible,
            declared: None,
        })
    }
}

impl DataType {
    /// The type as rows have it.
    ///
    /// # Errors
    /// What is not known of it.
    pub fn kind(&self) -> Result<ColumnKind, String> {
        Ok(match self {
            Self::Integer { bytes: 1, unsigned } => ColumnKind::TinyInt { unsigned: *unsigned },
            Self::Integer { bytes: 2, unsigned } => ColumnKind::SmallInt { unsigned: *unsigned },
            Self::Integer { bytes: 3, unsigned } => ColumnKind::MediumInt { unsigned: *unsigned },
            Self::Integer { bytes: 4, unsigned } => ColumnKind::Int { unsigned: *unsigned },
            Self::Integer { unsigned, .. } => ColumnKind::BigInt { unsigned: *unsigned },
            Self::Float => ColumnKind::Float,
            Self::Double => ColumnKind::Double,
            Self::Decimal { precision, scale } => {
                ColumnKind::Decimal { precision: *precision, scale: *scale }
            }
            Self::Bit(width) => ColumnKind::Bit { width: *width },
            Self::Year => ColumnKind::Year,
            Self::Date => ColumnKind::Date,
            Self::Time(fsp) => ColumnKind::Time { fsp: *fsp },
            Self::Datetime(fsp) => ColumnKind::Datetime { fsp: *fsp },
            Self::Timestamp(fsp) => ColumnKind::Timestamp { fsp: *fsp },
            Self::Char { length, collation } => {
                ColumnKind::Char { bytes_max: bytes(*length, collation), charset: charset(collation)? }
            }
            Self::VarChar { length, collation } => {
                ColumnKind::VarChar { bytes_max: bytes(*length, collation), charset: charset(collation)? }
            }
            Self::Text { size, collation } => {
                ColumnKind::Text { length_bytes: size.length_bytes(), charset: charset(collation)? }
            }
            Self::Binary(length) => ColumnKind::Binary { length: *length },
            Self::VarBinary(length) => ColumnKind::VarBinary { bytes_max: *length },
            Self::Blob(size) => ColumnKind::Blob { length_bytes: size.length_bytes() },
            Self::Enum { values, .. } => ColumnKind::Enum { values: values.clone() },
            Self::Set { values, .. } => ColumnKind::Set { values: values.clone() },
            Self::Json => ColumnKind::Json,
            Self::Geometry(subtype) => ColumnKind::Geometry { subtype: *subtype },
            Self::Vector(dimension) => ColumnKind::Vector { dimension: *dimension },
            Self::Named(name) => match MariaDbType::of_name(name) {
                Some(kind) => ColumnKind::MariaDb(kind),
                None => return Err(format!("its type {name} is not known")),
            },
        })
    }
}

impl TextSize {
    const fn length_bytes(self) -> u8 {
        match self {
            Self::Tiny => 1,
            Self::Normal => 2,
            Self::Medium => 3,
            Self::Long => 4,
        }
    }
}

fn bytes(length: u32, collation: &Collation) -> u32 {
    length.saturating_mul(collation.bytes_max())
}

fn charset(collation: &Collation) -> Result<Charset, String> {
    let name = collation.charset();
    Charset::of_name(name).ok_or_else(|| format!("its character set {name} is not known"))
}
