//! One column's value from its bytes: which ways of reading there are, and which one a column needs.

mod compile;
mod temporal;

use std::convert::Infallible;

use becauselog_model::{Cell, CellError, Charset, Decimal, MariaDbType};

use crate::layout::Width;

/// How one column is read: eight bytes, so that a wide table's plan stays in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    TinyInt,
    TinyUInt,
    SmallInt,
    SmallUInt,
    MediumInt,
    MediumUInt,
    Int,
    UInt,
    BigInt,
    BigUInt,
    Float,
    Double,
    Decimal { precision: u8, scale: u8, bytes: u8 },
    Bit { bytes: u8 },
    Year,
    Date,
    Time { fraction_bytes: u8 },
    Datetime { fraction_bytes: u8 },
    Timestamp { fraction_bytes: u8 },
    OldTime,
    OldDatetime,
    OldTimestamp,
    Text { width: Width, charset: Charset },
    Binary { width: Width },
    Enum { bytes: u8, values: u16 },
    Set { bytes: u8, values: u8 },
    Json { width: Width },
    Geometry { width: Width },
    Vector { width: Width },
    MariaDb { kind: MariaDbType },
}

/// Why a value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end inside it.
    Truncated,
    /// The bytes are no value of the type.
    Invalid(&'static str),
}

impl Fault {
    /// The error that it is in a column.
    pub const fn at(self, column: usize) -> CellError {
        match self {
            Self::Truncated => CellError::Truncated { column },
            Self::Invalid(what) => CellError::Invalid { column, what },
        }
    }
}

/// Takes the first `N` bytes.
#[inline]
fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Fault> {
    let (chunk, rest) = bytes.split_first_chunk::<N>().ok_or(Fault::Truncated)?;
    *bytes = rest;
    Ok(*chunk)
}

/// Takes the first `len` bytes.
#[inline]
fn take_slice<'a>(bytes: &mut &'a [u8], len: u8) -> Result<&'a [u8], Fault> {
    let (value, rest) = bytes.split_at_checked(usize::from(len)).ok_or(Fault::Truncated)?;
    *bytes = rest;
    Ok(value)
}

/// Takes a length and as many bytes.
#[inline]
fn take_sized<'a>(bytes: &mut &'a [u8], width: Width) -> Result<&'a [u8], Fault> {
    let (value, rest) = width.split(bytes).ok_or(Fault::Truncated)?;
    *bytes = rest;
    Ok(value)
}

#[inline]
fn take_i24(bytes: &mut &[u8]) -> Result<i64, Fault> {
    let [a, b, c] = take(bytes)?;
    Ok((i32::from_le_bytes([0, a, b, c]) >> 8).into())
}

#[inline]
fn take_u24(bytes: &mut &[u8]) -> Result<u64, Fault> {
    let [a, b, c] = take(bytes)?;
    Ok(u32::from_le_bytes([a, b, c, 0]).into())
}

/// Takes values where they are read: what is done with one is compiled into the branch that reads its type.
pub trait Taker<'a> {
    /// Why it stops.
    type Error;

    /// Takes a value.
    fn take(&mut self, cell: Cell<'a>) -> Result<(), Self::Error>;
}

/// Why a value was not taken.
#[derive(Debug)]
pub enum Stop<E> {
    /// It cannot be read.
    Fault(Fault),
    /// The taker stopped.
    Taker(E),
}

impl<E> From<Fault> for Stop<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Keeps the value.
struct Kept<'a>(Option<Cell<'a>>);

impl<'a> Taker<'a> for Kept<'a> {
    type Error = Infallible;

    #[expect(clippy::inline_always, reason = "else the value is built, then copied, for every type")]
    #[inline(always)]
    fn take(&mut self, cell: Cell<'a>) -> Result<(), Infallible> {
        self.0 = Some(cell);
        Ok(())
    }
}

