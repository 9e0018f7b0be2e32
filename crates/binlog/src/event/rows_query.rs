//! ROWS_QUERY: the SQL text of the rows that follow.

use bytes::{Buf, Bytes};

use super::{EventError, EventKind};

/// The content of a ROWS_QUERY event (`binlog_rows_query_log_events=ON`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsQuery {
    /// The statement as the client sent it, in the client's charset.
    pub text: Bytes,
}

impl RowsQuery {
    /// Reads the content, which shares its bytes. The length in front is one byte and cannot hold long texts: like the
    /// server, we take all that is there.
    ///
    /// # Errors
    /// When it is empty.
    pub fn parse(body: &Bytes) -> Result<Self, EventError> {
        let mut text = body.clone();
        if !text.has_remaining() {
            return Err(EventError { kind: EventKind::ROWS_QUERY, at: 0, what: "no length" });
        }
        text.advance(1);
        Ok(Self { text })
    }
}
