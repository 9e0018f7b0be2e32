//! A column's type as written, and as Maxwell names it.

use super::{
    DdlError,
    cursor::{Cursor, charset_of},
    definition::{Column, Detail},
    lexer::{Word, meaning},
};

/// What a column's definition says.
pub(super) struct Defined {
    pub column: Column,
    /// It is the primary key alone.
    pub primary: bool,
    pub place: Place,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Unsaid,
    First,
    After(String),
}

/// Flags that are read between a type and the end of the definition.
#[derive(Default)]
struct Flags {
    unsigned: bool,
    bytes: bool,
    charset: Option<String>,
    collation: Option<String>,
    primary: bool,
    place: Option<Place>,
}

/// Reads a column's definition from its name on. `raw_texts`: members of ENUM and SET keep their escapes.
pub(super) fn defined(cursor: &mut Cursor, raw_texts: bool) -> Result<Defined, DdlError> {
    let name = cursor.column()?;
    let written = written(cursor)?;
    let mut length = None;
    let mut texts = Vec::new();
    if cursor.is_mark('(') {
        (length, texts) = brackets(cursor, raw_texts);
    }
    let flags = flags(cursor)?;
    let (kind, national) = (kind(&written, length, flags.bytes), written.national);
    let detail = detail(&kind, length, texts, &flags, national, &written);
    let place = flags.place.unwrap_or(Place::Unsaid);
    Ok(Defined { column: Column { name, kind, detail }, primary: flags.primary, place })
}

/// A type's words.
struct Written {
    first: String,
    varying: bool,
    national: bool,
    long: Option<String>,
}

fn written(cursor: &mut Cursor) -> Result<Written, DdlError> {
    let Some(Word::Plain(first)) = cursor.next() else { return cursor.missing("a type") };
    let mut written =
        Written { first: first.to_ascii_lowercase(), varying: false, national: false, long: None };
    if written.first == "national" {
        written.national = true;
        written.first = cursor.name()?.to_ascii_lowercase();
    }
    match written.first.as_str() {
        "nchar" | "nvarchar" => {
            written.national = true;
            written.varying =
                written.first == "nvarchar" || cursor.takes(&["VARCHAR"]) || cursor.takes(&["VARYING"]);
        }
        "char" | "character" => written.varying = cursor.takes(&["VARYING"]),
        "double" => {
            cursor.takes(&["PRECISION"]);
        }
        "long" if cursor.is_any(&["VARCHAR", "VARBINARY", "CHAR", "CHARACTER"]) => {
            written.long = Some(cursor.name()?.to_ascii_lowercase());
            cursor.takes(&["VARYING"]);
        }
        _ => {}
    }
    Ok(written)
}

/// A length, or the members of an ENUM or SET.
fn brackets(cursor: &mut Cursor, raw_texts: bool) -> (Option<u64>, Vec<String>) {
    let (mut length, mut texts) = (None, Vec::new());
    cursor.next();
    while let Some(word) = cursor.next() {
        match word {
            Word::Mark(')') => break,
            Word::Plain(number) if length.is_none() => length = number.parse().ok(),
            Word::Text(text) => texts.push(if raw_texts { text } else { meaning(&text) }),
            _ => {}
        }
    }
    (length, texts)
}

fn flags(cursor: &mut Cursor) -> Result<Flags, DdlError> {
    let mut flags = Flags::default();
    let mut unique = false;
    while !cursor.is_part_end() {
        if let Some(charset) = cursor.charset()? {
            flags.charset = Some(charset);
        } else if let Some(collation) = cursor.collation()? {
            flags.collation = Some(collation);
        } else if cursor.takes(&["UNSIGNED"]) || cursor.takes(&["ZEROFILL"]) {
            flags.unsigned = true;
        } else if cursor.takes(&["BYTE"]) {
            flags.bytes = true;
        } else if cursor.takes(&["ASCII"]) {
            flags.charset = Some("latin1".to_owned());
        } else if cursor.takes(&["UNICODE"]) {
            flags.charset = Some("ucs2".to_owned());
        } else if cursor.takes(&["UNIQUE"]) {
            unique = true;
        } else if cursor.takes(&["PRIMARY"]) || cursor.is_any(&["KEY"]) {
            cursor.takes(&["KEY"]);
            flags.primary |= !std::mem::take(&mut unique);
        } else if cursor.takes(&["FIRST"]) {
            flags.place = Some(Place::First);
        } else if cursor.takes(&["AFTER"]) {
            flags.place = Some(Place::After(cursor.column()?));
        } else {
            unique = false;
            cursor.skip();
        }
    }
    Ok(flags)
}

/// The name that Maxwell has for a type.
fn kind(written: &Written, length: Option<u64>, bytes: bool) -> String {
    let name = match (written.first.as_str(), &written.long) {
        ("char" | "character" | "nchar" | "nvarchar", _) if written.varying => "varchar",
        ("character" | "nchar", _) => "char",
        ("bool" | "boolean" | "int1", _) => "tinyint",
        ("int2", _) => "smallint",
        ("int3" | "middleint", _) => "mediumint",
        ("int4" | "integer", _) => "int",
        ("int8" | "serial", _) => "bigint",
        ("float4", _) => "float",
        ("real" | "float8", _) => "double",
        ("numeric" | "fixed" | "dec", _) => "decimal",
        ("geomcollection", _) => "geometrycollection",
        ("long", Some(kind)) if kind == "varbinary" => "mediumblob",
        ("long", _) => "mediumtext",
        (other, _) => other,
    };
    let sized = match (name, length) {
        ("text" | "blob", Some(..0x100)) => format!("tiny{name}"),
        ("text" | "blob", Some(0x1_0000..0x100_0000)) => format!("medium{name}"),
        ("text" | "blob", Some(0x100_0000..)) => format!("long{name}"),
        _ => name.to_owned(),
    };
    if !bytes {
        return sized;
    }
    match sized.as_str() {
        "char" => "binary".to_owned(),
        "varchar" => "varbinary".to_owned(),
        other => other.replace("text", "blob"),
    }
}

fn detail(
    kind: &str,
    length: Option<u64>,
    texts: Vec<String>,
    flags: &Flags,
    national: bool,
    written: &Written,
) -> Detail {
    match kind {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => {
            Detail::Integer { signed: !flags.unsigned && written.first != "serial" }
        }
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
            let named = flags.charset.clone().or_else(|| flags.collation.as_deref().map(charset_of));
            Detail::Text { charset: named.or_else(|| national.then(|| "utf8".to_owned())) }
        }
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            Detail::Text { charset: Some("binary".to_owned()) }
        }
        "time" | "datetime" | "timestamp" => Detail::Time { digits: length.unwrap_or(0) },
        "enum" | "set" => Detail::Texts { values: texts },
        _ => Detail::Plain,
    }
}
