//! What an encoder prepares once for each table shape, found again by the shape's address.

use std::{collections::HashMap, sync::Arc};

use becauselog_model::TableShape;

/// So many shapes are kept: then all are forgotten and made anew as they come.
const TABLES_MAX: usize = 4096;

/// Prepared tables. Each keeps its shape alive, so that an address never comes to mean another shape.
#[derive(Debug)]
pub(crate) struct Tables<T> {
    entries: Vec<(Arc<TableShape>, T)>,
    by_address: HashMap<usize, usize>,
    last: usize,
}

impl<T> Tables<T> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new(), by_address: HashMap::new(), last: 0 }
    }

    /// The place of a shape, prepared by `make` when it is new.
    pub(crate) fn find(&mut self, shape: &Arc<TableShape>, make: impl FnOnce(&TableShape) -> T) -> usize {
        if self.entries.get(self.last).is_some_and(|(known, _)| Arc::ptr_eq(known, shape)) {
            return self.last;
        }
        let address = Arc::as_ptr(shape).addr();
        if let Some(place) = self.by_address.get(&address) {
            self.last = *place;
            return *place;
        }
        if self.entries.len() >= TABLES_MAX {
            self.entries.clear();
            self.by_address.clear();
        }
        self.last = self.entries.len();
        self.by_address.insert(address, self.last);
        self.entries.push((shape.clone(), make(shape)));
        self.last
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.entries.get_mut(place).map(|(_, table)| table)
    }
}
