//! A statement as words.

/// One word of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Letters, digits, `_` and `$`, as written.
    Plain(String),
    /// A name in backquotes.
    Name(String),
    /// A text in quotes: as it stands between them.
    Text(String),
    /// Any other character.
    Mark(char),
}

/// The words of a statement. Comments are gone, but what stands in `/*! … */` counts, as for the server.
pub(super) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = if first.is_whitespace() {
            after
        } else if let Some(inner) = rest.strip_prefix("/*!").or_else(|| rest.strip_prefix("/*M!")) {
            inner.trim_start_matches(|c: char| c.is_ascii_digit())
        } else if let Some(inner) = rest.strip_prefix("*/") {
            inner
        } else if let Some(inner) = rest.strip_prefix("/*") {
            inner.split_once("*/").map_or("", |(_, after)| after)
        } else if first == '#' || is_line_comment(rest) {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if let '`' | '\'' | '"' = first {
            quoted(&mut words, first, after)
        } else if is_plain(first) {
            let end = rest.find(|c| !is_plain(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            words.push(Word::Plain(word.to_owned()));
            after
        } else {
            words.push(Word::Mark(first));
            after
        };
    }
    words
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// Two hyphens and a blank, or nothing more.
fn is_line_comment(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|after| after.chars().next().is_none_or(char::is_whitespace))
}

/// Adds what stands between quotes, and answers what comes after.
fn quoted<'a>(words: &mut Vec<Word>, quote: char, text: &'a str) -> &'a str {
    let mut content = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let doubled = c == quote && chars.as_str().starts_with(quote);
        if c == quote && !doubled {
            break;
        }
        content.push(c);
        if doubled {
            chars.next();
            // A name's quote is itself; a text stays as it is written, to be read later.
            content.extend((quote != '`').then_some(quote));
        } else if c == '\\' && quote != '`' {
            content.extend(chars.next());
        }
    }
    words.push(if quote == '`' { Word::Name(content) } else { Word::Text(content) });
    chars.as_str()
}

/// What a text in single quotes means: doubled quotes and backslashes undone.
pub(super) fn meaning(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                chars.next_if_eq(&'\'');
                out.push('\'');
            }
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some('b') => out.push('\u{8}'),
                Some('Z') => out.push('\u{1a}'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}
