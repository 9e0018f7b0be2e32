//! The columns' types: what stands in every table map.

use becauselog_model::MappedColumn;

use crate::event::{EventError, EventKind, Fields};

/// Field type codes (`enum_field_types`) that the log treats in a way of their own.
pub(super) mod code {
    pub(crate) const TINY: u8 = 1;
    pub(crate) const SHORT: u8 = 2;
    pub(crate) const LONG: u8 = 3;
    pub(crate) const FLOAT: u8 = 4;
    pub(crate) const DOUBLE: u8 = 5;
    pub(crate) const LONGLONG: u8 = 8;
    pub(crate) const INT24: u8 = 9;
    pub(crate) const YEAR: u8 = 13;
    pub(crate) const VARCHAR: u8 = 15;
    pub(crate) const BIT: u8 = 16;
    pub(crate) const TIMESTAMP2: u8 = 17;
    pub(crate) const DATETIME2: u8 = 18;
    pub(crate) const TIME2: u8 = 19;
    pub(crate) const TYPED_ARRAY: u8 = 20;
    pub(crate) const BLOB_COMPRESSED: u8 = 140;
    pub(crate) const VARCHAR_COMPRESSED: u8 = 141;
    pub(crate) const VECTOR: u8 = 242;
    pub(crate) const JSON: u8 = 245;
    pub(crate) const NEWDECIMAL: u8 = 246;
    pub(crate) const ENUM: u8 = 247;
    pub(crate) const SET: u8 = 248;
    pub(crate) const TINY_BLOB: u8 = 249;
    pub(crate) const MEDIUM_BLOB: u8 = 250;
    pub(crate) const LONG_BLOB: u8 = 251;
    pub(crate) const BLOB: u8 = 252;
    pub(crate) const VAR_STRING: u8 = 253;
    pub(crate) const STRING: u8 = 254;
    pub(crate) const GEOMETRY: u8 = 255;
}

/// The two bits by which a CHAR or BINARY hides bits 8 and 9 of its length in the real type's byte.
const LENGTH_BITS: u8 = 0x30;

/// Reads types, metadata and the null bitmap (lowest bit first) into columns.
pub(super) fn read_columns(
    types: &[u8],
    metadata: &[u8],
    nullable: &[u8],
) -> Result<Vec<MappedColumn>, EventError> {
    let mut metadata = Fields::new(EventKind::TABLE_MAP, metadata);
    let mut columns = Vec::with_capacity(types.len());
    for (index, type_code) in types.iter().enumerate() {
        let (type_code, meta) = read_meta(*type_code, &mut metadata)?;
        columns.push(super::bare_column(type_code, meta, bit_from_low(nullable, index)));
    }
    if metadata.is_done() { Ok(columns) } else { Err(metadata.error("more type metadata than columns")) }
}

/// The real type and its metadata, in the form that [`MappedColumn::meta`] promises.
fn read_meta(type_code: u8, metadata: &mut Fields<'_>) -> Result<(u8, u16), EventError> {
    let meta = match type_code {
        code::STRING | code::ENUM | code::SET => return read_string_meta(type_code, metadata),
        code::FLOAT | code::DOUBLE | code::TIMESTAMP2 | code::DATETIME2 | code::TIME2 => {
            u16::from(metadata.u8()?)
        }
        code::TINY_BLOB..=code::BLOB | code::JSON | code::GEOMETRY | code::VECTOR | code::BLOB_COMPRESSED => {
            u16::from(metadata.u8()?)
        }
        code::VARCHAR | code::VAR_STRING | code::BIT | code::VARCHAR_COMPRESSED => metadata.u16()?,
        code::NEWDECIMAL => u16::from_be_bytes(metadata.array()?),
        code::TYPED_ARRAY => return Err(metadata.error("an array column (of an index over JSON values)")),
        // Integers, YEAR, DATE and the times without fractions of before 5.6.
        0..=3 | 6..=14 | 244 => 0,
        _ => return Err(metadata.error("a column type that no server has")),
    };
    Ok((type_code, meta))
}

/// CHAR and BINARY with their length, or ENUM and SET with the bytes that a value takes.
fn read_string_meta(type_code: u8, metadata: &mut Fields<'_>) -> Result<(u8, u16), EventError> {
    let [real, length] = metadata.array()?;
    if real == 0 {
        return Ok((type_code, u16::from(length)));
    }
    if real & LENGTH_BITS != LENGTH_BITS {
        let high = u16::from(real & LENGTH_BITS ^ LENGTH_BITS) << 4;
        return Ok((real | LENGTH_BITS, u16::from(length) | high));
    }
    match real {
        code::ENUM | code::SET | code::STRING => Ok((real, u16::from(length))),
        code::VAR_STRING => Ok((code::STRING, u16::from(length))),
        _ => Err(metadata.error("a text column of an unknown real type")),
    }
}

/// A bit of a bitmap that is filled from the lowest bit on.
fn bit_from_low(bitmap: &[u8], index: usize) -> bool {
    let byte = bitmap.get(index >> 3).copied().unwrap_or_default();
    byte >> (index & 7) & 1 == 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(type_code: u8, metadata: &[u8]) -> Result<(u8, u16), EventError> {
        let columns = read_columns(&[type_code], metadata, &[0])?;
        Ok((columns[0].type_code, columns[0].meta))
    }

    #[test]
    fn the_real_type_of_an_enum_stands_behind_string() {
        assert_eq!(one(254, &[247, 1]), Ok((247, 1)));
        assert_eq!(one(254, &[248, 8]), Ok((248, 8)));
    }

    #[test]
    fn a_char_of_more_than_255_bytes_hides_length_bits_in_its_type() {
        // CHAR(255) utf8mb4: 1020 bytes.
        assert_eq!(one(254, &[0xce, 0xfc]), Ok((254, 1020)));
        assert_eq!(one(254, &[0xee, 0x00]), Ok((254, 256)));
        assert_eq!(one(254, &[0xfe, 0x10]), Ok((254, 16)));
    }

    #[test]
    fn decimal_and_bit_have_their_documented_order() {
        assert_eq!(one(246, &[10, 2]), Ok((246, 10 << 8 | 2)));
        assert_eq!(one(16, &[3, 1]), Ok((16, 1 << 8 | 3)));
    }

    #[test]
    fn types_that_cannot_be_read_are_refused() {
        for refused in [20, 139, 142, 200, 243] {
            assert!(one(refused, &[1, 1]).is_err(), "{refused}");
        }
        assert!(one(3, &[1]).is_err());
        assert!(one(15, &[1]).is_err());
    }
}
