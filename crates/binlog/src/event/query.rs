//! QUERY: a statement, with what of its session it depends on.

mod status;

use bytes::Bytes;

use super::{EventError, EventKind, Fields, FormatDescription};

pub use status::StatusVariables;

/// The content of a QUERY event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The pseudo-thread id of the session.
    pub thread_id: u32,
    /// How long it ran, in seconds.
    pub exec_time_s: u32,
    /// The error that it ended in, 0 for none.
    pub error_code: u16,
    /// The session's state as it stands in the log; see [`Query::status_variables`].
    pub status: Bytes,
    /// The session's default database, empty where it had none.
    pub schema: Bytes,
    /// The statement, in the client's charset.
    pub statement: Bytes,
}

impl Query {
    /// Reads the content, which shares its bytes.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse(body: &Bytes) -> Result<Self, EventError> {
        Self::parse_of(None, body)
    }

    /// The same of a file of which is known how it is written: before 5.0 there was no session's state.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse_of(format: Option<&FormatDescription>, body: &Bytes) -> Result<Self, EventError> {
        let has_status = format.is_none_or(FormatDescription::is_version_4);
        let mut fields = Fields::new(EventKind::QUERY, body);
        let thread_id = fields.u32()?;
        let exec_time_s = fields.u32()?;
        let schema_len = usize::from(fields.u8()?);
        let error_code = fields.u16()?;
        let status_len = if has_status { usize::from(fields.u16()?) } else { 0 };
        let status = body.slice_ref(fields.take(status_len)?);
        let schema = body.slice_ref(fields.take(schema_len)?);
        if fields.u8()? != 0 {
            return Err(fields.error("no zero byte after the database's name"));
        }
        let statement = body.slice_ref(fields.rest());
        Ok(Self { thread_id, exec_time_s, error_code, status, schema, statement })
    }

    /// The session's state, as far as it can be read: a variable that we do not know ends the list, not the statement.
    #[must_use]
    pub fn status_variables(&self) -> StatusVariables {
        StatusVariables::parse(&self.status)
    }
}
