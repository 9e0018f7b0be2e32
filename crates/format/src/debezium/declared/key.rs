//! Keys: what the peer takes for one.

use std::sync::Arc;

use super::DeclaredTable;

impl DeclaredTable {
    /// Takes these columns for the key: they can hold no NULL from now on.
    pub(super) fn set_key(&mut self, columns: &[String]) {
        let mut key = Vec::with_capacity(columns.len());
        for name in columns {
            let place = self.place(name);
            match place.and_then(|place| self.columns.get_mut(place)) {
                Some(column) => {
                    column.optional = false;
                    key.push(Arc::clone(&column.name));
                }
                None => key.push(name.as_str().into()),
            }
        }
        self.key = key;
    }

    /// Takes a unique index of these columns for the key, if there is none and none of them can hold NULL.
    pub(super) fn offer_key(&mut self, columns: &[String]) {
        let is_full = |name: &String| self.column(name).is_some_and(|column| !column.optional);
        if self.key.is_empty() && columns.iter().all(is_full) {
            self.set_key(columns);
        }
    }

    /// The same for `CREATE UNIQUE INDEX`: none of them may hold NULL. Whether it is the key now.
    pub(super) fn offer_index(&mut self, columns: &[String]) -> bool {
        let found: Vec<_> = columns.iter().map(|name| self.column(name)).collect();
        if !self.key.is_empty() || found.iter().any(Option::is_none) {
            return false;
        }
        // The peer tells of the index even where it is no key.
        if found.iter().flatten().all(|column| !column.optional) {
            self.key = found.into_iter().flatten().map(|column| Arc::clone(&column.name)).collect();
        }
        true
    }
}
