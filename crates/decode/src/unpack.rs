//! Compressed columns of MariaDB (`VARCHAR(…) COMPRESSED`, `TEXT COMPRESSED`, …): an event's rows with them unfolded, as a table
//! without compression would have them.
//!
//! A value is kept behind a byte: its top four bits are 0 for a value as it is, 8 for one in zlib's format; then the low three bits
//! say how many bytes the unfolded length takes (highest byte first), and the fourth that the stream has no zlib header. An
//! empty value has no byte at all. Source: MariaDB's `Field_longstr::compress`.

use std::io::Read;

use becauselog_model::TableMap;
use flate2::read::{DeflateDecoder, ZlibDecoder};
use thiserror::Error;

use crate::{
    bits::{Bits, bytes_of, count_set},
    layout::{Layout, Width},
    plan::PlanError,
    rows::{Rows, RowsError, count_rows},
};

/// The most that the rows of one event may unfold to: what an event can have.
const ROWS_BYTES_MAX: usize = 1 << 30;

/// Room that is made for a value before anything was unfolded, at most.
const ROOM_MAX: usize = 1 << 16;

/// How to unfold the rows of one table as its table map describes it.
#[derive(Debug, Clone)]
pub struct Unpack {
    /// As the rows are logged.
    logged: Layout,
    /// Of each column that is compressed: how its values say how long they are once unfolded.
    plain: Box<[Option<Width>]>,
}

/// Rows that cannot be unfolded.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum UnpackError {
    /// They cannot be told apart.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A value is not what it says.
    #[error("row {row}, compressed column {column} (from 0): {what}")]
    Value {
        /// The row's number in the event, from 0.
        row: usize,
        /// The column's index from 0.
        column: usize,
        /// What is wrong, without the value.
        what: &'static str,
    },
}

impl Unpack {
    /// How to unfold rows that come with this map, and the map that they have then; nothing where no column is
    /// compressed.
    ///
    /// # Errors
    /// A type cannot be read.
    pub fn compile(map: &TableMap) -> Result<Option<(Self, TableMap)>, PlanError> {
        let Some(unfolded) = map.uncompressed() else { return Ok(None) };
        let logged = Layout::compile(map)?;
        let widths = Layout::compile(&unfolded)?;
        let columns = map.columns.iter().zip(widths.widths());
        let plain = columns.map(|(column, width)| column.uncompressed().map(|_| *width)).collect();
        Ok(Some((Self { logged, plain }, unfolded)))
    }

    /// The widths of the columns as they are logged.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.logged
    }

    /// Appends the rows' bytes, unfolded.
    ///
    /// # Errors
    /// The event is torn, a value is not what it says, or they are more than an event can have.
    pub fn rows(&self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<(), UnpackError> {
        let count = count_rows(&self.logged, rows)?;
        let mut rest = rows.bytes;
        for row in 0..count {
            for present in rows.bitmaps() {
                let torn = UnpackError::Value { row, column: 0, what: "the row ends early" };
                rest = self.image(present, rest, row, out)?.ok_or(torn)?;
            }
        }
        Ok(())
    }

    /// One image; nothing where the bytes end early.
    fn image<'a>(
        &self,
        present: &[u8],
        bytes: &'a [u8],
        row: usize,
        out: &mut Vec<u8>,
    ) -> Result<Option<&'a [u8]>, UnpackError> {
        let null_bytes = bytes_of(count_set(present, self.plain.len()));
        let Some((nulls, mut rest)) = bytes.split_at_checked(null_bytes) else { return Ok(None) };
        out.extend_from_slice(nulls);
        let (mut present, mut nulls) = (Bits::new(present), Bits::new(nulls));
        for (column, (logged, plain)) in self.logged.widths().iter().zip(&self.plain).enumerate() {
            if !present.take() || nulls.take() {
                continue;
            }
            let Some((content, after)) = logged.split(rest) else { return Ok(None) };
            let fault = |what| UnpackError::Value { row, column, what };
            match plain {
                Some(width) => {
                    let room = ROWS_BYTES_MAX.saturating_sub(out.len());
                    let value = unfold(content, room).map_err(fault)?;
                    if !width.put(out, &value) {
                        return Err(fault("it unfolds to more than the column can have"));
                    }
                }
                None => {
                    let len = rest.len().saturating_sub(after.len());
                    out.extend_from_slice(rest.get(..len).unwrap_or_default());
                }
            }
            rest = after;
        }
        Ok(Some(rest))
    }
}

