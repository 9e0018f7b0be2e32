//! What MariaDB's `information_schema` says in other words than MySQL's.

/// `COLUMN_DEFAULT` as MySQL tells it, and `EXTRA` with what goes with it. MariaDB describes a default as SQL: a literal in quotes
/// or a number, NULL where there is none, else an expression.
pub(crate) fn default(default: Option<String>, extra: &mut String) -> Option<String> {
    let default = default.filter(|default| default != "NULL")?;
    let quoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    if let Some(literal) = quoted {
        return Some(unescaped(literal));
    }
    let is_number = default.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    if !is_number && !default.starts_with("b'") {
        extra.push_str(" DEFAULT_GENERATED");
    }
    Some(default)
}

/// The text of a literal without its quotes: a quote is doubled, and a backslash stands before what it makes special.
fn unescaped(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(match chars.next() {
                Some('0') => '\0',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('Z') => '\x1a',
                Some(other) => other,
                None => '\\',
            }),
            '\'' => out.extend(chars.next()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_told_from_none_and_from_expressions() {
        let told = |text: &str| {
            let mut extra = String::new();
            let text = default(Some(text.to_owned()), &mut extra);
            (text, extra.contains("DEFAULT_GENERATED"))
        };
        assert_eq!(told("NULL"), (None, false));
        assert_eq!(told("'NULL'"), (Some("NULL".to_owned()), false));
        assert_eq!(told(r"'it''s \\ \n'"), (Some("it's \\ \n".to_owned()), false));
        assert_eq!(told("-1.50"), (Some("-1.50".to_owned()), false));
        assert_eq!(told("b'101'"), (Some("b'101'".to_owned()), false));
        assert_eq!(told("current_timestamp()"), (Some("current_timestamp()".to_owned()), true));
    }
}
