//! Row events: what stands before the rows. The rows themselves are `decode`'s.

use super::{EventError, EventKind, Fields, FormatDescription};

/// What a row event says before its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowsHeader<'a> {
    /// What happened to the rows.
    pub kind: RowsKind,
    /// The number of the table map that it goes with.
    pub table_id: u64,
    /// [`RowsHeader::STATEMENT_END`] and others.
    pub flags: u16,
    /// How many columns the table has.
    pub column_count: usize,
    /// Which columns the before-image has (update and delete), a bit each, lowest first.
    pub present_before: Option<&'a [u8]>,
    /// Which columns the after-image has (insert and update), a bit each, lowest first.
    pub present_after: Option<&'a [u8]>,
    /// Where the rows begin in the event's body.
    pub rows_at: usize,
    /// The rows' bytes: the body from `rows_at` on.
    pub rows: &'a [u8],
}

/// What a row event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowsKind {
    /// One after-image a row.
    Write,
    /// A before-image and an after-image a row.
    Update,
    /// The same; after-images may hold JSON columns as diffs (`binlog_row_value_options=PARTIAL_JSON`).
    PartialUpdate,
    /// One before-image a row.
    Delete,
}

impl<'a> RowsHeader<'a> {
    /// The last row event of its statement: table maps before it are not used after it.
    pub const STATEMENT_END: u16 = 0x1;

    /// The most columns a table can have on any server, rounded up generously.
    pub const COLUMNS_MAX: usize = 65_535;

    /// The table number of an event that only ends a statement and holds no rows.
    pub const DUMMY_TABLE: u64 = 0x00ff_ffff;

    /// Reads what stands before the rows. `format` gives the length of the fixed part.
    ///
    /// # Errors
    /// When it is too short, or no row event.
    pub fn parse(
        kind: EventKind,
        format: Option<&FormatDescription>,
        body: &'a [u8],
    ) -> Result<Self, EventError> {
        let mut fields = Fields::new(kind, body);
        let (rows_kind, version) = rows_kind(kind).ok_or_else(|| fields.error("no row event"))?;
        let short_id = format.and_then(|format| format.post_header_len(kind)) == Some(6);
        let table_id = fields.uint(if short_id { 4 } else { 6 })?;
        let flags = fields.u16()?;
        if version == 2 {
            let extra_len = usize::from(fields.u16()?);
            let extra_len = extra_len.checked_sub(2).ok_or_else(|| fields.error("a length that is none"))?;
            fields.take(extra_len)?;
        }
        let columns = usize::try_from(fields.packed()?).unwrap_or(usize::MAX);
        if columns > Self::COLUMNS_MAX {
            return Err(fields.error("more columns than a table can have"));
        }
        let bitmap_len = columns.div_ceil(8);
        let mut bitmap = |wanted: bool| wanted.then(|| fields.take(bitmap_len)).transpose();
        let present_before = bitmap(rows_kind != RowsKind::Write)?;
        let present_after = bitmap(rows_kind != RowsKind::Delete)?;
        let rows_at = fields.at();
        let rows = fields.rest();
        Ok(Self {
            kind: rows_kind,
            table_id,
            flags,
            column_count: columns,
            present_before,
            present_after,
            rows_at,
            rows,
        })
    }

    /// Whether it is the last row event of its statement.
    #[must_use]
    pub const fn ends_statement(&self) -> bool {
        self.flags & Self::STATEMENT_END != 0
    }
}

/// What a kind of event does to rows, and the version of its layout.
fn rows_kind(kind: EventKind) -> Option<(RowsKind, u8)> {
    Some(match kind {
        EventKind::WRITE_ROWS_V1 => (RowsKind::Write, 1),
        EventKind::UPDATE_ROWS_V1 => (RowsKind::Update, 1),
        EventKind::DELETE_ROWS_V1 => (RowsKind::Delete, 1),
        EventKind::WRITE_ROWS => (RowsKind::Write, 2),
        EventKind::UPDATE_ROWS => (RowsKind::Update, 2),
        EventKind::PARTIAL_UPDATE_ROWS => (RowsKind::PartialUpdate, 2),
        EventKind::DELETE_ROWS => (RowsKind::Delete, 2),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_update_has_two_bitmaps_and_its_rows_after_them() {
        let body = b"\x71\0\0\0\0\0\x01\0\x02\0\x09\xff\x01\xfe\x01ROWS";
        let header = RowsHeader::parse(EventKind::UPDATE_ROWS, None, body).unwrap();
        assert_eq!((header.table_id, header.column_count, header.rows_at), (0x71, 9, 15));
        assert_eq!(header.present_before, Some(&b"\xff\x01"[..]));
        assert_eq!(header.present_after, Some(&b"\xfe\x01"[..]));
        assert_eq!((header.rows, header.ends_statement()), (&b"ROWS"[..], true));
    }

    #[test]
    fn extra_data_of_version_2_is_stepped_over() {
        let body = b"\x71\0\0\0\0\0\0\0\x05\0\x01\x02\x03\x01\x01R";
        let header = RowsHeader::parse(EventKind::DELETE_ROWS, None, body).unwrap();
        assert_eq!((header.column_count, header.rows, header.present_after), (1, &b"R"[..], None));
        assert!(RowsHeader::parse(EventKind::DELETE_ROWS, None, b"\x71\0\0\0\0\0\0\0\x01\0").is_err());
    }
}
