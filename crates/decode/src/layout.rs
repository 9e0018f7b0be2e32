//! How many bytes each column's value takes: from the table map alone.

use becauselog_model::{Decimal, MappedColumn, TableMap, type_code as code};

use crate::plan::PlanError;

/// The widths of a table's columns: enough to walk over rows without knowing what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    widths: Box<[Width]>,
    /// The same for images that have every column: neighbours of fixed widths are one step.
    steps: Box<[Step]>,
    json_columns: usize,
}

/// So many bytes, then a value that says how long it is; `None` at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    fixed: usize,
    then: Option<Width>,
}

/// How a value says how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Always so many bytes.
    Fixed(u8),
    /// A length of one byte, then as many bytes.
    Prefix1,
    /// A length of two bytes, little-endian, then as many bytes.
    Prefix2,
    /// A length of three bytes, little-endian, then as many bytes.
    Prefix3,
    /// A length of four bytes, little-endian, then as many bytes.
    Prefix4,
}

impl Layout {
    /// The widths that a table map tells.
    ///
    /// # Errors
    /// A column has a type, or a type's metadata, that no supported server logs.
    pub fn compile(map: &TableMap) -> Result<Self, PlanError> {
        let widths = map.columns.iter().enumerate().map(|(column, mapped)| {
            Width::of(mapped).ok_or(PlanError::UnknownType {
                column,
                type_code: mapped.type_code,
                meta: mapped.meta,
            })
        });
        let widths: Box<[Width]> = widths.collect::<Result<_, _>>()?;
        Ok(Self { steps: steps(&widths), widths, json_columns: count_json(map) })
    }

    /// What stands after the values of all columns, where none is absent or NULL; nothing when the bytes end before.
    #[inline]
    pub(crate) fn skip_all<'a>(&self, mut rest: &'a [u8]) -> Option<&'a [u8]> {
        for step in &self.steps {
            rest = rest.get(step.fixed..)?;
            if let Some(width) = step.then {
                rest = width.skip(rest)?;
            }
        }
        Some(rest)
    }

    /// How many columns the table map has.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.widths.len()
    }

    pub(crate) const fn widths(&self) -> &[Width] {
        &self.widths
    }

    /// JSON columns have a bit each in partial updates.
    pub(crate) const fn json_columns(&self) -> usize {
        self.json_columns
    }
}

fn steps(widths: &[Width]) -> Box<[Step]> {
    let mut steps = Vec::new();
    let mut fixed = 0_usize;
    for width in widths {
        if let Width::Fixed(len) = width {
            fixed = fixed.saturating_add(usize::from(*len));
        } else {
            steps.push(Step { fixed: std::mem::take(&mut fixed), then: Some(*width) });
        }
    }
    if fixed > 0 {
        steps.push(Step { fixed, then: None });
    }
    steps.into()
}

fn count_json(map: &TableMap) -> usize {
    map.columns.iter().filter(|column| column.type_code == code::JSON).count()
}

impl Width {
    /// The width of a column's values; nothing for types that no supported server logs.
    pub fn of(mapped: &MappedColumn) -> Option<Self> {
        let meta = mapped.meta;
        let [high, low] = meta.to_be_bytes();
        Some(match mapped.type_code {
            code::TINY | code::YEAR => Self::Fixed(1),
            code::SHORT => Self::Fixed(2),
            code::INT24 | code::DATE | code::NEWDATE | code::TIME => Self::Fixed(3),
            code::LONG | code::FLOAT | code::TIMESTAMP => Self::Fixed(4),
            code::LONGLONG | code::DOUBLE | code::DATETIME => Self::Fixed(8),
            code::NEWDECIMAL => Self::Fixed(u8::try_from(Decimal::stored_len(high, low)?).ok()?),
            code::BIT => Self::Fixed(bit_bytes(meta)?),
            code::TIMESTAMP2 => Self::with_fraction(4, meta)?,
            code::DATETIME2 => Self::with_fraction(5, meta)?,
            code::TIME2 => Self::with_fraction(3, meta)?,
            code::ENUM if matches!(meta, 1 | 2) => Self::Fixed(low),
            code::SET if matches!(meta, 1..=4 | 8) => Self::Fixed(low),
            code::VARCHAR | code::VAR_STRING | code::STRING | code::VARCHAR_COMPRESSED if meta > 255 => {
                Self::Prefix2
            }
            code::VARCHAR | code::VAR_STRING | code::STRING | code::VARCHAR_COMPRESSED => Self::Prefix1,
            code::TINY_BLOB
            | code::BLOB
            | code::MEDIUM_BLOB
            | code::LONG_BLOB
            | code::JSON
            | code::GEOMETRY
            | code::VECTOR
            | code::BLOB_COMPRESSED => Self::prefix(meta)?,
            _ => return None,
        })
    }

