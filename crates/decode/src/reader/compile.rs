//! Which reader a column needs: its bytes by the table map, their meaning by the shape.

use becauselog_model::{ColumnKind as Kind, Decimal, MappedColumn, type_code as code};

use super::Reader;
use crate::layout::{Width, fraction_bytes};

impl Reader {
    /// The reader for a column of this kind that is logged this way; nothing when the two do not belong together.
    pub fn of(mapped: &MappedColumn, kind: &Kind) -> Option<Self> {
        integer(mapped, kind)
            .or_else(|| number(mapped, kind))
            .or_else(|| time(mapped, kind))
            .or_else(|| bytes(mapped, kind))
    }
}

fn integer(mapped: &MappedColumn, kind: &Kind) -> Option<Reader> {
    Some(match (mapped.type_code, kind) {
        (code::TINY, Kind::TinyInt { unsigned: false }) => Reader::TinyInt,
        (code::TINY, Kind::TinyInt { unsigned: true }) => Reader::TinyUInt,
        (code::SHORT, Kind::SmallInt { unsigned: false }) => Reader::SmallInt,
        (code::SHORT, Kind::SmallInt { unsigned: true }) => Reader::SmallUInt,
        (code::INT24, Kind::MediumInt { unsigned: false }) => Reader::MediumInt,
        (code::INT24, Kind::MediumInt { unsigned: true }) => Reader::MediumUInt,
        (code::LONG, Kind::Int { unsigned: false }) => Reader::Int,
        (code::LONG, Kind::Int { unsigned: true }) => Reader::UInt,
        (code::LONGLONG, Kind::BigInt { unsigned: false }) => Reader::BigInt,
        (code::LONGLONG, Kind::BigInt { unsigned: true }) => Reader::BigUInt,
        _ => return None,
    })
}

fn number(mapped: &MappedColumn, kind: &Kind) -> Option<Reader> {
    let [high, low] = mapped.meta.to_be_bytes();
    Some(match (mapped.type_code, kind) {
        (code::FLOAT, Kind::Float) => Reader::Float,
        (code::DOUBLE, Kind::Double) => Reader::Double,
        (code::NEWDECIMAL, Kind::Decimal { precision, scale }) if (high, low) == (*precision, *scale) => {
            let bytes = u8::try_from(Decimal::stored_len(high, low)?).ok()?;
            Reader::Decimal { precision: high, scale: low, bytes }
        }
        (code::BIT, Kind::Bit { width }) if bit_width(mapped.meta) == u16::from(*width) => {
            Reader::Bit { bytes: width.div_ceil(8) }
        }
        (code::YEAR, Kind::Year) => Reader::Year,
        (code::ENUM, Kind::Enum { values }) => {
            Reader::Enum { bytes: low, values: u16::try_from(values.len()).ok()? }
        }
        (code::SET, Kind::Set { values }) if values.len() <= 64 => {
            Reader::Set { bytes: low, values: u8::try_from(values.len()).ok()? }
        }
        _ => return None,
    })
}

fn bit_width(meta: u16) -> u16 {
    let [whole, over] = meta.to_be_bytes();
    u16::from(whole).saturating_mul(8).saturating_add(over.into())
}

fn time(mapped: &MappedColumn, kind: &Kind) -> Option<Reader> {
    let fraction = |fsp: u8| if mapped.meta == u16::from(fsp) { fraction_bytes(mapped.meta) } else { None };
    Some(match (mapped.type_code, kind) {
        (code::DATE | code::NEWDATE, Kind::Date) => Reader::Date,
        (code::TIME2, Kind::Time { fsp }) => Reader::Time { fraction_bytes: fraction(*fsp)? },
        (code::DATETIME2, Kind::Datetime { fsp }) => Reader::Datetime { fraction_bytes: fraction(*fsp)? },
        (code::TIMESTAMP2, Kind::Timestamp { fsp }) => Reader::Timestamp { fraction_bytes: fraction(*fsp)? },
        (code::TIME, Kind::Time { fsp: 0 }) => Reader::OldTime,
        (code::DATETIME, Kind::Datetime { fsp: 0 }) => Reader::OldDatetime,
        (code::TIMESTAMP, Kind::Timestamp { fsp: 0 }) => Reader::OldTimestamp,
        _ => return None,
    })
}

fn bytes(mapped: &MappedColumn, kind: &Kind) -> Option<Reader> {
    let width = Width::of(mapped)?;
    let string = matches!(mapped.type_code, code::STRING | code::VARCHAR | code::VAR_STRING);
    let blob = matches!(mapped.type_code, code::TINY_BLOB | code::BLOB | code::MEDIUM_BLOB | code::LONG_BLOB);
    Some(match (mapped.type_code, kind) {
        (_, Kind::Char { charset, .. } | Kind::VarChar { charset, .. }) if string => {
            Reader::Text { width, charset: *charset }
        }
        (_, Kind::Text { charset, .. }) if blob => Reader::Text { width, charset: *charset },
        (_, Kind::Binary { .. } | Kind::VarBinary { .. }) if string => Reader::Binary { width },
        (_, Kind::Blob { .. }) if blob => Reader::Binary { width },
        (code::STRING, Kind::MariaDb(kind)) if mapped.meta == u16::from(kind.length()) => {
            Reader::MariaDb { kind: *kind }
        }
        (code::JSON, Kind::Json) => Reader::Json { width },
        (code::GEOMETRY, Kind::Geometry { .. }) => Reader::Geometry { width },
        (code::VECTOR, Kind::Vector { .. }) => Reader::Vector { width },
        _ => return None,
    })
}
