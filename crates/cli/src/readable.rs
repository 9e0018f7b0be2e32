//! One readable line a change: for eyes, so long values are cut and colours are for terminals only.
//!
//! ```text
//! 2026-05-01 12:00:00.123 UPDATE shop.orders id=7  status 'new' -> 'paid', total 9.90 -> 12.00
//! ```

mod json;
mod value;

use std::io::Write as _;

use becauselog_decode::Image;
use becauselog_format::{DdlChange, FormatError};
use becauselog_model::{
    Cell, EncodedBatch, Op, Record, RowChange, RowImage, Span, TableShape, Timestamp, jsonb,
};
use becauselog_pipeline::Encode;

/// Writes readable lines.
#[derive(Debug, Clone)]
pub struct Readable {
    colors: bool,
    line: Vec<u8>,
}

/// How a part of a line is shown on a terminal.
#[derive(Debug, Clone, Copy)]
enum Style {
    Dim,
    Green,
    Yellow,
    Red,
    Blue,
    Bold,
}

/// A cell's place: its column's index and the cell.
type Cells<'a> = Vec<Cell<'a>>;

impl Readable {
    /// With or without colours.
    pub const fn new(colors: bool) -> Self {
        Self { colors, line: Vec::new() }
    }

    /// The line of one change, without a line end.
    ///
    /// # Errors
    /// When a cell cannot be read.
    pub fn line<'a, I: RowImage<'a>>(&mut self, change: &RowChange<'a, I>) -> Result<&[u8], FormatError> {
        self.line.clear();
        let shape: &TableShape = change.shape;
        let before = change.before.map(|image| cells(image, shape)).transpose()?;
        let after = change.after.map(|image| cells(image, shape)).transpose()?;
        let time =
            change.transaction.immediate_commit_us.unwrap_or(u64::from(change.event.timestamp_s) * 1_000_000);
        self.time(time);
        let (word, style) = match change.op {
            Op::Insert => ("INSERT", Style::Green),
            Op::Update => ("UPDATE", Style::Yellow),
            Op::Delete => ("DELETE", Style::Red),
        };
        self.styled(style, word);
        self.line.push(b' ');
        self.styled(Style::Bold, &format!("{}", shape.name));
        let current = after.as_ref().or(before.as_ref());
        self.key(shape, current);
        match (&before, &after) {
            (Some(before), Some(after)) => self.differences(shape, before, after),
            (None, Some(row)) | (Some(row), None) => self.rest(shape, row),
            (None, None) => {}
        }
        Ok(&self.line)
    }

    fn styled(&mut self, style: Style, text: &str) {
        let code = match style {
            Style::Dim => "2",
            Style::Green => "32",
            Style::Yellow => "33",
            Style::Red => "31",
            Style::Blue => "34",
            Style::Bold => "1",
        };
        // Writing to memory cannot fail.
        let _written = if self.colors {
            write!(self.line, "\x1b[{code}m{text}\x1b[0m")
        } else {
            write!(self.line, "{text}")
        };
    }

