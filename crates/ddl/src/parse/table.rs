//! `CREATE TABLE`.

use super::key::columns_of;
use crate::{CreateTable, Item, Statement, TableBody, cursor::Cursor};

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

    /// `name (begin, end)`
    fn period(&mut self) -> Option<Item<'t>> {
        let name = self.name()?;
        Some(Item::Period { name, columns: columns_of(self.key_parts()?) })
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
        if let Some(item) = self.no_column() {
            return item;
        }
        let column = self.column_definition()?;
        self.skip_part();
        Some(Item::Column(column))
    }

    /// A key, a constraint or a period, if one stands here.
    pub(super) fn no_column(&mut self) -> Option<Option<Item<'t>>> {
        if let Some(key) = self.key() {
            return Some(key);
        }
        if !self.is_other_item() {
            return None;
        }
        let start = self.start();
        if self.takes(&["PERIOD", "FOR"]) {
            return Some(self.period());
        }
        self.skip_part();
        Some(Some(Item::Other(self.text_from(start))))
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
            if query || (self.is_query(0) && !self.is_at(1, "SYSTEM")) {
                return (options, true);
            }
            if self.takes(&["PARTITION", "BY"]) {
                while !self.is_end() && !self.is("AS") && !self.is("SELECT") {
                    self.skip();
                }
            } else if let Some(option) = self.known_option() {
                options.push(option);
            } else if self.takes(&["WITH", "SYSTEM", "VERSIONING"]) {
                options.push(crate::TableOption::SystemVersioning);
            } else {
                let start = self.start();
                self.skip();
                options.push(crate::TableOption::Other(self.text_from(start)));
            }
        }
        (options, false)
    }
}
