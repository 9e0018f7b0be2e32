//! What crosses from the transform stage to the encoders: the events' own bytes and where the rows in them are.
//!
//! No object a row, no string a cell. Any number of lanes may read one batch, and consecutive batches may be read side by
//! side.

use std::{
    ops::Range,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use becauselog_binlog::event::{self, Event, RowsHeader};
use becauselog_decode::{RowIndex, Rows, TablePlan};
use becauselog_model::{EncodedBatch, Place, RowChange, RowsEvent, Transaction};

pub use self::{
    bootstrap::{BootstrapPart, BootstrapRows, Running},
    ddl::DdlPart,
    edge::{Edge, EdgePart},
};
use crate::{encode::Encode, error::PipelineError, lane::Wanted};

mod bootstrap;
mod ddl;
mod edge;

/// Rows and DDL statements in the order of the log.
#[derive(Debug, Default)]
pub struct RowBatch {
    parts: Vec<Part>,
    index: Vec<RowIndex>,
    bytes: usize,
}

/// A transaction, and what each lane still wants of it.
#[derive(Debug)]
pub struct Owner {
    /// The transaction.
    pub transaction: Transaction,
    /// One for each lane.
    pub wanted: Vec<Wanted>,
    /// Its number in the storage engine, from its XID event.
    pub xid: Option<u64>,
}

#[derive(Debug)]
enum Part {
    Rows { part: RowsPart, rows: Range<usize> },
    Ddl(DdlPart),
    Edge(EdgePart),
    Bootstrap(BootstrapPart),
    Heartbeat,
}

/// The rows of one event.
#[derive(Debug)]
pub struct RowsPart {
    /// Whose they are.
    pub owner: Arc<Owner>,
    /// How they are read.
    pub plan: Arc<TablePlan>,
    /// Where they are.
    pub event: Event,
    /// The SQL text before them.
    pub query: Option<Arc<[u8]>>,
    /// The index of the first of them in its transaction.
    pub first: u64,
    /// The number of the first of them in the event.
    pub row: u32,
    /// How many rows of the transaction were wanted before them.
    pub offset: u64,
    /// Whether the last of them is the last wanted one of the transaction.
    pub ends: bool,
    /// How many statements changed shapes before them.
    pub schema_id: u64,
    /// The table has no primary key.
    pub keyless: bool,
}

impl RowBatch {
    /// How many bytes it may become, about: what its records are charged with before they are made.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds the rows of an event, `rows` of them; the caller has found them and knows about how many bytes they become.
    pub fn push_rows(&mut self, part: RowsPart, rows: &[RowIndex], bytes: usize) {
        let start = self.index.len();
        self.index.extend_from_slice(rows);
        self.bytes = self.bytes.saturating_add(bytes);
        self.parts.push(Part::Rows { part, rows: start..self.index.len() });
    }

    /// Adds a DDL statement.
    pub fn push_ddl(&mut self, part: DdlPart) {
        self.bytes = self.bytes.saturating_add(part.statement.len().saturating_mul(2));
        self.parts.push(Part::Ddl(part));
    }

    /// Adds where a transaction begins or ends.
    pub fn push_edge(&mut self, part: EdgePart) {
        self.bytes = self.bytes.saturating_add(EdgePart::BYTES);
        self.parts.push(Part::Edge(part));
    }

    /// Adds a part of a bootstrap; the caller knows about how many bytes it becomes.
    pub fn push_bootstrap(&mut self, part: BootstrapPart, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.parts.push(Part::Bootstrap(part));
    }

    /// Adds a heartbeat.
    pub fn push_heartbeat(&mut self) {
        self.bytes = self.bytes.saturating_add(EdgePart::BYTES);
        self.parts.push(Part::Heartbeat);
    }

    /// Says that the last rows here are the last of their transaction.
    pub fn end_transaction(&mut self) {
        if let Some(Part::Rows { part, .. }) = self.parts.last_mut() {
            part.ends = true;
        }
    }

    /// Hands out what is there and is empty again.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let room = self.index.len();
        let taken = std::mem::take(self);
        self.index.reserve(room);
        taken
    }

    /// Encodes all that a lane wants.
    ///
    /// # Errors
    /// At the first row or statement that cannot be read or rendered: all before it is in `out`.
    pub fn encode(
        &self,
        lane: usize,
        encoder: &mut dyn Encode,
        out: &mut EncodedBatch,
    ) -> Result<(), PipelineError> {
        for part in &self.parts {
            match part {
                Part::Rows { part, rows } => {
                    part.encode(lane, self.index.get(rows.clone()).unwrap_or_default(), encoder, out)?;
                }
                Part::Ddl(part) => part.encode(lane, encoder, out)?,
                Part::Edge(part) => part.encode(lane, encoder, out)?,
                Part::Bootstrap(part) => part.encode(lane, encoder, out)?,
                Part::Heartbeat => encoder.heartbeat(now_ns(), out).map_err(|source| {
                    let position = out.range.progress.position.clone();
                    PipelineError::Format { position, row: 0, source }
                })?,
            }
        }
        Ok(())
    }
}