    fn with_fraction(whole: u8, fsp: u16) -> Option<Self> {
        Some(Self::Fixed(whole.checked_add(fraction_bytes(fsp)?)?))
    }

    const fn prefix(length_bytes: u16) -> Option<Self> {
        Some(match length_bytes {
            1 => Self::Prefix1,
            2 => Self::Prefix2,
            3 => Self::Prefix3,
            4 => Self::Prefix4,
            _ => return None,
        })
    }

    /// What stands after a value of this width; nothing when the bytes end inside it.
    #[inline]
    pub fn skip(self, bytes: &[u8]) -> Option<&[u8]> {
        let (len, rest) = self.content_len(bytes)?;
        rest.get(len..)
    }

    /// The value's content without its length, and what stands after it.
    #[inline]
    pub fn split(self, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let (len, rest) = self.content_len(bytes)?;
        rest.split_at_checked(len)
    }

    /// Appends a value's content behind its length; false where the length does not fit.
    pub fn put(self, out: &mut Vec<u8>, content: &[u8]) -> bool {
        let (length_bytes, longest) = match self {
            Self::Fixed(_) => return false,
            Self::Prefix1 => (1, usize::from(u8::MAX)),
            Self::Prefix2 => (2, usize::from(u16::MAX)),
            Self::Prefix3 => (3, 0x00ff_ffff),
            Self::Prefix4 => (4, usize::MAX),
        };
        let Ok(len) = u32::try_from(content.len()) else { return false };
        if content.len() > longest {
            return false;
        }
        out.extend(len.to_le_bytes().iter().take(length_bytes));
        out.extend_from_slice(content);
        true
    }

    #[inline]
    fn content_len(self, bytes: &[u8]) -> Option<(usize, &[u8])> {
        Some(match self {
            Self::Fixed(len) => (usize::from(len), bytes),
            Self::Prefix1 => {
                let (len, rest) = bytes.split_first()?;
                (usize::from(*len), rest)
            }
            Self::Prefix2 => {
                let (len, rest) = bytes.split_first_chunk::<2>()?;
                (usize::from(u16::from_le_bytes(*len)), rest)
            }
            Self::Prefix3 => {
                let ([a, b, c], rest) = bytes.split_first_chunk::<3>()?;
                (usize::try_from(u32::from_le_bytes([*a, *b, *c, 0])).ok()?, rest)
            }
            Self::Prefix4 => {
                let (len, rest) = bytes.split_first_chunk::<4>()?;
                (usize::try_from(u32::from_le_bytes(*len)).ok()?, rest)
            }
        })
    }
}

/// How many bytes a fraction of `fsp` digits takes; nothing above six digits.
pub const fn fraction_bytes(fsp: u16) -> Option<u8> {
    Some(match fsp {
        0 => 0,
        1 | 2 => 1,
        3 | 4 => 2,
        5 | 6 => 3,
        _ => return None,
    })
}

/// BIT's metadata is `whole bytes << 8 | bits left over`.
const fn bit_bytes(meta: u16) -> Option<u8> {
    let [whole, over] = meta.to_be_bytes();
    match (whole, over) {
        (0, 1..=7) => Some(1),
        (1..=7, 1..=7) => whole.checked_add(1),
        (1..=8, 0) => Some(whole),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plan::tests::column;

    #[test]
    fn a_bit_column_takes_the_bytes_of_its_width() {
        let bytes: Vec<_> = (1..=64u16).map(|width| bit_bytes(width / 8 * 256 + width % 8)).collect();
        let wanted: Vec<_> = (1..=64u8).map(|width| Some(width.div_ceil(8))).collect();
        assert_eq!(bytes, wanted);
        assert_eq!(bit_bytes(0), None);
        assert_eq!(bit_bytes(0x0801), None);
    }

    #[test]
    fn a_string_above_255_bytes_has_two_length_bytes() {
        assert_eq!(Width::of(&column(code::STRING, 255)), Some(Width::Prefix1));
        assert_eq!(Width::of(&column(code::STRING, 1020)), Some(Width::Prefix2));
        assert_eq!(Width::of(&column(code::VARCHAR, 256)), Some(Width::Prefix2));
    }

    #[test]
    fn an_unknown_type_is_an_error_and_not_a_guess() {
        for (type_code, meta) in
            [(0, 0), (6, 0), (20, 0), (139, 0), (140, 5), (code::TIME2, 7), (code::BLOB, 5)]
        {
            assert_eq!(Width::of(&column(type_code, meta)), None, "{type_code}");
        }
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused() {
        assert_eq!(Width::Prefix3.split(&[2, 0, 0, 7, 8, 9]), Some((&[7, 8][..], &[9][..])));
        assert_eq!(Width::Prefix4.skip(&[0xff, 0xff, 0xff, 0xff, 1]), None);
        assert_eq!(Width::Prefix2.skip(&[1]), None);
        assert_eq!(Width::Fixed(3).skip(&[1, 2]), None);
    }
}
