//! One cell as Maxwell renders it.

use becauselog_model::{Cell, ColumnKind, ColumnShape, Date, Datetime, Time};

use super::{
    bits,
    config::{MaxwellConfig, MaxwellRendering},
    decimal, jdk_double,
    table::Column,
    temporal,
    wkt::{self, Coordinates},
};
use crate::{
    Losses, charset_text,
    error::Fault,
    json,
    losses::count,
    text::{
        self, binary, float,
        time::{self as clock, Fraction::Digits},
    },
};

/// All that rendering a cell needs beside the cell.
pub(super) struct Values<'e> {
    pub config: &'e MaxwellConfig,
    pub losses: &'e mut Losses,
    pub text: &'e mut String,
    pub origin: Origin,
}

/// Where a row comes from: Maxwell reads the two with different code, which shows in some values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::maxwell) enum Origin {
    /// A row event.
    Log,
    /// A bootstrap's SELECT.
    Select,
}

impl Values<'_> {
    /// Appends the cell's JSON; absent cells never come here.
    pub(super) fn push(
        &mut self,
        out: &mut Vec<u8>,
        cell: Cell<'_>,
        column: &Column,
        shape: &ColumnShape,
    ) -> Result<(), Fault> {
        match cell {
            Cell::Null => null(out),
            Cell::Int(value) => text::int(out, value),
            Cell::UInt(value) => text::uint(out, value),
            Cell::Bit(value) => self.bit(out, value),
            Cell::Float(value) => jdk_double::push_float(out, value),
            Cell::Double(value) => jdk_double::push_double(out, value),
            Cell::Decimal(value) => decimal::push(out, value),
            Cell::Year(year) => self.year(out, year),
            Cell::Date(value) => self.date(out, value),
            Cell::Time(value) => self.time(out, value, fsp(shape)),
            Cell::Datetime(value) => self.datetime(out, value, fsp(shape)),
            Cell::Timestamp(value) if value.is_zero() => self.datetime(out, Datetime::default(), fsp(shape)),
            Cell::Timestamp(value) => self.datetime(out, value.to_utc(), fsp(shape)),
            Cell::Text(bytes, charset) => charset_text::quoted(out, bytes, charset, self.text, self.losses),
            // As the log has it: without the zero bytes at the end of a BINARY, which any column of its length adds again.
            // A SELECT has them.
            Cell::Binary(bytes) => quoted(out, |out| binary::base64(out, bytes)),
            Cell::Enum(0) => null(out),
            Cell::Enum(index) => {
                let place = usize::from(index).checked_sub(1).ok_or(Fault::Mismatch)?;
                out.extend_from_slice(column.texts.get(place).ok_or(Fault::Mismatch)?);
            }
            // A text without members is split into one, the empty one.
            Cell::Set(0) if self.is_peers_select() => out.extend_from_slice(b"[\"\"]"),
            Cell::Set(members) => set(out, column, members),
            Cell::Json(document) => self.json(out, document)?,
            Cell::JsonText(text) => self.json_text(out, text)?,
            Cell::Geometry(bytes) => self.geometry(out, bytes)?,
            Cell::Vector(bytes) => vector(out, bytes),
            Cell::MariaDb(value) => quoted(out, |out| out.extend_from_slice(value.to_string().as_bytes())),
            Cell::JsonDiff(_) | Cell::Absent => return Err(Fault::Mismatch),
        }
        Ok(())
    }

    /// The zone of the JVM, where Maxwell's slips are wanted.
    const fn peer(&self) -> Option<i32> {
        match self.config.rendering {
            MaxwellRendering::Exact => None,
            MaxwellRendering::Peer { jvm_offset_s } => Some(jvm_offset_s),
        }
    }

    /// Whether the slips of Maxwell's bootstraps are wanted.
    fn is_peers_select(&self) -> bool {
        self.origin == Origin::Select && self.peer().is_some()
    }

    fn bit(&mut self, out: &mut Vec<u8>, value: u64) {
        match bits::wrong(value).filter(|_| self.peer().is_some()) {
            Some(wrong) => {
                count(&mut self.losses.bits_garbled);
                text::int(out, wrong);
            }
            None => text::uint(out, value),
        }
    }

    fn year(&mut self, out: &mut Vec<u8>, year: u16) {
        if year == 0 && self.peer().is_some() {
            count(&mut self.losses.dates_replaced);
            return text::uint(out, if self.origin == Origin::Select { 2000 } else { 1900 });
        }
        text::uint(out, year.into());
    }

    fn date(&mut self, out: &mut Vec<u8>, value: Date) {
        let value = self.read_date(value, temporal::java_date);
        // A bootstrap of Maxwell's does not look at the option.
        if value == Date::default() && self.config.output_null_zerodates && !self.is_peers_select() {
            return null(out);
        }
        quoted(out, |out| clock::date(out, value));
    }

    fn datetime(&mut self, out: &mut Vec<u8>, value: Datetime, fsp: u8) {
        let value = self.read_date(value, temporal::java_datetime);
        let peers_select = self.is_peers_select();
        if value == Datetime::default() && (self.config.output_null_zerodates || peers_select) {
            if !self.config.output_null_zerodates {
                count(&mut self.losses.dates_replaced);
            }
            return null(out);
        }
        quoted(out, |out| clock::datetime(out, value, b' ', Digits(fsp)));
    }

    fn read_date<T: Copy + Default + PartialEq>(&mut self, value: T, java: fn(T) -> Option<T>) -> T {
        if self.peer().is_none() {
            return value;
        }
        let read = java(value).unwrap_or_default();
        if read != value {
            count(&mut self.losses.dates_replaced);
        }
        read
    }

    fn time(&mut self, out: &mut Vec<u8>, value: Time, fsp: u8) {
        // Where Maxwell's bootstrap meets a time that is none of a day it begins again without end: there is no value.
        let peer = self.peer().filter(|_| self.origin == Origin::Log);
        let read = peer.map_or(value, |offset| temporal::java_time(value, fsp, offset));
        if read != value {
            count(&mut self.losses.times_out_of_range);
        }
        quoted(out, |out| clock::time(out, read, Digits(fsp)));
    }

    fn json(&mut self, out: &mut Vec<u8>, document: &[u8]) -> Result<(), Fault> {
        let style = if self.peer().is_some() { json::Style::Debezium } else { json::Style::Readable };
        let start = out.len();
        json::document(out, document, style, self.losses)?;
        self.text_from(out, start);
        Ok(())
    }

    /// The server's text with its blanks: part of the message as it is, if it is JSON.
    fn json_text(&mut self, out: &mut Vec<u8>, text: &[u8]) -> Result<(), Fault> {
        let start = out.len();
        out.extend_from_slice(text);
        self.text_from(out, start);
        let written = out.get(start..).unwrap_or_default();
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(written).is_ok();
        if is_json { Ok(()) } else { Err(Fault::Mismatch) }
    }

    /// A document is part of the message, which must be text whatever a damaged one holds.
    fn text_from(&mut self, out: &mut Vec<u8>, start: usize) {
        let written = out.get(start..).unwrap_or_default();
        if simdutf8::basic::from_utf8(written).is_err() {
            let text = String::from_utf8_lossy(written).into_owned();
            count(&mut self.losses.texts_replaced);
            out.truncate(start);
            out.extend_from_slice(text.as_bytes());
        }
    }

    fn geometry(&self, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Fault> {
        let (_srid, wkb) = bytes.split_first_chunk::<4>().ok_or(Fault::Mismatch)?;
        let coordinates = if self.peer().is_some() { Coordinates::Rounded } else { Coordinates::Exact };
        out.push(b'"');
        wkt::push(out, wkb, coordinates).map_err(|_no_geometry| Fault::Mismatch)?;
        out.push(b'"');
        Ok(())
    }
}

fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
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

fn set(out: &mut Vec<u8>, column: &Column, members: u64) {
    out.push(b'[');
    let texts = column.texts.iter().take(64).enumerate().filter(|(bit, _)| members >> bit & 1 == 1);
    for (index, (_, text)) in texts.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(text);
    }
    out.push(b']');
}

/// Maxwell does not know vectors: the numbers, as the server shows them.
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
