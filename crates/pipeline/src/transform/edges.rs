//! Where transactions begin and end, for lanes that are told.

use std::sync::Arc;

use becauselog_binlog::{
    event::{Event, EventKind, XidEvent},
    group::Group,
};
use becauselog_model::{BinlogPosition, Transaction};

use super::{Stopped, Transform, rows::Delivery};
use crate::{
    error::PipelineError,
    rows::{Edge, EdgePart, Owner},
};

/// What is known of a transaction's end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    /// The transaction's number in the storage engine, where an XID event ends it.
    pub xid: Option<u64>,
    /// The time in the header of the event that ends it.
    timestamp_s: u32,
}

/// Where a transaction begins.
#[derive(Debug)]
pub(super) struct Opening {
    begin: BinlogPosition,
    timestamp_s: u32,
    /// It was told.
    told: bool,
}

impl Ending {
    /// Of the transaction that this event ends.
    pub(super) fn of(event: &Event) -> Result<Self, Stopped> {
        let mut xid = None;
        if event.kind() == EventKind::XID {
            let parsed = XidEvent::parse(&event.body)
                .map_err(|source| PipelineError::Event { position: event.position(), source })?;
            xid = Some(parsed.xid);
        }
        Ok(Self { xid, timestamp_s: event.header.timestamp_s })
    }
}

impl Opening {
    fn part(&self, owner: Arc<Owner>, edge: Edge, timestamp_s: u32) -> EdgePart {
        EdgePart { owner, edge, begin: self.begin.clone(), timestamp_s }
    }
}

impl Transform {
    /// Notes the statement that opens a transaction, if a lane is to be told.
    pub(super) fn opens(&self, event: &Event, delivery: &mut Delivery) {
        if self.tells_transactions && delivery.opening.is_none() {
            let (begin, timestamp_s) = (event.position(), event.header.timestamp_s);
            delivery.opening = Some(Opening { begin, timestamp_s, told: false });
        }
    }

    /// Tells the begin, if it has not been: it goes with what comes first of the transaction.
    pub(super) fn tell_begin(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        delivery: &mut Delivery,
    ) -> Result<(), Stopped> {
        let Some(opening) = &mut delivery.opening else { return Ok(()) };
        if opening.told {
            return Ok(());
        }
        opening.told = true;
        let owner = match &delivery.owner {
            Some(owner) => Arc::clone(owner),
            None => self.owner(group, transaction, delivery.ending.xid)?,
        };
        let part = opening.part(Arc::clone(&owner), Edge::Begin, opening.timestamp_s);
        delivery.owner.get_or_insert(owner);
        self.rows.push_edge(part);
        Ok(())
    }

    /// Tells the end, of a transaction without any change its begin too.
    pub(super) fn tell_end(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        delivery: &mut Delivery,
    ) -> Result<(), Stopped> {
        self.tell_begin(group, transaction, delivery)?;
        let (Some(opening), Some(owner)) = (&delivery.opening, &delivery.owner) else { return Ok(()) };
        // A GTID event's time is that of the whole transaction.
        let timestamp_s =
            if transaction.gtid.is_some() { opening.timestamp_s } else { delivery.ending.timestamp_s };
        self.rows.push_edge(opening.part(Arc::clone(owner), Edge::End, timestamp_s));
        Ok(())
    }
}
