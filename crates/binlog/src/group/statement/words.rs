//! Splits a statement into words, as far as its first words are concerned: comments are skipped, but for those that the
//! server executes (`/*! … */`).

/// A word of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// A word or number without quotes.
    Bare(&'a [u8]),
    /// What stands between backticks (doubled ones are left as they are), quotes or double quotes.
    Quoted(&'a [u8]),
    /// Any other character.
    Symbol(u8),
}

/// A walk over the words.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Word<'a> {
    /// The word as a name, quoted or not.
    pub(super) fn name(self) -> Option<&'a [u8]> {
        match self {
            Self::Bare(name) | Self::Quoted(name) => Some(name),
            Self::Symbol(_) => None,
        }
    }
}

impl<'a> Words<'a> {
    pub(super) const fn new(statement: &'a [u8]) -> Self {
        Self { rest: statement }
    }

    /// What has not been walked over.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Skips white space and comments; the marks around an executed comment count as white space.
    fn skip_blank(&mut self) {
        loop {
            match self.rest {
                [c, ..] if c.is_ascii_whitespace() => self.skip(1),
                [b'#', ..] => self.skip_line(),
                [b'-', b'-', c, ..] if c.is_ascii_whitespace() || c.is_ascii_control() => self.skip_line(),
                [b'/', b'*', b'!', ..] => self.skip_version(3),
                [b'/', b'*', b'M', b'!', ..] => self.skip_version(4),
                [b'/', b'*', ..] => self.skip_comment(),
                [b'*', b'/', ..] => self.skip(2),
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        let end = self.rest.iter().position(|c| *c == b'\n');
        self.skip(end.unwrap_or(self.rest.len()));
    }

    fn skip_version(&mut self, mark: usize) {
        self.skip(mark);
        let digits = self.rest.iter().take_while(|c| c.is_ascii_digit()).count();
        self.skip(digits.min(6));
    }

    fn skip_comment(&mut self) {
        self.skip(2);
        let end = self.rest.windows(2).position(|pair| pair == b"*/");
        self.skip(end.map_or(self.rest.len(), |end| end.saturating_add(2)));
    }

    /// A quoted word; a doubled quote is a part of it.
    fn quoted(&mut self, quote: u8) -> Word<'a> {
        self.skip(1);
        let mut end = 0usize;
        while let Some(next) = self.rest.get(end) {
            let is_quote = *next == quote;
            let is_doubled = is_quote && self.rest.get(end.saturating_add(1)) == Some(&quote);
            if is_quote && !is_doubled {
                break;
            }
            end = end.saturating_add(if is_doubled { 2 } else { 1 });
        }
        let word = self.rest.get(..end).unwrap_or(self.rest);
        self.skip(end.saturating_add(1));
        Word::Quoted(word)
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        self.skip_blank();
        let first = *self.rest.first()?;
        if matches!(first, b'`' | b'\'' | b'"') {
            return Some(self.quoted(first));
        }
        let is_part = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'_' | b'$') || **c >= 0x80;
        let len = self.rest.iter().take_while(is_part).count();
        if len == 0 {
            self.skip(1);
            return Some(Word::Symbol(first));
        }
        let word = self.rest.get(..len)?;
        self.skip(len);
        Some(Word::Bare(word))
    }
}
