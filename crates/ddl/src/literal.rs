//! What quoted texts mean.

use std::borrow::Cow;

use crate::{
    Mode,
    token::{Kind, tokens},
};

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

/// A statement's text with its texts in double quotes in single ones.
pub fn single_quoted(text: &str, mode: Mode) -> Cow<'_, str> {
    let (tokens, _) = tokens(text, mode);
    let mut out = String::new();
    let mut done = 0;
    for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
        let raw = text.get(token.start..token.end).unwrap_or_default();
        let Some(inner) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) else { continue };
        out.push_str(text.get(done..token.start).unwrap_or_default());
        out.push('\'');
        out.push_str(&inner.replace('\'', "''"));
        out.push('\'');
        done = token.end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}