/// A value unfolded.
fn unfold(content: &[u8], room: usize) -> Result<Vec<u8>, &'static str> {
    let Some((head, rest)) = content.split_first() else { return Ok(Vec::new()) };
    match head >> 4 {
        0 => return Ok(rest.to_vec()),
        8 => {}
        _ => return Err("an unknown form of compression"),
    }
    let length_bytes = usize::from(head & 0x07);
    let (length, stream) = rest.split_at_checked(length_bytes).ok_or("its length is cut")?;
    let length = length.iter().fold(0u64, |sum, byte| sum.wrapping_shl(8) | u64::from(*byte));
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    if wanted > room {
        return Err("the event unfolds to more than an event can have");
    }
    let mut out = Vec::with_capacity(wanted.min(ROOM_MAX));
    let limit = length.saturating_add(1);
    let read = match head & 0x08 {
        0 => ZlibDecoder::new(stream).take(limit).read_to_end(&mut out),
        _ => DeflateDecoder::new(stream).take(limit).read_to_end(&mut out),
    };
    match read {
        Ok(read) if read == wanted => Ok(out),
        _ => Err("it does not unfold to what it says"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use becauselog_model::type_code as code;
    use flate2::{Compression, write::DeflateEncoder};
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{RowsKind, plan::tests::map};

    fn folded(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        let mut value = vec![0x8a];
        value.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        value.extend(encoder.finish().unwrap());
        value
    }

    fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, UnpackError> {
        let map = map(&[(code::LONG, 0), (code::BLOB_COMPRESSED, 2), (code::VARCHAR_COMPRESSED, 256)]);
        let (unpack, plain) = Unpack::compile(&map).unwrap().unwrap();
        assert_eq!((plain.columns[1].type_code, plain.columns[2].meta), (code::BLOB, 255));
        let rows = Rows { kind: RowsKind::Write, columns: 3, before: &[], after: &[7], bytes };
        let mut out = Vec::new();
        unpack.rows(&rows, &mut out).map(|()| out)
    }

    fn row(blob: &[u8], text: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 7, 0, 0, 0];
        for value in [blob, text] {
            bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
            bytes.extend(value);
        }
        bytes
    }

    #[test]
    fn values_are_unfolded_in_their_place() {
        let logged = [row(&folded(&[b'y'; 300]), b"\0short"), row(b"", &folded(b"long long long"))].concat();
        let mut plain = vec![0, 7, 0, 0, 0, 44, 1];
        plain.extend([b'y'; 300]);
        plain.extend(b"\x05short\0\x07\0\0\0\0\0\x0elong long long");
        assert_eq!(unpacked(&logged).unwrap(), plain);
    }

    #[test]
    fn what_is_not_what_it_says_is_an_error() {
        for blob in [&b"\x90\x01x"[..], &[0x81, 200, 1, 2], &folded(b"abc")[..4], b"\x87\x01"] {
            assert!(
                matches!(unpacked(&row(blob, b"")), Err(UnpackError::Value { column: 1, .. })),
                "{blob:?}"
            );
        }
        assert!(matches!(unpacked(&row(b"", b"")[..6]), Err(UnpackError::Rows(_))));
        let long = [0u8; 257];
        assert!(unpacked(&row(b"", &long)).is_err(), "256 bytes in a column of 255");
    }

    proptest! {
        /// Whatever the bytes are: an error, or rows that the plan without compression tells apart.
        #[test]
        fn any_bytes_are_rows_or_an_error(bytes in vec(any::<u8>(), 0..200), kind in 0..4usize, folds in any::<bool>()) {
            let map = map(&[(code::BLOB_COMPRESSED, 1), (code::VARCHAR_COMPRESSED, 300), (code::TINY, 0)]);
            let (unpack, plain) = Unpack::compile(&map).unwrap().unwrap();
            let kind = [RowsKind::Write, RowsKind::Update, RowsKind::PartialUpdate, RowsKind::Delete][kind];
            let value = if folds { folded(&bytes) } else { bytes };
            let sized = [&[0, u8::try_from(value.len() & 0xff).unwrap()][..], &value].concat();
            let rows = Rows { kind, columns: 3, before: &[5], after: &[7], bytes: &sized };
            let mut out = Vec::new();
            if unpack.rows(&rows, &mut out).is_ok() {
                let layout = Layout::compile(&plain).unwrap();
                let unfolded = Rows { bytes: &out, ..rows };
                prop_assert_eq!(count_rows(&layout, &unfolded), count_rows(unpack.layout(), &rows));
            }
        }
    }

    #[test]
    fn a_table_without_compressed_columns_needs_nothing() {
        assert!(Unpack::compile(&map(&[(code::LONG, 0)])).unwrap().is_none());
    }
}
