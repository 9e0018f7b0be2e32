//! Types as `information_schema` writes them.

use std::fmt;

use super::data_type::{DataType, TextSize};

impl fmt::Display for DataType {
    /// `COLUMN_TYPE`, without display widths, `zerofill` and decimals of floats: they do not change how values are logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = |f: &mut fmt::Formatter<'_>, name: &str, fsp: u8| match fsp {
            0 => f.write_str(name),
            fsp => write!(f, "{name}({fsp})"),
        };
        match self {
            Self::Integer { bytes, unsigned } => {
                f.write_str(match bytes {
                    1 => "tinyint",
                    2 => "smallint",
                    3 => "mediumint",
                    4 => "int",
                    _ => "bigint",
                })?;
                f.write_str(if *unsigned { " unsigned" } else { "" })
            }
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Bit(width) => write!(f, "bit({width})"),
            Self::Year => f.write_str("year"),
            Self::Date => f.write_str("date"),
            Self::Time(fsp) => fraction(f, "time", *fsp),
            Self::Datetime(fsp) => fraction(f, "datetime", *fsp),
            Self::Timestamp(fsp) => fraction(f, "timestamp", *fsp),
            Self::Char { length, .. } => write!(f, "char({length})"),
            Self::VarChar { length, .. } => write!(f, "varchar({length})"),
            Self::Text { size, .. } => write!(f, "{}text", size.prefix()),
            Self::Binary(length) => write!(f, "binary({length})"),
            Self::VarBinary(length) => write!(f, "varbinary({length})"),
            Self::Blob(size) => write!(f, "{}blob", size.prefix()),
            Self::Enum { values, .. } => members(f, "enum", values),
            Self::Set { values, .. } => members(f, "set", values),
            Self::Json => f.write_str("json"),
            Self::Geometry(subtype) => f.write_str(match subtype {
                1 => "point",
                2 => "linestring",
                3 => "polygon",
                4 => "multipoint",
                5 => "multilinestring",
                6 => "multipolygon",
                7 => "geomcollection",
                _ => "geometry",
            }),
            Self::Vector(dimension) => write!(f, "vector({dimension})"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl TextSize {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Normal => "",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }
}

/// Texts in quotes, with the escapes of a statement.
fn members(f: &mut fmt::Formatter<'_>, name: &str, values: &[std::sync::Arc<str>]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (at, value) in values.iter().enumerate() {
        f.write_str(if at == 0 { "'" } else { ",'" })?;
        for c in value.chars() {
            match c {
                '\'' => f.write_str("''")?,
                '\\' => f.write_str("\\\\")?,
                '\0' => f.write_str("\\0")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        f.write_str("'")?;
    }
    f.write_str(")")
}
