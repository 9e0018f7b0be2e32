//! Binary JSON documents as text.

mod debezium;
pub(crate) mod diffs;
mod readable;
mod server;

use becauselog_model::jsonb::{self, Container, JsonbError, Value};

use crate::{Losses, text};

/// Whose text a document becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// The server's own, `{"a": [1, 2.0]}`.
    Server,
    /// The server's own values without spaces, `{"a":[1,2.0]}`.
    Compact,
    /// What Debezium's reader makes of it: no spaces, opaque values without their type, doubles without exponents.
    Debezium,
    /// As `Debezium`, but times below zero are right: what Maxwell's reader should make of it.
    Readable,
}

impl Style {
    /// Whether it is the text of the peers' log reader.
    fn is_reader(self) -> bool {
        matches!(self, Self::Debezium | Self::Readable)
    }
}

/// Appends the text of a document.
pub(crate) fn document(
    out: &mut Vec<u8>,
    document: &[u8],
    style: Style,
    losses: &mut Losses,
) -> Result<(), JsonbError> {
    Printer { out, style, losses }.value(jsonb::parse(document)?, 0)
}

struct Printer<'a> {
    out: &'a mut Vec<u8>,
    style: Style,
    losses: &'a mut Losses,
}

impl Printer<'_> {
    fn value(&mut self, value: Value<'_>, depth: usize) -> Result<(), JsonbError> {
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(value) => text::int(self.out, value),
            Value::UInt(value) => text::uint(self.out, value),
            Value::Double(value) if self.style.is_reader() => {
                text::float::debezium_json_double(self.out, value);
            }
            Value::Double(value) => text::float::server_double(self.out, value),
            Value::Str(text) => self.string(text),
            Value::Opaque { field_type, bytes } if self.style == Style::Debezium => {
                debezium::opaque(self.out, field_type, bytes, self.losses);
            }
            Value::Opaque { field_type, bytes } if self.style == Style::Readable => {
                readable::opaque(self.out, field_type, bytes)?;
            }
            Value::Opaque { field_type, bytes } => server::opaque(self.out, field_type, bytes),
            Value::Object(members) => self.container(members, depth, [b'{', b'}'])?,
            Value::Array(members) => self.container(members, depth, [b'[', b']'])?,
        }
        Ok(())
    }

    fn container(
        &mut self,
        members: Container<'_>,
        depth: usize,
        brackets: [u8; 2],
    ) -> Result<(), JsonbError> {
        if depth >= jsonb::DEPTH_MAX {
            return Err(JsonbError::TooDeep);
        }
        let [open, close] = brackets;
        let (comma, colon): (&[u8], &[u8]) =
            if self.style == Style::Server { (b", ", b": ") } else { (b",", b":") };
        self.out.push(open);
        for (index, member) in members.members().enumerate() {
            let (key, value) = member?;
            if index > 0 {
                self.out.extend_from_slice(comma);
            }
            if open == b'{' {
                self.string(key);
                self.out.extend_from_slice(colon);
            }
            self.value(value, depth.saturating_add(1))?;
        }
        self.out.push(close);
        Ok(())
    }

    /// A string in quotes; controls as `\u00xx` in each style's case, DEL and beyond as they are.
    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        let hex: &[u8; 16] = if self.style.is_reader() { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let mut rest = bytes;
        loop {
            let clean = rest.iter().position(|b| *b < 0x20 || *b == b'"' || *b == b'\\');
            let (head, tail) = rest.split_at_checked(clean.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            self.out.extend_from_slice(head);
            let Some((first, after)) = tail.split_first() else { break };
            escape(self.out, *first, hex);
            rest = after;
        }
        self.out.push(b'"');
    }
}

fn escape(out: &mut Vec<u8>, byte: u8, hex: &[u8; 16]) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.extend([byte >> 4, byte & 15].iter().filter_map(|nibble| hex.get(usize::from(*nibble))));
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Type codes of opaque values that have a text of their own.
const TIMESTAMP: u8 = 7;
const DATE: u8 = 10;
const TIME: u8 = 11;
const DATETIME: u8 = 12;
const NEW_DECIMAL: u8 = 246;

/// A decimal: precision, scale, then its stored bytes.
fn decimal(bytes: &[u8]) -> Option<becauselog_model::Decimal<'_>> {
    let [precision, scale, stored @ ..] = bytes else { return None };
    becauselog_model::Decimal::in_json(stored, *precision, *scale)
}
