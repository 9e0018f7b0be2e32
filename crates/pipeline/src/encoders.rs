//! The encoders of one lane: each works on a batch of its own, side by side with the others.

use std::sync::{Arc, Mutex, PoisonError};

use becauselog_model::{BatchRange, EncodedBatch};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

use crate::{encode::Encode, error::PipelineError, rows::RowBatch, status::Status};

/// Batches of fewer bytes are encoded where they are: handing them over would take longer.
const SMALL_BYTES: usize = 16 << 10;

/// Buffers larger than this are not kept for the next batch.
const SPARE_BYTES_MAX: usize = 4 << 20;

/// So many buffers wait to be used again: as many as are on their way to a sink at most, else each batch has fresh memory.
const SPARE_MAX: usize = 16;

/// What becomes of a batch. Lanes send these in order, whichever is done first.
#[derive(Debug)]
pub enum Encoding {
    /// It is there.
    Done(Box<Encoded>),
    /// It is being made on another thread.
    Under(JoinHandle<Encoded>),
}

/// What became of a batch.
pub type Encoded = Result<EncodedBatch, PipelineError>;

/// The encoders of a lane, and buffers to be used again. With one encoder batches are encoded one after another, in
/// order; with more, in any order.
pub struct Encoders {
    lane: usize,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Box<dyn Encode>>>,
    spare: Mutex<Vec<EncodedBatch>>,
    status: Arc<Status>,
}

/// One batch and the encoder that works on it.
struct Job {
    home: Arc<Encoders>,
    encoder: Box<dyn Encode>,
    rows: Arc<RowBatch>,
    range: BatchRange,
    _permit: OwnedSemaphorePermit,
}

impl Encoding {
    /// Waits for it.
    ///
    /// # Errors
    /// When the batch cannot be encoded.
    pub async fn done(self) -> Encoded {
        match self {
            Self::Done(encoded) => *encoded,
            Self::Under(handle) => match handle.await {
                Ok(encoded) => encoded,
                Err(error) => Err(PipelineError::Stage { stage: "encode", what: error.to_string() }),
            },
        }
    }
}

impl Encoders {
    /// The encoders of the lane with this number.
    #[must_use]
    pub fn new(lane: usize, encoders: Vec<Box<dyn Encode>>, status: Arc<Status>) -> Arc<Self> {
        let count = encoders.len();
        let (idle, spare) = (Mutex::new(encoders), Mutex::default());
        Arc::new(Self { lane, free: Arc::new(Semaphore::new(count)), idle, spare, status })
    }

    /// Begins to encode a batch, once an encoder is free.
    pub async fn begin(self: &Arc<Self>, rows: &Arc<RowBatch>, range: BatchRange) -> Encoding {
        if rows.is_empty() {
            return Encoding::Done(Box::new(Ok(EncodedBatch::new(range))));
        }
        let job = match self.job(rows, range).await {
            Ok(job) => job,
            Err(error) => return Encoding::Done(Box::new(Err(error))),
        };
        if rows.bytes() < SMALL_BYTES {
            return Encoding::Done(Box::new(job.run()));
        }
        Encoding::Under(tokio::task::spawn_blocking(move || job.run()))
    }

    async fn job(self: &Arc<Self>, rows: &Arc<RowBatch>, range: BatchRange) -> Result<Job, PipelineError> {
        let lost = || PipelineError::Stage { stage: "encode", what: "an encoder is gone".to_owned() };
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_closed| lost())?;
        let encoder = lock(&self.idle).pop().ok_or_else(lost)?;
        Ok(Job { home: Arc::clone(self), encoder, rows: Arc::clone(rows), range, _permit: permit })
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

impl Job {
    fn run(self) -> Encoded {
        let Self { home, mut encoder, rows, range, _permit } = self;
        let mut out = home.buffers(range);
        out.values.reserve(rows.bytes());
        let before = encoder.losses();
        let encoded = rows.encode(home.lane, &mut *encoder, &mut out);
        Status::add(&home.status.lossy_values, encoder.losses().saturating_sub(before));
        lock(&home.idle).push(encoder);
        encoded.map(|()| out)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
