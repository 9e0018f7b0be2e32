//! A statement's text as tokens: words, quoted names, strings, single characters; comments are gone.

/// One token, with the text that it borrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// An unquoted word: a keyword or a name.
    Word(String),
    /// A name in backquotes or double quotes, without them.
    Name(String),
    /// A string in single quotes; its content does not matter.
    Text,
    /// Any other character.
    Mark(char),
    /// A quote or comment without its end, or bytes that are no UTF-8: nothing after it can be trusted.
    Broken,
}

/// The tokens of a statement in order.
pub struct Lexer<'a> {
    rest: &'a str,
    /// The bytes after `rest` are no UTF-8.
    cut: bool,
    ended: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(sql: &'a [u8]) -> Self {
        let chunk = sql.utf8_chunks().next();
        let cut = chunk.as_ref().is_some_and(|chunk| !chunk.invalid().is_empty());
        Self { rest: chunk.map_or("", |chunk| chunk.valid()), cut, ended: false }
    }

    /// Skips blanks and comments. The content of `/*! … */` is part of the statement, as the server reads it.
    /// Answers whether all comments have their end.
    fn skip_blanks(&mut self) -> bool {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix("/*!").or_else(|| self.rest.strip_prefix("/*M!")) {
                self.rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            } else if let Some(rest) = self.rest.strip_prefix("*/") {
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix("/*") {
                let Some((_, after)) = rest.split_once("*/") else { return false };
                self.rest = after;
            } else if is_line_comment(self.rest) {
                self.rest = self.rest.split_once('\n').map_or("", |(_, after)| after);
            } else {
                return true;
            }
        }
    }

    /// The content up to the closing quote, which counts as content when it is doubled (or, in strings, escaped).
    fn quoted(&mut self, quote: char, escapes: bool) -> Option<String> {
        let mut content = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if escapes && c == '\\' {
                chars.next();
            } else if c != quote {
                content.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
                content.push(c);
                chars.next();
            } else {
                self.rest = self.rest.get(at.saturating_add(c.len_utf8())..)?;
                return Some(content);
            }
        }
        None
    }

    fn broken(&mut self) -> Token {
        self.ended = true;
        Token::Broken
    }

    fn token(&mut self, first: char) -> Option<Token> {
        Some(match first {
            '`' => Token::Name(self.quoted('`', false)?),
            '"' => Token::Name(self.quoted('"', false)?),
            '\'' => {
                self.quoted('\'', true)?;
                Token::Text
            }
            _ if is_word(first) => {
                let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at_checked(end)?;
                self.rest = rest;
                Token::Word(word.to_owned())
            }
            other => {
                self.rest = self.rest.get(other.len_utf8()..)?;
                Token::Mark(other)
            }
        })
    }
}

fn is_line_comment(text: &str) -> bool {
    let dashes =
        text.strip_prefix("--").is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace));
    dashes || text.starts_with('#')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.ended {
            return None;
        }
        if !self.skip_blanks() {
            return Some(self.broken());
        }
        match self.rest.chars().next() {
            Some(first) => Some(self.token(first).unwrap_or_else(|| self.broken())),
            None if self.cut => Some(self.broken()),
            None => None,
        }
    }
}
