//! Types of columns.

use std::sync::Arc;

use becauselog_ddl::{self as ddl, Mode, meaning};

use super::{
    charset::{Collation, charset_name},
    session::{ServerFacts, Session},
};

/// A column's type, with all that decides how its values are logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataType {
    /// `TINYINT` to `BIGINT`: 1, 2, 3, 4 or 8 bytes.
    Integer {
        /// How many bytes it takes.
        bytes: u8,
        /// `UNSIGNED`, or `ZEROFILL` which means it too.
        unsigned: bool,
    },
    /// `FLOAT`
    Float,
    /// `DOUBLE`
    Double,
    /// `DECIMAL(precision,scale)`
    Decimal {
        /// All digits.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// `BIT(width)`
    Bit(u8),
    /// `YEAR`
    Year,
    /// `DATE`
    Date,
    /// `TIME(fsp)`
    Time(u8),
    /// `DATETIME(fsp)`
    Datetime(u8),
    /// `TIMESTAMP(fsp)`
    Timestamp(u8),
    /// `CHAR(length)`
    Char {
        /// In characters.
        length: u32,
        /// Its collation.
        collation: Collation,
    },
    /// `VARCHAR(length)`
    VarChar {
        /// In characters.
        length: u32,
        /// Its collation.
        collation: Collation,
    },
    /// `TINYTEXT` to `LONGTEXT`
    Text {
        /// Which of them.
        size: TextSize,
        /// Its collation.
        collation: Collation,
    },
    /// `BINARY(length)`
    Binary(u32),
    /// `VARBINARY(length)`
    VarBinary(u32),
    /// `TINYBLOB` to `LONGBLOB`
    Blob(TextSize),
    /// `ENUM`
    Enum {
        /// The texts.
        values: Arc<[Arc<str>]>,
        /// Its collation.
        collation: Collation,
    },
    /// `SET`
    Set {
        /// The texts.
        values: Arc<[Arc<str>]>,
        /// Its collation.
        collation: Collation,
    },
    /// `JSON` of MySQL
    Json,
    /// `GEOMETRY` and its subtypes, as `Field::geometry_type`.
    Geometry(u8),
    /// `VECTOR(dimension)`
    Vector(u32),
    /// A type that only the server knows by its name: `uuid`, `inet4`, `inet6`.
    Named(Arc<str>),
}

/// The sizes of texts and blobs, by the bytes that the length takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextSize {
    /// One byte.
    Tiny = 1,
    /// Two bytes.
    Normal = 2,
    /// Three bytes.
    Medium = 3,
    /// Four bytes.
    Long = 4,
}

/// What a column's type depends on.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    pub server: &'c ServerFacts,
    pub session: &'c Session<'c>,
    pub mode: Mode,
    /// The table's collation.
    pub collation: &'c Collation,
    /// What all texts of the table are converted to meanwhile.
    pub convert: Option<&'c Collation>,
}

impl TextSize {
    /// The smallest that holds so many bytes.
    pub(super) const fn holding(bytes: u64) -> Self {
        match bytes {
            0..=255 => Self::Tiny,
            256..=65_535 => Self::Normal,
            65_536..=16_777_215 => Self::Medium,
            _ => Self::Long,
        }
    }

    /// The most bytes that it holds.
    pub(super) const fn bytes_max(self) -> u64 {
        match self {
            Self::Tiny => 255,
            Self::Normal => 65_535,
            Self::Medium => 16_777_215,
            Self::Long => 4_294_967_295,
        }
    }
}

impl DataType {
    /// The type that a statement says; nothing where it is not known. `attribute`: a `COLLATE` among what stands behind it.
    pub(super) fn of(
        written: &ddl::DataType<'_>,
        attribute: Option<&str>,
        context: Context<'_>,
    ) -> Option<Self> {
        let name = written.words.join(" ");
        let reader = Reader { written, attribute, context };
        reader
            .number(&name)
            .or_else(|| reader.time(&name))
            .or_else(|| reader.text(&name))
            .or_else(|| reader.rest(&name))
    }

    /// The type that `information_schema` says, with its column's collation.
    pub(crate) fn told(
        written: &ddl::DataType<'_>,
        server: &ServerFacts,
        session: &Session<'_>,
        collation: &Collation,
    ) -> Option<Self> {
        Self::of(written, None, Context { server, session, mode: Mode::default(), collation, convert: None })
    }

