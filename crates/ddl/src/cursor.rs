//! A walk over a statement's tokens.

use crate::{
    Mode, TableRef, meaning,
    token::{Kind, Token},
};

/// A walk over a statement's tokens.
pub struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    mode: Mode,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str, tokens: Vec<Token>, mode: Mode) -> Self {
        Self { text, tokens, at: 0, mode }
    }

    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// What the token so many behind the next one is.
    pub fn kind_ahead(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at.saturating_add(ahead)).map(|token| token.kind)
    }

    pub fn kind(&self) -> Option<Kind> {
        self.kind_ahead(0)
    }

    /// A token's text as written.
    pub fn text(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// The text from a place on up to the token before the next.
    pub fn text_from(&self, start: usize) -> &'t str {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        self.text.get(start..last.map_or(start, |last| last.end)).unwrap_or_default()
    }

    /// Where the next token begins.
    pub fn start(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    pub fn advance(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(token)
    }

    /// Steps over so many tokens.
    pub fn advance_by(&mut self, tokens: usize) {
        self.at = self.at.saturating_add(tokens).min(self.tokens.len());
    }

    pub fn is_end(&self) -> bool {
        self.peek().is_none()
    }

    /// Whether the token so many behind the next one is this keyword.
    pub fn is_at(&self, ahead: usize, keyword: &str) -> bool {
        let token = self.tokens.get(self.at.saturating_add(ahead));
        token.is_some_and(|token| token.kind == Kind::Word && self.text(*token).eq_ignore_ascii_case(keyword))
    }

    pub fn is(&self, keyword: &str) -> bool {
        self.is_at(0, keyword)
    }

    /// Steps over these keywords if they all stand here.
    pub fn takes(&mut self, keywords: &[&str]) -> bool {
        let all = keywords.iter().enumerate().all(|(ahead, keyword)| self.is_at(ahead, keyword));
        if all {
            self.at = self.at.saturating_add(keywords.len());
        }
        all
    }

    /// Steps over one of these keywords, and answers which.
    pub fn takes_any(&mut self, keywords: &[&'static str]) -> Option<&'static str> {
        let found = keywords.iter().copied().find(|keyword| self.is(keyword))?;
        self.at = self.at.saturating_add(1);
        Some(found)
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.kind() == Some(Kind::Mark(mark))
    }

    pub fn is_mark_at(&self, ahead: usize, mark: char) -> bool {
        self.kind_ahead(ahead) == Some(Kind::Mark(mark))
    }

    pub fn takes_mark(&mut self, mark: char) -> bool {
        let is_it = self.is_mark(mark);
        if is_it {
            self.at = self.at.saturating_add(1);
        }
        is_it
    }

    /// A name, in quotes or not.
    pub fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        let text = self.text(token);
        let name = match token.kind {
            Kind::Word | Kind::Number => text.to_owned(),
            Kind::Name | Kind::Text => meaning(text, self.mode),
            Kind::Bits | Kind::Hex if !text.contains('\'') => text.to_owned(),
            _ => return None,
        };
        self.at = self.at.saturating_add(1);
        Some(name)
    }

    /// A column's name, which table and database may stand before.
    pub fn column_name(&mut self) -> Option<String> {
        self.takes_mark('.');
        let mut name = self.name()?;
        while self.takes_mark('.') {
            name = self.name()?;
        }
        Some(name)
    }

    /// `table`, `.table` or `database.table`.
    pub fn table(&mut self) -> Option<TableRef> {
        if self.takes_mark('.') {
            return Some(TableRef { database: None, table: self.name()? });
        }
        let first = self.name()?;
        if self.takes_mark('.') {
            return Some(TableRef { database: Some(first), table: self.name()? });
        }
        Some(TableRef { database: None, table: first })
    }

    /// Steps over a token, or over all that stands in brackets if it opens them.
    pub fn skip(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.advance() {
            match token.kind {
                Kind::Mark('(') => depth = depth.saturating_add(1),
                Kind::Mark(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether a part of a list ends here: at a comma, a closing bracket or the end.
    pub fn is_part_end(&self) -> bool {
        matches!(self.kind(), None | Some(Kind::Mark(',' | ')')))
    }

    /// Steps to where this part of a list ends, and answers its text.
    pub fn skip_part(&mut self) -> &'t str {
        let start = self.start();
        while !self.is_part_end() {
            self.skip();
        }
        self.text_from(start)
    }

    /// `IF [NOT] EXISTS`, if it stands here.
    pub fn takes_if_exists(&mut self) -> bool {
        self.takes(&["IF", "NOT", "EXISTS"]) || self.takes(&["IF", "EXISTS"])
    }

    /// The charset as written, if `[DEFAULT] CHARACTER SET [=] x` or `CHARSET [=] x` stands here.
    pub fn charset(&mut self) -> Option<&'t str> {
        let default = usize::from(self.is("DEFAULT"));
        let words = if self.is_at(default, "CHARSET") {
            1
        } else if (self.is_at(default, "CHARACTER") || self.is_at(default, "CHAR"))
            && self.is_at(default.saturating_add(1), "SET")
        {
            2
        } else {
            return None;
        };
        self.at = self.at.saturating_add(default).saturating_add(words);
        self.takes_mark('=');
        let token = self.advance()?;
        Some(self.text(token))
    }

    /// The collation as written, if `[DEFAULT] COLLATE [=] x` stands here.
    pub fn collation(&mut self) -> Option<&'t str> {
        let default = usize::from(self.is("DEFAULT"));
        if !self.is_at(default, "COLLATE") {
            return None;
        }
        self.at = self.at.saturating_add(default).saturating_add(1);
        self.takes_mark('=');
        let token = self.advance()?;
        Some(self.text(token))
    }
}
