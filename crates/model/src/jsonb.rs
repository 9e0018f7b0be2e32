//! The server's binary JSON: a view that is walked in place.
//!
//! Source: the server's `sql-common/json_binary.h`. Nothing is copied; every offset is checked against the document,
//! and a walker must limit its depth ([`DEPTH_MAX`] is the server's own limit).

mod apply;
mod diff;
mod opaque;
mod path;
mod write;

use thiserror::Error;

pub use apply::apply;
pub use diff::{Diff, Operation, diffs};
pub use opaque::Opaque;

/// The deepest nesting that a server accepts.
pub const DEPTH_MAX: usize = 100;

/// A document that cannot be read.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum JsonbError {
    /// An offset or a length points outside the document.
    #[error("binary JSON ends early or points outside itself")]
    Truncated,
    /// A type byte that no server writes.
    #[error("binary JSON has an unknown type {0:#04x}")]
    UnknownType(u8),
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("binary JSON is nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// A date or time inside it that no server writes.
    #[error("binary JSON has a date or time that is none")]
    BadTime,
    /// An operation of a partial update that no server writes.
    #[error("binary JSON is changed by an unknown operation {0}")]
    UnknownDiff(u8),
    /// The path of a change is none, or names more than one value.
    #[error("binary JSON is changed at a path that is none")]
    BadPath,
    /// A change is of a value that the document does not have, or would make it too large.
    #[error("the changes to a binary JSON document do not fit it")]
    DoesNotFit,
}

/// One value of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer of 16, 32 or 64 bits.
    Int(i64),
    /// An unsigned integer of 16, 32 or 64 bits.
    UInt(u64),
    /// A double.
    Double(f64),
    /// A string in utf8mb4.
    Str(&'a [u8]),
    /// A value of an SQL type that JSON lacks, for [`Opaque::read`]: a decimal, a date, a bit field, binary data…
    Opaque {
        /// The server's field type code, for example 246 for DECIMAL.
        field_type: u8,
        /// The value's bytes as the server packs them for that type.
        bytes: &'a [u8],
    },
    /// An object; members are in the server's order (by length of key, then by bytes).
    Object(Container<'a>),
    /// An array.
    Array(Container<'a>),
}

/// An object or an array: its members are read one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Container<'a> {
    /// From the count on.
    data: &'a [u8],
    count: usize,
    large: bool,
    object: bool,
}

const SMALL_OBJECT: u8 = 0x00;
const LARGE_OBJECT: u8 = 0x01;
const SMALL_ARRAY: u8 = 0x02;
const LARGE_ARRAY: u8 = 0x03;
const LITERAL: u8 = 0x04;
const INT16: u8 = 0x05;
const UINT16: u8 = 0x06;
const INT32: u8 = 0x07;
const UINT32: u8 = 0x08;
const INT64: u8 = 0x09;
const UINT64: u8 = 0x0a;
const DOUBLE: u8 = 0x0b;
const STRING: u8 = 0x0c;
const OPAQUE: u8 = 0x0f;

/// The whole document. A document of no bytes is `null`, as the server reads it.
///
/// # Errors
/// When the first bytes are no document.
pub fn parse(document: &[u8]) -> Result<Value<'_>, JsonbError> {
    match document.split_first() {
        None => Ok(Value::Null),
        Some((kind, rest)) => value_at(*kind, rest),
    }
}

fn array<const N: usize>(data: &[u8]) -> Result<[u8; N], JsonbError> {
    data.first_chunk::<N>().copied().ok_or(JsonbError::Truncated)
}

fn value_at(kind: u8, data: &[u8]) -> Result<Value<'_>, JsonbError> {
    Ok(match kind {
        SMALL_OBJECT => Value::Object(Container::new(data, false, true)?),
        LARGE_OBJECT => Value::Object(Container::new(data, true, true)?),
        SMALL_ARRAY => Value::Array(Container::new(data, false, false)?),
        LARGE_ARRAY => Value::Array(Container::new(data, true, false)?),
        LITERAL => match array::<1>(data)? {
            [0] => Value::Null,
            [1] => Value::Bool(true),
            [2] => Value::Bool(false),
            [other] => return Err(JsonbError::UnknownType(other)),
        },
        INT16 => Value::Int(i16::from_le_bytes(array(data)?).into()),
        UINT16 => Value::UInt(u16::from_le_bytes(array(data)?).into()),
        INT32 => Value::Int(i32::from_le_bytes(array(data)?).into()),
        UINT32 => Value::UInt(u32::from_le_bytes(array(data)?).into()),
        INT64 => Value::Int(i64::from_le_bytes(array(data)?)),
        UINT64 => Value::UInt(u64::from_le_bytes(array(data)?)),
        DOUBLE => Value::Double(f64::from_le_bytes(array(data)?)),
        STRING => Value::Str(sized(data)?),
        OPAQUE => {
            let (field_type, rest) = data.split_first().ok_or(JsonbError::Truncated)?;
            Value::Opaque { field_type: *field_type, bytes: sized(rest)? }
        }
        other => return Err(JsonbError::UnknownType(other)),
    })
}

