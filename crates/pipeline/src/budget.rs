//! Channels bounded in bytes: what is queued costs permits, and a stage that has none left waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Items can be many and tiny; this bounds how many a channel holds beside their bytes.
const ITEMS_MAX: usize = 4096;

/// The sending end of a channel of at most so many bytes.
#[derive(Debug)]
pub struct ByteSender<T> {
    items: mpsc::Sender<(T, OwnedSemaphorePermit)>,
    bytes: Arc<Semaphore>,
    bytes_max: usize,
}

/// The receiving end.
#[derive(Debug)]
pub struct ByteReceiver<T> {
    items: mpsc::Receiver<(T, OwnedSemaphorePermit)>,
}

/// An item out of the channel: its bytes stay charged until this is dropped.
#[derive(Debug)]
pub struct Charged<T> {
    /// The item.
    pub item: T,
    /// What it costs, given back when dropped.
    pub charge: OwnedSemaphorePermit,
}

/// Room in a channel for an item to come; given back when dropped.
#[derive(Debug)]
pub struct Room(OwnedSemaphorePermit);

/// The other end is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// A channel that holds at most `bytes_max` bytes; one item that is larger than that passes alone.
#[must_use]
pub fn byte_channel<T>(bytes_max: usize) -> (ByteSender<T>, ByteReceiver<T>) {
    let bytes_max = bytes_max.clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
    let (items, receiver) = mpsc::channel(ITEMS_MAX);
    let bytes = Arc::new(Semaphore::new(bytes_max));
    (ByteSender { items, bytes, bytes_max }, ByteReceiver { items: receiver })
}

impl<T> ByteSender<T> {
    /// Sends an item of so many bytes, after waiting for room.
    ///
    /// # Errors
    /// When the receiver is gone.
    pub async fn send(&self, item: T, bytes: usize) -> Result<(), Closed> {
        let room = self.room(bytes).await?;
        self.put(item, room).await
    }

    /// Waits for room for an item of so many bytes.
    ///
    /// # Errors
    /// When the receiver is gone.
    pub async fn room(&self, bytes: usize) -> Result<Room, Closed> {
        let cost = u32::try_from(bytes.clamp(1, self.bytes_max)).unwrap_or(u32::MAX);
        Arc::clone(&self.bytes).acquire_many_owned(cost).await.map(Room).map_err(|_| Closed)
    }

    /// Sends an item that there is room for.
    ///
    /// # Errors
    /// When the receiver is gone.
    pub async fn put(&self, item: T, room: Room) -> Result<(), Closed> {
        self.items.send((item, room.0)).await.map_err(|_| Closed)
    }
}

impl<T> ByteReceiver<T> {
    /// The next item; nothing once the sender is gone and the channel empty.
    pub async fn recv(&mut self) -> Option<Charged<T>> {
        self.items.recv().await.map(|(item, charge)| Charged { item, charge })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_channel_stalls_the_sender_until_the_item_is_dropped() {
        let (sender, mut receiver) = byte_channel(10);
        sender.send('a', 6).await.unwrap();
        let second = sender.send('b', 6);
        tokio::pin!(second);
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut second).await.is_err());
        let held = receiver.recv().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut second).await.is_err(), "still charged");
        drop(held);
        second.await.unwrap();
        assert_eq!(receiver.recv().await.unwrap().item, 'b');
    }

    #[tokio::test]
    async fn an_item_larger_than_the_channel_passes_alone() {
        let (sender, mut receiver) = byte_channel(10);
        sender.send('a', 1000).await.unwrap();
        assert_eq!(receiver.recv().await.unwrap().item, 'a');
        // Its charge is given back in full.
        sender.send('b', 10).await.unwrap();
    }
}