impl Owner {
    /// Whether any lane wants something of it.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.wanted.iter().any(|wanted| *wanted != Wanted::None)
    }

    fn wanted(&self, lane: usize) -> Wanted {
        self.wanted.get(lane).copied().unwrap_or(Wanted::None)
    }
}

impl RowsPart {
    /// The hot path: every row of an event.
    fn encode(
        &self,
        lane: usize,
        index: &[RowIndex],
        encoder: &mut dyn Encode,
        out: &mut EncodedBatch,
    ) -> Result<(), PipelineError> {
        let wanted = self.owner.wanted(lane);
        if wanted == Wanted::None {
            return Ok(());
        }
        let header = RowsHeader::parse(self.event.kind(), None, &self.event.body)
            .map_err(|source| PipelineError::Event { position: self.event.position(), source })?;
        let rows = rows_of(&header);
        let views = rows.views(&self.plan);
        let described = RowsEvent {
            file: Arc::clone(&self.event.file),
            pos: self.event.start,
            timestamp_s: self.event.header.timestamp_s,
            server_id: self.event.header.server_id,
            query: self.query.clone(),
        };
        let now_ns = now_ns();
        let op = rows.kind.op();
        let last = index.len().saturating_sub(1);
        let numbered = index.iter().zip(self.row..).zip(self.first..);
        let counts = wanted != Wanted::All && encoder.tells_transactions();
        for (number, ((at, row), change_index)) in
            numbered.enumerate().filter(|(_, (_, index))| counts || wanted.has(*index))
        {
            let (before, after) = views.images(*at);
            let change = RowChange {
                transaction: &self.owner.transaction,
                event: &described,
                shape: self.plan.shape(),
                op,
                row,
                index: change_index,
                place: Place {
                    xid: self.owner.xid,
                    offset: self.offset.saturating_add(number as u64),
                    last: self.ends && number == last,
                    schema_id: self.schema_id,
                    keyless: self.keyless,
                },
                before,
                after,
            };
            let done = if counts && !wanted.has(change_index) {
                encoder.pass_over(&change, now_ns, out)
            } else {
                encoder.change(&change, now_ns, out)
            };
            done.map_err(|source| PipelineError::Format { position: self.event.position(), row, source })?;
        }
        Ok(())
    }
}

/// Nanoseconds since 1970 UTC.
fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The rows as the decoder takes them.
pub fn rows_of<'a>(header: &RowsHeader<'a>) -> Rows<'a> {
    use becauselog_decode::RowsKind as Decoded;
    let kind = match header.kind {
        event::RowsKind::Write => Decoded::Write,
        event::RowsKind::Update => Decoded::Update,
        event::RowsKind::PartialUpdate => Decoded::PartialUpdate,
        event::RowsKind::Delete => Decoded::Delete,
    };
    Rows {
        kind,
        columns: header.column_count,
        before: header.present_before.unwrap_or_default(),
        after: header.present_after.unwrap_or_default(),
        bytes: header.rows,
    }
}
