//! ROWS_QUERY, and MariaDB's ANNOTATE_ROWS: the SQL text of the rows that follow.

use bytes::{Buf, Bytes};

use super::{Event, EventError, EventKind};

/// The content of a ROWS_QUERY event (`binlog_rows_query_log_events=ON`) or of MariaDB's ANNOTATE_ROWS
/// (`binlog_annotate_row_events`, on by default).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsQuery {
    /// The statement as the client sent it, in the client's charset.
    pub text: Bytes,
}

impl RowsQuery {
    /// Reads the content of an event of either kind. MariaDB's is the text alone.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(event: &Event) -> Result<Self, EventError> {
        match event.kind() {
            EventKind::MARIADB_ANNOTATE_ROWS => Ok(Self { text: event.body.clone() }),
            _ => Self::parse(&event.body),
        }
    }

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