    /// The collation of a type of texts.
    #[must_use]
    pub const fn collation(&self) -> Option<&Collation> {
        match self {
            Self::Char { collation, .. }
            | Self::VarChar { collation, .. }
            | Self::Text { collation, .. }
            | Self::Enum { collation, .. }
            | Self::Set { collation, .. } => Some(collation),
            _ => None,
        }
    }

    /// The same type with another collation, as `CONVERT TO` makes it: a text keeps room for as many characters.
    pub(super) fn converted(self, to: &Collation) -> Self {
        let collation = to.clone();
        match self {
            Self::Char { length, .. } => char_of(length, collation),
            Self::VarChar { length, .. } => {
                varchar_of(length, collation, false).unwrap_or(Self::Blob(TextSize::Long))
            }
            Self::Text { size, collation: old } => {
                let grows = to.bytes_max() > old.bytes_max();
                let bytes = if grows {
                    size.bytes_max().saturating_mul(to.bytes_max().into())
                } else {
                    size.bytes_max()
                };
                text_of(if grows { TextSize::holding(bytes) } else { size }, collation)
            }
            Self::Enum { values, collation: old } if !old.is_binary() => Self::Enum { values, collation },
            Self::Set { values, collation: old } if !old.is_binary() => Self::Set { values, collation },
            other => other,
        }
    }
}

/// `CHAR(length)`, of bytes where the charset is binary.
fn char_of(length: u32, collation: Collation) -> DataType {
    if collation.is_binary() { DataType::Binary(length) } else { DataType::Char { length, collation } }
}

fn text_of(size: TextSize, collation: Collation) -> DataType {
    if collation.is_binary() { DataType::Blob(size) } else { DataType::Text { size, collation } }
}

/// `VARCHAR(length)`; without strict mode one that is too long is a text. Nothing where the server refuses it.
fn varchar_of(length: u32, collation: Collation, strict: bool) -> Option<DataType> {
    let bytes = u64::from(length).saturating_mul(collation.bytes_max().into());
    if bytes > VARCHAR_BYTES_MAX {
        return (!strict).then(|| text_of(TextSize::holding(bytes), collation));
    }
    Some(if collation.is_binary() {
        DataType::VarBinary(length)
    } else {
        DataType::VarChar { length, collation }
    })
}

const VARCHAR_BYTES_MAX: u64 = 65_535;

/// Reads one type.
struct Reader<'r> {
    written: &'r ddl::DataType<'r>,
    attribute: Option<&'r str>,
    context: Context<'r>,
}

