//! Columns out of their definitions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use becauselog_ddl::{Attribute, ColumnDefinition, DataType, Default, LiteralKind};

/// A column as the peer has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeclaredColumn {
    pub name: Arc<str>,
    /// `java.sql.Types`
    pub jdbc_type: i32,
    /// As written, in capitals: `INT UNSIGNED`.
    pub type_name: Arc<str>,
    pub charset: Option<Arc<str>>,
    pub length: Option<i32>,
    pub scale: Option<i32>,
    pub optional: bool,
    pub auto_incremented: bool,
    pub generated: bool,
    /// As written.
    pub comment: Option<Arc<str>>,
    /// Without quotes, its escapes as written.
    pub default: Option<Arc<str>>,
    /// With their quotes.
    pub enum_values: Vec<Arc<str>>,
}

/// What a definition says of the table's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InKey {
    No,
    Unique,
    Primary,
}

const CHAR: i32 = 1;
const NUMERIC: i32 = 2;
const DECIMAL: i32 = 3;
const INTEGER: i32 = 4;
const SMALLINT: i32 = 5;
const FLOAT: i32 = 6;
const REAL: i32 = 7;
const DOUBLE: i32 = 8;
const VARCHAR: i32 = 12;
const BOOLEAN: i32 = 16;
const BIT: i32 = -7;
const BIGINT: i32 = -5;
const BINARY: i32 = -2;
const VARBINARY: i32 = -3;
const NVARCHAR: i32 = -9;
const NCHAR: i32 = -15;
const DATE: i32 = 91;
const TIME: i32 = 92;
const TIMESTAMP: i32 = 93;
const OTHER: i32 = 1111;
const BLOB: i32 = 2004;
const TIMESTAMP_WITH_TIMEZONE: i32 = 2014;

impl DeclaredColumn {
    fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            jdbc_type: OTHER,
            type_name: "".into(),
            charset: None,
            length: None,
            scale: None,
            optional: true,
            auto_incremented: false,
            generated: false,
            comment: None,
            default: None,
            enum_values: Vec::new(),
        }
    }

    /// A new column, in a table with this charset.
    pub(super) fn new(
        definition: &ColumnDefinition<'_>,
        table_charset: Option<&Arc<str>>,
        comments: bool,
    ) -> (Self, InKey) {
        let mut column = Self::named(&definition.name);
        let in_key = column.define(definition, table_charset, comments);
        (column, in_key)
    }

    /// Gives a column another definition. What the definition does not name stays: the peer edits the column that was there.
    pub(super) fn define(
        &mut self,
        definition: &ColumnDefinition<'_>,
        table_charset: Option<&Arc<str>>,
        comments: bool,
    ) -> InKey {
        self.take_type(&definition.data_type, table_charset);
        (self.auto_incremented, self.generated) = (false, false);
        let mut in_key = InKey::No;
        if definition.data_type.is("SERIAL") {
            (self.auto_incremented, self.generated, self.optional) = (true, true, false);
            in_key = InKey::Unique;
        }
        for attribute in &definition.attributes {
            match attribute {
                Attribute::Null => self.optional = true,
                Attribute::NotNull => self.optional = false,
                Attribute::PrimaryKey => {
                    self.optional = false;
                    in_key = InKey::Primary;
                }
                Attribute::Unique if in_key == InKey::No => in_key = InKey::Unique,
                Attribute::AutoIncrement | Attribute::OnUpdate(_) => {
                    (self.auto_incremented, self.generated) = (true, true);
                }
                Attribute::SerialDefault => {
                    (self.auto_incremented, self.generated, self.optional) = (true, true, false);
                    in_key = InKey::Unique;
                }
                Attribute::Default(default) => self.take_default(default),
                Attribute::Comment(text) if comments => self.comment = Some(unquoted(text).into()),
                _ => {}
            }
        }
        in_key
    }

    fn take_type(&mut self, data_type: &DataType<'_>, table_charset: Option<&Arc<str>>) {
        let (jdbc_type, length, scale) = kind(data_type);
        self.jdbc_type = jdbc_type;
        self.type_name = type_name(data_type).into();
        let mut numbers =
            data_type.arguments.iter().map(|number| number.split('.').next().unwrap_or_default());
        let first = numbers.next().map(|number| number.parse::<i64>().map_or(i32::MAX, capped));
        // `DECIMAL(0)` is `DECIMAL(10)` to the server; to the peer all types but times are so.
        let in_time = matches!(jdbc_type, TIME | TIMESTAMP | TIMESTAMP_WITH_TIMEZONE);
        let first = first.map(|number| if number == 0 && !in_time { 10 } else { number });
        self.length = first.or(length);
        self.scale = numbers.next().and_then(|number| number.parse().ok()).or(scale);
        let choice = data_type.is("ENUM") || data_type.is("SET");
        if choice {
            let members = data_type.members.len();
            let commas = i32::try_from(members.saturating_mul(2).saturating_sub(1)).unwrap_or(i32::MAX);
            self.length = Some(if data_type.is("SET") { commas.max(0) } else { 1 });
            self.enum_values = data_type.members.iter().map(|member| Arc::from(*member)).collect();
        }
        self.charset = self.charset_of(data_type, table_charset);
    }

    fn charset_of(&self, data_type: &DataType<'_>, table_charset: Option<&Arc<str>>) -> Option<Arc<str>> {
        if matches!(self.jdbc_type, NCHAR | NVARCHAR) {
            return Some("utf8".into());
        }
        // `ASCII` and `UNICODE` are no charsets for the peer.
        let named = data_type.charset.map(unquoted);
        let named = named.map(str::to_owned).or_else(|| data_type.collation.map(charset_of_collation));
        match named.filter(|name| !name.eq_ignore_ascii_case("default")) {
            Some(name) => Some(name.into()),
            None => table_charset.filter(|_| matches!(self.jdbc_type, CHAR | VARCHAR)).cloned(),
        }
    }

    pub(super) fn take_default(&mut self, default: &Default<'_>) {
        self.default = match default {
            Default::Null => return,
            Default::Expression(_) => None,
            Default::Now(_) => Some("1970-01-01 00:00:00".into()),
            Default::Literal { sign, text, kind: LiteralKind::Bits | LiteralKind::Hex } => {
                // As if the last character were a quote: `0b11` loses a digit.
                let mut digits = text.get(2..).unwrap_or_default().chars();
                digits.next_back();
                Some(format!("{sign}{}", digits.as_str()).into())
            }
            Default::Literal { sign, text, .. } => Some(format!("{sign}{}", unquoted(text)).into()),
        };
    }
}

