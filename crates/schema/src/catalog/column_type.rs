//! A declared type as a [`ColumnKind`].

use std::sync::Arc;

use becauselog_model::{Charset, ColumnKind, MariaDbType};

use super::columns::ColumnAnswer;

/// The kind of a declared column; else what is not known of it.
pub fn kind_of(declared: &ColumnAnswer) -> Result<ColumnKind, String> {
    // ZEROFILL columns are UNSIGNED, and said to be.
    let unsigned = declared.column_type.to_ascii_lowercase().contains(" unsigned");
    let charset = || charset(declared);
    Ok(match declared.data_type.to_ascii_lowercase().as_str() {
        "tinyint" => ColumnKind::TinyInt { unsigned },
        "smallint" => ColumnKind::SmallInt { unsigned },
        "mediumint" => ColumnKind::MediumInt { unsigned },
        "int" => ColumnKind::Int { unsigned },
        "bigint" => ColumnKind::BigInt { unsigned },
        "float" => ColumnKind::Float,
        "double" => ColumnKind::Double,
        "decimal" => ColumnKind::Decimal {
            precision: small(declared.precision, "precision")?,
            scale: small(declared.scale, "scale")?,
        },
        "bit" => ColumnKind::Bit { width: small(declared.precision, "width")? },
        "year" => ColumnKind::Year,
        "date" => ColumnKind::Date,
        "time" => ColumnKind::Time { fsp: fsp(declared)? },
        "datetime" => ColumnKind::Datetime { fsp: fsp(declared)? },
        "timestamp" => ColumnKind::Timestamp { fsp: fsp(declared)? },
        "char" => ColumnKind::Char { bytes_max: octets(declared)?, charset: charset()? },
        "varchar" => ColumnKind::VarChar { bytes_max: octets(declared)?, charset: charset()? },
        "tinytext" => ColumnKind::Text { length_bytes: 1, charset: charset()? },
        "text" => ColumnKind::Text { length_bytes: 2, charset: charset()? },
        "mediumtext" => ColumnKind::Text { length_bytes: 3, charset: charset()? },
        "longtext" => ColumnKind::Text { length_bytes: 4, charset: charset()? },
        "binary" => ColumnKind::Binary { length: octets(declared)? },
        "varbinary" => ColumnKind::VarBinary { bytes_max: octets(declared)? },
        "tinyblob" => ColumnKind::Blob { length_bytes: 1 },
        "blob" => ColumnKind::Blob { length_bytes: 2 },
        "mediumblob" => ColumnKind::Blob { length_bytes: 3 },
        "longblob" => ColumnKind::Blob { length_bytes: 4 },
        "enum" => ColumnKind::Enum { values: texts(declared)? },
        "set" => ColumnKind::Set { values: texts(declared)? },
        "json" => ColumnKind::Json,
        "vector" => ColumnKind::Vector { dimension: dimension(&declared.column_type) },
        other => match MariaDbType::of_name(other) {
            Some(kind) => ColumnKind::MariaDb(kind),
            None => ColumnKind::Geometry {
                subtype: geometry(other).ok_or_else(|| format!("its type {other} is not known"))?,
            },
        },
    })
}

fn small(number: Option<u64>, what: &str) -> Result<u8, String> {
    number.and_then(|n| u8::try_from(n).ok()).ok_or_else(|| format!("the server does not say its {what}"))
}

/// Tables made before 5.6 and columns without a fraction may say nothing: no fraction.
fn fsp(declared: &ColumnAnswer) -> Result<u8, String> {
    declared.fsp.map_or(Ok(0), |fsp| small(Some(fsp), "fraction"))
}

fn octets(declared: &ColumnAnswer) -> Result<u32, String> {
    let octets = declared.octets_max.and_then(|octets| u32::try_from(octets).ok());
    octets.ok_or_else(|| "the server does not say its length".to_owned())
}

fn charset(declared: &ColumnAnswer) -> Result<Charset, String> {
    let name = declared.charset.as_deref().ok_or("the server does not say its character set")?;
    Charset::of_name(name).ok_or_else(|| format!("its character set {name} is not known"))
}

/// `vector(3)`: the number in brackets.
fn dimension(column_type: &str) -> u32 {
    let digits = column_type.split(['(', ')']).nth(1).unwrap_or_default();
    digits.parse().unwrap_or(0)
}

/// `Field::geometry_type`.
fn geometry(data_type: &str) -> Option<u8> {
    Some(match data_type {
        "geometry" => 0,
        "point" => 1,
        "linestring" => 2,
        "polygon" => 3,
        "multipoint" => 4,
        "multilinestring" => 5,
        "multipolygon" => 6,
        "geomcollection" | "geometrycollection" => 7,
        _ => return None,
    })
}

fn texts(declared: &ColumnAnswer) -> Result<Arc<[Arc<str>]>, String> {
    let (_, list) = declared.column_type.split_once('(').ok_or("the server does not say its texts")?;
    let texts = quoted_list(list).ok_or("the list of its texts cannot be read")?;
    Ok(texts.into_iter().map(Arc::from).collect())
}

/// Texts in single quotes, up to the closing bracket: `'a','it''s')`. The server doubles quotes and writes a backslash
/// before a backslash, `0`, `n` and `r` (its `append_unescaped`).
fn quoted_list(list: &str) -> Option<Vec<String>> {
    let mut texts = vec![];
    let mut chars = list.chars().peekable();
    loop {
        if chars.next()? != '\'' {
            return None;
        }
        let mut text = String::new();
        loop {
            match chars.next()? {
                '\'' if chars.next_if_eq(&'\'').is_some() => text.push('\''),
                '\'' => break,
                '\\' => text.push(unescaped(chars.next()?)),
                other => text.push(other),
            }
        }
        texts.push(text);
        match chars.next()? {
            ',' => {}
            ')' => return Some(texts),
            _ => return None,
        }
    }
}

const fn unescaped(escape: char) -> char {
    match escape {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_texts_is_read_as_the_server_writes_it() {
        let list = quoted_list(r"'a','it''s','b,c)','','\\','x\ny')");
        let wanted = ["a", "it's", "b,c)", "", "\\", "x\ny"].map(str::to_owned).to_vec();
        assert_eq!(list, Some(wanted));
        for broken in ["", "'a", "'a'", "'a',", "a')", "'a';'b')"] {
            assert_eq!(quoted_list(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_dimension_is_in_brackets() {
        assert_eq!(dimension("vector(2048)"), 2048);
        assert_eq!(dimension("vector"), 0);
    }
}
