//! A column's mask, prepared for its type.

use becauselog_model::{Cell, Charset, ColumnKind, ColumnShape, TableName};

use super::{
    ColumnRules, Mask,
    choice::ColumnRule,
    hash::{self, HashAlgorithm, HashOf},
};
use crate::{
    debezium::{Converted, declared_length},
    error::Fault,
    image::Render,
    table::Column,
};

/// What is written in place of a column's values.
#[derive(Debug)]
pub(crate) enum Hidden {
    /// Nothing, not even its name.
    Dropped,
    /// The same text always.
    Stars(Box<[u8]>),
    /// The hash of the text.
    Hash { algorithm: HashAlgorithm, salt: String, of: HashOf, length_max: Option<usize> },
    /// The beginning of the text or of the bytes. For bytes: the shape that the cut ones are rendered by.
    Cut { units: usize, bytes: Box<ColumnShape> },
    /// What a converter makes of it, then hidden as others are.
    Converted(Converted, Option<Box<Hidden>>),
}

/// Renders cells of one column by its converter.
struct Converting<'r> {
    converted: &'r Converted,
    render: &'r mut dyn Render,
}

impl Render for Converting<'_> {
    fn push(
        &mut self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        _shape: &ColumnShape,
    ) -> Result<(), Fault> {
        self.render.convert(out, self.converted, cell, column)
    }

    fn diffs(&mut self, out: &mut Vec<u8>, diffs: &[u8]) -> Result<(), Fault> {
        self.render.diffs(out, diffs)
    }

    fn losses(&self) -> u64 {
        self.render.losses()
    }
}

/// A schema's parameter that tells of a mask.
pub(crate) fn schema_parameter(
    rules: &ColumnRules,
    table: &TableName,
    column: &ColumnShape,
) -> Option<(&'static str, String)> {
    match rules.rule(table, &column.name) {
        ColumnRule::Mask(Mask::Stars(_) | Mask::Hash { .. }) => Some(("masked", "true".to_owned())),
        ColumnRule::Mask(Mask::Cut(units)) if may_be_longer(column, *units) => {
            Some(("truncateLength", units.to_string()))
        }
        ColumnRule::Mask(Mask::Cut(_)) | ColumnRule::Keep | ColumnRule::Drop => None,
    }
}

impl Hidden {
    /// What a column's rule comes to for its type; nothing when values are written as they are. The peer masks texts, ENUM and
    /// SET only.
    pub(crate) fn of(rules: &ColumnRules, table: &TableName, column: &ColumnShape) -> Option<Box<Self>> {
        let hidden = match rules.rule(table, &column.name) {
            ColumnRule::Keep => return None,
            ColumnRule::Drop => Self::Dropped,
            ColumnRule::Mask(Mask::Cut(units)) if may_be_longer(column, *units) => {
                Self::Cut { units: *units, bytes: Box::new(cut_shape(column, *units)) }
            }
            ColumnRule::Mask(Mask::Stars(count)) if is_text(&column.kind) => {
                let stars = std::iter::repeat_n(b'*', *count);
                Self::Stars(std::iter::once(b'"').chain(stars).chain([b'"']).collect())
            }
            ColumnRule::Mask(Mask::Hash { algorithm, salt, of }) if is_text(&column.kind) => Self::Hash {
                algorithm: *algorithm,
                salt: salt.clone(),
                of: *of,
                length_max: length(column).filter(|length| *length > 0),
            },
            ColumnRule::Mask(_) => return None,
        };
        Some(Box::new(hidden))
    }

    /// Whether the column is left out.
    pub(crate) fn drops(&self) -> bool {
        match self {
            Self::Converted(_, hidden) => hidden.as_ref().is_some_and(|hidden| hidden.drops()),
            other => matches!(other, Self::Dropped),
        }
    }

    /// What its converter makes of the column, if it has one.
    pub(crate) const fn converted(&self) -> Option<&Converted> {
        match self {
            Self::Converted(converted, _) => Some(converted),
            _ => None,
        }
    }

    /// Appends what stands in a key: nothing but a converter counts there.
    pub(crate) fn push_in_key(
        &self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
        render: &mut dyn Render,
    ) -> Result<(), Fault> {
        match self.converted() {
            Some(converted) => render.convert(out, converted, cell, column),
            None => render.push(out, cell, column, shape),
        }
    }

    /// Appends what stands in place of a cell.
    pub(crate) fn push(
        &self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
        render: &mut dyn Render,
    ) -> Result<(), Fault> {
        match (self, cell) {
            (Self::Dropped, _) => Ok(()),
            (Self::Converted(converted, None), cell) => render.convert(out, converted, cell, column),
            (Self::Converted(converted, Some(hidden)), cell) => {
                hidden.push(out, cell, column, shape, &mut Converting { converted, render })
            }
            (Self::Stars(text), _) => {
                out.extend_from_slice(text);
                Ok(())
            }
            (Self::Cut { units, bytes }, Cell::Binary(all)) if render.binary_is_bytes() => {
                let cut = all.get(..*units).unwrap_or(all);
                render.push(out, &Cell::Binary(cut), column, bytes)
            }
            (Self::Cut { units, .. }, cell) => {
                let start = out.len();
                render.push(out, cell, column, shape)?;
                if render.is_text(cell) {
                    cut(out, start, *units);
                }
                Ok(())
            }
            (Self::Hash { algorithm, salt, of, length_max }, cell) => {
                let start = out.len();
                render.push(out, cell, column, shape)?;
                let rendered = out.split_off(start);
                let Some(text) = inside(&rendered) else {
                    out.extend(rendered);
                    return Ok(());
                };
                let units: Vec<u16> = Units(text).map(|(unit, _)| unit).collect();
                out.push(b'"');
                hash::push(out, *algorithm, salt, *of, &units, *length_max);
                out.push(b'"');
                Ok(())
            }
        }
    }
}

