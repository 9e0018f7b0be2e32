//! `CREATE TABLE`.

use crate::{CreateTable, Item, Statement, TableBody, cursor::Cursor, token::Kind};

impl<'t> Cursor<'t> {
    pub(super) fn create_table(&mut self, or_replace: bool) -> Option<Statement<'t>> {
        let temporary = self.takes(&["TEMPORARY"]);
        self.takes(&["TABLE"]);
        let if_not_exists = self.takes_if_exists();
        let table = self.table()?;
        let body = self.table_body()?;
        Some(Statement::CreateTable(CreateTable { or_replace, temporary, if_not_exists, table, body }))
    }

    fn table_body(&mut self) -> Option<TableBody<'t>> {
        if self.takes(&["LIKE"]) {
            return Some(TableBody::Like(self.table()?));
        }
        if self.is_mark('(') && self.is_at(1, "LIKE") {
            self.advance();
            self.advance();
            let like = self.table()?;
            return self.takes_mark(')').then_some(TableBody::Like(like));
        }
        let mut items = Vec::new();
        if self.is_mark('(') && !self.is_query(1) {
            self.advance();
            items = self.items()?;
        }
        let (options, selects) = self.options_and_query();
        Some(TableBody::Definition { items, options, selects })
    }

    /// Items up to the closing bracket.
    pub(super) fn items(&mut self) -> Option<Vec<Item<'t>>> {
        let mut items = Vec::new();
        loop {
            items.push(self.item()?);
            if self.takes_mark(')') {
                return Some(items);
            }
            if !self.takes_mark(',') {
                return None;
            }
        }
    }

    fn item(&mut self) -> Option<Item<'t>> {
        let start = self.start();
        if let Some(key) = self.key() {
            return key;
        }
        if self.is_other_item() {
            self.skip_part();
            return Some(Item::Other(self.text_from(start)));
        }
        let column = self.column_definition()?;
        self.skip_part();
        Some(Item::Column(column))
    }

    /// A primary or unique key, if one stands here.
    pub(super) fn key(&mut self) -> Option<Option<Item<'t>>> {
        let ahead = self.constraint();
        let primary = self.is_at(ahead, "PRIMARY") && self.is_at(ahead.saturating_add(1), "KEY");
        let unique = self.is_at(ahead, "UNIQUE") && self.is_unique_key(ahead.saturating_add(1));
        if !primary && !unique {
            return None;
        }
        self.advance_by(ahead.saturating_add(1));
        Some(self.key_item(primary))
    }

    fn key_item(&mut self, primary: bool) -> Option<Item<'t>> {
        self.takes_any(&["KEY", "INDEX"]);
        while !self.is_mark('(') && !self.is_part_end() {
            self.skip();
        }
        let columns = self.key_columns()?;
        self.skip_part();
        Some(if primary { Item::PrimaryKey(columns) } else { Item::UniqueKey(columns) })
    }

    /// How many tokens `CONSTRAINT [name]` takes here.
    fn constraint(&self) -> usize {
        if !self.is("CONSTRAINT") {
            return 0;
        }
        let unnamed = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"].iter().any(|word| self.is_at(1, word));
        match (unnamed, self.is_mark_at(2, '.')) {
            (true, _) => 1,
            (false, false) => 2,
            (false, true) => 4,
        }
    }

    /// Whether `UNIQUE` here begins a key: `unique INT` is a column.
    fn is_unique_key(&self, ahead: usize) -> bool {
        let named = usize::from(matches!(self.kind_ahead(ahead), Some(Kind::Word | Kind::Name)));
        let after = ahead.saturating_add(named);
        self.is_at(ahead, "KEY")
            || self.is_at(ahead, "INDEX")
            || self.is_at(after, "USING")
            || (self.is_mark_at(ahead, '(') || self.is_mark_at(after, '('))
    }

    /// Whether an index, a foreign key, a check or a period stands here.
    pub(super) fn is_other_item(&self) -> bool {
        let ahead = self.constraint();
        if ahead > 0 {
            return true;
        }
        let name_or_bracket = || {
            let named = matches!(self.kind_ahead(1), Some(Kind::Word | Kind::Name | Kind::Text));
            self.is_mark_at(1, '(')
                || (named && (self.is_mark_at(2, '(') || self.is_at(2, "USING") || self.is_at(2, "TYPE")))
                || self.is_at(1, "USING")
        };
        let index = (self.is("INDEX") || self.is("KEY")) && name_or_bracket();
        let kinds = ["FULLTEXT", "SPATIAL", "VECTOR"].iter().any(|kind| self.is(kind));
        let special = kinds && (self.is_at(1, "KEY") || self.is_at(1, "INDEX") || name_or_bracket());
        index
            || special
            || (self.is("FOREIGN") && self.is_at(1, "KEY"))
            || (self.is("CHECK") && self.is_mark_at(1, '('))
            || (self.is("PERIOD") && self.is_at(1, "FOR"))
    }

    /// The columns of a key: `(a, b(10) DESC, (expression))`.
    pub(super) fn key_columns(&mut self) -> Option<Vec<String>> {
        if !self.takes_mark('(') {
            return None;
        }
        let mut columns = Vec::new();
        loop {
            let start = self.start();
            let name = if self.is_mark('(') { None } else { self.name() };
            self.skip_part();
            columns.push(name.unwrap_or_else(|| self.text_from(start).to_owned()));
            if self.takes_mark(')') {
                return Some(columns);
            }
            if !self.takes_mark(',') {
                return None;
            }
        }
    }

    /// Whether a query begins so many tokens ahead.
    fn is_query(&self, ahead: usize) -> bool {
        let first = (ahead..ahead.saturating_add(64)).find(|at| !self.is_mark_at(*at, '(')).unwrap_or(ahead);
        ["SELECT", "WITH", "TABLE", "VALUES"].iter().any(|word| self.is_at(first, word))
    }

    /// Options, then what follows them: partitions, a query.
    fn options_and_query(&mut self) -> (Vec<crate::TableOption<'t>>, bool) {
        let mut options = Vec::new();
        while !self.is_end() {
            let query =
                self.is("AS") || self.is("REPLACE") || (self.is("IGNORE") && !self.is_mark_at(1, '='));
            if query || self.is_query(0) {
                return (options, true);
            }
            if self.takes(&["PARTITION", "BY"]) {
                while !self.is_end() && !self.is("AS") && !self.is("SELECT") {
                    self.skip();
                }
            } else if let Some(option) = self.known_option() {
                options.push(option);
            } else {
                let start = self.start();
                self.skip();
                options.push(crate::TableOption::Other(self.text_from(start)));
            }
        }
        (options, false)
    }
}
