//! A walk over the words of a statement.

use super::{
    DdlError,
    lexer::{Word, words},
};

pub(super) struct Cursor {
    words: Vec<Word>,
    at: usize,
}

/// A table's name as written: its database may be missing.
pub(super) struct Named {
    pub database: Option<String>,
    pub name: String,
}

impl Cursor {
    pub(super) fn new(sql: &str) -> Self {
        Self { words: words(sql), at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<Word> {
        let word = self.words.get(self.at).cloned();
        self.at = self.at.saturating_add(1);
        word
    }

    pub(super) fn missing<T>(&self, what: &'static str) -> Result<T, DdlError> {
        Err(DdlError::Syntax { word: self.at.saturating_add(1), what })
    }

    /// Whether the word so many behind the next one is this keyword.
    pub(super) fn is_at(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.words.get(self.at.saturating_add(ahead)), Some(Word::Plain(word)) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether the next word is one of these keywords.
    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is_at(0, keyword))
    }

    /// Steps over these keywords if they all stand here.
    pub(super) fn takes(&mut self, keywords: &[&str]) -> bool {
        let all = keywords.iter().enumerate().all(|(ahead, keyword)| self.is_at(ahead, keyword));
        if all {
            self.at = self.at.saturating_add(keywords.len());
        }
        all
    }

    pub(super) fn takes_mark(&mut self, mark: char) -> bool {
        let is_it = self.peek() == Some(&Word::Mark(mark));
        if is_it {
            self.at = self.at.saturating_add(1);
        }
        is_it
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.peek() == Some(&Word::Mark(mark))
    }

    /// A name, in quotes or not.
    pub(super) fn name(&mut self) -> Result<String, DdlError> {
        match self.peek() {
            Some(Word::Plain(name) | Word::Name(name) | Word::Text(name)) => {
                let name = name.clone();
                self.at = self.at.saturating_add(1);
                Ok(name)
            }
            _ => self.missing("a name"),
        }
    }

    /// A column's name, which table and database may stand before.
    pub(super) fn column(&mut self) -> Result<String, DdlError> {
        let mut name = self.name()?;
        while self.takes_mark('.') {
            name = self.name()?;
        }
        Ok(name)
    }

    /// `table`, `.table` or `database.table`.
    pub(super) fn table(&mut self) -> Result<Named, DdlError> {
        if self.takes_mark('.') {
            return Ok(Named { database: None, name: self.name()? });
        }
        let first = self.name()?;
        if !self.takes_mark('.') {
            return Ok(Named { database: None, name: first });
        }
        Ok(Named { database: Some(first), name: self.name()? })
    }

    /// Steps over a word, or over all that stands in brackets if it opens them.
    pub(super) fn skip(&mut self) {
        let mut depth = 0usize;
        while let Some(word) = self.next() {
            match word {
                Word::Mark('(') => depth = depth.saturating_add(1),
                Word::Mark(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether a part of a list ends here: at a comma, a closing bracket or the end.
    pub(super) fn is_part_end(&self) -> bool {
        matches!(self.peek(), None | Some(Word::Mark(',' | ')' | ';')))
    }

    /// The charset, if `[DEFAULT] CHARACTER SET [=] x` or `CHARSET [=] x` stands here; nothing for DEFAULT.
    pub(super) fn charset(&mut self) -> Result<Option<String>, DdlError> {
        let before = self.at;
        self.takes(&["DEFAULT"]);
        let found =
            self.takes(&["CHARACTER", "SET"]) || self.takes(&["CHAR", "SET"]) || self.takes(&["CHARSET"]);
        if !found {
            self.at = before;
            return Ok(None);
        }
        self.takes_mark('=');
        Ok(Some(self.name()?.to_ascii_lowercase()))
    }

    /// The collation, if `[DEFAULT] COLLATE [=] x` stands here.
    pub(super) fn collation(&mut self) -> Result<Option<String>, DdlError> {
        let before = self.at;
        self.takes(&["DEFAULT"]);
        if !self.takes(&["COLLATE"]) {
            self.at = before;
            return Ok(None);
        }
        self.takes_mark('=');
        Ok(Some(self.name()?.to_ascii_lowercase()).filter(|name| name != "default"))
    }
}

/// The charset that a collation belongs to: the first part of its name.
pub(super) fn charset_of(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}
