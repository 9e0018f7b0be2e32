//! What is prepared once for each table.

use std::sync::Arc;

use becauselog_model::{ColumnKind, ColumnShape, TableShape};

use crate::{
    debezium::Converted,
    mask::{ColumnRules, Hidden},
    text::string,
};

/// A table's constant texts.
#[derive(Debug)]
pub(crate) struct Table {
    /// The topic of its changes.
    pub topic: Arc<str>,
    /// Where the topic was in the last batch.
    pub topic_hint: u32,
    /// One for each column of the shape.
    pub columns: Vec<Column>,
    /// The key's columns, each as `,"name":`, in key order; empty for a table without a key.
    pub key: Vec<Box<[u8]>>,
    /// Which columns these are.
    pub key_columns: Vec<usize>,
}

/// A column's constant texts.
#[derive(Debug)]
pub(crate) struct Column {
    /// `,"name":`
    pub name: Name,
    /// Its place in the key.
    pub key_place: Option<usize>,
    /// What stands in place of null: the column's default.
    pub default: Option<Box<[u8]>>,
    /// What stands in place of a zero date, which the peer takes for none: the column's default. Of NOT NULL columns only.
    pub zero: Option<Box<[u8]>>,
    /// What the peer takes the column for by its declaration, where it is not what the server has.
    pub taken_for: Option<TakenFor>,
    /// ENUM: each text in quotes, the empty error value first. SET: each text escaped, without quotes.
    pub texts: Box<[Box<[u8]>]>,
    /// What stands in place of its values; nothing when they are written as they are. Keys know of converters only.
    pub hidden: Option<Box<Hidden>>,
}

/// Another type than the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakenFor {
    /// `BOOL` in a statement: a boolean, not the number that it is.
    Boolean,
    /// `REAL` in a statement: a float, not the double that it is.
    Float,
    /// `FLOAT(M,D)`: a double, not the float that it is.
    Double,
    /// `VARCHAR … CHARACTER SET binary`: a text of Latin-1, not the bytes that it is.
    Text,
}

/// A short constant text, appended for every cell: bytes of a known number are copied without a call.
#[derive(Debug)]
pub(crate) struct Name {
    /// The text and zeros after it, if it is short enough.
    padded: [u8; NAME_BYTES],
    /// How long the text is; 0 when it is in `long`.
    len: u8,
    long: Box<[u8]>,
}

const NAME_BYTES: usize = 32;

impl Name {
    fn new(text: Box<[u8]>) -> Self {
        let mut padded = [0; NAME_BYTES];
        let len = text.len();
        match padded.get_mut(..len).zip(u8::try_from(len).ok()) {
            Some((start, len)) => {
                start.copy_from_slice(&text);
                Self { padded, len, long: Box::default() }
            }
            None => Self { padded, len: 0, long: text },
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> &[u8] {
        match self.len {
            0 => &self.long,
            len => self.padded.get(..usize::from(len)).unwrap_or_default(),
        }
    }

    /// Appends it.
    #[inline]
    pub(crate) fn push(&self, out: &mut Vec<u8>) {
        if self.len == 0 {
            return out.extend_from_slice(&self.long);
        }
        let end = out.len().wrapping_add(usize::from(self.len));
        out.extend_from_slice(&self.padded);
        out.truncate(end);
    }
}

impl Column {
    /// Appends a SET's texts, joined by commas, in quotes.
    pub(crate) fn push_set(&self, out: &mut Vec<u8>, bits: u64) {
        out.push(b'"');
        let members = self.texts.iter().take(64).enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        for (index, (_, text)) in members.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(text);
        }
        out.push(b'"');
    }
}

impl Table {
    /// `key`: the key's columns; `called`: what a column's field is called; `comma`: what stands for a comma inside the
    /// texts of an ENUM.
    pub(crate) fn prepare(
        shape: &TableShape,
        topic: Arc<str>,
        key: &[usize],
        called: impl Fn(&str) -> String,
        comma: &str,
    ) -> Self {
        let field = |name: &str| field(&called(name));
        let column = |(index, column): (usize, &ColumnShape)| Column {
            name: Name::new(field(&column.name)),
            default: None,
            zero: None,
            taken_for: None,
            key_place: key.iter().position(|in_key| *in_key == index),
            texts: texts(&column.kind, comma),
            hidden: None,
        };
        Self {
            topic,
            topic_hint: 0,
            columns: shape.columns.iter().enumerate().map(column).collect(),
            key: key.iter().filter_map(|index| shape.columns.get(*index)).map(|c| field(&c.name)).collect(),
            key_columns: key.to_vec(),
        }
    }

    /// The same table with columns left out or hidden.
    pub(crate) fn with_rules(mut self, rules: &ColumnRules, shape: &TableShape) -> Self {
        if !rules.is_empty() {
            for (column, of_shape) in self.columns.iter_mut().zip(&shape.columns) {
                column.hidden = Hidden::of(rules, &shape.name, of_shape);
            }
        }
        self
    }
}

impl Column {
    /// The same column, its values made by a converter before they are hidden.
    pub(crate) fn convert(&mut self, converted: Converted) {
        let hidden = self.hidden.take();
        self.hidden = Some(Box::new(Hidden::Converted(converted, hidden)));
    }

    /// What its converter makes of it, if it has one.
    pub(crate) fn converted(&self) -> Option<&Converted> {
        self.hidden.as_ref()?.converted()
    }
}

fn field(name: &str) -> Box<[u8]> {
    let mut out = vec![b','];
    string::quoted(&mut out, name);
    out.push(b':');
    out.into()
}

/// A topic's name; what Kafka does not allow in one becomes `_`, as Debezium does it.
pub(crate) fn topic(name: &str) -> Arc<str> {
    let mut topic = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-') {
            topic.push(character);
        } else {
            // Java counts a character beyond U+FFFF as two.
            topic.extend(std::iter::repeat_n('_', character.len_utf16()));
        }
    }
    topic.into()
}

fn texts(kind: &ColumnKind, comma: &str) -> Box<[Box<[u8]>]> {
    let quoted = |text: &str| {
        let mut out = Vec::new();
        string::quoted(&mut out, text);
        out.into_boxed_slice()
    };
    let escaped = |text: &str| {
        let mut out = Vec::new();
        string::escaped(&mut out, text);
        out.into_boxed_slice()
    };
    match kind {
        ColumnKind::Enum { values } => {
            std::iter::once(quoted("")).chain(values.iter().map(|v| quoted(&v.replace(',', comma)))).collect()
        }
        ColumnKind::Set { values } => values.iter().map(|v| escaped(v)).collect(),
        _ => Box::default(),
    }
}
