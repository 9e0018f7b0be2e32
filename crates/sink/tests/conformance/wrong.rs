//! A small sink of its own kind, right or wrong in one way: what the suite must find.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use becauselog_model::{EncodedBatch, StoredPosition};
use becauselog_sink::{
    Outcome, Sink, SinkError, SinkState, StateCell,
    conformance::{Promises, Subject, Violation, run},
};
use tempfile::TempDir;
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Says "durable" before it writes.
    AcknowledgesEarly,
    /// Says that a batch is durable that it was not given yet.
    AcknowledgesTooMuch,
    /// A flush that does nothing.
    FlushesNothing,
    SwapsTwo,
    DropsARecord,
    /// Takes a batch for written that it had only begun.
    DropsOnRetry,
    WritesTwiceOnRetry,
    WritesAfterTheEnd,
    ForgetsOnRestart,
    /// Keeps only whole transactions in its position.
    ForgetsThePartialTransaction,
    /// Writes the position before the data.
    PositionFirst,
    /// Takes a batch without records for nothing.
    IgnoresEmptyBatches,
    /// Keeps its old position whatever it is told.
    IgnoresTheBeginning,
}

const WRONG: [(Fault, &str); 13] = [
    (Fault::AcknowledgesEarly, "what_is_durable_survives_the_end_of_the_process"),
    (Fault::AcknowledgesTooMuch, "everything_arrives_in_order"),
    (Fault::FlushesNothing, "everything_arrives_in_order"),
    (Fault::SwapsTwo, "everything_arrives_in_order"),
    (Fault::DropsARecord, "everything_arrives_in_order"),
    (Fault::DropsOnRetry, "a_write_that_was_dropped_can_be_made_again"),
    (Fault::WritesTwiceOnRetry, "a_batch_handed_over_again_comes_once"),
    (Fault::WritesAfterTheEnd, "nothing_comes_after_the_end"),
    (Fault::ForgetsOnRestart, "the_position_fits_what_is_there"),
    (Fault::ForgetsThePartialTransaction, "the_position_fits_what_is_there"),
    (Fault::PositionFirst, "runs_cut_short_add_up_to_the_log"),
    (Fault::IgnoresEmptyBatches, "batches_without_records_move_the_position"),
    (Fault::IgnoresTheBeginning, "a_beginning_beats_what_was_kept"),
];

struct PlainSubject {
    folder: TempDir,
    fault: Fault,
}

struct PlainSink {
    data: PathBuf,
    position: PathBuf,
    fault: Fault,
    state: StateCell,
    stored: Option<StoredPosition>,
    last_seq: u64,
    held: Option<Arc<EncodedBatch>>,
}

impl Subject for PlainSubject {
    type Sink = PlainSink;

    fn promises(&self) -> Promises {
        Promises { keeps_position: true }
    }

    fn open(&self) -> Result<PlainSink, SinkError> {
        let position = self.folder.path().join("position");
        let kept = fs::read(&position).ok().map(|text| serde_json::from_slice(&text).unwrap());
        Ok(PlainSink {
            data: self.folder.path().join("data"),
            position,
            fault: self.fault,
            state: StateCell::default(),
            stored: kept,
            last_seq: 0,
            held: None,
        })
    }

    fn delivered(&self) -> Vec<Vec<u8>> {
        let bytes = fs::read(self.folder.path().join("data")).unwrap_or_default();
        bytes.split_inclusive(|byte| *byte == b'\n').map(|line| line[..line.len() - 1].to_vec()).collect()
    }
}

impl PlainSink {
    fn append(&self, bytes: &[u8]) {
        let file = OpenOptions::new().append(true).create(true).open(&self.data);
        file.and_then(|mut file| file.write_all(bytes)).unwrap();
    }