impl Reader {
    /// Takes this column's value, which is not NULL, from the front of the bytes.
    #[inline]
    pub fn read<'a>(self, bytes: &mut &'a [u8]) -> Result<Cell<'a>, Fault> {
        let mut kept = Kept(None);
        match self.hand(bytes, &mut kept) {
            Ok(()) => kept.0.ok_or(Fault::Invalid("no value")),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Taker(never)) => match never {},
        }
    }

    /// Takes this column's value, which is not NULL, from the front of the bytes, and hands it on where it was read.
    #[expect(clippy::inline_always, reason = "the walk over a row is one loop over its readers")]
    #[inline(always)]
    pub fn hand<'a, T: Taker<'a>>(self, bytes: &mut &'a [u8], to: &mut T) -> Result<(), Stop<T::Error>> {
        let taken = match self {
            Self::TinyInt => to.take(Cell::Int(i8::from_le_bytes(take(bytes)?).into())),
            Self::TinyUInt => to.take(Cell::UInt(u8::from_le_bytes(take(bytes)?).into())),
            Self::SmallInt => to.take(Cell::Int(i16::from_le_bytes(take(bytes)?).into())),
            Self::SmallUInt => to.take(Cell::UInt(u16::from_le_bytes(take(bytes)?).into())),
            Self::MediumInt => to.take(Cell::Int(take_i24(bytes)?)),
            Self::MediumUInt => to.take(Cell::UInt(take_u24(bytes)?)),
            Self::Int => to.take(Cell::Int(i32::from_le_bytes(take(bytes)?).into())),
            Self::UInt => to.take(Cell::UInt(u32::from_le_bytes(take(bytes)?).into())),
            Self::BigInt => to.take(Cell::Int(i64::from_le_bytes(take(bytes)?))),
            Self::BigUInt => to.take(Cell::UInt(u64::from_le_bytes(take(bytes)?))),
            Self::Float => to.take(Cell::Float(f32::from_le_bytes(take(bytes)?))),
            Self::Double => to.take(Cell::Double(f64::from_le_bytes(take(bytes)?))),
            Self::Text { width, charset } => to.take(Cell::Text(take_sized(bytes, width)?, charset)),
            Self::Binary { width } => to.take(Cell::Binary(take_sized(bytes, width)?)),
            Self::Json { width } => to.take(Cell::Json(take_sized(bytes, width)?)),
            Self::Geometry { width } => to.take(Cell::Geometry(take_sized(bytes, width)?)),
            Self::Vector { width } => to.take(Cell::Vector(take_sized(bytes, width)?)),
            Self::MariaDb { kind } => {
                let value = kind.value(take_sized(bytes, Width::Prefix1)?);
                to.take(Cell::MariaDb(value.ok_or(Fault::Invalid("more bytes than the type has"))?))
            }
            Self::Decimal { precision, scale, bytes: len } => {
                let stored = take_slice(bytes, len)?;
                // Compiled from these two: it is as many bytes.
                to.take(Cell::Decimal(Decimal::of_stored(stored, precision, scale)))
            }
            Self::Bit { bytes: len } => to.take(Cell::Bit(temporal::big_endian(take_slice(bytes, len)?))),
            Self::Enum { bytes: len, values } => to.take(read_enum(take_slice(bytes, len)?, values)?),
            Self::Set { bytes: len, values } => to.take(read_set(take_slice(bytes, len)?, values)?),
            other => return other.hand_time(bytes, to),
        };
        taken.map_err(Stop::Taker)
    }

    #[inline]
    fn hand_time<'a, T: Taker<'a>>(self, bytes: &mut &'a [u8], to: &mut T) -> Result<(), Stop<T::Error>> {
        let taken = match self {
            Self::Year => {
                let [stored] = take(bytes)?;
                to.take(Cell::Year(if stored == 0 { 0 } else { u16::from(stored).saturating_add(1900) }))
            }
            Self::Date => to.take(Cell::Date(temporal::date(take(bytes)?))),
            Self::Time { fraction_bytes } => {
                let stored = take_slice(bytes, fraction_bytes.saturating_add(3))?;
                to.take(Cell::Time(temporal::time2(stored, fraction_bytes)))
            }
            Self::Datetime { fraction_bytes } => {
                let (whole, fraction) = (take(bytes)?, take_slice(bytes, fraction_bytes)?);
                let value = temporal::datetime2(whole, fraction, fraction_bytes);
                to.take(Cell::Datetime(value.ok_or(Fault::Invalid("a DATETIME below zero"))?))
            }
            Self::Timestamp { fraction_bytes } => {
                let (seconds, fraction) = (take(bytes)?, take_slice(bytes, fraction_bytes)?);
                to.take(Cell::Timestamp(temporal::timestamp2(seconds, fraction, fraction_bytes)))
            }
            Self::OldTime => to.take(Cell::Time(temporal::old_time(take(bytes)?))),
            Self::OldDatetime => {
                let value = temporal::old_datetime(take(bytes)?);
                to.take(Cell::Datetime(value.ok_or(Fault::Invalid("a DATETIME after the year 9999"))?))
            }
            Self::OldTimestamp => to.take(Cell::Timestamp(temporal::old_timestamp(take(bytes)?))),
            _ => return Err(Stop::Fault(Fault::Invalid("not a time"))),
        };
        taken.map_err(Stop::Taker)
    }
}