fn capped(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A text without the quotes around it; its escapes stay.
pub(super) fn unquoted(text: &str) -> &str {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'));
    let inner = quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(text)
}

/// The charset that a collation belongs to: the first part of its name.
pub(super) fn charset_of_collation(collation: &str) -> String {
    let name = unquoted(collation).to_lowercase();
    name.split('_').next().unwrap_or(&name).to_owned()
}

fn type_name(data_type: &DataType<'_>) -> String {
    if data_type.is("SERIAL") {
        return "BIGINT UNSIGNED".to_owned();
    }
    let mut words = data_type.words.clone();
    if data_type.binary && !(data_type.is("ENUM") || data_type.is("SET")) {
        words.push("BINARY".to_owned());
    }
    let has = |suffix: &str| data_type.suffixes.iter().any(|one| one == suffix);
    let implied = has("ZEROFILL") && !has("UNSIGNED");
    words.extend(implied.then(|| "UNSIGNED".to_owned()));
    words.extend(data_type.suffixes.iter().cloned());
    words.join(" ")
}

/// A type's number in `java.sql.Types`, and the length and scale that it has when none are written.
fn kind(data_type: &DataType<'_>) -> (i32, Option<i32>, Option<i32>) {
    let words: Vec<&str> = data_type.words.iter().map(String::as_str).collect();
    let plain = match words.as_slice() {
        ["TINYINT" | "INT1" | "SMALLINT" | "INT2", ..] => SMALLINT,
        ["MEDIUMINT" | "INT3" | "MIDDLEINT" | "INT" | "INTEGER" | "INT4" | "YEAR", ..] => INTEGER,
        ["BIGINT" | "INT8" | "SERIAL", ..] => BIGINT,
        ["REAL", ..] => REAL,
        ["DOUBLE" | "FLOAT8", ..] => DOUBLE,
        ["FLOAT" | "FLOAT4", ..] => FLOAT,
        ["DECIMAL" | "DEC" | "FIXED", ..] => return (DECIMAL, Some(10), Some(0)),
        ["NUMERIC", ..] => return (NUMERIC, Some(10), Some(0)),
        ["BIT", ..] => return (BIT, Some(1), None),
        ["BOOL" | "BOOLEAN", ..] => BOOLEAN,
        ["DATE", ..] => DATE,
        ["TIME", ..] => TIME,
        ["TIMESTAMP", ..] => TIMESTAMP_WITH_TIMEZONE,
        ["DATETIME", ..] => TIMESTAMP,
        ["BINARY", ..] => BINARY,
        ["VARBINARY", ..] => VARBINARY,
        ["TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB", ..] | ["LONG", "VARBINARY", ..] => BLOB,
        ["ENUM" | "SET", ..] | ["CHAR" | "CHARACTER"] => CHAR,
        ["NATIONAL", "CHAR" | "CHARACTER"] | ["NCHAR"] => return (NCHAR, Some(1), None),
        ["NATIONAL" | "NCHAR" | "NVARCHAR", ..] => NVARCHAR,
        [
            "CHAR" | "CHARACTER" | "VARCHAR" | "VARCHARACTER" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT"
            | "LONGTEXT" | "LONG",
            ..,
        ] => VARCHAR,
        _ => OTHER,
    };
    (plain, None, None)
}