/// What stands between the quotes of a JSON string; nothing for any other value.
fn inside(json: &[u8]) -> Option<&[u8]> {
    json.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Cuts the JSON string that begins at `start`, if it is one.
fn cut(out: &mut Vec<u8>, start: usize, units_max: usize) {
    let Some(text) = out.get(start..).and_then(inside) else { return };
    if text.len() <= units_max {
        return;
    }
    let taken: usize = Units(text).take(units_max).map(|(_, bytes)| bytes).sum();
    out.truncate(start.saturating_add(1).saturating_add(taken));
    out.push(b'"');
}

/// The UTF-16 units of a JSON string, each with how many bytes it takes there. What is beyond U+FFFF is always written as two
/// escaped surrogates.
struct Units<'a>(&'a [u8]);

impl Iterator for Units<'_> {
    type Item = (u16, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let first = *self.0.first()?;
        let (unit, bytes) = match (first, self.0.get(1)) {
            (b'\\', Some(b'u')) => (hexadecimal(self.0.get(2..6)?), 6),
            (b'\\', Some(escaped)) => (unescaped(*escaped), 2),
            (first, _) => {
                let bytes = if first < 0x80 { 1 } else { usize::try_from(first.leading_ones()).ok()? };
                let character = str::from_utf8(self.0.get(..bytes)?).ok()?.chars().next()?;
                (u16::try_from(u32::from(character)).unwrap_or(0xfffd), bytes)
            }
        };
        self.0 = self.0.get(bytes..)?;
        Some((unit, bytes))
    }
}

fn hexadecimal(digits: &[u8]) -> u16 {
    str::from_utf8(digits).ok().and_then(|text| u16::from_str_radix(text, 16).ok()).unwrap_or(0xfffd)
}

fn unescaped(byte: u8) -> u16 {
    match byte {
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'f' => 12,
        b'r' => 13,
        other => other.into(),
    }
}

const fn is_text(kind: &ColumnKind) -> bool {
    matches!(
        kind,
        ColumnKind::Char { .. }
            | ColumnKind::VarChar { .. }
            | ColumnKind::Text { .. }
            | ColumnKind::Enum { .. }
            | ColumnKind::Set { .. }
    )
}

fn may_be_longer(column: &ColumnShape, units: usize) -> bool {
    length(column).is_none_or(|length| length > units)
}

/// A column's length as the peer has it from its definition; nothing where a definition has none.
fn length(column: &ColumnShape) -> Option<usize> {
    let kind = &column.kind;
    if let Some(declared) = &column.declared {
        return declared_length(declared)?.parse().ok();
    }
    let length = match kind {
        ColumnKind::Char { bytes_max, charset } | ColumnKind::VarChar { bytes_max, charset } => {
            bytes_max.checked_div(bytes_per_character(*charset))?
        }
        ColumnKind::Binary { length } => *length,
        ColumnKind::VarBinary { bytes_max } => *bytes_max,
        ColumnKind::Bit { width } => (*width).into(),
        ColumnKind::Decimal { precision, .. } => (*precision).into(),
        ColumnKind::Time { fsp } | ColumnKind::Datetime { fsp } | ColumnKind::Timestamp { fsp }
            if *fsp > 0 =>
        {
            (*fsp).into()
        }
        ColumnKind::Enum { .. } => 1,
        // As many texts, and commas between them.
        ColumnKind::Set { values } => return Some(values.len().saturating_mul(2).saturating_sub(1)),
        _ => return None,
    };
    usize::try_from(length).ok()
}

/// The most bytes of a character. `utf8mb3` and `ascii` are told from `utf8mb4` by nothing in a shape: they count as it.
const fn bytes_per_character(charset: Charset) -> u32 {
    match charset {
        Charset::Utf8 | Charset::Utf16 | Charset::Utf16le | Charset::Utf32 | Charset::Gb18030 => 4,
        Charset::Ujis | Charset::Eucjpms => 3,
        Charset::Ucs2
        | Charset::Big5
        | Charset::Cp932
        | Charset::Euckr
        | Charset::Gb2312
        | Charset::Gbk
        | Charset::Sjis => 2,
        _ => 1,
    }
}

/// A BINARY that is cut has no more bytes to be filled up to.
fn cut_shape(column: &ColumnShape, bytes: usize) -> ColumnShape {
    let kind = match &column.kind {
        ColumnKind::Binary { length } => {
            ColumnKind::Binary { length: (*length).min(u32::try_from(bytes).unwrap_or(u32::MAX)) }
        }
        other => other.clone(),
    };
    ColumnShape { kind, ..column.clone() }
}
