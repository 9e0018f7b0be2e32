//! Which groups of the files are wanted: those from the start on.

use becauselog_model::{BinlogPosition, GtidSet, Transaction};

use crate::{
    Start,
    event::Event,
    group::{Grouper, Mark},
    source::SourceError,
    stop::commit_time_us,
};

/// Decides group by group.
#[derive(Debug)]
pub(super) struct Selection {
    from: From,
    /// Whether the open group is wanted.
    is_open_wanted: bool,
    /// The GTIDs that are before this place of the files, or were not to be read. Nothing before the first file's set.
    known: Option<GtidSet>,
}

#[derive(Debug)]
enum From {
    /// From here on everything.
    Here,
    /// Nothing at all.
    End,
    /// What is not in this set.
    Unseen(GtidSet),
    Position(BinlogPosition),
    Time(u64),
}

impl Selection {
    pub(super) fn new(start: Start) -> Self {
        let from = match start {
            Start::Earliest => From::Here,
            Start::Latest => From::End,
            Start::Gtids(gtids) => From::Unseen(gtids),
            Start::Position(position) => From::Position(position),
            Start::Time(time_us) => From::Time(time_us),
            Start::Checkpoint(checkpoint) if checkpoint.gtids.is_empty() => {
                From::Position(checkpoint.position)
            }
            Start::Checkpoint(checkpoint) => From::Unseen(checkpoint.gtids),
        };
        Self { from, is_open_wanted: true, known: None }
    }

    /// The position that is started at.
    pub(super) fn position(&self) -> Option<&BinlogPosition> {
        if let From::Position(position) = &self.from { Some(position) } else { None }
    }

    /// What was seen before.
    pub(super) fn seen(&self) -> Option<&GtidSet> {
        if let From::Unseen(seen) = &self.from { Some(seen) } else { None }
    }

    /// Whether nothing is wanted.
    pub(super) const fn is_nothing(&self) -> bool {
        matches!(self.from, From::End)
    }

    /// Decides about the group that an event has opened.
    pub(super) fn decide(&mut self, event: &Event, transaction: &Transaction) {
        let is_reached = match &self.from {
            From::Here => true,
            From::End => false,
            From::Unseen(seen) => {
                self.is_open_wanted = transaction.gtid.as_ref().is_none_or(|gtid| !seen.covers(gtid));
                return;
            }
            From::Position(position) => event.position() >= *position,
            From::Time(time_us) => commit_time_us(event, transaction) >= *time_us,
        };
        self.is_open_wanted = is_reached;
        if is_reached {
            self.from = From::Here;
        }
    }

    /// A start position inside of a group, or of an event, is an error: half of a transaction is never handed out.
    pub(super) fn check_start(
        &self,
        event: &Event,
        mark: &Mark,
        grouper: &Grouper,
    ) -> Result<(), SourceError> {
        let From::Position(start) = &self.from else { return Ok(()) };
        let is_of_group = grouper.is_open() || mark.ends_group();
        let begin = if is_of_group { grouper.transaction().begin.clone() } else { event.position() };
        if begin < *start && event.end_position() > *start {
            return Err(SourceError::StartInsideTransaction { start: start.clone(), begin });
        }
        Ok(())
    }

    /// Whether an event is to be handed out.
    pub(super) fn is_wanted(&self, mark: &Mark) -> bool {
        matches!(mark, Mark::Outside | Mark::Cuts) || self.is_open_wanted
    }

    /// Takes note of a group that has ended.
    pub(super) fn note(&mut self, grouper: &Grouper) {
        if let (Some(known), Some(gtid)) = (&mut self.known, &grouper.transaction().gtid) {
            known.insert(gtid);
        }
    }

    /// The GTIDs that are missing before a file whose PREVIOUS_GTIDS are `previous`.
    ///
    /// Before the first file all are accepted but for a start by GTIDs, which names what is not to be read. Before a later
    /// one all must be in the files read, unless it is by its number the next one: then they never were in a file
    /// (`gtid_purged` was set).
    pub(super) fn gap_before(&mut self, previous: GtidSet, follows_by_number: bool) -> Option<GtidSet> {
        let missing = match (&self.known, &self.from) {
            (Some(known), _) if !follows_by_number => previous.subtract(known),
            (None, From::Unseen(seen)) => previous.subtract(seen),
            _ => GtidSet::new(),
        };
        self.known.get_or_insert_default().extend(&previous);
        (!missing.is_empty()).then_some(missing)
    }
}
