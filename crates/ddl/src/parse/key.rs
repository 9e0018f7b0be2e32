//! Keys of tables.

use crate::{Index, IndexKind, Item, KeyPart, cursor::Cursor, token::Kind};

/// Words before a key that are of no use for rows' shapes.
const SPECIAL: [&str; 3] = ["FULLTEXT", "SPATIAL", "VECTOR"];

impl<'t> Cursor<'t> {
    /// A key, if one stands here.
    pub(super) fn key(&mut self) -> Option<Option<Item<'t>>> {
        let ahead = self.constraint();
        let after = ahead.saturating_add(1);
        if self.is_at(ahead, "PRIMARY") && self.is_at(after, "KEY") {
            self.advance_by(ahead.saturating_add(2));
            return Some(self.primary_key());
        }
        let kind = if self.is_at(ahead, "UNIQUE") && self.is_unique_key(after) {
            IndexKind::Unique
        } else if ahead > 0 {
            return None;
        } else if self.is_special_key() {
            IndexKind::Special
        } else if (self.is("INDEX") || self.is("KEY")) && self.names_a_key(1) {
            IndexKind::Plain
        } else {
            return None;
        };
        let constraint = self.constraint_name(ahead);
        self.advance_by(if kind == IndexKind::Plain { 0 } else { 1 });
        Some(self.index_item(kind, constraint).map(Item::Index))
    }

    fn primary_key(&mut self) -> Option<Item<'t>> {
        while !self.is_mark('(') && !self.is_part_end() {
            self.skip();
        }
        let columns = columns_of(self.key_parts()?);
        self.skip_part();
        Some(Item::PrimaryKey(columns))
    }

    /// Steps over `CONSTRAINT [name]`, which takes so many tokens, and answers the name.
    fn constraint_name(&mut self, tokens: usize) -> Option<String> {
        self.advance_by(tokens.min(1));
        if tokens < 2 {
            return None;
        }
        self.takes_if_exists();
        self.column_name()
    }

    /// `[KEY] [IF NOT EXISTS] [name] [USING …] (…) …` behind the key's kind.
    fn index_item(&mut self, kind: IndexKind, constraint: Option<String>) -> Option<Index> {
        self.takes_any(&["KEY", "INDEX"]);
        let if_not_exists = self.takes_if_exists();
        let named = !self.is_mark('(') && !self.is_using();
        let name = if named { self.name() } else { None };
        self.index(kind, if_not_exists, name.or(constraint))
    }

    /// An index from what follows its name on.
    pub(super) fn index(
        &mut self,
        kind: IndexKind,
        if_not_exists: bool,
        name: Option<String>,
    ) -> Option<Index> {
        while !self.is_mark('(') && !self.is_part_end() {
            self.skip();
        }
        let parts = self.key_parts()?;
        self.skip_part();
        Some(Index { kind, if_not_exists, name, parts })
    }

    fn is_using(&self) -> bool {
        (self.is("USING") || self.is("TYPE"))
            && ["BTREE", "HASH", "RTREE"].iter().any(|kind| self.is_at(1, kind))
    }

    /// How many tokens `CONSTRAINT [IF NOT EXISTS] [name]` takes here.
    pub(super) fn constraint(&self) -> usize {
        if !self.is("CONSTRAINT") {
            return 0;
        }
        let kinds = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"];
        if kinds.iter().any(|word| self.is_at(1, word)) {
            return 1;
        }
        let name: usize = if self.is_at(1, "IF") && self.is_at(3, "EXISTS") { 4 } else { 1 };
        let after = name.saturating_add(1);
        if self.is_mark_at(after, '.') { name.saturating_add(3) } else { after }
    }

    /// Whether `UNIQUE` here begins a key: `unique INT` is a column.
    fn is_unique_key(&self, ahead: usize) -> bool {
        let named = usize::from(matches!(self.kind_ahead(ahead), Some(Kind::Word | Kind::Name)));
        let after = ahead.saturating_add(named);
        self.is_at(ahead, "KEY")
            || self.is_at(ahead, "INDEX")
            || (self.is_at(ahead, "IF") && self.is_at(ahead.saturating_add(1), "NOT"))
            || self.is_at(after, "USING")
            || (self.is_mark_at(ahead, '(') || self.is_mark_at(after, '('))
    }

    /// Whether a key's name, its columns or its kind stand so many tokens ahead.
    fn names_a_key(&self, ahead: usize) -> bool {
        let after = ahead.saturating_add(1);
        let named = matches!(self.kind_ahead(ahead), Some(Kind::Word | Kind::Name | Kind::Text));
        let kind = || self.is_at(after, "USING") || self.is_at(after, "TYPE");
        self.is_mark_at(ahead, '(')
            || (named && (self.is_mark_at(after, '(') || kind()))
            || self.is_at(ahead, "USING")
            || (self.is_at(ahead, "IF") && self.is_at(after, "NOT"))
    }

    fn is_special_key(&self) -> bool {
        let words = SPECIAL.iter().any(|kind| self.is(kind));
        words && (self.is_at(1, "KEY") || self.is_at(1, "INDEX") || self.names_a_key(1))
    }

    /// Whether a foreign key, a check or a period stands here.
    pub(super) fn is_other_item(&self) -> bool {
        self.constraint() > 0
            || (self.is("FOREIGN") && self.is_at(1, "KEY"))
            || (self.is("CHECK") && self.is_mark_at(1, '('))
            || (self.is("PERIOD") && self.is_at(1, "FOR"))
    }

    /// `(10)` behind a column.
    fn prefix(&mut self) -> Option<u32> {
        if !self.takes_mark('(') {
            return None;
        }
        let token = self.advance()?;
        self.takes_mark(')');
        self.text(token).parse().ok()
    }

    /// The parts of a key: `(a, b(10) DESC, (expression))`.
    pub(super) fn key_parts(&mut self) -> Option<Vec<KeyPart>> {
        if !self.takes_mark('(') {
            return None;
        }
        let mut parts = Vec::new();
        loop {
            let start = self.start();
            let name = if self.is_mark('(') { None } else { self.name() };
            let prefix = if name.is_some() { self.prefix() } else { None };
            self.skip_part();
            let is_expression = name.is_none();
            let text = name.unwrap_or_else(|| self.text_from(start).to_owned());
            parts.push(KeyPart { text, is_expression, prefix });
            if self.takes_mark(')') {
                return Some(parts);
            }
            if !self.takes_mark(',') {
                return None;
            }
        }
    }
}

/// The columns of a key.
pub fn columns_of(parts: Vec<KeyPart>) -> Vec<String> {
    parts.into_iter().map(|part| part.text).collect()
}