    fn keep(&mut self, batch: &EncodedBatch) {
        let progress = &batch.range.progress;
        if self.fault == Fault::IgnoresEmptyBatches && batch.records.is_empty() {
            return;
        }
        if let Some(stored) = &mut self.stored {
            stored.checkpoint.gtids.extend(&progress.gtids);
            stored.checkpoint.position = progress.position.clone();
            stored.checkpoint.server_uuid = progress.server_uuid;
            stored.partial = progress.partial.clone();
            if self.fault == Fault::ForgetsThePartialTransaction {
                stored.partial = None;
            }
        }
        self.keep_now();
    }

    fn keep_now(&self) {
        fs::write(&self.position, serde_json::to_vec(&self.stored).unwrap()).unwrap();
    }

    fn take(&mut self, batch: &EncodedBatch) {
        let mut bytes = &batch.values[..];
        if self.fault == Fault::DropsARecord && batch.range.seq == 7 {
            bytes = bytes
                .split_inclusive(|byte| *byte == b'\n')
                .next()
                .map_or(bytes, |line| &bytes[line.len()..]);
        }
        self.append(bytes);
        self.keep(batch);
    }
}

impl Sink for PlainSink {
    fn name(&self) -> &str {
        "plain"
    }

    fn state(&self) -> watch::Receiver<SinkState> {
        self.state.watch()
    }

    async fn stored(&mut self) -> Result<Option<StoredPosition>, SinkError> {
        Ok(if self.fault == Fault::ForgetsOnRestart { None } else { self.stored.clone() })
    }

    async fn begin(&mut self, start: &StoredPosition) -> Result<(), SinkError> {
        if self.fault != Fault::IgnoresTheBeginning || self.stored.is_none() {
            self.stored = Some(start.clone());
        }
        self.keep_now();
        Ok(())
    }

    async fn write(&mut self, batch: &Arc<EncodedBatch>) -> Result<Outcome, SinkError> {
        let seq = batch.range.seq;
        if seq <= self.last_seq && self.fault != Fault::WritesTwiceOnRetry {
            return Ok(Outcome::Durable(seq));
        }
        if self.fault == Fault::DropsOnRetry {
            self.last_seq = seq;
        }
        if self.fault == Fault::PositionFirst {
            self.keep(batch);
        }
        // A place where the caller can drop this.
        tokio::task::yield_now().await;
        self.last_seq = seq;
        match self.fault {
            Fault::AcknowledgesEarly | Fault::FlushesNothing => {
                if let Some(before) = self.held.replace(Arc::clone(batch)) {
                    self.take(&before);
                }
            }
            Fault::SwapsTwo if seq % 9 == 3 => self.held = Some(Arc::clone(batch)),
            _ => {
                self.take(batch);
                if let Some(before) = self.held.take() {
                    self.take(&before);
                }
            }
        }
        Ok(match self.fault {
            Fault::AcknowledgesTooMuch => Outcome::Durable(seq + 1),
            Fault::FlushesNothing => Outcome::Accepted,
            _ => Outcome::Durable(seq),
        })
    }

    async fn flush(&mut self) -> Result<u64, SinkError> {
        if self.fault != Fault::FlushesNothing
            && let Some(held) = self.held.take()
        {
            self.take(&held);
        }
        Ok(self.last_seq)
    }
}

impl Drop for PlainSink {
    fn drop(&mut self) {
        if self.fault == Fault::WritesAfterTheEnd && self.last_seq > 0 {
            let data = self.data.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                // The folder is gone where the check is over already.
                if let Ok(mut file) = OpenOptions::new().append(true).open(data) {
                    file.write_all(b"late\n").unwrap();
                }
            });
        }
    }
}

async fn examine(fault: Fault) -> Result<(), Violation> {
    run(|| PlainSubject { folder: tempfile::tempdir().unwrap(), fault }).await
}

#[tokio::test]
async fn the_suite_finds_nothing_in_a_sink_that_is_right() {
    assert_eq!(examine(Fault::None).await, Ok(()));
}

#[tokio::test]
async fn the_suite_finds_each_way_of_being_wrong() {
    for (fault, check) in WRONG {
        match examine(fault).await {
            Ok(()) => panic!("{fault:?} passed"),
            Err(violation) => assert_eq!(violation.check, check, "{fault:?}: {violation}"),
        }
    }
}
