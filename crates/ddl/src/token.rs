//! A statement's text as tokens.

use crate::Mode;

/// A token: what it is, and where it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, digits, `_`, `$` and all that is no ASCII; not only digits.
    Word,
    /// A name in backquotes, or in double quotes with `ANSI_QUOTES`.
    Name,
    /// A text in quotes.
    Text,
    /// `12`, `1.5`, `.5`, `1e3`.
    Number,
    /// `b'01'`, `0b01`.
    Bits,
    /// `x'0A'`, `0x0A`.
    Hex,
    /// Any other character.
    Mark(char),
}

/// The tokens of a text up to its end or the first semicolon, and whether every quote and comment has its end. Comments are
/// gone; what stands in `/*! … */` and `/*M! … */` counts, as for the server.
pub fn tokens(text: &str, mode: Mode) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { text, at: 0, mode, tokens: Vec::new() };
    let whole = lexer.run();
    (lexer.tokens, whole)
}

/// The statements of a text, each up to its semicolon.
pub fn statements(text: &str, mode: Mode) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.trim().is_empty() {
                return None;
            }
            let mut lexer = Lexer { text: rest, at: 0, mode, tokens: Vec::new() };
            // What has no end goes to the end.
            let is_whole = lexer.run();
            let end = if is_whole { lexer.at } else { rest.len() };
            let (statement, after) = rest.split_at_checked(end)?;
            rest = after.strip_prefix(';').unwrap_or(after);
            if !is_whole || !lexer.tokens.is_empty() {
                return Some(statement.trim());
            }
        }
    })
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    mode: Mode,
    tokens: Vec<Token>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn run(&mut self) -> bool {
        loop {
            if !self.skip_blanks() {
                return false;
            }
            let Some(first) = self.rest().chars().next() else { return true };
            if first == ';' {
                return true;
            }
            let start = self.at;
            let Some(kind) = self.token(first) else { return false };
            self.tokens.push(Token { kind, start, end: self.at });
        }
    }

    /// Steps over blanks and comments; whether each comment has its end.
    fn skip_blanks(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let blank = rest.len().saturating_sub(rest.trim_start().len());
            let rest = rest.trim_start();
            self.step(blank);
            if let Some(open) = ["/*!", "/*M!"].into_iter().find(|open| rest.starts_with(open)) {
                let inner = rest.get(open.len()..).unwrap_or_default();
                let digits = version_digits(inner);
                let version = inner.get(..digits).and_then(|digits| digits.parse().ok());
                if self.mode.server.looks_into(open == "/*M!", version) {
                    self.step(open.len().saturating_add(digits));
                } else if let Some(length) = comment_length(rest) {
                    self.step(length);
                } else {
                    return false;
                }
            } else if rest.starts_with("*/") {
                self.step(2);
            } else if let Some(inner) = rest.strip_prefix("/*") {
                let Some(end) = inner.find("*/") else { return false };
                self.step(end.saturating_add(4));
            } else if rest.starts_with('#') || is_line_comment(rest) {
                self.step(rest.find('\n').unwrap_or(rest.len()));
            } else {
                return true;
            }
        }
    }

    fn token(&mut self, first: char) -> Option<Kind> {
        let second = self.rest().chars().nth(1);
        match first {
            '`' => self.quoted('`', false).map(|()| Kind::Name),
            '"' if self.mode.ansi_quotes => self.quoted('"', false).map(|()| Kind::Name),
            '$' if self.is_behind_as() && self.dollar_quoted() => Some(Kind::Text),
            '"' | '\'' => self.quoted(first, !self.mode.no_backslash_escapes).map(|()| Kind::Text),
            'b' | 'B' if second == Some('\'') => {
                self.step(1);
                self.quoted('\'', false).map(|()| Kind::Bits)
            }
            'x' | 'X' if second == Some('\'') => {
                self.step(1);
                self.quoted('\'', false).map(|()| Kind::Hex)
            }
            '0'..='9' | '.' if first != '.' || second.is_some_and(|c| c.is_ascii_digit()) => {
                Some(self.number())
            }
            _ if is_word(first) => {
                let rest = self.rest();
                self.step(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
                Some(Kind::Word)
            }
            other => {
                self.step(other.len_utf8());
                Some(Kind::Mark(other))
            }
        }
    }

    /// A number; or a word that begins with digits, as names may.
    fn number(&mut self) -> Kind {
        let rest = self.rest();
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let head = rest.get(..word).unwrap_or_default();
        let after_dot =
            self.tokens.last().is_some_and(|last| last.kind == Kind::Mark('.') && last.end == self.at);
        if head.bytes().all(|b| b.is_ascii_digit()) {
            let more = if after_dot { 0 } else { fraction(rest.get(word..).unwrap_or_default()) };
            self.step(word.saturating_add(more));
            return Kind::Number;
        }
        if let Some(digits) =
            head.strip_prefix("0x").filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            self.step(digits.len().saturating_add(2));
            return Kind::Hex;
        }
        if let Some(digits) =
            head.strip_prefix("0b").filter(|digits| digits.bytes().all(|b| matches!(b, b'0' | b'1')))
        {
            self.step(digits.len().saturating_add(2));
            return Kind::Bits;
        }
        if let Some(exponent) = exponent(rest) {
            self.step(exponent);
            return Kind::Number;
        }
        self.step(word);
        Kind::Word
    }

    /// Whether the last token is `AS`: a routine's body in another language may come. Elsewhere `$` is a letter of names.
    fn is_behind_as(&self) -> bool {
        let last = self.tokens.last().and_then(|last| self.text.get(last.start..last.end));
        last.is_some_and(|last| last.eq_ignore_ascii_case("AS"))
    }

    /// Steps over a text in dollar quotes, `$$ … $$` or `$a$ … $a$`, if one begins here and has its end.
    fn dollar_quoted(&mut self) -> bool {
        let rest = self.rest();
        let inner = rest.get(1..).unwrap_or_default();
        let tag = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        if !inner.get(tag..).is_some_and(|after| after.starts_with('$')) {
            return false;
        }
        let (quote, text) = rest.split_at_checked(tag.saturating_add(2)).unwrap_or_default();
        let Some(end) = text.find(quote) else { return false };
        self.step(quote.len().saturating_mul(2).saturating_add(end));
        true
    }

    /// Steps over a text in quotes; nothing if it has no end. A doubled quote does not end it, nor one behind a backslash.
    fn quoted(&mut self, quote: char, escapes: bool) -> Option<()> {
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if escapes && c == '\\' {
                chars.next();
            } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
                self.step(at.saturating_add(c.len_utf8()));
                return Some(());
            }
        }
        None
    }
}

