//! Diffs of a partial JSON update, where the document that they are of is not in the log.

use becauselog_model::{
    Charset,
    jsonb::{Diff, JsonbError, Operation, Value, diffs},
};

use super::{Printer, Style};
use crate::{Losses, charset_text};

/// Appends `[{"op":"replace","path":"$.a","value":"1"}]`: values are JSON's text, as those of whole documents are.
pub(crate) fn push(out: &mut Vec<u8>, bytes: &[u8], losses: &mut Losses) -> Result<(), JsonbError> {
    let mut text = String::new();
    let mut opening = b'[';
    for diff in diffs(bytes) {
        out.push(opening);
        opening = b',';
        one(out, diff?, &mut text, losses)?;
    }
    if opening == b'[' {
        out.push(b'[');
    }
    out.push(b']');
    Ok(())
}

fn one(out: &mut Vec<u8>, diff: Diff<'_>, text: &mut String, losses: &mut Losses) -> Result<(), JsonbError> {
    let (operation, value): (&[u8], Option<Value<'_>>) = match diff.operation {
        Operation::Replace(value) => (b"replace", Some(value)),
        Operation::Insert(value) => (b"insert", Some(value)),
        Operation::Remove => (b"remove", None),
    };
    out.extend_from_slice(b"{\"op\":\"");
    out.extend_from_slice(operation);
    out.extend_from_slice(b"\",\"path\":");
    charset_text::quoted(out, diff.path, Charset::Utf8, text, losses);
    if let Some(value) = value {
        let mut document = Vec::new();
        Printer { out: &mut document, style: Style::Server, losses }.value(value, 0)?;
        out.extend_from_slice(b",\"value\":");
        charset_text::quoted(out, &document, Charset::Utf8, text, losses);
    }
    out.push(b'}');
    Ok(())
}
