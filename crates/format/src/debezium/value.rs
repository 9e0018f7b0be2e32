//! One cell as Debezium renders it.

use becauselog_model::{Cell, Charset, ColumnKind, ColumnShape, Decimal};

use super::{BigintUnsigned, BinaryMode, Converted, DebeziumConfig, DecimalMode, Rendering, temporal};
use crate::{
    charset_text,
    error::Fault,
    image::Render,
    json,
    losses::{Losses, count},
    table::Column,
    text::{self, binary, decimal, float},
    wkb,
};

/// All that rendering a cell needs beside the cell.
pub(super) struct Values<'e> {
    pub config: &'e DebeziumConfig,
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
        let start = out.len();
        self.cell(out, cell, column, shape)?;
        if let Some(default) = &column.default {
            in_place_of_null(out, start, default);
        }
        Ok(())
    }

    fn convert(
        &mut self,
        out: &mut Vec<u8>,
        converted: &Converted,
        cell: &Cell<'_>,
        column: &Column,
    ) -> Result<(), Fault> {
        let start = out.len();
        converted.push(out, cell, self.losses)?;
        if let Some(default) = &column.default {
            in_place_of_null(out, start, default);
        }
        Ok(())
    }

    fn is_text(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Decimal(_) => self.config.decimal == DecimalMode::String,
            Cell::UInt(_) | Cell::Bit(_) => false,
            _ => true,
        }
    }

    fn diffs(&mut self, out: &mut Vec<u8>, diffs: &[u8]) -> Result<(), Fault> {
        Ok(json::diffs::push(out, diffs, self.losses)?)
    }

    fn losses(&self) -> u64 {
        self.losses.total()
    }

    fn binary_is_bytes(&self) -> bool {
        self.config.binary == BinaryMode::Bytes
    }
}

impl Values<'_> {
    /// Appends a cell; what has no value is null.
    #[expect(clippy::inline_always, reason = "compiled into the branch that reads the type")]
    #[inline(always)]
    pub(super) fn cell(
        &mut self,
        out: &mut Vec<u8>,
        cell: &Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
    ) -> Result<(), Fault> {
        match *cell {
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::Int(value) if column.taken_for.is_some() => {
                out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
            }
            Cell::Int(value) => text::int(out, value),
            Cell::UInt(value) => self.unsigned(out, value, &shape.kind),
            Cell::Text(bytes, charset) => self.text(out, bytes, charset),
            Cell::Decimal(ref value) => self.decimal(out, value),
            Cell::Datetime(value) => {
                temporal::datetime(out, value, place(shape, column), self.config, self.losses);
            }
            Cell::Timestamp(value) => {
                temporal::timestamp(out, value, place(shape, column), self.config, self.losses);
            }
            Cell::Date(value) => temporal::date(out, value, place(shape, column), self.config, self.losses),
            Cell::Time(value) => temporal::time(out, value, place(shape, column), self.config, self.losses),
            Cell::Float(value) if column.taken_for.is_some() => float::java_double(out, value.into()),
            Cell::Float(value) => float::java_float(out, value),
            Cell::Double(value) if column.taken_for.is_some() => float::java_float(out, narrowed(value)),
            Cell::Double(value) => float::java_double(out, value),
            Cell::Enum(index) => {
                let text = column.texts.get(usize::from(index)).or(column.texts.first());
                out.extend_from_slice(text.ok_or(Fault::Mismatch)?);
            }
            Cell::Set(bits) => column.push_set(out, bits),
            Cell::Json(document) => self.json(out, document)?,
            Cell::JsonText(text) => self.text(out, text, Charset::Utf8),
            Cell::Binary(bytes) if column.taken_for.is_some() => {
                self.text.clear();
                self.text.extend(bytes.iter().map(|byte| char::from(*byte)));
                text::string::quoted(out, self.text);
            }
            Cell::Binary(bytes) => self.binary(out, bytes, &shape.kind),
            Cell::Bit(value) => bit(out, value, &shape.kind)?,
            Cell::Year(year) => self.year(out, year),
            Cell::Geometry(bytes) => geometry(out, bytes, &shape.kind),
            Cell::Vector(bytes) => vector(out, bytes),
            Cell::MariaDb(value) => quoted(out, |out| out.extend_from_slice(value.to_string().as_bytes())),
            Cell::JsonDiff(_) | Cell::Absent => return Err(Fault::Mismatch),
        }
        Ok(())
    }

    fn unsigned(&mut self, out: &mut Vec<u8>, value: u64, kind: &ColumnKind) {
        if !matches!(kind, ColumnKind::BigInt { .. }) {
            return text::uint(out, value);
        }
        match (self.config.bigint_unsigned, self.config.rendering) {
            (BigintUnsigned::Precise, _) => quoted(out, |out| decimal::unsigned_base64(out, value)),
            (BigintUnsigned::Long, Rendering::Exact) => text::uint(out, value),
            (BigintUnsigned::Long, Rendering::Peer) => {
                let wrapped = value.cast_signed();
                if wrapped < 0 {
                    count(&mut self.losses.bigint_wrapped);
                }
                text::int(out, wrapped);
            }
        }
    }

    fn text(&mut self, out: &mut Vec<u8>, bytes: &[u8], charset: Charset) {
        charset_text::quoted(out, bytes, charset, self.text, self.losses);
    }

    fn decimal(&mut self, out: &mut Vec<u8>, value: &Decimal<'_>) {
        match self.config.decimal {
            DecimalMode::Precise => quoted(out, |out| decimal::unscaled_base64(out, value)),
            DecimalMode::String => quoted(out, |out| value.push_text(out)),
            DecimalMode::Double => {
                self.bytes.clear();
                value.push_text(self.bytes);
                let nearest = str::from_utf8(self.bytes).ok().and_then(|text| text.parse().ok());
                let nearest = nearest.unwrap_or(f64::NAN);
                if !float::same_digits(nearest, self.bytes) {
                    count(&mut self.losses.decimals_rounded);
                }
                float::java_double(out, nearest);
            }
        }
    }

    fn json(&mut self, out: &mut Vec<u8>, document: &[u8]) -> Result<(), Fault> {
        let style = match self.config.rendering {
            Rendering::Exact => json::Style::Compact,
            Rendering::Peer => json::Style::Debezium,
        };
        self.bytes.clear();
        json::document(self.bytes, document, style, self.losses)?;
        charset_text::quoted(out, self.bytes, Charset::Utf8, self.text, self.losses);
        Ok(())
    }

    fn binary(&mut self, out: &mut Vec<u8>, bytes: &[u8], kind: &ColumnKind) {
        let length = match kind {
            // To the peer a length of zero is one of ten.
            ColumnKind::Binary { length: 0 } if self.config.rendering == Rendering::Peer => 10,
            ColumnKind::Binary { length } => usize::try_from(*length).unwrap_or(0),
            _ => 0,
        };
        let bytes = binary::padded(bytes, length.saturating_sub(bytes.len()), self.bytes);
        quoted(out, |out| match self.config.binary {
            BinaryMode::Bytes | BinaryMode::Base64 => binary::base64(out, bytes),
            BinaryMode::Base64UrlSafe => binary::base64_url_safe(out, bytes),
            BinaryMode::Hex => binary::hex(out, bytes),
        });
    }

    /// The peer counts years from 1900, `0000` too.
    fn year(&mut self, out: &mut Vec<u8>, year: u16) {
        let year = if year == 0 && self.config.rendering == Rendering::Peer {
            count(&mut self.losses.dates_replaced);
            1900
        } else {
            year
        };
        text::uint(out, year.into());
    }
}