/// How many digits a version at the text's begin has: five or six, else it is none.
fn version_digits(text: &str) -> usize {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    if digits < 5 { 0 } else { digits }
}

/// How long a comment that is not looked into is, with those within it; nothing if it has no end.
fn comment_length(text: &str) -> Option<usize> {
    let mut at = 2usize;
    let mut depth = 1usize;
    while depth > 0 {
        let rest = text.get(at..)?;
        let end = rest.find("*/")?;
        let inner = rest.find("/*").filter(|inner| *inner < end);
        depth = if inner.is_some() { depth.saturating_add(1) } else { depth.saturating_sub(1) };
        at = at.saturating_add(inner.unwrap_or(end)).saturating_add(2);
    }
    Some(at)
}

/// How long a fraction and an exponent at the text's begin are.
fn fraction(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let Some(after) = text.strip_prefix('.') else { return 0 };
    let fraction = digits(after).saturating_add(1);
    let exponent = text.get(fraction..).and_then(exponent_at).unwrap_or(0);
    fraction.saturating_add(exponent)
}

/// How long a number with an exponent and no fraction is.
fn exponent(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let exponent = text.get(digits..).and_then(exponent_at)?;
    Some(digits.saturating_add(exponent))
}

fn exponent_at(text: &str) -> Option<usize> {
    let after = text.strip_prefix(['e', 'E'])?;
    let sign = usize::from(after.starts_with(['+', '-']));
    let digits = after.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| digits.saturating_add(sign).saturating_add(1))
}

/// Two hyphens and a blank, or nothing more.
fn is_line_comment(text: &str) -> bool {
    text.strip_prefix("--")
        .is_some_and(|after| after.chars().next().is_none_or(|c| c.is_whitespace() || c.is_control()))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}
