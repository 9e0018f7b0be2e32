//! One cell as the plain format renders it: what the server would print, so that nothing is lost.

use becauselog_model::{Cell, Charset, ColumnKind, ColumnShape, Timestamp};

use crate::{
    Losses, charset_text,
    error::Fault,
    image::Render,
    json,
    table::Column,
    text::{
        self, binary, float,
        time::{self, Fraction::Digits},
    },
};

/// All that rendering a cell needs beside the cell.
pub(super) struct Values<'e> {
    pub losses: &'e mut Losses,
    pub bytes: &'e mut Vec<u8>,
    pub text: &'e mut String,
}

impl Render for Values<'_> {
    #[expect(clippy::inline_always, reason = "compiled into the branch that reads the type")]
    #[inline(always)]
    fn push(
        &mut self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
    ) -> Result<(), Fault> {
        match *cell {
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::Int(value) => text::int(out, value),
            Cell::UInt(value) | Cell::Bit(value) => text::uint(out, value),
            Cell::Float(value) => float::server_float(out, value),
            Cell::Double(value) => float::server_double(out, value),
            Cell::Decimal(ref value) => quoted(out, |out| value.push_text(out)),
            Cell::Year(year) => text::uint(out, year.into()),
            Cell::Date(value) => quoted(out, |out| time::date(out, value)),
            Cell::Time(value) => quoted(out, |out| time::time(out, value, Digits(fsp(shape)))),
            Cell::Datetime(value) => {
                quoted(out, |out| time::datetime(out, value, b' ', Digits(fsp(shape))));
            }
            Cell::Timestamp(value) => timestamp(out, value, fsp(shape)),
            Cell::Text(bytes, charset) => {
                charset_text::quoted(out, bytes, charset, self.text, self.losses);
            }
            Cell::Binary(bytes) => self.binary(out, bytes, &shape.kind),
            Cell::Enum(index) => {
                let text = column.texts.get(usize::from(index)).or(column.texts.first());
                out.extend_from_slice(text.ok_or(Fault::Mismatch)?);
            }
            Cell::Set(bits) => column.push_set(out, bits),
            Cell::Json(document) => {
                self.bytes.clear();
                json::document(self.bytes, document, json::Style::Server, self.losses)?;
                charset_text::quoted(out, self.bytes, Charset::Utf8, self.text, self.losses);
            }
            Cell::JsonText(text) => charset_text::quoted(out, text, Charset::Utf8, self.text, self.losses),
            Cell::Geometry(bytes) => geometry(out, bytes),
            Cell::Vector(bytes) => vector(out, bytes),
            Cell::MariaDb(value) => quoted(out, |out| out.extend_from_slice(value.to_string().as_bytes())),
            Cell::JsonDiff(_) | Cell::Absent => return Err(Fault::Mismatch),
        }
        Ok(())
    }

    fn diffs(&mut self, out: &mut Vec<u8>, diffs: &[u8]) -> Result<(), Fault> {
        Ok(json::diffs::push(out, diffs, self.losses)?)
    }

    fn losses(&self) -> u64 {
        self.losses.total()
    }
}

impl Values<'_> {
    fn binary(&mut self, out: &mut Vec<u8>, bytes: &[u8], kind: &ColumnKind) {
        let length = match kind {
            ColumnKind::Binary { length } => usize::try_from(*length).unwrap_or(0),
            _ => 0,
        };
        let bytes = binary::padded(bytes, length.saturating_sub(bytes.len()), self.bytes);
        quoted(out, |out| binary::base64(out, bytes));
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

const fn fsp(shape: &ColumnShape) -> u8 {
    match shape.kind {
        ColumnKind::Time { fsp } | ColumnKind::Datetime { fsp } | ColumnKind::Timestamp { fsp } => fsp,
        _ => 0,
    }
}

/// In UTC, and said so by `Z`; the zero value is no instant and has none.
fn timestamp(out: &mut Vec<u8>, value: Timestamp, fsp: u8) {
    let zero = value == Timestamp::default();
    let parts = if zero { becauselog_model::Datetime::default() } else { value.to_utc() };
    quoted(out, |out| {
        time::datetime(out, parts, b' ', Digits(fsp));
        if !zero {
            out.push(b'Z');
        }
    });
}

/// `{"srid":0,"wkb":"…"}`
fn geometry(out: &mut Vec<u8>, bytes: &[u8]) {
    let (srid, wkb) = bytes.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
    out.extend_from_slice(b"{\"srid\":");
    text::uint(out, u32::from_le_bytes(*srid).into());
    out.extend_from_slice(b",\"wkb\":");
    quoted(out, |out| binary::base64(out, wkb));
    out.push(b'}');
}

fn vector(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'[');
    for (index, number) in bytes.as_chunks::<4>().0.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        float::server_float(out, f32::from_le_bytes(*number));
    }
    out.push(b']');
}
