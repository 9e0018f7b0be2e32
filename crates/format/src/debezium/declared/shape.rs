//! A table's shape out of its statements: for records of a table that no row was seen of.

use std::sync::Arc;

use becauselog_ddl::{Mode, meaning};
use becauselog_model::{Charset, ColumnKind, ColumnShape, ShapeOrigin, TableName, TableShape};

use super::{DeclaredColumn, DeclaredTable, DeclaredTables};

impl DeclaredTables {
    /// The shape of a table as its statements made it; nothing where it is not known, or a type or charset of it.
    #[must_use]
    pub fn shape(&self, name: &TableName) -> Option<TableShape> {
        self.table(name)?.shape()
    }
}

impl DeclaredTable {
    fn shape(&self) -> Option<TableShape> {
        let columns = self.columns.iter().map(DeclaredColumn::shape).collect::<Option<Vec<_>>>()?;
        let key = self.key.iter().map(|name| self.place(name)).collect::<Option<Vec<_>>>()?;
        let key = Some(key).filter(|key| !key.is_empty());
        Some(TableShape { name: self.name.clone(), columns, key, origin: ShapeOrigin::InformationSchema })
    }
}

impl DeclaredColumn {
    fn shape(&self) -> Option<ColumnShape> {
        let (name, kind) = (Arc::clone(&self.name), self.kind()?);
        Some(ColumnShape { name, kind, nullable: self.optional, visible: true, declared: None })
    }

    pub(super) fn kind(&self) -> Option<ColumnKind> {
        let words: Vec<&str> = self.type_name.split(' ').collect();
        let unsigned = words.iter().any(|word| matches!(*word, "UNSIGNED" | "ZEROFILL"));
        let small = |number: Option<i32>| u8::try_from(number.unwrap_or(0)).ok();
        Some(match words.as_slice() {
            ["TINYINT" | "INT1" | "BOOL" | "BOOLEAN", ..] => ColumnKind::TinyInt { unsigned },
            ["SMALLINT" | "INT2", ..] => ColumnKind::SmallInt { unsigned },
            ["MEDIUMINT" | "INT3" | "MIDDLEINT", ..] => ColumnKind::MediumInt { unsigned },
            ["INT" | "INTEGER" | "INT4", ..] => ColumnKind::Int { unsigned },
            ["BIGINT" | "INT8", ..] => ColumnKind::BigInt { unsigned },
            ["FLOAT" | "FLOAT4", ..]
                if self.scale.is_none() && self.length.is_none_or(|length| length <= 24) =>
            {
                ColumnKind::Float
            }
            ["FLOAT" | "FLOAT4" | "DOUBLE" | "FLOAT8" | "REAL", ..] => ColumnKind::Double,
            ["DECIMAL" | "DEC" | "FIXED" | "NUMERIC", ..] => {
                ColumnKind::Decimal { precision: small(self.length)?, scale: small(self.scale)? }
            }
            ["BIT", ..] => ColumnKind::Bit { width: small(self.length.or(Some(1)))? },
            ["YEAR", ..] => ColumnKind::Year,
            ["DATE", ..] => ColumnKind::Date,
            ["TIME", ..] => ColumnKind::Time { fsp: small(self.length)? },
            ["DATETIME", ..] => ColumnKind::Datetime { fsp: small(self.length)? },
            ["TIMESTAMP", ..] => ColumnKind::Timestamp { fsp: small(self.length)? },
            ["BINARY", ..] => ColumnKind::Binary { length: self.bytes() },
            ["VARBINARY", ..] => ColumnKind::VarBinary { bytes_max: self.bytes() },
            ["TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB", ..] | ["LONG", "VARBINARY"] => {
                ColumnKind::Blob { length_bytes: 4 }
            }
            ["ENUM", ..] => ColumnKind::Enum { values: self.members() },
            ["SET", ..] => ColumnKind::Set { values: self.members() },
            ["JSON"] => ColumnKind::Json,
            ["VECTOR", ..] => {
                ColumnKind::Vector { dimension: u32::try_from(self.length.unwrap_or(2048)).unwrap_or(0) }
            }
            [first, ..] => geometry(first)
                .map_or_else(|| self.text(), |subtype| Some(ColumnKind::Geometry { subtype }))?,
            [] => return None,
        })
    }

    fn text(&self) -> Option<ColumnKind> {
        let charset = Charset::of_name(self.charset.as_deref()?)?;
        Some(ColumnKind::VarChar { bytes_max: self.bytes().saturating_mul(4), charset })
    }

    fn bytes(&self) -> u32 {
        u32::try_from(self.length.unwrap_or(1)).unwrap_or(0)
    }

    fn members(&self) -> Arc<[Arc<str>]> {
        self.enum_values.iter().map(|raw| meaning(raw, Mode::default()).into()).collect()
    }
}

/// `Field::geometry_type`
fn geometry(name: &str) -> Option<u8> {
    Some(match name {
        "GEOMETRY" => 0,
        "POINT" => 1,
        "LINESTRING" => 2,
        "POLYGON" => 3,
        "MULTIPOINT" => 4,
        "MULTILINESTRING" => 5,
        "MULTIPOLYGON" => 6,
        "GEOMETRYCOLLECTION" | "GEOMCOLLECTION" => 7,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_shape_is_what_its_statements_say() {
        let mut tables = DeclaredTables::new("utf8mb4");
        tables.learn(
            "shop",
            "CREATE TABLE t (id BIGINT UNSIGNED AUTO_INCREMENT, p DECIMAL(10,2), f FLOAT(30), e ENUM('a','it''s') NOT NULL, \
             at DATETIME(3), v VARCHAR(5) CHARACTER SET latin1, g POINT, b BIT, PRIMARY KEY (e, id))",
        );
        let shape = tables.shape(&TableName::new("shop", "t")).unwrap();
        assert_eq!(shape.key, Some(vec![3, 0]));
        let kinds: Vec<&ColumnKind> = shape.columns.iter().map(|column| &column.kind).collect();
        assert_eq!(kinds[0], &ColumnKind::BigInt { unsigned: true });
        assert_eq!(kinds[1], &ColumnKind::Decimal { precision: 10, scale: 2 });
        assert_eq!(kinds[2], &ColumnKind::Double);
        assert_eq!(kinds[3], &ColumnKind::Enum { values: ["a".into(), "it's".into()].into() });
        assert_eq!(kinds[4], &ColumnKind::Datetime { fsp: 3 });
        assert!(matches!(kinds[5], ColumnKind::VarChar { .. }));
        assert_eq!(
            (kinds[6], kinds[7]),
            (&ColumnKind::Geometry { subtype: 1 }, &ColumnKind::Bit { width: 1 })
        );
    }
}
