//! The order of a transaction's events: how many there were, of all tables and of each.

use std::collections::HashMap;

use becauselog_model::TableName;

use crate::{
    debezium::java_set,
    text::{self, string},
};

/// Counts the events of the transaction at hand.
#[derive(Debug, Default)]
pub(in crate::debezium) struct Order {
    /// The transaction's id as a JSON string; empty outside of one.
    id: Vec<u8>,
    total: u64,
    /// In the order of their first events.
    tables: Vec<(TableName, u64)>,
    places: HashMap<TableName, usize>,
    /// The table of the last event.
    last: usize,
}

impl Order {
    /// Begins a transaction with this id, a JSON string.
    pub(super) fn restart(&mut self, id: Vec<u8>) {
        *self = Self { id, ..Self::default() };
    }

    /// The transaction's id, a JSON string.
    pub(super) fn id(&self) -> &[u8] {
        &self.id
    }

    /// Counts one more event, of this table, and appends the block that says where it stands.
    pub(in crate::debezium) fn push(&mut self, out: &mut Vec<u8>, table: &TableName) {
        if self.id.is_empty() {
            out.extend_from_slice(b"null");
            return;
        }
        self.last = self.place(table);
        self.total = self.total.saturating_add(1);
        let mut of_table = 0;
        if let Some((_, count)) = self.tables.get_mut(self.last) {
            *count = count.saturating_add(1);
            of_table = *count;
        }
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(&self.id);
        out.extend_from_slice(b",\"total_order\":");
        text::uint(out, self.total);
        out.extend_from_slice(b",\"data_collection_order\":");
        text::uint(out, of_table);
        out.push(b'}');
    }

    /// How many events there were.
    pub(in crate::debezium) const fn total(&self) -> u64 {
        self.total
    }

    /// Takes back the events beyond this many: those of one change, so of one table.
    pub(in crate::debezium) fn take_back(&mut self, total: u64) {
        let more = self.total.saturating_sub(total);
        self.total = total;
        if let Some((_, count)) = self.tables.get_mut(self.last) {
            *count = count.saturating_sub(more);
        }
    }

    /// Appends `,"event_count":2,"data_collections":[…]`.
    pub(super) fn push_counts(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"event_count\":");
        text::uint(out, self.total);
        out.extend_from_slice(b",\"data_collections\":[");
        for (number, (name, count)) in self.as_the_peer_lists_them().into_iter().enumerate() {
            out.extend_from_slice(if number == 0 {
                b"{\"data_collection\":"
            } else {
                b",{\"data_collection\":"
            });
            string::quoted(out, &name);
            out.extend_from_slice(b",\"event_count\":");
            text::uint(out, count);
            out.push(b'}');
        }
        out.push(b']');
    }

    /// The peer keeps the counts in a Java `HashMap` and lists them in its order: by buckets, of which there are as many as
    /// the number of tables asks for.
    fn as_the_peer_lists_them(&self) -> Vec<(String, u64)> {
        let counted = self.tables.iter().filter(|(_, count)| *count > 0);
        let mut listed: Vec<(String, u64)> =
            counted.map(|(name, count)| (name.to_string(), *count)).collect();
        let buckets = java_set::buckets(listed.len());
        listed.sort_by_key(|(name, _)| java_set::bucket(name, buckets));
        listed
    }

    fn place(&mut self, table: &TableName) -> usize {
        if self.tables.get(self.last).is_some_and(|(last, _)| last == table) {
            return self.last;
        }
        if let Some(place) = self.places.get(table) {
            return *place;
        }
        let place = self.tables.len();
        self.tables.push((table.clone(), 0));
        self.places.insert(table.clone(), place);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_was_never_counted() {
        let (one, other) = (TableName::new("d", "one"), TableName::new("d", "other"));
        let mut order = Order::default();
        let mut out = Vec::new();
        order.push(&mut out, &one);
        assert_eq!(out, b"null");
        order.restart(b"\"t\"".to_vec());
        order.push(&mut Vec::new(), &one);
        let before = order.total();
        order.push(&mut Vec::new(), &other);
        order.push(&mut Vec::new(), &other);
        order.take_back(before);
        out.clear();
        order.push_counts(&mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            ",\"event_count\":1,\"data_collections\":[{\"data_collection\":\"d.one\",\"event_count\":1}]"
        );
    }
}
