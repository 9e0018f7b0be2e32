//! Tables as statements: what `information_schema` says, written as the `CREATE TABLE` that would make it.
//!
//! Whoever follows shapes by statements begins with these, so that a table that was there before and one that a statement makes
//! are read in one way. `SHOW CREATE TABLE` would say the same, with one question a table: it is asked only of tables that have a
//! default which the view cannot tell.

/// A row of `information_schema.columns`: what is needed of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnRow {
    /// `COLUMN_NAME`
    pub name: String,
    /// `COLUMN_TYPE`
    pub column_type: String,
    /// `CHARACTER_SET_NAME`
    pub charset: Option<String>,
    /// `IS_NULLABLE`
    pub nullable: bool,
    /// `COLUMN_DEFAULT`
    pub default: Option<String>,
    /// `EXTRA`
    pub extra: String,
    /// `COLUMN_COMMENT`
    pub comment: String,
}

/// A table with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRows {
    /// `TABLE_NAME`
    pub name: String,
    /// The charset of `TABLE_COLLATION`.
    pub charset: Option<String>,
    /// `TABLE_COMMENT`
    pub comment: String,
    /// Its columns in order.
    pub columns: Vec<ColumnRow>,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// The columns of each other unique index, without those over expressions.
    pub unique_keys: Vec<Vec<String>>,
    /// What `SHOW CREATE TABLE` says, where that was asked for: see [`TableRows::hides_a_default`].
    pub shown: Option<String>,
}

impl TableRows {
    /// Whether a column has a default that `information_schema` may not tell as it is: bytes end at their first zero there, and
    /// a character that the view's charset does not have is a question mark.
    #[must_use]
    pub fn hides_a_default(&self) -> bool {
        self.columns.iter().any(ColumnRow::hides_its_default)
    }

    /// The statement that makes such a table.
    #[must_use]
    pub fn create_statement(&self) -> String {
        if let Some(shown) = &self.shown {
            return shown.clone();
        }
        let mut parts: Vec<String> = self.columns.iter().map(ColumnRow::definition).collect();
        if !self.primary_key.is_empty() {
            parts.push(format!("PRIMARY KEY ({})", names(&self.primary_key)));
        }
        parts.extend(self.unique_keys.iter().map(|key| format!("UNIQUE KEY ({})", names(key))));
        let mut sql = format!("CREATE TABLE {} ({})", quoted(&self.name), parts.join(","));
        if let Some(charset) = &self.charset {
            sql.push_str(" CHARSET=");
            sql.push_str(charset);
        }
        if !self.comment.is_empty() {
            sql.push_str(" COMMENT=");
            sql.push_str(&text(&self.comment));
        }
        sql
    }
}

impl ColumnRow {
    /// A row of MariaDB's in MySQL's words: its default.
    #[must_use]
    pub fn of_mariadb(mut self) -> Self {
        self.default = crate::mariadb::default(self.default.take(), &mut self.extra);
        self
    }

    fn hides_its_default(&self) -> bool {
        let Some(default) = self.default.as_deref() else { return false };
        let kind = self.column_type.to_ascii_lowercase();
        match length_of_binary(&kind) {
            // All of its bytes are there.
            Some(length) => default.len() < length.saturating_mul(2).saturating_add(2),
            None => kind.starts_with("varbinary") || default.contains('?'),
        }
    }

    fn definition(&self) -> String {
        let extra = self.extra.to_ascii_uppercase();
        let mut sql = format!("{} {}", quoted(&self.name), self.column_type);
        if let Some(charset) = &self.charset {
            sql.push_str(&format!(" CHARACTER SET {charset}"));
        }
        sql.push_str(if self.nullable { " NULL" } else { " NOT NULL" });
        if let Some(default) = &self.default {
            sql.push_str(" DEFAULT ");
            sql.push_str(&self.default_text(default, &extra));
        }
        if let Some((_, now)) = extra.split_once("ON UPDATE ") {
            sql.push_str(&format!(" ON UPDATE {now}"));
        }
        if extra.contains("AUTO_INCREMENT") {
            sql.push_str(" AUTO_INCREMENT");
        }
        if extra.contains("INVISIBLE") {
            sql.push_str(" INVISIBLE");
        }
        if !self.comment.is_empty() {
            sql.push_str(&format!(" COMMENT {}", text(&self.comment)));
        }
        sql
    }

