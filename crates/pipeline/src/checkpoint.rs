//! The ordered checkpoint: the lowest durable commit over all sinks.

use std::collections::VecDeque;

use becauselog_model::{Checkpoint, Progress};

/// Joins what batches cover with what sinks made durable. Pure: it neither waits nor writes.
///
/// Contract: batches are announced in order, `seq` by `seq`; a sink's durable seq never goes back.
#[derive(Debug)]
pub struct Checkpointer {
    current: Checkpoint,
    pending: VecDeque<(u64, Progress)>,
    durable: Vec<u64>,
    passed: u64,
}

impl Checkpointer {
    /// Starts from a checkpoint with so many sinks, none of which has anything durable yet.
    #[must_use]
    pub fn new(start: Checkpoint, sinks: usize) -> Self {
        Self { current: start, pending: VecDeque::new(), durable: vec![0; sinks], passed: 0 }
    }

    /// Tells what a batch covers, before it goes to any sink.
    pub fn announce(&mut self, seq: u64, progress: Progress) {
        self.pending.push_back((seq, progress));
    }

    /// Tells that a sink has made a batch and all before it durable. True when the checkpoint moved.
    pub fn durable(&mut self, sink: usize, seq: u64) -> bool {
        if let Some(known) = self.durable.get_mut(sink) {
            *known = seq.max(*known);
        }
        let lowest = self.durable.iter().copied().min().unwrap_or(0);
        let mut moved = false;
        while let Some((seq, progress)) = self.pending.pop_front_if(|(seq, _)| *seq <= lowest) {
            self.passed = seq;
            moved |= progress.transactions > 0 || self.current.position != progress.position;
            self.current.gtids.extend(&progress.gtids);
            self.current.position = progress.position;
            self.current.server_uuid = progress.server_uuid;
        }
        moved
    }

    /// The lowest durable commit.
    #[must_use]
    pub const fn current(&self) -> &Checkpoint {
        &self.current
    }

    /// The last batch that is durable everywhere.
    #[must_use]
    pub const fn passed(&self) -> u64 {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Flavor, GtidSet};

    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn at(pos: u64) -> BinlogPosition {
        BinlogPosition { file: "bin.000001".into(), pos }
    }

    fn progress(number: u64) -> Progress {
        Progress {
            gtids: format!("{UUID}:{number}").parse().unwrap(),
            position: at(number * 100),
            server_uuid: None,
            transactions: 1,
            oldest_commit_us: None,
            partial: None,
        }
    }

    fn start() -> Checkpoint {
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: None,
            gtids: GtidSet::new(),
            position: at(4),
        }
    }

    #[test]
    fn the_slowest_sink_holds_the_checkpoint() {
        let mut made = Checkpointer::new(start(), 2);
        for seq in 1..=3 {
            made.announce(seq, progress(seq));
        }
        assert!(!made.durable(0, 3));
        assert_eq!(made.current().position, at(4));
        assert!(made.durable(1, 2));
        assert_eq!(made.current().position, at(200));
        assert_eq!(made.current().gtids.to_string(), format!("{UUID}:1-2"));
        assert_eq!(made.passed(), 2);
        assert!(made.durable(1, 3));
        assert_eq!(made.passed(), 3);
    }
}
