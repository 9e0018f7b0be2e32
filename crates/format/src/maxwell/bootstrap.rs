//! Messages of a bootstrap: its start, each row that was read, its end.

use std::sync::Arc;

use becauselog_model::{EncodedBatch, RowImage, Span, TableShape, Transaction};

use super::{
    Maxwell, envelope, key,
    row::{Origin, Row},
    table::Table,
};
use crate::{
    FormatError,
    batch::{self, Mark, span},
    records::{Id, Records},
    text,
};

mod request;

pub use request::BootstrapRequest;

/// A bootstrap that runs, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Bootstrap<'a> {
    /// The transaction that asked for it.
    pub transaction: &'a Transaction,
    /// The index of the change in it that did.
    pub index: u64,
    /// What was asked for.
    pub request: &'a BootstrapRequest,
    /// The table's shape.
    pub shape: &'a Arc<TableShape>,
    /// The table has no primary key: a key of its shape is a unique index then.
    pub keyless: bool,
    /// How many statements changed shapes before it.
    pub schema_id: u64,
}

/// One message of it.
#[derive(Debug, Clone, Copy)]
pub enum BootstrapStep<I> {
    /// Before all rows.
    Start,
    /// A row.
    Insert {
        /// Its number among those that were read, from 0.
        number: u64,
        /// The row.
        row: I,
    },
    /// After them.
    Complete,
}

impl<I> BootstrapStep<I> {
    /// `type` in the message, and a part of the id.
    const fn name(&self) -> &'static str {
        match self {
            Self::Start => "bootstrap-start",
            Self::Insert { .. } => "bootstrap-insert",
            Self::Complete => "bootstrap-complete",
        }
    }
}

impl Maxwell {
    /// Appends one message of a bootstrap to `out`.
    ///
    /// Its id is beneath that of the change that asked for it, and the same when the bootstrap is done again: see
    /// `row_id`. `now_ns` is the time in nanoseconds since 1970 UTC, for `ts` and `push_ts`.
    ///
    /// # Errors
    /// When a cell cannot be read or does not fit its column; the batch is then as it was.
    pub fn encode_bootstrap<'a, I: RowImage<'a>>(
        &mut self,
        bootstrap: &Bootstrap<'_>,
        step: BootstrapStep<I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let mark = Mark::of(out);
        let before_losses = self.losses;
        let mut done = self.bootstrap_record(bootstrap, step, now_ns, out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: bootstrap.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            self.losses = before_losses;
        }
        done
    }

    fn bootstrap_record<'a, I: RowImage<'a>>(
        &mut self,
        bootstrap: &Bootstrap<'_>,
        step: BootstrapStep<I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, losses, fields, tables, records, row } = self;
        let shape = bootstrap.shape;
        // The last message is one of a table without a key, whatever the table is.
        let ends = matches!(step, BootstrapStep::Complete);
        let keyless_table = ends.then(|| Table::prepare(shape, config, true));
        let at = tables.find(shape, |shape| Table::prepare(shape, config, bootstrap.keyless));
        let no_image = || FormatError::NoImage { table: shape.name.clone() };
        let table =
            keyless_table.as_ref().or(tables.get_mut(at).map(|table| &*table)).ok_or_else(no_image)?;
        let is_row = if let BootstrapStep::Insert { row: image, .. } = step {
            row.render_images(shape, (image, None), Origin::Select, table, config, losses)?;
            true
        } else {
            row.clear(table.key.len());
            false
        };
        records.of(bootstrap.transaction);
        let topic = batch::topic(out, &table.topic, &mut 0);
        let start = out.values.len();
        let values = &mut out.values;
        values.extend_from_slice(&table.head);
        values.extend_from_slice(b",\"type\":\"");
        values.extend_from_slice(step.name().as_bytes());
        values.push(b'"');
        values.extend_from_slice(&fields.ts);
        text::uint(values, now_ns / 1_000_000_000);
        if is_row && config.output_schema_id {
            values.extend_from_slice(&fields.schema_id);
            text::uint(values, bootstrap.schema_id);
        }
        envelope::push_ts(values, config, fields, now_ns);
        if let Some(comment) = &bootstrap.request.comment {
            values.extend_from_slice(b",\"comment\":");
            text::string::quoted(values, comment);
        }
        envelope::key(values, config, fields, table, row);
        envelope::row(values, row);
        let value = span(start, out.values.len());
        out.values.push(b'\n');
        let name = match step {
            BootstrapStep::Insert { number, .. } => row_id(step.name(), number, table, row),
            BootstrapStep::Start | BootstrapStep::Complete => step.name().as_bytes().to_vec(),
        };
        let id = Id::Beneath(bootstrap.index, &name);
        let key = config.parts.records().then(|| record_key(out, table, row, records, id));
        records.push_beside(out, id, (topic, None), key, value, false);
        Ok(())
    }
}

fn record_key(out: &mut EncodedBatch, table: &Table, row: &Row, records: &Records, id: Id<'_>) -> Span {
    key::push(&mut out.head, table, row, |whole| records.push_id_of(whole, id))
}

/// What tells a row's id from those of the other rows: the key's values, which are the same whenever the row is read again.
/// Without a key its number, and a hash of its values: what the same number is another time, another id is for.
fn row_id(kind: &str, number: u64, table: &Table, row: &Row) -> Vec<u8> {
    let mut id = kind.as_bytes().to_vec();
    id.push(b'/');
    if table.key.is_empty() {
        id.extend_from_slice(format!("{number}-{:016x}", key::hash_of(&row.data)).as_bytes());
        return id;
    }
    id.push(b'[');
    for (at, value) in row.key_values().enumerate() {
        if at > 0 {
            id.push(b',');
        }
        id.extend_from_slice(value);
    }
    id.push(b']');
    id
}
