//! A row of a SELECT as cells.

use becauselog_model::{
    Cell, CellError, ColumnKind, Date, Datetime, Decimal, RowImage, TableShape, Time, Timestamp,
};
use mysql_async::Value;

/// A row's values, checked against the shape.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedRow {
    values: Box<[Value]>,
    bytes: usize,
}

/// A row with the shape it was read by.
#[derive(Debug, Clone, Copy)]
pub struct SelectedImage<'a> {
    row: &'a SelectedRow,
    shape: &'a TableShape,
}

/// The cells of a row.
#[derive(Debug)]
pub struct SelectedCells<'a> {
    image: SelectedImage<'a>,
    next: usize,
}

impl SelectedRow {
    /// Takes the values of a row; else the index of the first column that has no value of its type.
    pub(crate) fn new(values: Vec<Value>, shape: &TableShape) -> Result<Self, usize> {
        let mut values = values.into_boxed_slice();
        if values.len() != shape.columns.len() {
            return Err(values.len().min(shape.columns.len()));
        }
        let mut bytes = size_of_val(&*values);
        for (at, (value, column)) in values.iter_mut().zip(&shape.columns).enumerate() {
            if let ColumnKind::Decimal { precision, scale } = column.kind {
                *value = stored_decimal(value, precision, scale).ok_or(at)?;
            }
            cell(value, &column.kind).ok_or(at)?;
            if let Value::Bytes(content) = value {
                bytes = bytes.saturating_add(content.len());
            }
        }
        Ok(Self { values, bytes })
    }

    /// About how many bytes it takes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The row as an image. `shape` is the one that it was read by.
    #[must_use]
    pub const fn image<'a>(&'a self, shape: &'a TableShape) -> SelectedImage<'a> {
        SelectedImage { row: self, shape }
    }
}

impl<'a> RowImage<'a> for SelectedImage<'a> {
    type Cells = SelectedCells<'a>;

    fn cells(&self) -> SelectedCells<'a> {
        SelectedCells { image: *self, next: 0 }
    }
}

impl<'a> Iterator for SelectedCells<'a> {
    type Item = Result<Cell<'a>, CellError>;

    fn next(&mut self) -> Option<Self::Item> {
        let column = self.next;
        let value = self.image.row.values.get(column)?;
        self.next = column.saturating_add(1);
        let kind = self.image.shape.columns.get(column).map(|column| &column.kind);
        let invalid = CellError::Invalid { column, what: "the server gave no value of the column's type" };
        Some(kind.and_then(|kind| cell(value, kind)).ok_or(invalid))
    }
}

/// A decimal's text as the bytes that the log has of it; NULL as it is.
fn stored_decimal(value: &Value, precision: u8, scale: u8) -> Option<Value> {
    let text = match value {
        Value::NULL => return Some(Value::NULL),
        Value::Bytes(text) => text,
        _ => return None,
    };
    let mut stored = Vec::new();
    Decimal::store(text, precision, scale, &mut stored)?;
    Some(Value::Bytes(stored))
}

/// A value as a cell of its column; nothing when it is none.
fn cell<'a>(value: &'a Value, kind: &ColumnKind) -> Option<Cell<'a>> {
    Some(match (value, kind) {
        (Value::NULL, _) => Cell::Null,
        (
            Value::Int(_) | Value::UInt(_),
            ColumnKind::TinyInt { unsigned }
            | ColumnKind::SmallInt { unsigned }
            | ColumnKind::MediumInt { unsigned }
            | ColumnKind::Int { unsigned }
            | ColumnKind::BigInt { unsigned },
        ) => match (value, unsigned) {
            (Value::Int(number), false) => Cell::Int(*number),
            _ => Cell::UInt(unsigned_of(value)?),
        },
        (Value::Int(_) | Value::UInt(_), ColumnKind::Year) => {
            Cell::Year(u16::try_from(unsigned_of(value)?).ok()?)
        }
        (Value::Int(_) | Value::UInt(_), ColumnKind::Enum { .. }) => {
            Cell::Enum(u16::try_from(unsigned_of(value)?).ok()?)
        }
        (Value::Int(_) | Value::UInt(_), ColumnKind::Set { .. }) => Cell::Set(unsigned_of(value)?),
        (Value::Float(number), ColumnKind::Float) => Cell::Float(*number),
        (Value::Double(number), ColumnKind::Double) => Cell::Double(*number),
        (Value::Date(..), ColumnKind::Date) => Cell::Date(datetime(value)?.date),
        (Value::Date(..), ColumnKind::Datetime { .. }) => Cell::Datetime(datetime(value)?),
        (Value::Date(..), ColumnKind::Timestamp { .. }) => Cell::Timestamp(timestamp(datetime(value)?)?),
        (Value::Time(..), ColumnKind::Time { .. }) => Cell::Time(time(value)?),
        (Value::Bytes(bytes), kind) => of_bytes(bytes, kind)?,
        _ => return None,
    })
}

fn of_bytes<'a>(bytes: &'a [u8], kind: &ColumnKind) -> Option<Cell<'a>> {
    Some(match kind {
        ColumnKind::Char { charset, .. }
        | ColumnKind::VarChar { charset, .. }
        | ColumnKind::Text { charset, .. } => Cell::Text(bytes, *charset),
        ColumnKind::Binary { .. } | ColumnKind::VarBinary { .. } | ColumnKind::Blob { .. } => {
            Cell::Binary(bytes)
        }
        ColumnKind::Decimal { precision, scale } => Cell::Decimal(Decimal::new(bytes, *precision, *scale)?),
        ColumnKind::Bit { .. } if bytes.len() <= 8 => {
            Cell::Bit(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
        }
        ColumnKind::Json => Cell::JsonText(bytes),
        ColumnKind::Geometry { .. } => Cell::Geometry(bytes),
        ColumnKind::Vector { .. } => Cell::Vector(bytes),
        ColumnKind::MariaDb(kind) => Cell::MariaDb(kind.of_text(std::str::from_utf8(bytes).ok()?)?),
        _ => return None,
    })
}

fn unsigned_of(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::UInt(number) => Some(*number),
        _ => None,
    }
}

const fn datetime(value: &Value) -> Option<Datetime> {
    let Value::Date(year, month, day, hour, minute, second, micros) = value else { return None };
    let date = Date { year: *year, month: *month, day: *day };
    Some(Datetime { date, hour: *hour, minute: *minute, second: *second, micros: *micros })
}

/// In a session whose time zone is UTC.
fn timestamp(value: Datetime) -> Option<Timestamp> {
    if value == Datetime::default() {
        return Some(Timestamp::default());
    }
    let seconds = value.micros_since_epoch().div_euclid(1_000_000);
    Some(Timestamp { seconds: u32::try_from(seconds).ok()?, micros: value.micros })
}

fn time(value: &Value) -> Option<Time> {
    let Value::Time(negative, days, hours, minutes, seconds, micros) = value else { return None };
    let hours = days.checked_mul(24)?.checked_add(u32::from(*hours))?;
    Some(Time {
        negative: *negative,
        hours: u16::try_from(hours).ok()?,
        minutes: *minutes,
        seconds: *seconds,
        micros: *micros,
    })
}
