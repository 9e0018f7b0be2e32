//! Which numeric columns are unsigned: a bit for each column that can be, the highest of a byte first.
//!
//! Whether YEAR has a bit differs: on MySQL 8.0.12 and 8.0.19 it has none, on 8.0.29, 9.7 and on MariaDB it has one, always
//! set (seen in recorded logs). Between 8.0.20 and 8.0.28 the bits themselves tell: a YEAR whose bit is not set has none.

use becauselog_model::MappedColumn;

use super::{column_type::code, optional::bit_from_high};
use crate::event::{EventError, Fields, FormatDescription};

/// The first version of MySQL on which YEAR may have a bit.
const YEAR_MAY_HAVE_BIT: [u32; 3] = [8, 0, 20];

/// Reads the bits into the columns. YEAR gets none of them: it is what it is.
pub(super) fn read(
    format: Option<&FormatDescription>,
    value: &mut Fields<'_>,
    columns: &mut [MappedColumn],
) -> Result<(), EventError> {
    let bits = value.rest();
    let with_year = year_has_bit(format, bits, columns);
    let count = columns.iter().filter(|column| is_number(column) || with_year && is_year(column)).count();
    if bits.len() != count.div_ceil(8) {
        return Err(value.error("another number of signedness bits than of numeric columns"));
    }
    let mut index = 0usize;
    for column in columns {
        if is_number(column) {
            column.unsigned = Some(bit_from_high(bits, index));
        } else if !(with_year && is_year(column)) {
            continue;
        }
        index = index.saturating_add(1);
    }
    Ok(())
}

fn is_number(column: &MappedColumn) -> bool {
    let integer =
        matches!(column.type_code, code::TINY | code::SHORT | code::INT24 | code::LONG | code::LONGLONG);
    integer || matches!(column.type_code, code::NEWDECIMAL | code::FLOAT | code::DOUBLE)
}

fn is_year(column: &MappedColumn) -> bool {
    column.type_code == code::YEAR
}

/// Whether the columns' YEARs have a bit.
fn year_has_bit(format: Option<&FormatDescription>, bits: &[u8], columns: &[MappedColumn]) -> bool {
    if let Some(format) = format {
        if format.is_mariadb() {
            return true;
        }
        if format.version_numbers() < YEAR_MAY_HAVE_BIT {
            return false;
        }
    }
    let counted = columns.iter().filter(|column| is_number(column) || is_year(column));
    let mut years = counted.enumerate().filter(|(_, column)| is_year(column));
    years.all(|(index, _)| bit_from_high(bits, index))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::EventKind;

    /// What is read for a signed INT, a YEAR, a signed INT and an unsigned INT.
    fn read_bits(format: Option<&FormatDescription>, bits: u8) -> Vec<Option<bool>> {
        let columns = [code::LONG, code::YEAR, code::LONG, code::LONG];
        let mut columns = columns.map(|type_code| super::super::bare_column(type_code, 0, false)).to_vec();
        read(format, &mut Fields::new(EventKind::TABLE_MAP, &[bits]), &mut columns).unwrap();
        columns.iter().map(|column| column.unsigned).collect()
    }

    fn version(text: &str) -> FormatDescription {
        let mut body = vec![4, 0];
        body.extend(text.as_bytes());
        body.resize(52, 0);
        body.extend([0, 0, 0, 0, 19, 1]);
        FormatDescription::parse(&body).unwrap()
    }

    #[test]
    fn year_has_a_bit_or_none_by_version_and_by_the_bits() {
        let expected = vec![Some(false), None, Some(false), Some(true)];
        assert_eq!(read_bits(Some(&version("8.0.12")), 0b0010_0000), expected);
        assert_eq!(read_bits(Some(&version("8.0.22")), 0b0010_0000), expected);
        assert_eq!(read_bits(Some(&version("8.0.22")), 0b0101_0000), expected);
        assert_eq!(read_bits(Some(&version("9.7.4")), 0b0101_0000), expected);
        assert_eq!(read_bits(Some(&version("10.11.19-MariaDB")), 0b0101_0000), expected);
        assert_eq!(read_bits(None, 0b0101_0000), expected);
    }

    #[test]
    fn a_bitmap_of_another_length_is_refused() {
        let mut columns = vec![super::super::bare_column(code::LONG, 0, false)];
        for bits in [&[][..], &[0, 0][..]] {
            let value = &mut Fields::new(EventKind::TABLE_MAP, bits);
            assert!(read(Some(&version("9.7.4")), value, &mut columns).is_err());
        }
    }
}