    fn time(&mut self, us: u64) {
        let seconds = u32::try_from(us / 1_000_000).unwrap_or(u32::MAX);
        let utc = Timestamp { seconds, micros: 0 }.to_utc();
        let (date, ms) = (utc.date, us / 1_000 % 1_000);
        let text = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{ms:03} ",
            date.year, date.month, date.day, utc.hour, utc.minute, utc.second
        );
        self.styled(Style::Dim, &text);
    }

    fn named(&mut self, shape: &TableShape, column: usize, cell: &Cell<'_>) {
        let Some(found) = shape.columns.get(column) else { return };
        self.line.extend_from_slice(found.name.as_bytes());
        self.line.push(b'=');
        value::push(&mut self.line, cell, &found.kind);
    }

    fn key(&mut self, shape: &TableShape, cells: Option<&Cells<'_>>) {
        let (Some(key), Some(cells)) = (&shape.key, cells) else { return };
        for column in key {
            if let Some(cell) = cells.get(*column) {
                self.line.push(b' ');
                self.named(shape, *column, cell);
            }
        }
    }

    /// All columns that are not in the key and not absent.
    fn rest(&mut self, shape: &TableShape, cells: &Cells<'_>) {
        let mut separator = "  ";
        for (column, cell) in cells.iter().enumerate() {
            let in_key = shape.key.as_ref().is_some_and(|key| key.contains(&column));
            if in_key || matches!(cell, Cell::Absent) {
                continue;
            }
            self.line.extend_from_slice(separator.as_bytes());
            self.named(shape, column, cell);
            separator = " ";
        }
    }

    /// The columns that changed, before and after.
    fn differences(&mut self, shape: &TableShape, before: &Cells<'_>, after: &Cells<'_>) {
        let mut separator = "  ";
        for (column, (old, new)) in before.iter().zip(after).enumerate() {
            let Some(found) = shape.columns.get(column) else { continue };
            if old == new || matches!(new, Cell::Absent) {
                continue;
            }
            self.line.extend_from_slice(separator.as_bytes());
            self.line.extend_from_slice(found.name.as_bytes());
            self.line.push(b' ');
            value::push(&mut self.line, old, &found.kind);
            self.styled(Style::Dim, " -> ");
            let document = whole(old, new);
            let shown = document.as_deref().map_or(*new, Cell::Json);
            value::push(&mut self.line, &shown, &found.kind);
            separator = ", ";
        }
        if separator == "  " {
            self.styled(Style::Dim, "  (no difference)");
        }
    }

    /// Appends the line as a record of its own.
    fn append(&self, out: &mut EncodedBatch, full: FormatError) -> Result<(), FormatError> {
        let start = u32::try_from(out.values.len());
        let end = u32::try_from(out.values.len() + self.line.len());
        let (Ok(start), Ok(end)) = (start, end) else { return Err(full) };
        out.values.extend_from_slice(&self.line);
        out.values.push(b'\n');
        if out.topics.is_empty() {
            out.topics.push("readable".into());
        }
        let value = Some(Span { start, end });
        out.records.push(Record {
            topic: 0,
            partition: None,
            key: None,
            value,
            id: Span::default(),
            headers: (0, 0),
        });
        Ok(())
    }
}

fn cells<'a, I: RowImage<'a>>(image: I, shape: &TableShape) -> Result<Cells<'a>, FormatError> {
    let cells: Result<Cells<'a>, _> = image.cells().collect();
    cells.map_err(|source| FormatError::Cell { table: shape.name.clone(), source })
}

impl Encode for Readable {
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        _now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.line(change)?;
        self.append(out, FormatError::BatchFull { table: change.shape.name.clone() })
    }

    fn ddl(&mut self, ddl: &DdlChange<'_>, _now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        if !ddl.is_ddl {
            return Ok(());
        }
        self.line.clear();
        let time = ddl.transaction.immediate_commit_us.unwrap_or(u64::from(ddl.timestamp_s) * 1_000_000);
        self.time(time);
        self.styled(Style::Blue, "DDL");
        self.line.push(b' ');
        if !ddl.database.is_empty() {
            let database = format!("{}: ", ddl.database);
            self.styled(Style::Bold, &database);
        }
        let text = String::from_utf8_lossy(ddl.statement);
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        value::push_cut(&mut self.line, &one_line, 160);
        let table = becauselog_model::TableName::new(ddl.database, "");
        self.append(out, FormatError::BatchFull { table })
    }
}

/// The document that diffs make of the one before; nothing where either is something else.
fn whole(old: &Cell<'_>, new: &Cell<'_>) -> Option<Vec<u8>> {
    match (old, new) {
        (Cell::Json(before), Cell::JsonDiff(diffs)) => jsonb::apply(before, diffs).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
