//! The encoders of one lane: each works on a batch of its own, side by side with the others.
//!
//! An encoder that is done goes on with the batch that waits longest: no thread is woken, and no core idle, between two
//! batches. How many wait is bounded by the lane's room in bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use becauselog_model::{BatchRange, EncodedBatch};
use tokio::sync::oneshot;

use crate::{encode::Encode, error::PipelineError, rows::RowBatch, status::Status};

/// Batches of fewer bytes are encoded where they are: handing them over would take longer.
const SMALL_BYTES: usize = 16 << 10;

/// Buffers larger than this are not kept for the next batch.
const SPARE_BYTES_MAX: usize = 4 << 20;

/// So many buffers wait to be used again: about as many as are on their way to a sink by default, else each batch has fresh
/// memory.
const SPARE_MAX: usize = 16;

/// What becomes of a batch. Lanes send these in order, whichever is done first.
#[derive(Debug)]
pub enum Encoding {
    /// It is there.
    Done(Box<Encoded>),
    /// It is being made on another thread, or waits for one.
    Under(oneshot::Receiver<Encoded>),
}

/// What became of a batch.
pub type Encoded = Result<EncodedBatch, PipelineError>;

/// The encoders of a lane, and buffers to be used again. With one encoder batches are encoded one after another, in
/// order; with more, in any order.
pub struct Encoders {
    lane: usize,
    desk: Mutex<Desk>,
    spare: Mutex<Vec<EncodedBatch>>,
    status: Arc<Status>,
}

/// Who has nothing to do, or what nobody does yet: never both.
struct Desk {
    idle: Vec<Box<dyn Encode>>,
    waiting: VecDeque<Job>,
}

/// One batch to be encoded.
struct Job {
    rows: Arc<RowBatch>,
    range: BatchRange,
    done: oneshot::Sender<Encoded>,
}

impl Encoding {
    /// Waits for it.
    ///
    /// # Errors
    /// When the batch cannot be encoded.
    pub async fn done(self) -> Encoded {
        match self {
            Self::Done(encoded) => *encoded,
            Self::Under(answer) => answer.await.unwrap_or_else(|_gone| {
                let what = "an encoder panicked".to_owned();
                Err(PipelineError::Stage { stage: "encode", what })
            }),
        }
    }
}

impl Encoders {
    /// The encoders of the lane with this number.
    #[must_use]
    pub fn new(lane: usize, encoders: Vec<Box<dyn Encode>>, status: Arc<Status>) -> Arc<Self> {
        let desk = Mutex::new(Desk { idle: encoders, waiting: VecDeque::new() });
        Arc::new(Self { lane, desk, spare: Mutex::default(), status })
    }

    /// Begins to encode a batch, or lets it wait for the first encoder that is free.
    pub fn begin(self: &Arc<Self>, rows: &Arc<RowBatch>, range: BatchRange) -> Encoding {
        if rows.is_empty() {
            return Encoding::Done(Box::new(Ok(EncodedBatch::new(range))));
        }
        let mut desk = lock(&self.desk);
        if rows.bytes() < SMALL_BYTES
            && let Some(mut encoder) = desk.idle.pop()
        {
            drop(desk);
            let encoded = self.encode(&mut *encoder, rows, range);
            // Only who begins batches lets them wait, and that is busy here.
            lock(&self.desk).idle.push(encoder);
            return Encoding::Done(Box::new(encoded));
        }
        let (done, answer) = oneshot::channel();
        let job = Job { rows: Arc::clone(rows), range, done };
        match desk.idle.pop() {
            Some(encoder) => {
                let home = Arc::clone(self);
                tokio::task::spawn_blocking(move || home.work(encoder, job));
            }
            None => desk.waiting.push_back(job),
        }
        Encoding::Under(answer)
    }

    /// Encodes a batch, and all that wait by then.
    fn work(&self, mut encoder: Box<dyn Encode>, first: Job) {
        let mut next = Some(first);
        while let Some(Job { rows, range, done }) = next {
            let encoded = self.encode(&mut *encoder, &rows, range);
            // The events' bytes go before the next ones come.
            drop(rows);
            // Nobody asks for it where the sink is gone: it says why itself.
            let _asked_for = done.send(encoded);
            let mut desk = lock(&self.desk);
            next = desk.waiting.pop_front();
            if next.is_none() {
                return desk.idle.push(encoder);
            }
        }
    }

