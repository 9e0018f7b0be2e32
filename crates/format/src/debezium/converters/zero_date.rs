//! `ZeroDateFallbackConverter`.
//!
//! The peer's class hands out its fallback, too, for the first value of every column that can be NULL and has no DEFAULT, each
//! time it makes a table's schema: real dates are lost by that. It is not copied (`docs/differences.md`).

use becauselog_model::{ColumnKind, ColumnShape, TableName};

use super::{super::options::Options, Converted, is_temporal, literal};
use crate::mask::Names;

const TARGETS: &str = "target.types";
const DATE: &str = "fallback.date";
const DATETIME: &str = "fallback.datetime";
const TIMESTAMP: &str = "fallback.timestamp";
const SELECTOR: &str = "selector";

/// What stands for dates that are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ZeroDates {
    /// Over `database.table.column`; nothing for all.
    selector: Option<Names>,
    dates: bool,
    datetimes: bool,
    timestamps: bool,
    /// Days since 1970; nothing for NULL.
    date: Option<i64>,
    /// Microseconds since 1970; nothing for NULL.
    datetime: Option<i64>,
    /// ISO in UTC; nothing for NULL.
    timestamp: Option<String>,
    /// Columns by `database.table.column`, each with a text of its own.
    columns: Vec<(String, String)>,
}

/// The column that an option names.
pub(super) fn column(option: &str) -> Option<&str> {
    option.strip_prefix("column.")?.strip_suffix(".fallback")
}

impl ZeroDates {
    pub(super) const OPTIONS: [&str; 5] = [TARGETS, DATE, DATETIME, TIMESTAMP, SELECTOR];

    pub(super) fn read(name: &str, options: &mut Options<'_>) -> Self {
        let key = |option: &str| format!("{name}.{option}");
        let targets = targets(&key(TARGETS), options);
        let is_target = |kind: &str| targets.as_ref().is_none_or(|all| all.iter().any(|one| one == kind));
        Self {
            selector: super::selector(&key(SELECTOR), options),
            dates: is_target("DATE"),
            datetimes: is_target("DATETIME"),
            timestamps: is_target("TIMESTAMP"),
            date: fallback(&key(DATE), options, date),
            datetime: fallback(&key(DATETIME), options, datetime),
            timestamp: fallback(&key(TIMESTAMP), options, literal::timestamp),
            columns: columns(name, options),
        }
    }

    /// What becomes of a column.
    pub(super) fn of(&self, table: &TableName, column: &ColumnShape) -> Result<Option<Converted>, String> {
        if !is_temporal(&column.kind) || !super::selects(self.selector.as_ref(), table, column) {
            return Ok(None);
        }
        let full = format!("{table}.{}", column.name);
        let own = self.columns.iter().find(|(name, _)| *name == full).map(|(_, text)| &**text);
        Ok(match column.kind {
            ColumnKind::Date if self.dates => Some(Converted::Date(own_or(own, date, self.date)?)),
            ColumnKind::Datetime { fsp } if self.datetimes => {
                let (micro, fallback) = (fsp >= 4, own_or(own, datetime, self.datetime)?);
                let fallback = fallback.map(|micros| if micro { micros } else { micros.div_euclid(1000) });
                Some(Converted::Datetime { micro, fallback })
            }
            ColumnKind::Timestamp { .. } if self.timestamps => {
                let fallback = own_or(own, literal::timestamp, self.timestamp.clone())?;
                Some(Converted::Timestamp(fallback.map(String::into_boxed_str)))
            }
            _ => None,
        })
    }
}

fn date(text: &str) -> Result<i64, String> {
    literal::date(text).map(becauselog_model::Date::days_since_epoch)
}

fn datetime(text: &str) -> Result<i64, String> {
    literal::datetime(text).map(becauselog_model::Datetime::micros_since_epoch)
}

/// NULL, or what it is read as.
fn or_null<T>(text: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.is_empty() || text.eq_ignore_ascii_case("NULL") { Ok(None) } else { read(text).map(Some) }
}

/// A column's own text, else that of its type.
fn own_or<T>(
    own: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
    of_type: Option<T>,
) -> Result<Option<T>, String> {
    own.map_or(Ok(of_type), |text| or_null(text, read).map_err(|what| format!("its fallback: {what}")))
}

fn fallback<T>(
    key: &str,
    options: &mut Options<'_>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let read = or_null(options.get(key)?, read);
    options.kept(key, read).flatten()
}

/// Types in capital letters; nothing where none are named.
fn targets(key: &str, options: &mut Options<'_>) -> Option<Vec<String>> {
    let named = options.get(key)?.to_ascii_uppercase();
    let named: Vec<String> =
        named.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    if let Some(other) = named.iter().find(|one| !["DATE", "DATETIME", "TIMESTAMP"].contains(&one.as_str())) {
        options.fail(key, format!("{other} is none of DATE, DATETIME and TIMESTAMP"));
    }
    Some(named)
}

/// A column's type is not known yet: its text is to be right for one of the types.
fn columns(name: &str, options: &mut Options<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (key, text) in options.properties {
        let Some(column) = super::option(key, name).and_then(column) else { continue };
        let text = text.trim();
        let fits = or_null(text, |text| {
            literal::timestamp(text)
                .map(drop)
                .or_else(|_| datetime(text).map(drop))
                .or_else(|_| date(text).map(drop))
        });
        if fits.is_err() {
            let what = format!("expected NULL, a day, a time or an instant, and found {text:?}");
            options.fail(key, what);
        }
        found.push((column.to_owned(), text.to_owned()));
    }
    found
}