    /// Before 8.0 the present is told as any other default, so that it is found by its name and the column's type.
    fn default_text(&self, default: &str, extra: &str) -> String {
        let now = default.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP");
        let kind = self.column_type.to_ascii_lowercase();
        let in_time = kind.starts_with("timestamp") || kind.starts_with("datetime");
        if now && (in_time || extra.contains("DEFAULT_GENERATED")) {
            default.to_owned()
        } else if extra.contains("DEFAULT_GENERATED") {
            format!("({default})")
        } else if kind.starts_with("bit") && default.starts_with("b'") {
            default.to_owned()
        } else if let Some(bytes) = bytes(&kind, default) {
            bytes
        } else {
            text(default)
        }
    }
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",")
}

pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The default of a column of bytes: a text where it is one, else `0x…`; nothing for other columns.
///
/// `information_schema` has it up to its first zero byte. What fills a `BINARY` are zeros; of a `VARBINARY` that is no text no more
/// is known: it counts as without one.
fn bytes(kind: &str, default: &str) -> Option<String> {
    let length = length_of_binary(kind);
    if length.is_none() && !kind.starts_with("varbinary") {
        return None;
    }
    let digits = default.strip_prefix("0x")?.as_bytes().as_chunks::<2>().0;
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let mut bytes = digits.iter().map(byte).collect::<Option<Vec<u8>>>()?;
    bytes.resize(length.unwrap_or(bytes.len()), 0);
    Some(match str::from_utf8(&bytes) {
        Ok(told) if told.chars().all(|c| c <= '\u{ffff}') => text(told),
        _ if length.is_none() => "NULL".to_owned(),
        _ => bytes.iter().fold(String::from("0x"), |digits, byte| digits + &format!("{byte:02X}")),
    })
}

/// How many bytes a `BINARY` has; nothing for other columns.
fn length_of_binary(kind: &str) -> Option<usize> {
    kind.strip_prefix("binary(").and_then(|rest| rest.trim_end_matches(')').parse().ok())
}

/// A text as the server writes it in `SHOW CREATE TABLE`.
fn text(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_as_the_server_would_show_it() {
        let column = |name: &str, column_type: &str| ColumnRow {
            name: name.into(),
            column_type: column_type.into(),
            ..ColumnRow::default()
        };
        let table = TableRows {
            name: "a`b".into(),
            charset: Some("latin1".into()),
            comment: "it's".into(),
            columns: vec![
                ColumnRow { extra: "auto_increment".into(), ..column("id", "int unsigned") },
                ColumnRow {
                    nullable: true,
                    default: Some("x\\'".into()),
                    charset: Some("utf8mb4".into()),
                    ..column("v", "varchar(9)")
                },
                ColumnRow { default: Some("b'101'".into()), ..column("b", "bit(3)") },
                ColumnRow {
                    default: Some("CURRENT_TIMESTAMP(3)".into()),
                    extra: "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)".into(),
                    ..column("at", "timestamp(3)")
                },
                ColumnRow {
                    default: Some("uuid()".into()),
                    extra: "DEFAULT_GENERATED".into(),
                    ..column("u", "char(36)")
                },
            ],
            primary_key: vec!["id".into()],
            unique_keys: vec![vec!["v".into(), "b".into()]],
            shown: None,
        };
        assert!(!table.hides_a_default());
        assert_eq!(
            table.create_statement(),
            "CREATE TABLE `a``b` (`id` int unsigned NOT NULL AUTO_INCREMENT,\
             `v` varchar(9) CHARACTER SET utf8mb4 NULL DEFAULT 'x\\\\''',\
             `b` bit(3) NOT NULL DEFAULT b'101',\
             `at` timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),\
             `u` char(36) NOT NULL DEFAULT (uuid()),PRIMARY KEY (`id`),UNIQUE KEY (`v`,`b`)) CHARSET=latin1 COMMENT='it''s'"
        );
    }

    #[test]
    fn defaults_that_the_view_cuts_or_garbles_are_known() {
        let hides = |column_type: &str, default: &str| {
            let default = Some(default.to_owned());
            let column = ColumnRow { column_type: column_type.into(), default, ..ColumnRow::default() };
            TableRows { columns: vec![column], ..TableRows::default() }.hides_a_default()
        };
        assert!(hides("varbinary(10)", "0x61"), "it may go on after a zero");
        assert!(hides("binary(3)", "0x61") && !hides("binary(3)", "0x616263"));
        assert!(hides("varchar(20)", "ok ?") && !hides("varchar(20)", "ok"));
        let shown = TableRows { shown: Some("CREATE TABLE `t` (`a` int)".into()), ..TableRows::default() };
        assert_eq!(shown.create_statement(), "CREATE TABLE `t` (`a` int)");
    }
}
