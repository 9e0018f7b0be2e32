//! INCIDENT: the server says that its log may lack something.

use super::{EventError, EventKind, Fields};

/// The content of an INCIDENT event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// 1 for lost events, the only one that servers write.
    pub number: u16,
    /// The server's words.
    pub message: String,
}

impl Incident {
    /// Reads the content.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::INCIDENT, body);
        let number = fields.u16()?;
        let len = usize::from(fields.u8()?);
        let message = String::from_utf8_lossy(fields.take(len)?).into_owned();
        Ok(Self { number, message })
    }
}
