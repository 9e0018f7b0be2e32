//! A lane: the way to one sink, from the rows of the log to batches of records in order.

use std::sync::Arc;

use becauselog_model::{
    BatchRange, Checkpoint, Gtid, PartialTransaction, Progress, StoredPosition, Transaction,
};

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

    /// A batch that comes again covers less than the target has: what the target is told never goes back.
    fn never_back(&self, progress: &mut Progress) {
        if let Some(at) = &self.whole {
            progress.position = at.position.clone();
            progress.server_uuid = at.server_uuid;
            // Of what comes it has all: a part of that is nothing to keep.
            progress.partial = self.partial.clone();
            return;
        }
        let Some(had) = &self.partial else { return };
        match &mut progress.partial {
            Some(comes) if comes.transaction == had.transaction => {
                comes.next_index = comes.next_index.max(had.next_index);
            }
            Some(_) => {}
            None => progress.partial = Some(had.clone()),
        }
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
    pub async fn send(&self, rows: &Arc<RowBatch>, mut range: BatchRange) -> Result<(), Closed> {
        self.ahead.never_back(&mut range.progress);
        // Room first: an encoder never works on what has nowhere to go.
        let room = self.to_sink.room(rows.bytes()).await?;
        let encoding = self.encoders.begin(rows, range);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::{CHECKPOINT_VERSION, Flavor, GtidSet};

    use super::*;

    fn checkpoint(pos: u64) -> Checkpoint {
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: None,
            gtids: GtidSet::new(),
            position: format!("bin.000001:{pos}").parse().unwrap(),
        }
    }

    fn part(next_index: u64) -> Option<PartialTransaction> {
        Some(PartialTransaction { transaction: "t".to_owned(), next_index })
    }

    fn told(ahead: &Ahead, pos: u64, partial: Option<PartialTransaction>) -> Progress {
        let mut progress = Progress {
            gtids: GtidSet::new(),
            position: checkpoint(pos).position,
            server_uuid: None,
            transactions: 1,
            oldest_commit_us: None,
            partial,
        };
        ahead.never_back(&mut progress);
        progress
    }

    #[test]
    fn what_a_target_has_of_a_transaction_is_not_taken_back_when_it_comes_again() {
        let stored = StoredPosition { checkpoint: checkpoint(100), partial: part(50) };
        let ahead = Ahead::of(Some(stored), &checkpoint(100));
        assert_eq!(told(&ahead, 100, part(20)).partial, part(50));
        assert_eq!(told(&ahead, 100, part(70)).partial, part(70));
        assert_eq!(told(&ahead, 100, None).partial, part(50));
        assert_eq!(told(&Ahead::default(), 100, part(20)).partial, part(20));
    }

    #[test]
    fn a_target_that_is_further_than_the_stream_stays_where_it_is() {
        let stored = StoredPosition { checkpoint: checkpoint(300), partial: part(5) };
        let ahead = Ahead::of(Some(stored), &checkpoint(100));
        let progress = told(&ahead, 200, None);
        assert_eq!((progress.position, progress.partial), (checkpoint(300).position, part(5)));
        let other = Some(PartialTransaction { transaction: "other".to_owned(), next_index: 7 });
        assert_eq!(told(&ahead, 200, other.clone()).partial, part(5));
        let whole = StoredPosition { checkpoint: checkpoint(300), partial: None };
        assert_eq!(told(&Ahead::of(Some(whole), &checkpoint(100)), 200, other).partial, None);
    }
}
