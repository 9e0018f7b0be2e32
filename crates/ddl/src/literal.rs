//! What quoted texts mean.

use crate::Mode;

/// What a text in quotes means: doubled quotes and backslashes undone. A text without quotes is itself.
#[must_use]
pub fn meaning(raw: &str, mode: Mode) -> String {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '\'' | '"' | '`')) else {
        return raw.to_owned();
    };
    let inner = raw.strip_prefix(quote).unwrap_or(raw);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let escapes = quote != '`' && !mode.no_backslash_escapes && !(quote == '"' && mode.ansi_quotes);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            _ if c == quote => {
                chars.next_if_eq(&quote);
                out.push(quote);
            }
            '\\' if escapes => escaped(chars.next(), &mut out),
            other => out.push(other),
        }
    }
    out
}

fn escaped(after: Option<char>, out: &mut String) {
    match after {
        Some('n') => out.push('\n'),
        Some('r') => out.push('\r'),
        Some('t') => out.push('\t'),
        Some('0') => out.push('\0'),
        Some('b') => out.push('\u{8}'),
        Some('Z') => out.push('\u{1a}'),
        // These two keep their backslash outside of patterns.
        Some(wild @ ('%' | '_')) => out.extend(['\\', wild]),
        Some(other) => out.push(other),
        None => {}
    }
}
