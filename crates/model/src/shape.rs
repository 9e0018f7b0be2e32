//! The shape of a table: what its columns are called and what their values mean.

use std::{fmt, sync::Arc};

use crate::{charset::Charset, mariadb::MariaDbType};

/// A table's full name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The database (MySQL: schema) it is in.
    pub database: Arc<str>,
    /// Its own name.
    pub table: Arc<str>,
}

/// A table as it was at one position of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableShape {
    /// Its name.
    pub name: TableName,
    /// All columns in the order of the row images, generated and invisible ones included.
    pub columns: Vec<ColumnShape>,
    /// The columns that identify a row, by index, in key order: the primary key, else the first unique index whose
    /// columns are all NOT NULL, else nothing.
    pub key: Option<Vec<usize>>,
    /// Where this knowledge comes from.
    pub origin: ShapeOrigin,
}

/// Where a shape comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShapeOrigin {
    /// The table map itself (`binlog_row_metadata=FULL`): certain.
    RowMetadata,
    /// `information_schema`, read at the start or after a DDL, and checked against the table map.
    InformationSchema,
    /// Nothing but the table map, which does not tell it: columns are called by their places.
    Ordinal,
    /// The statements of the log, followed from a known begin on, and checked against the table map.
    Statements,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    /// Its name.
    pub name: Arc<str>,
    /// Its type, with all that is needed to read and to render its values.
    pub kind: ColumnKind,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// Whether `SELECT *` shows it (MySQL 8.0.23 and later have invisible columns).
    pub visible: bool,
    /// How it was declared, where that was asked for and is known: the log does not tell.
    pub declared: Option<Arc<Declared>>,
}

/// What a column's declaration says beyond its type, as `information_schema` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// The type as it was written, for example `tinyint(1) unsigned`.
    pub column_type: Arc<str>,
    /// The default as text: a literal without quotes, or an expression.
    pub default: Option<Arc<str>>,
    /// Whether the default is an expression.
    pub default_is_expression: bool,
    /// The same as statements had it, where they were followed.
    pub written: Option<Written>,
}

/// A column's declaration as a peer takes it that follows tables by their statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The words of its type in capitals: `INT UNSIGNED`, `BOOL`.
    pub type_name: Arc<str>,
    /// The first number of its type, or what its type has without one.
    pub length: Option<i32>,
    /// The second.
    pub scale: Option<i32>,
    /// The default without quotes, its escapes as written; nothing where there is none, or an expression.
    pub default: Option<Arc<str>>,
    /// Its comment, where comments are followed.
    pub comment: Option<Arc<str>>,
}

/// The type of a column, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// `TINYINT`, `BOOL`: 1 byte.
    TinyInt {
        /// Declared `UNSIGNED`.
        unsigned: bool,
    },
    /// `SMALLINT`: 2 bytes.
    SmallInt {
        /// Declared `UNSIGNED`.
        unsigned: bool,
    },
    /// `MEDIUMINT`: 3 bytes.
    MediumInt {
        /// Declared `UNSIGNED`.
        unsigned: bool,
    },
    /// `INT`: 4 bytes.
    Int {
        /// Declared `UNSIGNED`.
        unsigned: bool,
    },
    /// `BIGINT`: 8 bytes.
    BigInt {
        /// Declared `UNSIGNED`.
        unsigned: bool,
    },
    /// `FLOAT`: IEEE single.
    Float,
    /// `DOUBLE`: IEEE double.
    Double,
    /// `DECIMAL(precision, scale)`.
    Decimal {
        /// All digits, 1 to 65.
        precision: u8,
        /// Digits after the point, 0 to 30, never more than `precision`.
        scale: u8,
    },
    /// `BIT(width)`.
    Bit {
        /// In bits, 1 to 64.
        width: u8,
    },
    /// `YEAR`.
    Year,
    /// `DATE`.
    Date,
    /// `TIME(fsp)`.
    Time {
        /// Digits of the fraction of a second, 0 to 6.
        fsp: u8,
    },
    /// `DATETIME(fsp)`.
    Datetime {
        /// Digits of the fraction of a second, 0 to 6.
        fsp: u8,
    },
    /// `TIMESTAMP(fsp)`.
    Timestamp {
        /// Digits of the fraction of a second, 0 to 6.
        fsp: u8,
    },
    /// `CHAR(n)`: the server cuts trailing spaces.
    Char {
        /// The most bytes a value takes.
        bytes_max: u32,
        /// How the bytes are to be read.
        charset: Charset,
    },
    /// `VARCHAR(n)`.
    VarChar {
        /// The most bytes a value takes.
        bytes_max: u32,
        /// How the bytes are to be read.
        charset: Charset,
    },
    /// `TINYTEXT`, `TEXT`, `MEDIUMTEXT`, `LONGTEXT`.
    Text {
        /// How many bytes the length takes: 1, 2, 3, 4 in the order of the names.
        length_bytes: u8,
        /// How the bytes are to be read.
        charset: Charset,
    },
    /// `BINARY(length)`: the log cuts trailing zero bytes, the value has them.
    Binary {
        /// In bytes, 0 to 255.
        length: u32,
    },
    /// `VARBINARY(n)`.
    VarBinary {
        /// The most bytes a value takes.
        bytes_max: u32,
    },
    /// `TINYBLOB`, `BLOB`, `MEDIUMBLOB`, `LONGBLOB`.
    Blob {
        /// How many bytes the length takes: 1, 2, 3, 4 in the order of the names.
        length_bytes: u8,
    },
    /// `ENUM(…)`.
    Enum {
        /// The texts in UTF-8; value `n` is `values[n - 1]`, value 0 is the empty error value.
        values: Arc<[Arc<str>]>,
    },
    /// `SET(…)`.
    Set {
        /// The texts in UTF-8; bit `n` stands for `values[n]`.
        values: Arc<[Arc<str>]>,
    },
    /// `JSON`.
    Json,
    /// `GEOMETRY` and its subtypes.
    Geometry {
        /// The declared subtype as `Field::geometry_type` (0 geometry, 1 point, 2 line string, …).
        subtype: u8,
    },
    /// A type that only MariaDB has: `UUID`, `INET4`, `INET6`.
    MariaDb(MariaDbType),
    /// `VECTOR(dimension)` (MySQL 9): little-endian single floats.
    Vector {
        /// The most numbers a value has.
        dimension: u32,
    },
}

impl TableName {
    /// A name from its parts.
    #[must_use]
    pub fn new(database: &str, table: &str) -> Self {
        Self { database: database.into(), table: table.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}
