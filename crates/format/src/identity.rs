//! Event ids as text: the part that a transaction's changes share is written once.

use std::io::Write;

use becauselog_model::{BinlogPosition, Gtid, Part, ServerUuid, Transaction};

use crate::text;

/// Writes `name/gtid/index[/part]`, the text of [`becauselog_model::EventId`].
#[derive(Debug)]
pub(crate) struct Ids {
    name: String,
    transaction: Option<Known>,
    prefix: Vec<u8>,
}

#[derive(Debug, PartialEq)]
enum Known {
    Gtid(Gtid),
    Anonymous(Option<ServerUuid>, BinlogPosition),
}

impl Known {
    fn of(transaction: &Transaction) -> Self {
        transaction
            .gtid
            .clone()
            .map_or_else(|| Self::Anonymous(transaction.server_uuid, transaction.begin.clone()), Self::Gtid)
    }

    fn is(&self, transaction: &Transaction) -> bool {
        match (self, &transaction.gtid) {
            (Self::Gtid(known), Some(gtid)) => known == gtid,
            (Self::Anonymous(uuid, begin), None) => {
                *uuid == transaction.server_uuid && *begin == transaction.begin
            }
            _ => false,
        }
    }
}

impl Ids {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), transaction: None, prefix: Vec::new() }
    }

    /// Whether ids stand in a JSON string as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.name.bytes().all(|b| (0x20..0xf0).contains(&b) && b != b'"' && b != b'\\')
    }

    /// Makes `transaction` the one whose ids are written.
    pub(crate) fn of(&mut self, transaction: &Transaction) {
        if self.transaction.as_ref().is_some_and(|known| known.is(transaction)) {
            return;
        }
        self.transaction = Some(Known::of(transaction));
        self.prefix.clear();
        // Writing to a Vec cannot fail.
        let _ok = write!(self.prefix, "{}/{}/", self.name, transaction.identity()).is_ok();
    }

    /// Appends the id of something beneath a change of that transaction.
    pub(crate) fn push_beneath(&self, out: &mut Vec<u8>, index: u64, name: &[u8]) {
        self.push(out, index, Part::Whole);
        out.push(b'/');
        out.extend_from_slice(name);
    }

    /// Appends the id of something of that transaction that is no change.
    pub(crate) fn push_named(&self, out: &mut Vec<u8>, name: &str) {
        out.extend_from_slice(&self.prefix);
        out.extend_from_slice(name.as_bytes());
    }

    /// Appends the id of a heartbeat: where others have the transaction stands a word that is none.
    pub(crate) fn push_heartbeat(&self, out: &mut Vec<u8>, ms: u64) {
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(b"/heartbeat/");
        text::uint(out, ms);
    }

    /// Appends the id of a change of that transaction.
    pub(crate) fn push(&self, out: &mut Vec<u8>, index: u64, part: Part) {
        out.extend_from_slice(&self.prefix);
        text::uint(out, index);
        out.extend_from_slice(part.suffix().as_bytes());
    }
}
