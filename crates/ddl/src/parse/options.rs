//! Options of tables and databases.

use crate::{TableOption, cursor::Cursor, token::Kind};

impl<'t> Cursor<'t> {
    /// Options with or without commas between them, up to the end.
    pub(super) fn options(&mut self) -> Vec<TableOption<'t>> {
        let mut options = Vec::new();
        while !self.is_end() {
            if self.takes_mark(',') {
                continue;
            }
            if let Some(option) = self.known_option() {
                options.push(option);
            } else {
                let start = self.start();
                self.skip();
                options.push(TableOption::Other(self.text_from(start)));
            }
        }
        options
    }

    /// A charset, a collation or a comment, if one stands here.
    pub(super) fn known_option(&mut self) -> Option<TableOption<'t>> {
        if let Some(charset) = self.charset() {
            return Some(TableOption::Charset(charset));
        }
        if let Some(collation) = self.collation() {
            return Some(TableOption::Collation(collation));
        }
        let equals = usize::from(self.is_mark_at(1, '='));
        if self.is("COMMENT") && self.is_text_at(equals.saturating_add(1)) {
            self.advance();
            self.takes_mark('=');
            let text = self.advance()?;
            return Some(TableOption::Comment(self.text(text)));
        }
        None
    }

    fn is_text_at(&self, ahead: usize) -> bool {
        self.kind_ahead(ahead) == Some(Kind::Text)
    }

    /// Whether an option of a database stands here rather than its name.
    pub(super) fn is_option(&self) -> bool {
        let ahead = usize::from(self.is("DEFAULT"));
        let charset =
            self.is_at(ahead, "CHARSET") || self.is_at(ahead, "COLLATE") || self.is_at(ahead, "ENCRYPTION");
        let two = self.is_at(ahead, "CHARACTER") && self.is_at(ahead.saturating_add(1), "SET");
        let read_only = self.is("READ") && self.is_at(1, "ONLY");
        (charset && !self.is_at(ahead.saturating_add(1), "CHARACTER")) || two || read_only
    }
}
