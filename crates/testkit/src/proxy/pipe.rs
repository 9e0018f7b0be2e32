//! One direction of one connection.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;

use super::{Direction, Faults, LaneFaults, Traffic, lock};

const CHUNK: usize = 16 * 1024;

/// Moves bytes, with the faults as they are at each step.
pub(super) struct Pipe {
    direction: Direction,
    faults: watch::Receiver<Faults>,
    traffic: Arc<Mutex<Traffic>>,
    generation: u64,
    /// Bytes delivered.
    at: u64,
}

/// Why a direction has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// One of the two peers closed; the other has been told.
    Closed,
    /// A fault ends the connection.
    Fault,
}

impl Pipe {
    pub(super) fn new(
        direction: Direction,
        generation: u64,
        faults: watch::Receiver<Faults>,
        traffic: Arc<Mutex<Traffic>>,
    ) -> Self {
        Self { direction, faults, traffic, generation, at: 0 }
    }

    /// Forwards until one peer closes or a fault ends the connection.
    pub(super) async fn run(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> End {
        let Err(end) = self.forward_all(&mut from, &mut to).await;
        if end == End::Closed {
            // The peer may be gone already: then there is nobody to tell.
            drop(to.shutdown().await);
        }
        end
    }

    async fn forward_all(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Infallible, End> {
        let mut chunk = vec![0_u8; CHUNK];
        loop {
            self.may_go_on().await?;
            // Bytes wait in the socket while the pipe is frozen, as in a network that has stopped.
            let length = tokio::select! {
                read = from.read(&mut chunk) => read.map_err(|_broken| End::Closed)?,
                changed = self.faults.changed() => {
                    changed.map_err(|_proxy_is_gone| End::Fault)?;
                    continue;
                }
            };
            match chunk.get_mut(..length) {
                Some(bytes @ [_, ..]) => self.forward(bytes, to).await?,
                _ => return Err(End::Closed),
            }
        }
    }

    /// Delivers a chunk in pieces that end where a fault starts.
    async fn forward(&mut self, bytes: &mut [u8], to: &mut (impl AsyncWrite + Unpin)) -> Result<(), End> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.may_go_on().await?;
            let length = self.allowed(rest.len());
            let (now, later) = rest.split_at_mut(length);
            self.corrupt(now);
            to.write_all(now).await.map_err(|_broken| End::Closed)?;
            self.delivered(length);
            rest = later;
            self.pace(length).await;
        }
        // A cut right behind the last byte does not wait for the next one.
        self.cut_if_reached()
    }

    /// Waits while the proxy is frozen; an error if the connection is cut here.
    async fn may_go_on(&mut self) -> Result<(), End> {
        loop {
            let faults = *self.faults.borrow_and_update();
            if faults.generation != self.generation {
                return Err(End::Fault);
            }
            if !faults.frozen {
                return self.cut_if_reached();
            }
            self.faults.changed().await.map_err(|_proxy_is_gone| End::Fault)?;
        }
    }

    fn lane(&self) -> LaneFaults {
        let faults = self.faults.borrow();
        match self.direction {
            Direction::ToServer => faults.to_server,
            Direction::ToClient => faults.to_client,
        }
    }

    /// One that lies behind already is for later connections.
    fn cut_if_reached(&self) -> Result<(), End> {
        if self.lane().cut_at == Some(self.at) {
            lock(&self.traffic).cuts += 1;
            return Err(End::Fault);
        }
        Ok(())
    }

    /// How many of `wanted` bytes may go before the next fault.
    fn allowed(&self, wanted: usize) -> usize {
        let to_cut = self.lane().cut_at.and_then(|cut| cut.checked_sub(self.at));
        let slice = self.faults.borrow().bytes_per_second.map(|rate| (rate / 20).max(1));
        [to_cut.filter(|left| *left > 0), slice]
            .into_iter()
            .flatten()
            .fold(wanted, |least, limit| least.min(usize::try_from(limit).unwrap_or(usize::MAX)))
    }

    fn corrupt(&self, bytes: &mut [u8]) {
        let Some((at, mask)) = self.lane().corrupt_at else { return };
        let index = at.checked_sub(self.at).and_then(|index| usize::try_from(index).ok());
        if let Some(byte) = index.and_then(|index| bytes.get_mut(index)) {
            *byte ^= mask;
            lock(&self.traffic).corrupted += 1;
        }
    }

    fn delivered(&mut self, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.at += length;
        let mut traffic = lock(&self.traffic);
        match self.direction {
            Direction::ToServer => traffic.to_server += length,
            Direction::ToClient => traffic.to_client += length,
        }
    }

    async fn pace(&self, length: usize) {
        let rate = self.faults.borrow().bytes_per_second;
        if let Some(rate) = rate {
            let micros = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(1_000_000) / rate;
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
    }
}
