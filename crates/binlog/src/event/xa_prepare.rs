//! XA_PREPARE: the end of an XA transaction's rows.

use std::{fmt, sync::Arc};

use super::{EventError, EventKind, Fields};

/// The id of an XA transaction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xid {
    /// The format id, 1 where the client gave none.
    pub format_id: u32,
    /// The global transaction id, 1 to 64 bytes.
    pub gtrid: Arc<[u8]>,
    /// The branch qualifier, 0 to 64 bytes.
    pub bqual: Arc<[u8]>,
}

/// The content of an XA_PREPARE event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XaPrepare {
    /// Whether it is itself the commit (`XA COMMIT … ONE PHASE`).
    pub one_phase: bool,
    /// The transaction's id.
    pub xid: Xid,
}

impl Xid {
    /// The most bytes of each of its two parts.
    pub const PART_LEN_MAX: usize = 64;
}

impl XaPrepare {
    /// Reads the content.
    ///
    /// # Errors
    /// When it is too short or a part of the id is longer than 64 bytes.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::XA_PREPARE, body);
        let one_phase = fields.u8()? != 0;
        let format_id = fields.u32()?;
        let gtrid_len = part_len(&mut fields)?;
        let bqual_len = part_len(&mut fields)?;
        let gtrid = fields.take(gtrid_len)?.into();
        let bqual = fields.take(bqual_len)?.into();
        Ok(Self { one_phase, xid: Xid { format_id, gtrid, bqual } })
    }
}

fn part_len(fields: &mut Fields<'_>) -> Result<usize, EventError> {
    let len = usize::try_from(fields.u32()?).unwrap_or(usize::MAX);
    if len > Xid::PART_LEN_MAX { Err(fields.error("an XA id of more than 64 bytes")) } else { Ok(len) }
}

impl fmt::Display for Xid {
    /// The form in which the server writes it: `X'gtrid',X'bqual',format_id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.gtrid, &self.bqual] {
            f.write_str("X'")?;
            for byte in part.iter() {
                write!(f, "{byte:02x}")?;
            }
            f.write_str("',")?;
        }
        write!(f, "{}", self.format_id)
    }
}
