//! The status variables of a QUERY event: what of its session a statement depends on.

use crate::event::{EventError, EventKind, Fields};

/// The status variables that are of use; the others are stepped over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusVariables {
    /// What of the session's options is logged, as its bits (`flags2`).
    pub options: Option<u32>,
    /// `sql_mode` as its bits.
    pub sql_mode: Option<u64>,
    /// `character_set_client`, `collation_connection` and `collation_server` as collation ids.
    pub charset: Option<[u16; 3]>,
    /// `time_zone`.
    pub time_zone: Option<String>,
    /// The collation of the default database.
    pub collation_database: Option<u16>,
    /// `explicit_defaults_for_timestamp`.
    pub explicit_defaults_for_timestamp: Option<bool>,
    /// `default_collation_for_utf8mb4`.
    pub default_collation_utf8mb4: Option<u16>,
    /// `sql_require_primary_key`.
    pub sql_require_primary_key: Option<bool>,
    /// Microseconds of the statement's begin.
    pub microseconds: Option<u32>,
    /// The number of the DDL in the server's own transactions (8.0 and later).
    pub ddl_xid: Option<u64>,
    /// The databases that the statement changes, where there are few.
    pub updated_databases: Vec<String>,
    /// Whether there was a variable that we do not know: what follows it could not be read.
    pub has_unknown: bool,
}

/// What stands for too many databases.
const TOO_MANY_DATABASES: u8 = 254;

impl StatusVariables {
    /// Reads what can be read: an unknown code, or bytes that end too early, end the list.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        let mut fields = Fields::new(EventKind::QUERY, bytes);
        while !fields.is_done() {
            if !matches!(status.read_one(&mut fields), Ok(true)) {
                status.has_unknown = true;
                break;
            }
        }
        status
    }

    /// Reads one variable; whether it is known. The codes are `Query_event_post_header_and_body`'s `Q_…_CODE`.
    fn read_one(&mut self, fields: &mut Fields<'_>) -> Result<bool, EventError> {
        match fields.u8()? {
            0 => self.options = Some(fields.u32()?),
            1 => self.sql_mode = Some(fields.u64()?),
            // catalog, with a zero byte (5.0.0 to 5.0.3)
            2 => {
                let len = fields.u8()?;
                fields.take(usize::from(len).saturating_add(1))?;
            }
            // auto_increment_increment, auto_increment_offset
            3 => drop(fields.u32()?),
            4 => self.charset = Some([fields.u16()?, fields.u16()?, fields.u16()?]),
            5 => self.time_zone = Some(short_text(fields)?),
            // catalog
            6 => drop(short_text(fields)?),
            // lc_time_names
            7 => drop(fields.u16()?),
            8 => self.collation_database = Some(fields.u16()?),
            // tables of a multi-table update
            9 => drop(fields.u64()?),
            // table_map_for_update's successor (never written)
            10 => drop(fields.u32()?),
            // invoker: user and host
            11 => {
                short_text(fields)?;
                short_text(fields)?;
            }
            12 => self.read_databases(fields)?,
            13 => self.microseconds = Some(u32::try_from(fields.uint(3)?).unwrap_or_default()),
            // commit timestamps (never released)
            14 | 15 => return Ok(false),
            16 => self.explicit_defaults_for_timestamp = Some(fields.u8()? != 0),
            17 => self.ddl_xid = Some(fields.u64()?),
            18 => self.default_collation_utf8mb4 = Some(fields.u16()?),
            19 => self.sql_require_primary_key = Some(fields.u8()? != 0),
            // default_table_encryption
            20 => drop(fields.u8()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_databases(&mut self, fields: &mut Fields<'_>) -> Result<(), EventError> {
        let count = fields.u8()?;
        if count == TOO_MANY_DATABASES {
            return Ok(());
        }
        for _ in 0..count {
            self.updated_databases.push(zero_ended_text(fields)?);
        }
        Ok(())
    }
}

fn short_text(fields: &mut Fields<'_>) -> Result<String, EventError> {
    let len = fields.u8()?;
    Ok(String::from_utf8_lossy(fields.take(usize::from(len))?).into_owned())
}

fn zero_ended_text(fields: &mut Fields<'_>) -> Result<String, EventError> {
    let mut text = Vec::new();
    loop {
        match fields.u8()? {
            0 => return Ok(String::from_utf8_lossy(&text).into_owned()),
            byte => text.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bytes::Bytes;

    use crate::event::Query;

    fn body(status: &[u8]) -> Bytes {
        let mut body = vec![7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0];
        body.extend((status.len() as u16).to_le_bytes());
        body.extend(status);
        body.extend(b"shop\0BEGIN");
        body.into()
    }

    #[test]
    fn an_unknown_code_ends_the_variables_but_not_the_statement() {
        let query = Query::parse(&body(b"\x01\x20\0\0\0\0\0\0\0\x7f\x01\x02\x03")).unwrap();
        assert_eq!(query.status_variables().sql_mode, Some(0x20));
        assert!(query.status_variables().has_unknown);
        assert_eq!(
            (&query.schema[..], &query.statement[..], query.thread_id),
            (&b"shop"[..], &b"BEGIN"[..], 7)
        );
    }

    #[test]
    fn variables_that_end_too_early_do_not_lose_the_statement() {
        let query = Query::parse(&body(b"\x0c\x02shop\0")).unwrap();
        assert!(query.status_variables().has_unknown);
        assert_eq!(&query.statement[..], b"BEGIN");
    }
}
