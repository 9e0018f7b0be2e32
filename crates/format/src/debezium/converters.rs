//! `converters`: the classes by which the peer converts columns in its own way, values and schemas.
//!
//! Which converter a column has is found once for each table's shape; a column without one pays nothing.

mod literal;
mod tiny_int;
mod zero_date;

use becauselog_connect::{Kind, Schema};
use becauselog_model::{Cell, ColumnKind, ColumnShape, TableName};

use self::{tiny_int::TinyIntOne, zero_date::ZeroDates};
use super::options::Options;
use crate::{
    Losses,
    error::Fault,
    losses::count,
    mask::Names,
    text::{self, time},
};

pub(super) const CONVERTERS: &str = "converters";

/// The classes by all names that they have been given.
const TINY_INT: [&str; 2] = [
    "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter",
    "io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter",
];
const ZERO_DATE: &str = "io.debezium.connector.binlog.converters.ZeroDateFallbackConverter";

/// The converters in their order: of several for a column the first counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converters(Vec<Converter>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Converter {
    TinyInt(TinyIntOne),
    ZeroDate(ZeroDates),
}

/// What becomes of a column's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Converted {
    /// True above zero. The peer takes the number as signed, whatever the column is.
    Boolean,
    /// Days since 1970, and what stands for NULL and for what is no day of the calendar.
    Date(Option<i64>),
    /// So many units since 1970, and what stands for NULL and for what is no day of the calendar.
    Datetime {
        /// In microseconds; else in milliseconds.
        micro: bool,
        fallback: Option<i64>,
    },
    /// ISO in UTC without zeros at a fraction's end, and what stands for NULL and for `0000-00-00`.
    Timestamp(Option<Box<str>>),
}