#[cold]
fn in_place_of_null(out: &mut Vec<u8>, start: usize, default: &[u8]) {
    if out.get(start..) == Some(b"null") {
        out.truncate(start);
        out.extend_from_slice(default);
    }
}

fn place<'c>(shape: &ColumnShape, column: &'c Column) -> temporal::Place<'c> {
    let fsp = match shape.kind {
        ColumnKind::Time { fsp } | ColumnKind::Datetime { fsp } | ColumnKind::Timestamp { fsp } => fsp,
        _ => 0,
    };
    temporal::Place { nullable: shape.nullable, fsp, zero: column.zero.as_deref() }
}

/// As the peer has a `REAL`.
#[expect(clippy::cast_possible_truncation, reason = "what is too large becomes infinite, as in Java")]
const fn narrowed(value: f64) -> f32 {
    value as f32
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// `BIT(1)` is a boolean, wider ones are bytes, the lowest first.
fn bit(out: &mut Vec<u8>, value: u64, kind: &ColumnKind) -> Result<(), Fault> {
    let ColumnKind::Bit { width } = kind else { return Err(Fault::Mismatch) };
    if *width <= 1 {
        out.extend_from_slice(if value & 1 == 1 { b"true" } else { b"false" });
        return Ok(());
    }
    let bytes = value.to_le_bytes();
    let len = usize::from(width.div_ceil(8));
    quoted(out, |out| binary::base64(out, bytes.get(..len).unwrap_or(&bytes)));
    Ok(())
}

/// `{"x":1.0,"y":2.0,"wkb":"…","srid":null}`; `x` and `y` for columns declared POINT only.
fn geometry(out: &mut Vec<u8>, bytes: &[u8], kind: &ColumnKind) {
    let Some((srid, wkb)) = bytes.split_first_chunk::<4>() else {
        return out.extend_from_slice(b"null");
    };
    out.push(b'{');
    if matches!(kind, ColumnKind::Geometry { subtype: wkb::POINT })
        && let Some((x, y)) = wkb::point(wkb)
    {
        out.extend_from_slice(b"\"x\":");
        float::java_double(out, x);
        out.extend_from_slice(b",\"y\":");
        float::java_double(out, y);
        out.push(b',');
    }
    out.extend_from_slice(b"\"wkb\":");
    quoted(out, |out| binary::base64(out, wkb));
    match u32::from_le_bytes(*srid) {
        0 => out.extend_from_slice(b",\"srid\":null}"),
        srid => {
            out.extend_from_slice(b",\"srid\":");
            text::uint(out, srid.into());
            out.push(b'}');
        }
    }
}

fn vector(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'[');
    for (index, number) in bytes.as_chunks::<4>().0.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        float::java_float(out, f32::from_le_bytes(*number));
    }
    out.push(b']');
}
