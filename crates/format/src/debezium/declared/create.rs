//! New tables.

use std::sync::Arc;

use becauselog_ddl::{CreateTable, Item, TableBody, TableOption};

use super::{
    DeclaredTable, DeclaredTables,
    column::{DeclaredColumn, InKey, unquoted},
};

impl DeclaredTables {
    /// Makes a table; nothing where it is there already and may be, or where it is made like one that is not known.
    pub(super) fn create(&mut self, database: &str, create: &CreateTable<'_>) -> Option<Arc<DeclaredTable>> {
        let name = self.name(database, &create.table);
        match &create.body {
            TableBody::Like(like) => {
                let like = self.tables.get(&self.name(database, like))?;
                let table = DeclaredTable { name, comment: None, ..(**like).clone() };
                Some(self.put(table))
            }
            // One that may not be there was not, whatever is known of it.
            TableBody::Definition { .. } if create.if_not_exists && self.tables.contains_key(&name) => None,
            TableBody::Definition { items, options, .. } => {
                let mut table = DeclaredTable::new(name);
                table.charset =
                    options.iter().find_map(charset).or_else(|| Some(self.charset_of(&table.name.database)));
                let mut comments = options.iter().rev().filter_map(|option| match option {
                    TableOption::Comment(text) => Some(unquoted(text)),
                    _ => None,
                });
                table.comment = comments.next().map(Arc::from);
                items.iter().for_each(|item| table.add(item));
                Some(self.put(table))
            }
        }
    }
}

/// The charset that an option of a table or database says: a collation alone says none to the peer.
pub(super) fn charset(option: &TableOption<'_>) -> Option<Arc<str>> {
    match option {
        TableOption::Charset(name) if !name.eq_ignore_ascii_case("default") => Some(unquoted(name).into()),
        _ => None,
    }
}

impl DeclaredTable {
    pub(super) fn add(&mut self, item: &Item<'_>) {
        match item {
            Item::Column(definition) => {
                let (column, in_key) = DeclaredColumn::new(definition, self.charset.as_ref(), true);
                let name = definition.name.clone();
                self.set(column);
                self.keyed_by(name, in_key);
            }
            Item::PrimaryKey(columns) => self.set_key(columns),
            Item::Index(index) => {
                if let Some(columns) = index.unique_columns() {
                    self.offer_key(&columns);
                }
            }
            Item::Period { .. } | Item::Other(_) => {}
        }
    }

    /// Takes a column for the key, if its definition says so.
    pub(super) fn keyed_by(&mut self, column: String, in_key: InKey) {
        let name = || Arc::from(column.as_str());
        match in_key {
            InKey::No => {}
            InKey::Primary => self.key = vec![name()],
            // The peer asks no further whether it can hold NULL.
            InKey::Unique if self.key.is_empty() => self.key = vec![name()],
            InKey::Unique => {}
        }
    }
}