/// Bytes after a length of seven bits a byte, lowest first, at most five bytes.
fn sized(data: &[u8]) -> Result<&[u8], JsonbError> {
    let mut len: u64 = 0;
    for (i, byte) in data.iter().take(5).enumerate() {
        len |= u64::from(byte & 0x7f) << (7u32.saturating_mul(u32::try_from(i).unwrap_or(0)));
        if byte & 0x80 == 0 {
            let rest = data.get(i.saturating_add(1)..).unwrap_or_default();
            let len = usize::try_from(len).map_err(|_| JsonbError::Truncated)?;
            return rest.get(..len).ok_or(JsonbError::Truncated);
        }
    }
    Err(JsonbError::Truncated)
}

impl<'a> Container<'a> {
    fn new(data: &'a [u8], large: bool, object: bool) -> Result<Self, JsonbError> {
        let mut this = Self { data, count: 0, large, object };
        this.count = this.number(0)?;
        let size = this.number(this.width())?;
        this.data = data.get(..size).ok_or(JsonbError::Truncated)?;
        // All entries must fit: this bounds the count before anybody loops over it.
        this.data.get(..this.entries_end()).ok_or(JsonbError::Truncated)?;
        Ok(this)
    }

    /// How many members it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether it has no member.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The members in order: the key (empty bytes in an array) and the value. Stop at the first error.
    pub fn members(self) -> impl Iterator<Item = Result<(&'a [u8], Value<'a>), JsonbError>> {
        (0..self.count).map(move |index| Ok((self.key(index)?, self.value(index)?)))
    }

    const fn width(&self) -> usize {
        if self.large { 4 } else { 2 }
    }

    const fn key_entry(&self) -> usize {
        if self.object { self.width().saturating_add(2) } else { 0 }
    }

    const fn value_entry(&self) -> usize {
        self.width().saturating_add(1)
    }

    const fn values_start(&self) -> usize {
        self.width().saturating_mul(2).saturating_add(self.count.saturating_mul(self.key_entry()))
    }

    const fn entries_end(&self) -> usize {
        self.values_start().saturating_add(self.count.saturating_mul(self.value_entry()))
    }

    /// A count, size or offset: two or four bytes.
    fn number(&self, at: usize) -> Result<usize, JsonbError> {
        let data = self.data.get(at..).ok_or(JsonbError::Truncated)?;
        if self.large {
            usize::try_from(u32::from_le_bytes(array(data)?)).map_err(|_| JsonbError::Truncated)
        } else {
            Ok(u16::from_le_bytes(array(data)?).into())
        }
    }

    fn key(&self, index: usize) -> Result<&'a [u8], JsonbError> {
        if !self.object {
            return Ok(&[]);
        }
        let entry = self.width().saturating_mul(2).saturating_add(index.saturating_mul(self.key_entry()));
        let start = self.number(entry)?;
        let len_at = self.data.get(entry.saturating_add(self.width())..).ok_or(JsonbError::Truncated)?;
        let len = usize::from(u16::from_le_bytes(array(len_at)?));
        self.data.get(start..start.saturating_add(len)).ok_or(JsonbError::Truncated)
    }

    fn value(&self, index: usize) -> Result<Value<'a>, JsonbError> {
        let entry = self.values_start().saturating_add(index.saturating_mul(self.value_entry()));
        let [kind] = array(self.data.get(entry..).ok_or(JsonbError::Truncated)?)?;
        let inlined =
            matches!(kind, LITERAL | INT16 | UINT16) || self.large && matches!(kind, INT32 | UINT32);
        let place = entry.saturating_add(1);
        let start = if inlined { place } else { self.number(place)? };
        value_at(kind, self.data.get(start..).ok_or(JsonbError::Truncated)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn walk(value: Value<'_>, depth: usize, seen: &mut usize) -> Result<(), JsonbError> {
        *seen += 1;
        if depth > DEPTH_MAX || *seen > 100_000 {
            return Err(JsonbError::TooDeep);
        }
        if let Value::Object(inner) | Value::Array(inner) = value {
            for member in inner.members() {
                walk(member?.1, depth + 1, seen)?;
            }
        }
        Ok(())
    }

    #[test]
    fn reads_an_object_in_place() {
        // {"a": "b"} as the server stores it.
        let document = [0x00, 1, 0, 14, 0, 11, 0, 1, 0, 0x0c, 12, 0, b'a', 1, b'b'];
        let Value::Object(object) = parse(&document).unwrap() else { unreachable!() };
        let members: Vec<_> = object.members().collect();
        assert_eq!(members, [Ok((&b"a"[..], Value::Str(b"b")))]);
        assert_eq!(parse(&[]), Ok(Value::Null));
        assert_eq!(parse(&document[..9]), Err(JsonbError::Truncated));
    }

    proptest! {
        #[test]
        fn never_panics_on_any_bytes(kind in 0u8..16, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let document: Vec<u8> = std::iter::once(kind).chain(bytes).collect();
            if let Ok(value) = parse(&document) {
                let _stops = walk(value, 0, &mut 0).is_ok();
            }
        }
    }
}