impl Converters {
    /// Whether a property belongs to them; `named`: the property `converters`.
    #[must_use]
    pub fn reads(named: &str, key: &str) -> bool {
        let of = |name| option(key, name).is_some();
        key == CONVERTERS || names(named).any(of)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they look at how columns were declared.
    #[must_use]
    pub fn want_declarations(&self) -> bool {
        self.0.iter().any(|one| matches!(one, Converter::TinyInt(one) if one.checks_length()))
    }

    pub(super) fn read(options: &mut Options<'_>) -> Self {
        let named = options.get(CONVERTERS).unwrap_or_default();
        Self(names(named).filter_map(|name| Converter::read(name, options)).collect())
    }

    /// The converter of a column. An error says why it cannot be told.
    pub(crate) fn of(&self, table: &TableName, column: &ColumnShape) -> Result<Option<Converted>, String> {
        for one in &self.0 {
            let found = match one {
                Converter::TinyInt(one) => one.of(table, column)?.then_some(Converted::Boolean),
                Converter::ZeroDate(one) => one.of(table, column)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

fn names(named: &str) -> impl Iterator<Item = &str> {
    named.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// An option of the converter with this name.
fn option<'k>(key: &'k str, name: &str) -> Option<&'k str> {
    key.strip_prefix(name)?.strip_prefix('.')
}

impl Converter {
    fn read(name: &str, options: &mut Options<'_>) -> Option<Self> {
        let of_type = format!("{name}.type");
        let Some(class) = options.get(&of_type) else {
            options.fail(CONVERTERS, format!("{name} has no class: {of_type} is missing"));
            return None;
        };
        let (read, known): (_, &[&str]) = match class {
            class if TINY_INT.contains(&class) => {
                (Self::TinyInt(TinyIntOne::read(name, options)), &TinyIntOne::OPTIONS)
            }
            ZERO_DATE => (Self::ZeroDate(ZeroDates::read(name, options)), &ZeroDates::OPTIONS),
            _ => {
                let what = format!(
                    "{class} is Java code that is not run here: there are {} and {ZERO_DATE}",
                    TINY_INT[0]
                );
                options.fail(&of_type, what);
                return None;
            }
        };
        refuse_unknown(name, known, matches!(read, Self::ZeroDate(_)), options);
        Some(read)
    }
}

/// Options under a converter's name that its class does not have.
fn refuse_unknown(name: &str, known: &[&str], has_columns: bool, options: &mut Options<'_>) {
    for (key, _) in options.properties {
        let Some(given) = option(key, name) else { continue };
        let is_column = has_columns && zero_date::column(given).is_some();
        if given != "type" && !known.contains(&given) && !is_column {
            let known = known.iter().map(|known| format!("{name}.{known}")).collect::<Vec<_>>();
            options.fail(key, format!("the converter has no such option: there are {}", known.join(", ")));
        }
    }
}

impl Converted {
    /// The schema of what it makes of a column.
    pub(super) fn schema(&self) -> Schema {
        let (schema, has_null) = match self {
            Self::Boolean => return Schema::new(Kind::Boolean),
            Self::Date(fallback) => {
                (Schema::logical(Kind::Int32, "io.debezium.time.Date"), fallback.is_none())
            }
            Self::Datetime { micro, fallback } => {
                let name =
                    if *micro { "io.debezium.time.MicroTimestamp" } else { "io.debezium.time.Timestamp" };
                (Schema::logical(Kind::Int64, name), fallback.is_none())
            }
            Self::Timestamp(fallback) => {
                (Schema::logical(Kind::String, "io.debezium.time.ZonedTimestamp"), fallback.is_none())
            }
        };
        if has_null { schema.optional() } else { schema }
    }

    /// What becomes of a column's default, as JSON.
    pub(super) fn default(&self, ordinary: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Self::Boolean => {
                let number: i64 = str::from_utf8(ordinary).ok()?.parse().ok()?;
                boolean(&mut out, number > 0);
            }
            _ => self.fallback(&mut out),
        }
        (out != b"null").then_some(out)
    }

    /// Appends what it makes of a cell.
    pub(super) fn push(&self, out: &mut Vec<u8>, cell: &Cell<'_>, losses: &mut Losses) -> Result<(), Fault> {
        match (self, cell) {
            (Self::Boolean, Cell::Null) => out.extend_from_slice(b"null"),
            (Self::Boolean, Cell::Int(number)) => {
                reduced(*number, losses);
                boolean(out, *number > 0);
            }
            (Self::Boolean, Cell::UInt(number)) => {
                // 128 and more are below zero to the peer.
                reduced(i64::try_from(*number).unwrap_or(i64::MAX), losses);
                boolean(out, (1..128).contains(number));
            }
            (Self::Date(_), Cell::Date(day)) if day.year > 0 && day.is_calendar_day() => {
                text::int(out, day.days_since_epoch());
            }
            (Self::Datetime { micro, .. }, Cell::Datetime(at))
                if at.date.year > 0 && at.date.is_calendar_day() =>
            {
                let micros = at.micros_since_epoch();
                text::int(out, if *micro { micros } else { micros.div_euclid(1000) });
            }
            (Self::Timestamp(_), Cell::Timestamp(at)) if at.seconds > 0 || at.micros > 0 => {
                out.push(b'"');
                time::datetime(out, at.to_utc(), b'T', time::Fraction::Trimmed);
                out.extend_from_slice(b"Z\"");
            }
            (Self::Date(_), Cell::Date(_) | Cell::Null)
            | (Self::Datetime { .. }, Cell::Datetime(_) | Cell::Null)
            | (Self::Timestamp(_), Cell::Timestamp(_) | Cell::Null) => self.replace(out, cell, losses),
            _ => return Err(Fault::Mismatch),
        }
        Ok(())
    }

    /// A NULL that stays is no loss.
    fn replace(&self, out: &mut Vec<u8>, cell: &Cell<'_>, losses: &mut Losses) {
        let start = out.len();
        self.fallback(out);
        if *cell != Cell::Null || out.get(start..) != Some(b"null") {
            count(&mut losses.dates_replaced);
        }
    }

    fn fallback(&self, out: &mut Vec<u8>) {
        match self {
            Self::Date(Some(number)) | Self::Datetime { fallback: Some(number), .. } => {
                text::int(out, *number)
            }
            Self::Timestamp(Some(text)) => text::string::quoted(out, text),
            _ => out.extend_from_slice(b"null"),
        }
    }
}

fn boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

fn reduced(number: i64, losses: &mut Losses) {
    if !(0..=1).contains(&number) {
        count(&mut losses.booleans_reduced);
    }
}

/// A list of patterns; nothing where none are given.
fn selector(key: &str, options: &mut Options<'_>) -> Option<Names> {
    let list = options.get(key).map(options.java.list)?;
    let patterns = options.kept(key, list)?;
    let made = Names::of(&patterns).map_err(|error| error.to_string());
    options.kept(key, made)
}

fn selects(selector: Option<&Names>, table: &TableName, column: &ColumnShape) -> bool {
    selector.is_none_or(|names| names.matches(&format!("{table}.{}", column.name)))
}

/// Whether a column is of a kind that a converter of dates takes.
const fn is_temporal(kind: &ColumnKind) -> bool {
    matches!(kind, ColumnKind::Date | ColumnKind::Datetime { .. } | ColumnKind::Timestamp { .. })
}
