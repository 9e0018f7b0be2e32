//! Types as people write them, for messages.

use becauselog_model::{ColumnKind as Kind, MappedColumn, type_code as code};

/// A column's type as the log tells it.
pub fn mapped(column: &MappedColumn) -> String {
    let meta = column.meta;
    let [high, low] = meta.to_be_bytes();
    match column.type_code {
        code::TINY => "TINYINT".into(),
        code::SHORT => "SMALLINT".into(),
        code::INT24 => "MEDIUMINT".into(),
        code::LONG => "INT".into(),
        code::LONGLONG => "BIGINT".into(),
        code::FLOAT => "FLOAT".into(),
        code::DOUBLE => "DOUBLE".into(),
        code::NEWDECIMAL => format!("DECIMAL({high},{low})"),
        code::BIT => format!("BIT({})", u32::from(high).saturating_mul(8).saturating_add(low.into())),
        code::YEAR => "YEAR".into(),
        code::DATE | code::NEWDATE => "DATE".into(),
        code::TIME | code::TIME2 => format!("TIME({meta})"),
        code::DATETIME | code::DATETIME2 => format!("DATETIME({meta})"),
        code::TIMESTAMP | code::TIMESTAMP2 => format!("TIMESTAMP({meta})"),
        code::STRING => format!("CHAR or BINARY of {meta} bytes"),
        code::VARCHAR | code::VAR_STRING => format!("VARCHAR or VARBINARY of {meta} bytes"),
        code::ENUM => format!("ENUM of {meta} bytes"),
        code::SET => format!("SET of {meta} bytes"),
        code::JSON => "JSON".into(),
        code::GEOMETRY => "GEOMETRY".into(),
        code::VECTOR => "VECTOR".into(),
        code::TINY_BLOB | code::BLOB | code::MEDIUM_BLOB | code::LONG_BLOB => {
            format!("TEXT or BLOB with a length of {meta} bytes")
        }
        other => format!("type {other}"),
    }
}

/// A column's type as the shape has it.
pub fn kind(kind: &Kind) -> String {
    match kind {
        Kind::TinyInt { .. } => "TINYINT".into(),
        Kind::SmallInt { .. } => "SMALLINT".into(),
        Kind::MediumInt { .. } => "MEDIUMINT".into(),
        Kind::Int { .. } => "INT".into(),
        Kind::BigInt { .. } => "BIGINT".into(),
        Kind::Float => "FLOAT".into(),
        Kind::Double => "DOUBLE".into(),
        Kind::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
        Kind::Bit { width } => format!("BIT({width})"),
        Kind::Year => "YEAR".into(),
        Kind::Date => "DATE".into(),
        Kind::Time { fsp } => format!("TIME({fsp})"),
        Kind::Datetime { fsp } => format!("DATETIME({fsp})"),
        Kind::Timestamp { fsp } => format!("TIMESTAMP({fsp})"),
        Kind::Char { bytes_max, .. } => format!("CHAR of {bytes_max} bytes"),
        Kind::VarChar { bytes_max, .. } => format!("VARCHAR of {bytes_max} bytes"),
        Kind::Text { length_bytes, .. } => format!("TEXT with a length of {length_bytes} bytes"),
        Kind::Binary { length } => format!("BINARY of {length} bytes"),
        Kind::VarBinary { bytes_max } => format!("VARBINARY of {bytes_max} bytes"),
        Kind::Blob { length_bytes } => format!("BLOB with a length of {length_bytes} bytes"),
        Kind::Enum { values } => format!("ENUM of {} texts", values.len()),
        Kind::Set { values } => format!("SET of {} texts", values.len()),
        Kind::Json => "JSON".into(),
        Kind::Geometry { .. } => "GEOMETRY".into(),
        Kind::Vector { .. } => "VECTOR".into(),
        Kind::MariaDb(kind) => kind.name().to_ascii_uppercase(),
    }
}
