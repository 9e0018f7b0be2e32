//! `TinyIntOneToBooleanConverter`.

use becauselog_model::{ColumnKind, ColumnShape, TableName};

use super::super::options::Options;
use crate::mask::Names;

const SELECTOR: &str = "selector";
const LENGTH: &str = "length.checker";

/// `TINYINT` columns as booleans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TinyIntOne {
    /// Over `database.table.column`; nothing for all.
    selector: Option<Names>,
    /// Only those that were declared with a width of 1.
    length: bool,
}

impl TinyIntOne {
    pub(super) const OPTIONS: [&str; 2] = [SELECTOR, LENGTH];

    pub(super) fn read(name: &str, options: &mut Options<'_>) -> Self {
        let selector = super::selector(&format!("{name}.{SELECTOR}"), options);
        let length = options.flag(&format!("{name}.{LENGTH}")).unwrap_or(true);
        Self { selector, length }
    }

    pub(super) const fn checks_length(&self) -> bool {
        self.length
    }

    /// Whether it takes a column.
    pub(super) fn of(&self, table: &TableName, column: &ColumnShape) -> Result<bool, String> {
        let is_tiny = matches!(column.kind, ColumnKind::TinyInt { .. });
        if !is_tiny || !super::selects(self.selector.as_ref(), table, column) {
            return Ok(false);
        }
        if let Some(written) = column.declared.as_deref().and_then(|declared| declared.written.as_ref()) {
            let tiny = matches!(&*written.type_name, "TINYINT" | "TINYINT UNSIGNED");
            return Ok(tiny && (!self.length || written.length == Some(1)));
        }
        match column.declared.as_deref().map(|declared| declared.column_type.to_ascii_lowercase()) {
            Some(declared) if declared.contains("zerofill") => Ok(false),
            Some(declared) => Ok(!self.length || declared.starts_with("tinyint(1)")),
            None if !self.length => Ok(true),
            None => Err("whether it was TINYINT(1) is not known: the log does not tell, and the server does not have the table \
                any more as it was. Name columns in the converter's selector and set its length.checker=false"
                .to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use becauselog_model::Declared;

    use super::*;

    fn column(declared: Option<&str>) -> ColumnShape {
        let declared =
            declared.map(|text| Arc::new(Declared { column_type: text.into(), ..Declared::default() }));
        let kind = ColumnKind::TinyInt { unsigned: declared.is_none() };
        ColumnShape { name: "a".into(), kind, nullable: true, visible: true, declared }
    }

    fn takes(selector: Option<&str>, length: bool, declared: Option<&str>) -> Result<bool, String> {
        let selector = selector.map(|pattern| Names::of(&[pattern.to_owned()]).unwrap());
        TinyIntOne { selector, length }.of(&TableName::new("shop", "t"), &column(declared))
    }

    #[test]
    fn a_width_is_what_the_server_says() {
        for (declared, width, any) in [
            ("tinyint(1)", true, true),
            ("TINYINT(1) unsigned", true, true),
            ("tinyint", false, true),
            ("tinyint(10)", false, true),
            ("tinyint(1) unsigned zerofill", false, false),
        ] {
            assert_eq!(takes(None, true, Some(declared)), Ok(width), "{declared}");
            assert_eq!(takes(None, false, Some(declared)), Ok(any), "{declared}");
        }
    }

    #[test]
    fn a_width_that_is_not_known_is_asked_for_only_where_it_matters() {
        assert!(takes(None, true, None).is_err_and(|what| what.contains("length.checker=false")));
        assert!(takes(Some("shop\\.t\\.A"), true, None).is_err());
        assert_eq!(takes(Some("shop\\.t\\.b"), true, None), Ok(false));
        assert_eq!(takes(Some("shop\\.t\\.A"), false, None), Ok(true));
    }
}
