//! XID: the commit of a transaction on tables of a transactional engine.

use super::{EventError, EventKind, Fields};

/// The content of an XID event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XidEvent {
    /// The server's own number of the transaction; means nothing outside of it.
    pub xid: u64,
}

impl XidEvent {
    /// Reads the content.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        Ok(Self { xid: Fields::new(EventKind::XID, body).u64()? })
    }
}