/// Reads a little-endian number of at most eight bytes.
#[inline]
fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[inline]
fn read_enum<'a>(bytes: &[u8], values: u16) -> Result<Cell<'a>, Fault> {
    match u16::try_from(little_endian(bytes)) {
        Ok(index) if index <= values => Ok(Cell::Enum(index)),
        _ => Err(Fault::Invalid("an ENUM index beyond the column's texts")),
    }
}

#[inline]
fn read_set<'a>(bytes: &[u8], values: u8) -> Result<Cell<'a>, Fault> {
    let bits = little_endian(bytes);
    if bits.checked_shr(values.into()).unwrap_or(0) == 0 {
        Ok(Cell::Set(bits))
    } else {
        Err(Fault::Invalid("a SET bit beyond the column's texts"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: Reader, mut bytes: &[u8]) -> Result<Cell<'_>, Fault> {
        reader.read(&mut bytes)
    }

    #[test]
    fn a_mediumint_keeps_its_sign() {
        assert_eq!(read(Reader::MediumInt, &(-70_000_i32).to_le_bytes()[..3]), Ok(Cell::Int(-70_000)));
        assert_eq!(read(Reader::MediumInt, &[0xff, 0xff, 0x7f]), Ok(Cell::Int(8_388_607)));
        assert_eq!(read(Reader::MediumUInt, &[0xff, 0xff, 0xff]), Ok(Cell::UInt(16_777_215)));
    }

    #[test]
    fn year_zero_is_zero() {
        assert_eq!(read(Reader::Year, &[0]), Ok(Cell::Year(0)));
        assert_eq!(read(Reader::Year, &[1]), Ok(Cell::Year(1901)));
        assert_eq!(read(Reader::Year, &[255]), Ok(Cell::Year(2155)));
    }

    #[test]
    fn a_value_beyond_the_texts_is_refused() {
        let reader = Reader::Enum { bytes: 2, values: 300 };
        assert_eq!(read(reader, &[0x2c, 0x01]), Ok(Cell::Enum(300)));
        assert!(matches!(read(reader, &[0x2d, 0x01]), Err(Fault::Invalid(_))));
        let reader = Reader::Set { bytes: 8, values: 64 };
        assert_eq!(read(reader, &[0xff; 8]), Ok(Cell::Set(u64::MAX)));
        assert!(matches!(read(Reader::Set { bytes: 1, values: 3 }, &[8]), Err(Fault::Invalid(_))));
    }

    #[test]
    fn a_reader_is_small() {
        assert!(size_of::<Reader>() <= 8);
    }
}
