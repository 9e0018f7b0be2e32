//! A lane: one encoder and the batch that it fills for one sink.

use becauselog_decode::Image;
use becauselog_format::{DdlChange, FormatError};
use becauselog_model::{
    BatchRange, Checkpoint, EncodedBatch, Gtid, PartialTransaction, Progress, RowChange, StoredPosition,
    Transaction,
};

use crate::encode::Encode;

/// Where a lane's target already is, beyond the place where the stream starts.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// Transactions up to here are at the target.
    whole: Option<Checkpoint>,
    /// Of this transaction the first changes are at the target.
    partial: Option<PartialTransaction>,
}

/// One encoder and the batch it fills.
pub struct Lane {
    name: String,
    encoder: Box<dyn Encode>,
    out: EncodedBatch,
    ahead: Ahead,
}

/// Which changes of one transaction a lane still wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// None: the target has them.
    None,
    /// Those from this index on.
    From(u64),
}

/// The log does not go on where the target stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diverged {
    /// The transaction that the target has a part of.
    pub expected: String,
    /// The transaction that came.
    pub found: String,
}

impl Ahead {
    /// What a target has that the stream, starting at `start`, will bring again.
    #[must_use]
    pub fn of(stored: Option<StoredPosition>, start: &Checkpoint) -> Self {
        let Some(stored) = stored else { return Self::default() };
        let whole = (stored.checkpoint != *start).then_some(stored.checkpoint);
        Self { whole, partial: stored.partial }
    }

    fn has_whole(&self, gtid: Option<&Gtid>, transaction: &Transaction) -> bool {
        self.whole.as_ref().is_some_and(|at| match gtid {
            Some(gtid) => at.gtids.contains(gtid),
            None => at.server_uuid == transaction.server_uuid && transaction.begin < at.position,
        })
    }
}

impl Lane {
    /// A lane for one sink.
    #[must_use]
    pub fn new(name: String, encoder: Box<dyn Encode>, ahead: Ahead) -> Self {
        Self { name, encoder, out: EncodedBatch::new(nothing_covered()), ahead }
    }

    /// The sink's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which changes of a transaction this lane wants. `gtid` is that of the group that commits it.
    ///
    /// # Errors
    /// When the target has a part of another transaction than the one that comes.
    pub fn wanted(&mut self, gtid: Option<&Gtid>, transaction: &Transaction) -> Result<Wanted, Diverged> {
        if self.ahead.has_whole(gtid, transaction) {
            return Ok(Wanted::None);
        }
        self.ahead.whole = None;
        let Some(partial) = &self.ahead.partial else { return Ok(Wanted::All) };
        let found = transaction.identity().to_string();
        if partial.transaction != found {
            return Err(Diverged { expected: partial.transaction.clone(), found });
        }
        Ok(Wanted::From(partial.next_index))
    }

    /// Says that a transaction with changes was delivered whole: nothing of it is asked for again.
    pub fn delivered(&mut self) {
        self.ahead.partial = None;
    }

    /// Encodes a change.
    ///
    /// # Errors
    /// By the encoder.
    #[inline]
    pub fn change<'a>(&mut self, change: &RowChange<'a, Image<'a>>, now_ns: u64) -> Result<(), FormatError> {
        self.encoder.change(change, now_ns, &mut self.out)
    }

    /// Encodes a DDL statement.
    ///
    /// # Errors
    /// By the encoder.
    pub fn ddl(&mut self, ddl: &DdlChange<'_>) -> Result<(), FormatError> {
        self.encoder.ddl(ddl, &mut self.out)
    }

    /// How many values were rendered with a loss so far.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.encoder.losses()
    }

    /// How many bytes of values wait to be sent.
    #[must_use]
    pub const fn waiting_bytes(&self) -> usize {
        self.out.values.len() + self.out.head.len()
    }

    /// Hands the batch out as covering `range`, and starts a new one.
    pub fn take(&mut self, range: BatchRange) -> EncodedBatch {
        let room = self.out.values.len().next_power_of_two().min(2 << 20);
        let mut fresh = EncodedBatch::new(nothing_covered());
        if !self.out.values.is_empty() {
            fresh.values.reserve(room);
            fresh.head.reserve(self.out.head.len());
        }
        let mut full = std::mem::replace(&mut self.out, fresh);
        full.range = range;
        full
    }
}

impl Wanted {
    /// Whether the change with this index is wanted.
    #[inline]
    #[must_use]
    pub const fn has(self, index: u64) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::From(first) => index >= first,
        }
    }
}

fn nothing_covered() -> BatchRange {
    let position = becauselog_model::BinlogPosition { file: "".into(), pos: 0 };
    let progress = Progress {
        gtids: becauselog_model::GtidSet::new(),
        position,
        server_uuid: None,
        transactions: 0,
        oldest_commit_us: None,
        partial: None,
    };
    BatchRange { seq: 0, progress }
}
