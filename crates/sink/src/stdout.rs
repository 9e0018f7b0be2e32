//! Lines to standard output, or to any other open descriptor.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use becauselog_model::{EncodedBatch, StoredPosition};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::{
    backoff::Backoff,
    contract::{Outcome, Sink},
    error::SinkError,
    failpoint::failpoint,
    fault::is_full,
    record_line::{Content, lines},
    state::{SinkState, StateCell},
};

/// How long a descriptor that does not block is left alone when it takes nothing.
const RETRY: Duration = Duration::from_millis(2);

/// Writes each batch at once, in one call where the other end takes it. What the other end has taken is durable as far
/// as this sink can know. It keeps no position: after a restart, what came since the last checkpoint comes again.
#[derive(Debug)]
pub struct StdoutSink {
    name: String,
    output: Arc<Mutex<Output>>,
    state: StateCell,
    last_seq: u64,
}

#[derive(Debug)]
struct Output {
    target: Target,
    content: Content,
    buffer: Vec<u8>,
    /// The batch being written, and how much of it the other end has: a retry goes on from there.
    begun: Option<(u64, usize)>,
    last_seq: u64,
}

#[derive(Debug)]
enum Target {
    Stdout,
    Descriptor(OwnedFd),
}

enum Fault {
    Full(io::Error),
    Gone,
    Other(io::Error),
    Order(String),
}

impl StdoutSink {
    /// Over standard output.
    #[must_use]
    pub fn new(name: impl Into<String>, content: Content) -> Self {
        Self::over(name.into(), content, Target::Stdout)
    }

    /// Over an open descriptor, for example a pipe.
    #[must_use]
    pub fn to_descriptor(name: impl Into<String>, content: Content, descriptor: OwnedFd) -> Self {
        Self::over(name.into(), content, Target::Descriptor(descriptor))
    }

    fn over(name: String, content: Content, target: Target) -> Self {
        let output = Output { target, content, buffer: Vec::new(), begun: None, last_seq: 0 };
        Self { name, output: Arc::new(Mutex::new(output)), state: StateCell::default(), last_seq: 0 }
    }

    async fn attempt(&self, batch: &Arc<EncodedBatch>) -> Result<Result<(), Fault>, SinkError> {
        let (output, batch) = (Arc::clone(&self.output), Arc::clone(batch));
        let task = tokio::task::spawn_blocking(move || {
            output.lock().unwrap_or_else(PoisonError::into_inner).write(&batch)
        });
        task.await.map_err(|_| SinkError::Panicked { name: self.name.clone() })
    }

    fn fail(&self, error: SinkError) -> SinkError {
        self.state.closed(&error.to_string());
        error
    }
}

impl Output {
    fn write(&mut self, batch: &EncodedBatch) -> Result<(), Fault> {
        let seq = batch.range.seq;
        if seq <= self.last_seq {
            return Ok(());
        }
        let mut done = match self.begun {
            Some((begun, done)) if begun == seq => done,
            Some((begun, _)) => {
                return Err(Fault::Order(format!("batch {seq} came while {begun} is half written")));
            }
            None => 0,
        };
        let bytes = lines(self.content, batch, &mut self.buffer);
        failpoint("sink.stdout.before_write");
        let result = loop {
            let rest = bytes.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break Ok(());
            }
            match rustix::io::write(self.target.as_fd(), rest) {
                Ok(0) => break Err(Fault::Other(io::ErrorKind::WriteZero.into())),
                Ok(count) => done = done.saturating_add(count),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => std::thread::sleep(RETRY),
                Err(rustix::io::Errno::PIPE) => break Err(Fault::Gone),
                Err(errno) if is_full(&errno.into()) => break Err(Fault::Full(errno.into())),
                Err(errno) => break Err(Fault::Other(errno.into())),
            }
        };
        failpoint("sink.stdout.after_write");
        self.begun = (result.is_err() && done > 0).then_some((seq, done));
        if result.is_ok() {
            self.last_seq = seq;
        }
        result
    }
}

impl Sink for StdoutSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn state(&self) -> watch::Receiver<SinkState> {
        self.state.watch()
    }

    async fn stored(&mut self) -> Result<Option<StoredPosition>, SinkError> {
        Ok(None)
    }

    async fn write(&mut self, batch: &Arc<EncodedBatch>) -> Result<Outcome, SinkError> {
        let mut backoff = Backoff::default();
        loop {
            let fault = match self.attempt(batch).await? {
                Ok(()) => break,
                Err(fault) => fault,
            };
            match fault {
                Fault::Full(source) => {
                    let why = format!("no room for the output: {source}");
                    if self.state.stalled(&why) {
                        warn!(sink = self.name, %why, "sink stalled");
                    }
                    tokio::time::sleep(backoff.next_wait()).await;
                }
                Fault::Gone => return Err(self.fail(SinkError::ReaderGone { name: self.name.clone() })),
                Fault::Other(source) => {
                    let path = PathBuf::from(&self.name);
                    return Err(self.fail(SinkError::Io { what: "write to", path, source }));
                }
                Fault::Order(what) => {
                    return Err(self.fail(SinkError::OutOfOrder { name: self.name.clone(), what }));
                }
            }
        }
        if self.state.running() {
            info!(sink = self.name, "sink goes on");
        }
        self.last_seq = self.last_seq.max(batch.range.seq);
        Ok(Outcome::Durable(self.last_seq))
    }

    async fn flush(&mut self) -> Result<u64, SinkError> {
        Ok(self.last_seq)
    }
}

impl AsFd for Target {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::Descriptor(descriptor) => descriptor.as_fd(),
        }
    }
}

#[cfg(test)]
#[path = "stdout_tests.rs"]
mod tests;
