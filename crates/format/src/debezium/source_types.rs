//! `column.propagate.source.type`, `datatype.propagate.source.type`: columns' declared types as schema parameters.

use becauselog_model::{ColumnShape, Declared, TableName, Written};

use crate::{MaskError, mask::Names};

const TYPE: &str = "__debezium.source.column.type";
const LENGTH: &str = "__debezium.source.column.length";
const SCALE: &str = "__debezium.source.column.scale";
const NAME: &str = "__debezium.source.column.name";

/// For which columns, by name and by type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTypes {
    columns: Names,
    types: Names,
}

/// A declared type in its parts.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    name: String,
    length: Option<String>,
    scale: Option<String>,
}

impl SourceTypes {
    /// By patterns of `database.table.column` and of `database.table.TYPE`, each over the whole name in any case.
    ///
    /// # Errors
    /// The first pattern that is no regular expression.
    pub fn new(columns: &[String], types: &[String]) -> Result<Self, MaskError> {
        Ok(Self { columns: Names::of(columns)?, types: Names::of(types)? })
    }

    /// The parameters of a column's schema, in the peer's order; none where it is not asked for, or where the server has not
    /// said how the column was declared.
    pub(crate) fn of(&self, table: &TableName, column: &ColumnShape) -> Vec<(&'static str, String)> {
        let Some(declared) = &column.declared else { return Vec::new() };
        let parts =
            declared.written.as_ref().map_or_else(|| Parts::of(&declared.column_type), Parts::written);
        let wanted = self.columns.matches(&format!("{table}.{}", column.name))
            || self.types.matches(&format!("{table}.{}", parts.name));
        if !wanted {
            return Vec::new();
        }
        let mut parameters = vec![(TYPE, parts.name)];
        parameters.extend(parts.length.map(|length| (LENGTH, length)));
        parameters.extend(parts.scale.map(|scale| (SCALE, scale)));
        parameters.push((NAME, column.name.to_string()));
        parameters
    }
}

/// The length in a declared type; nothing where it has none.
pub(crate) fn declared_length(declared: &Declared) -> Option<String> {
    declared.written.as_ref().map_or_else(|| Parts::of(&declared.column_type), Parts::written).length
}

impl Parts {
    fn written(written: &Written) -> Self {
        let number = |number: Option<i32>| number.map(|number| number.to_string());
        Self {
            name: written.type_name.to_string(),
            length: number(written.length),
            scale: number(written.scale),
        }
    }

    /// Of `decimal(10,2) unsigned`. An ENUM is one character long to the peer, a SET one for each text and each comma.
    fn of(declared: &str) -> Self {
        let (name, rest) = declared.split_once('(').unwrap_or((declared, ""));
        // A text in ENUM or SET may have any parenthesis; nothing follows the last one but words.
        let (inside, words) = rest.rsplit_once(')').unwrap_or(("", ""));
        let name = format!("{}{}", name, words).to_ascii_uppercase();
        let (length, scale) = match name.as_str() {
            "ENUM" => (Some("1".to_owned()), None),
            "SET" => (Some(texts(inside).saturating_mul(2).saturating_sub(1).to_string()), None),
            _ => {
                let mut numbers = inside.split(',').map(str::trim).filter(|text| !text.is_empty());
                (numbers.next().map(str::to_owned), numbers.next().map(str::to_owned))
            }
        };
        Self { name, length, scale }
    }
}

/// How many texts in quotes there are; a quote inside one is written twice.
fn texts(list: &str) -> usize {
    let quotes = list.matches('\'').count();
    let doubled = list.replace("','", ",").matches("''").count();
    (quotes / 2).saturating_sub(doubled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(declared: &str) -> (String, Option<String>, Option<String>) {
        let Parts { name, length, scale } = Parts::of(declared);
        (name, length, scale)
    }

    #[test]
    fn declared_types_in_parts() {
        let some = |text: &str| Some(text.to_owned());
        for (declared, name, length, scale) in [
            ("int", "INT", None, None),
            ("tinyint(1)", "TINYINT", some("1"), None),
            ("int(6) unsigned zerofill", "INT UNSIGNED ZEROFILL", some("6"), None),
            ("decimal(20,0) unsigned", "DECIMAL UNSIGNED", some("20"), some("0")),
            ("datetime(6)", "DATETIME", some("6"), None),
            ("enum('a(','b')')", "ENUM", some("1"), None),
            ("set('a','it''s','c)','d','e')", "SET", some("9"), None),
            ("set('x')", "SET", some("1"), None),
            ("json", "JSON", None, None),
        ] {
            assert_eq!(parts(declared), (name.to_owned(), length, scale), "{declared}");
        }
    }
}