impl Reader<'_> {
    fn argument(&self, at: usize) -> Option<u64> {
        let text = self.written.arguments.get(at)?;
        text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|number| *number >= 0.0).map(rounded))
    }

    fn small(&self, at: usize, without: u8) -> Option<u8> {
        match self.written.arguments.get(at) {
            None => Some(without),
            Some(_) => self.argument(at).and_then(|number| u8::try_from(number).ok()),
        }
    }

    fn length(&self, without: u32) -> Option<u32> {
        match self.written.arguments.first() {
            None => Some(without),
            Some(_) => self.argument(0).and_then(|number| u32::try_from(number).ok()),
        }
    }

    fn number(&self, name: &str) -> Option<DataType> {
        let unsigned =
            self.written.suffixes.iter().any(|suffix| suffix == "UNSIGNED" || suffix == "ZEROFILL");
        let integer = |bytes| Some(DataType::Integer { bytes, unsigned });
        match name {
            "TINYINT" | "INT1" => integer(1),
            "BOOL" | "BOOLEAN" => Some(DataType::Integer { bytes: 1, unsigned: false }),
            "SMALLINT" | "INT2" => integer(2),
            "MEDIUMINT" | "INT3" | "MIDDLEINT" => integer(3),
            "INT" | "INTEGER" | "INT4" => integer(4),
            "BIGINT" | "INT8" => integer(8),
            "SERIAL" => Some(DataType::Integer { bytes: 8, unsigned: true }),
            "DECIMAL" | "DEC" | "NUMERIC" | "FIXED" => self.decimal(),
            "NUMBER" if self.context.server.is_mariadb() => {
                if self.written.arguments.is_empty() {
                    Some(DataType::Double)
                } else {
                    self.decimal()
                }
            }
            // FLOAT(p) is a DOUBLE from 25 digits on.
            "FLOAT" | "FLOAT4" => match (self.argument(0), self.written.arguments.len()) {
                (Some(25..), 1) => Some(DataType::Double),
                _ => Some(DataType::Float),
            },
            "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" | "FLOAT8 PRECISION" => Some(DataType::Double),
            "REAL" if self.context.session.real_as_float() => Some(DataType::Float),
            "REAL" => Some(DataType::Double),
            "BIT" => Some(DataType::Bit(self.small(0, 1)?.max(1))),
            _ => None,
        }
    }

    fn decimal(&self) -> Option<DataType> {
        let precision = match self.small(0, 10)? {
            0 => 10,
            precision => precision,
        };
        Some(DataType::Decimal { precision, scale: self.small(1, 0)? })
    }

    fn time(&self, name: &str) -> Option<DataType> {
        match name {
            "YEAR" => Some(DataType::Year),
            "DATE" if self.is_oracle() => Some(DataType::Datetime(0)),
            "DATE" => Some(DataType::Date),
            "TIME" => Some(DataType::Time(self.small(0, 0)?)),
            "DATETIME" => Some(DataType::Datetime(self.small(0, 0)?)),
            "TIMESTAMP" => Some(DataType::Timestamp(self.small(0, 0)?)),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<DataType> {
        let national =
            matches!(self.written.words.first().map(String::as_str), Some("NATIONAL" | "NCHAR" | "NVARCHAR"));
        match name {
            "CHAR" | "CHARACTER" | "NATIONAL CHAR" | "NATIONAL CHARACTER" | "NCHAR" => {
                Some(char_of(self.length(1)?, self.collation(national)))
            }
            "VARCHAR"
            | "VARCHARACTER"
            | "CHAR VARYING"
            | "CHARACTER VARYING"
            | "NATIONAL VARCHAR"
            | "NATIONAL VARCHARACTER"
            | "NATIONAL CHAR VARYING"
            | "NATIONAL CHARACTER VARYING"
            | "NVARCHAR"
            | "NCHAR VARCHAR"
            | "NCHAR VARCHARACTER"
            | "NCHAR VARYING" => self.varchar(self.length(0)?, national),
            "VARCHAR2" if self.context.server.is_mariadb() => self.varchar(self.length(0)?, national),
            "TINYTEXT" => Some(text_of(TextSize::Tiny, self.collation(false))),
            "TEXT" | "CLOB" => self.sized_text(),
            "MEDIUMTEXT"
            | "LONG"
            | "LONG VARCHAR"
            | "LONG VARCHARACTER"
            | "LONG CHAR VARYING"
            | "LONG CHARACTER VARYING" => Some(text_of(TextSize::Medium, self.collation(false))),
            "LONGTEXT" => Some(text_of(TextSize::Long, self.collation(false))),
            "BINARY" => Some(DataType::Binary(self.length(1)?)),
            "VARBINARY" | "RAW" => self.varbinary(self.length(0)?),
            "TINYBLOB" => Some(DataType::Blob(TextSize::Tiny)),
            "BLOB" if self.is_oracle() && self.written.arguments.is_empty() => {
                Some(DataType::Blob(TextSize::Long))
            }
            "BLOB" => Some(DataType::Blob(self.sized(1))),
            "MEDIUMBLOB" | "LONG VARBINARY" => Some(DataType::Blob(TextSize::Medium)),
            "LONGBLOB" => Some(DataType::Blob(TextSize::Long)),
            "ENUM" => Some(DataType::Enum { values: self.members(), collation: self.collation(false) }),
            "SET" => Some(DataType::Set { values: self.members(), collation: self.collation(false) }),
            _ => None,
        }
    }

    fn varchar(&self, length: u32, national: bool) -> Option<DataType> {
        varchar_of(length, self.collation(national), self.context.session.is_strict())
    }

    fn varbinary(&self, length: u32) -> Option<DataType> {
        varchar_of(length, Collation::of_name("binary"), self.context.session.is_strict())
    }

    /// `TEXT(n)`: the smallest that holds so many characters.
    fn sized_text(&self) -> Option<DataType> {
        let collation = self.collation(false);
        if self.is_oracle() && self.written.arguments.is_empty() && self.written.is("CLOB") {
            return Some(text_of(TextSize::Long, collation));
        }
        Some(text_of(self.sized(collation.bytes_max()), collation))
    }

    fn sized(&self, bytes_of_one: u32) -> TextSize {
        match self.argument(0) {
            None => TextSize::Normal,
            Some(0) if !self.context.server.is_mysql_from(80_013) => TextSize::Normal,
            Some(length) => TextSize::holding(length.saturating_mul(bytes_of_one.into())),
        }
    }

    fn rest(&self, name: &str) -> Option<DataType> {
        let server = self.context.server;
        Some(match name {
            "JSON" if server.is_mariadb() => {
                let collation = Collation::of_name("utf8mb4_bin");
                DataType::Text {
                    size: TextSize::Long,
                    collation: self.context.convert.cloned().unwrap_or(collation),
                }
            }
            "JSON" => DataType::Json,
            "GEOMETRY" => DataType::Geometry(0),
            "POINT" => DataType::Geometry(1),
            "LINESTRING" => DataType::Geometry(2),
            "POLYGON" => DataType::Geometry(3),
            "MULTIPOINT" => DataType::Geometry(4),
            "MULTILINESTRING" => DataType::Geometry(5),
            "MULTIPOLYGON" => DataType::Geometry(6),
            "GEOMETRYCOLLECTION" | "GEOMCOLLECTION" => DataType::Geometry(7),
            "VECTOR" => DataType::Vector(self.length(2048)?),
            "UUID" | "INET4" | "INET6" | "XMLTYPE" if server.is_mariadb() => {
                DataType::Named(name.to_ascii_lowercase().into())
            }
            _ => return None,
        })
    }

    /// MariaDB's `sql_mode=ORACLE`.
    const fn is_oracle(&self) -> bool {
        const ORACLE: u64 = 1 << 9;
        self.context.server.is_mariadb() && self.context.session.sql_mode & ORACLE != 0
    }

    /// The texts of an ENUM or SET; blanks at their ends are cut.
    fn members(&self) -> Arc<[Arc<str>]> {
        let mode = self.context.mode;
        self.written.members.iter().map(|raw| meaning(raw, mode).trim_end_matches(' ').into()).collect()
    }

    /// The collation of a type of texts.
    fn collation(&self, national: bool) -> Collation {
        let said = self.said_collation(national);
        match self.context.convert {
            Some(to) if !said.is_binary() => {
                // BINARY with a charset means that charset's collation since 8.0.
                let explicit = self.written.charset.is_some() || self.written.shorthand.is_some();
                let server = self.context.server;
                let forgets = explicit && (server.is_mariadb() || server.is_mysql_from(80_000));
                let keeps = self.written.binary && !forgets;
                if keeps { to.binary() } else { to.clone() }
            }
            _ => said,
        }
    }

    fn said_collation(&self, national: bool) -> Collation {
        let written = self.written;
        let server = self.context.server;
        if written.byte {
            return Collation::of_name("binary");
        }
        let charset = match written.shorthand {
            Some("ASCII") => Some("latin1".to_owned()),
            Some(_) => Some("ucs2".to_owned()),
            None if national => Some("utf8mb3".to_owned()),
            None => written.charset.map(|raw| charset_name(&meaning(raw, self.context.mode))),
        };
        let charset = charset.filter(|charset| charset != "default");
        let collate = written.collation.or(self.attribute).map(|raw| meaning(raw, self.context.mode));
        let base = charset.map(|charset| server.default_collation(&charset, Some(self.context.session)));
        match collate {
            Some(collate) => {
                let within = base.as_ref().unwrap_or(self.context.collation);
                Collation::within(&collate, within, server, self.context.session)
            }
            None => {
                let base = base.unwrap_or_else(|| self.context.collation.clone());
                if written.binary { base.binary() } else { base }
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked not to be negative; larger ones are too large anyway"
)]
const fn rounded(number: f64) -> u64 {
    number as u64
}
