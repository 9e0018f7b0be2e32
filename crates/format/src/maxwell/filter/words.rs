//! A filter's text as words and marks.

use super::FilterError;

/// One word or mark, with where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Letters, digits and underscores.
    Plain(String),
    /// In quotes of any kind.
    Quoted(String),
    /// Between slashes.
    Regex(String),
    /// Any other character.
    Mark(char),
    End,
}

pub(super) struct Words<'a> {
    rest: &'a str,
    text: &'a str,
}

impl<'a> Words<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text, text }
    }

    /// Where the next character is, from 1.
    pub(super) fn at(&self) -> usize {
        let done = self.text.len().saturating_sub(self.rest.len());
        self.text.get(..done).map_or(0, |done| done.chars().count()).saturating_add(1)
    }

    pub(super) fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Word, FilterError> {
        self.skip_blanks();
        let mut chars = self.rest.chars();
        let Some(first) = chars.next() else { return Ok(Word::End) };
        match first {
            '\'' | '"' | '`' => self.enclosed(first, first).map(Word::Quoted),
            '/' => self.enclosed('/', '/').map(Word::Regex),
            c if is_word(c) => {
                let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
                self.rest = rest;
                Ok(Word::Plain(word.to_owned()))
            }
            mark => {
                self.rest = chars.as_str();
                Ok(Word::Mark(mark))
            }
        }
    }

    /// What stands up to the closing mark. A backslash before the mark keeps it; in a regular expression it stays.
    fn enclosed(&mut self, open: char, close: char) -> Result<String, FilterError> {
        let at = self.at();
        let mut content = String::new();
        let mut chars = self.rest.get(open.len_utf8()..).unwrap_or_default().chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' if close != '/' => content.extend(chars.next()),
                '\\' => {
                    content.push(c);
                    content.extend(chars.next());
                }
                c if c == close => {
                    self.rest = chars.as_str();
                    return Ok(content);
                }
                c => content.push(c),
            }
        }
        Err(FilterError { at, what: format!("there is no closing {close}") })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}