    fn encode(&self, encoder: &mut dyn Encode, rows: &RowBatch, range: BatchRange) -> Encoded {
        let mut out = self.buffers(range);
        out.values.reserve(rows.bytes());
        let before = encoder.losses();
        let encoded = rows.encode(self.lane, encoder, &mut out);
        Status::add(&self.status.lossy_values, encoder.losses().saturating_sub(before));
        encoded.map(|()| out)
    }

    /// Takes back a batch's buffers, if nobody holds the batch any more.
    pub fn take_back(&self, batch: Arc<EncodedBatch>) {
        let Ok(mut batch) = Arc::try_unwrap(batch) else { return };
        let mut spare = lock(&self.spare);
        if batch.bytes() > SPARE_BYTES_MAX || batch.bytes() == 0 || spare.len() >= SPARE_MAX {
            return;
        }
        batch.clear();
        spare.push(batch);
    }

    fn buffers(&self, range: BatchRange) -> EncodedBatch {
        match lock(&self.spare).pop() {
            Some(spare) => EncodedBatch { range, ..spare },
            None => EncodedBatch::new(range),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use becauselog_decode::Image;
    use becauselog_format::{DdlChange, FormatError};
    use becauselog_model::{BinlogPosition, GtidSet, Progress, RowChange};

    use super::*;

    /// Writes how many heartbeats it was asked for before; panics at one of them.
    struct Counting {
        count: u32,
        panics_at: u32,
    }

    impl Encode for Counting {
        fn change<'a>(
            &mut self,
            _: &RowChange<'a, Image<'a>>,
            _: u64,
            _: &mut EncodedBatch,
        ) -> Result<(), FormatError> {
            Ok(())
        }

        fn ddl(&mut self, _: &DdlChange<'_>, _: u64, _: &mut EncodedBatch) -> Result<(), FormatError> {
            Ok(())
        }

        fn heartbeat(&mut self, _: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
            assert!(self.count != self.panics_at, "planted");
            out.values.extend_from_slice(&self.count.to_be_bytes());
            self.count += 1;
            Ok(())
        }
    }

    fn encoders(count: usize, panics_at: u32) -> Arc<Encoders> {
        let one = |_| -> Box<dyn Encode> { Box::new(Counting { count: 0, panics_at }) };
        Encoders::new(0, (0..count).map(one).collect(), Arc::default())
    }

    /// A batch of so many bytes at least.
    fn rows(bytes: usize) -> Arc<RowBatch> {
        let mut rows = RowBatch::default();
        while rows.bytes() < bytes {
            rows.push_heartbeat();
        }
        Arc::new(rows)
    }

    fn range(seq: u64) -> BatchRange {
        let progress = Progress {
            gtids: GtidSet::new(),
            position: BinlogPosition { file: "bin.000001".into(), pos: 4 },
            server_uuid: None,
            transactions: 0,
            oldest_commit_us: None,
            partial: None,
        };
        BatchRange { seq, progress }
    }

    /// The numbers that a batch was given.
    fn numbers(encoded: Encoded) -> Vec<u32> {
        encoded.unwrap().values.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_encoder_sees_large_and_small_batches_in_their_order() {
        let encoders = encoders(1, u32::MAX);
        let sizes = [SMALL_BYTES, 1, SMALL_BYTES * 4, 1, 1, SMALL_BYTES, SMALL_BYTES].repeat(20);
        let begun: Vec<Encoding> =
            (1..).zip(&sizes).map(|(seq, size)| encoders.begin(&rows(*size), range(seq))).collect();
        let mut next = 0;
        for encoding in begun {
            for number in numbers(encoding.done().await) {
                assert_eq!(number, next);
                next += 1;
            }
        }
        assert!(next > 100);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn several_encoders_make_all_batches_each_with_its_own_range() {
        let encoders = encoders(3, u32::MAX);
        let batch = rows(SMALL_BYTES);
        let begun: Vec<Encoding> = (1..=50).map(|seq| encoders.begin(&batch, range(seq))).collect();
        for (seq, encoding) in (1..).zip(begun) {
            let encoded = encoding.done().await.unwrap();
            assert_eq!(encoded.range.seq, seq);
            encoders.take_back(Arc::new(encoded));
        }
        assert!(lock(&encoders.desk).waiting.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_an_error_of_its_batch() {
        let encoders = encoders(1, 0);
        let error = encoders.begin(&rows(SMALL_BYTES), range(1)).done().await.unwrap_err();
        assert!(error.to_string().contains("encode"), "{error}");
    }
}
