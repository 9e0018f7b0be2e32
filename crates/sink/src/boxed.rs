//! Sinks of different kinds in one list.

use std::{future::Future, pin::Pin, sync::Arc};

use becauselog_model::{EncodedBatch, StoredPosition};
use tokio::sync::watch;

use crate::{
    contract::{Outcome, Sink},
    error::SinkError,
    state::SinkState,
};

/// Any sink. One allocation a call, which is one a batch.
pub type BoxSink = Box<dyn DynSink>;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SinkError>> + Send + 'a>>;

/// [`Sink`] in a form that can be a trait object. Not to be implemented: every `Sink` is one.
pub trait DynSink: Send {
    /// [`Sink::name`].
    fn dyn_name(&self) -> &str;
    /// [`Sink::state`].
    fn dyn_state(&self) -> watch::Receiver<SinkState>;
    /// [`Sink::stored`].
    fn dyn_stored(&mut self) -> Answer<'_, Option<StoredPosition>>;
    /// [`Sink::begin`].
    fn dyn_begin<'a>(&'a mut self, start: &'a StoredPosition) -> Answer<'a, ()>;
    /// [`Sink::write`].
    fn dyn_write<'a>(&'a mut self, batch: &'a Arc<EncodedBatch>) -> Answer<'a, Outcome>;
    /// [`Sink::flush`].
    fn dyn_flush(&mut self) -> Answer<'_, u64>;
    /// [`Sink::idle`].
    fn dyn_idle(&mut self) -> Answer<'_, u64>;
    /// [`Sink::reopen`].
    fn dyn_reopen(&mut self) -> Answer<'_, ()>;
}

impl<S: Sink> DynSink for S {
    fn dyn_name(&self) -> &str {
        self.name()
    }

    fn dyn_state(&self) -> watch::Receiver<SinkState> {
        self.state()
    }

    fn dyn_stored(&mut self) -> Answer<'_, Option<StoredPosition>> {
        Box::pin(self.stored())
    }

    fn dyn_begin<'a>(&'a mut self, start: &'a StoredPosition) -> Answer<'a, ()> {
        Box::pin(self.begin(start))
    }

    fn dyn_write<'a>(&'a mut self, batch: &'a Arc<EncodedBatch>) -> Answer<'a, Outcome> {
        Box::pin(self.write(batch))
    }

    fn dyn_flush(&mut self) -> Answer<'_, u64> {
        Box::pin(self.flush())
    }

    fn dyn_idle(&mut self) -> Answer<'_, u64> {
        Box::pin(self.idle())
    }

    fn dyn_reopen(&mut self) -> Answer<'_, ()> {
        Box::pin(self.reopen())
    }
}

impl Sink for BoxSink {
    fn name(&self) -> &str {
        (**self).dyn_name()
    }

    fn state(&self) -> watch::Receiver<SinkState> {
        (**self).dyn_state()
    }

    async fn stored(&mut self) -> Result<Option<StoredPosition>, SinkError> {
        (**self).dyn_stored().await
    }

    async fn begin(&mut self, start: &StoredPosition) -> Result<(), SinkError> {
        (**self).dyn_begin(start).await
    }

    async fn write(&mut self, batch: &Arc<EncodedBatch>) -> Result<Outcome, SinkError> {
        (**self).dyn_write(batch).await
    }

    async fn flush(&mut self) -> Result<u64, SinkError> {
        (**self).dyn_flush().await
    }

    async fn idle(&mut self) -> Result<u64, SinkError> {
        (**self).dyn_idle().await
    }

    async fn reopen(&mut self) -> Result<(), SinkError> {
        (**self).dyn_reopen().await
    }
}
