//! A lane: the way to one sink, from the rows of the log to batches of records in order.

use std::sync::Arc;

use becauselog_model::{BatchRange, Checkpoint, Gtid, PartialTransaction, StoredPosition, Transaction};

use crate::{
    budget::{ByteSender, Closed},
    encoders::{Encoders, Encoding},
    rows::RowBatch,
};

/// Where a lane's target already is, beyond the place where the stream starts.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// Transactions up to here are at the target.
    whole: Option<Checkpoint>,
    /// Of this transaction the first changes are at the target.
    partial: Option<PartialTransaction>,
}

/// The way to one sink.
pub struct Lane {
    name: String,
    ahead: Ahead,
    encoders: Arc<Encoders>,
    to_sink: ByteSender<Encoding>,
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
    /// The lane of one sink.
    #[must_use]
    pub const fn new(
        name: String,
        ahead: Ahead,
        encoders: Arc<Encoders>,
        to_sink: ByteSender<Encoding>,
    ) -> Self {
        Self { name, ahead, encoders, to_sink }
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

    /// Has rows encoded as the batch that covers `range`, and sends it on its way, behind those before it.
    ///
    /// # Errors
    /// When the sink is gone.
    pub async fn send(&self, rows: &Arc<RowBatch>, range: BatchRange) -> Result<(), Closed> {
        // Room first: an encoder never works on what has nowhere to go.
        let room = self.to_sink.room(rows.bytes()).await?;
        let encoding = self.encoders.begin(rows, range).await;
        self.to_sink.put(encoding, room).await
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
