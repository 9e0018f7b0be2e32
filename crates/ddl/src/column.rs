//! A column's definition.

/// `name type attributes…`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition<'t> {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType<'t>,
    /// What stands behind the type, in order.
    pub attributes: Vec<Attribute<'t>>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataType<'t> {
    /// The words that name it, in capitals: `DOUBLE`, `PRECISION`.
    pub words: Vec<String>,
    /// The numbers in brackets.
    pub arguments: Vec<&'t str>,
    /// The members of an ENUM or SET, with their quotes.
    pub members: Vec<&'t str>,
    /// `SIGNED`, `UNSIGNED`, `ZEROFILL` in the order in which they stand, in capitals.
    pub suffixes: Vec<String>,
    /// `BINARY` behind a text type: the charset's binary collation.
    pub binary: bool,
    /// `BYTE` behind a text type: a binary type.
    pub byte: bool,
    /// `COMPRESSED` behind a text or binary type.
    pub compressed: bool,
    /// `CHARACTER SET x` as written.
    pub charset: Option<&'t str>,
    /// `ASCII` or `UNICODE` in place of a charset, in capitals.
    pub shorthand: Option<&'static str>,
    /// `COLLATE x` as written.
    pub collation: Option<&'t str>,
}

/// What stands behind a column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute<'t> {
    /// `NULL`
    Null,
    /// `NOT NULL`
    NotNull,
    /// `DEFAULT …`
    Default(Default<'t>),
    /// `ON UPDATE CURRENT_TIMESTAMP`: the function as written.
    OnUpdate(&'t str),
    /// `AUTO_INCREMENT`
    AutoIncrement,
    /// `UNIQUE [KEY]`
    Unique,
    /// `[PRIMARY] KEY`
    PrimaryKey,
    /// `SERIAL DEFAULT VALUE`
    SerialDefault,
    /// `COMMENT '…'`, with its quotes.
    Comment(&'t str),
    /// `COLLATE x`
    Collate(&'t str),
    /// `[GENERATED ALWAYS] AS (…)`
    Generated {
        /// `STORED`, `PERSISTENT`
        stored: bool,
    },
    /// `GENERATED ALWAYS AS ROW START`, `… ROW END`
    RowTime,
    /// `VISIBLE`
    Visible,
    /// `INVISIBLE`
    Invisible,
    /// Anything else.
    Other(&'t str),
}

/// A default value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Default<'t> {
    /// `NULL`
    Null,
    /// A constant.
    Literal {
        /// A sign before it.
        sign: &'t str,
        /// As written, with its quotes; without a charset before it.
        text: &'t str,
        /// What it is.
        kind: LiteralKind,
    },
    /// `CURRENT_TIMESTAMP`, `NOW()` and the like, with brackets and digits.
    Now(&'t str),
    /// Anything else: `(uuid())`.
    Expression(&'t str),
}

/// What a constant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// In quotes.
    Text,
    /// Digits alone.
    Integer,
    /// With a fraction or an exponent.
    Real,
    /// `b'01'`, `0b01`.
    Bits,
    /// `x'0A'`, `0x0A`.
    Hex,
    /// `TRUE`, `FALSE`.
    Boolean,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nothing is said: last, or where it was.
    Unsaid,
    /// `FIRST`
    First,
    /// `AFTER column`
    After(String),
}

impl DataType<'_> {
    /// Whether its name is this one word.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        matches!(&*self.words, [only] if only == word)
    }
}

impl ColumnDefinition<'_> {
    /// What its `NULL` and `NOT NULL` say together; nothing where neither stands.
    #[must_use]
    pub fn nullable(&self) -> Option<bool> {
        self.attributes.iter().rev().find_map(|attribute| match attribute {
            Attribute::Null => Some(true),
            Attribute::NotNull => Some(false),
            _ => None,
        })
    }
}
