//! A column's type as written, and as Maxwell names it.

use becauselog_ddl::{Attribute, ColumnDefinition, DataType, Mode, meaning};

use super::definition::{Column, Detail};

/// What a column's definition says.
pub(super) struct Defined {
    pub column: Column,
    /// It is the primary key alone.
    pub primary: bool,
}

/// Reads a column's definition. `raw_texts`: members of ENUM and SET keep their escapes.
pub(super) fn defined(definition: &ColumnDefinition<'_>, raw_texts: bool) -> Defined {
    let data_type = &definition.data_type;
    let written = Written::of(data_type);
    let length = data_type.arguments.first().and_then(|number| number.parse().ok());
    let kind = kind(&written, length, data_type.byte);
    let detail = detail(&kind, length, definition, raw_texts, &written);
    let primary = definition.attributes.contains(&Attribute::PrimaryKey);
    Defined { column: Column { name: definition.name.clone(), kind, detail }, primary }
}

/// A type's words.
struct Written {
    first: String,
    varying: bool,
    national: bool,
    long: Option<String>,
}

impl Written {
    fn of(data_type: &DataType<'_>) -> Self {
        let words: Vec<String> = data_type.words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        let national = has("national") || has("nchar") || has("nvarchar");
        let long = words.get(1).filter(|_| words.first().is_some_and(|first| first == "long")).cloned();
        let first = words.iter().find(|word| *word != "national").cloned().unwrap_or_default();
        let varying = has("varying") || first == "nvarchar" || (first == "nchar" && has("varchar"));
        Self { first, varying, national, long }
    }
}

/// The name of a charset or collation, without quotes, in small letters.
pub(super) fn charset_name(written: &str) -> String {
    meaning(written, Mode::default()).to_ascii_lowercase()
}

/// The charset that a collation belongs to: the first part of its name.
pub(super) fn charset_of(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}

/// The charset that a definition names, or a collation of it does.
fn charset(definition: &ColumnDefinition<'_>) -> Option<String> {
    let data_type = &definition.data_type;
    let shorthand = data_type.shorthand.map(|word| if word == "ASCII" { "latin1" } else { "ucs2" });
    let named = data_type.charset.map(charset_name).or_else(|| shorthand.map(str::to_owned));
    let later = definition.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Collate(name) => Some(*name),
        _ => None,
    });
    let collation = data_type.collation.or(later).map(charset_name).filter(|name| name != "default");
    named.or_else(|| collation.as_deref().map(charset_of))
}

/// The members of an ENUM or SET.
fn members(data_type: &DataType<'_>, raw_texts: bool) -> Vec<String> {
    let inner = |text: &str| text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let texts = data_type.members.iter().filter(|member| member.starts_with(['\'', '"']));
    texts.map(|member| if raw_texts { inner(member) } else { meaning(member, Mode::default()) }).collect()
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
    definition: &ColumnDefinition<'_>,
    raw_texts: bool,
    written: &Written,
) -> Detail {
    let suffixes = &definition.data_type.suffixes;
    let unsigned = suffixes.iter().any(|suffix| suffix == "UNSIGNED" || suffix == "ZEROFILL");
    match kind {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => {
            Detail::Integer { signed: !unsigned && written.first != "serial" }
        }
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Detail::Text {
            charset: charset(definition).or_else(|| written.national.then(|| "utf8".to_owned())),
        },
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            Detail::Text { charset: Some("binary".to_owned()) }
        }
        "time" | "datetime" | "timestamp" => Detail::Time { digits: length.unwrap_or(0) },
        "enum" | "set" => Detail::Texts { values: members(&definition.data_type, raw_texts) },
        _ => Detail::Plain,
    }
}
