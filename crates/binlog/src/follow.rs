//! Follows a server's log, and another server's when that one is lost.
//!
//! A [`Follower`] owns its connection: it alone decides when to connect again and where to go on, which is always the end
//! of the last group that it handed out. What it returns as an error is final; what may pass by itself it has already
//! tried again, within its budget.

mod admission;
mod attempt;
mod backoff;
mod config;
mod error;
mod facts;
mod identity;
mod place;
mod purge;
mod refusal;
mod scan;
mod shown;
mod start;
mod statements;
mod stream;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use becauselog_model::{BinlogPosition, Checkpoint, ErrorClass, ServerUuid};
use tokio::time::Instant;
use tracing::{info, warn};

use self::{
    attempt::{Admitted, Goal, attempt},
    backoff::Backoff,
    identity::Identity,
    stream::{Step, Stream},
};
use crate::{
    Stop, StopWatch,
    connection::Endpoint,
    event::{Event, EventKind},
    frame::FrameError,
    group::Mark,
    source::{SourceBatch, SourceError},
};

pub use self::{
    attempt::{Look, look},
    config::{FollowConfig, RetryPolicy},
    error::FollowError,
    facts::{LogFile, ServerFacts},
    identity::ReplicaId,
    place::Place,
    purge::{PurgeDistance, PurgeWatch},
    shown::Span,
    statements::statements_from,
};

/// A reader of a server's log: batches of events with what each means for its group, from a start to a stop.
pub struct Follower {
    config: Arc<FollowConfig>,
    identity: Identity,
    /// The host in use or to be tried next.
    host: usize,
    state: State,
    backoff: Backoff,
    /// Nothing before the first connection.
    progress: Option<Progress>,
    /// Whether the next batch is the first of a connection that is not the first.
    restarted: bool,
    /// Hosts in a row that said what no retry helps against, with what the first of them said.
    refusals: usize,
    refusal: Option<SourceError>,
    /// Found after events that are still to be handed out.
    error: Option<SourceError>,
    /// Where bytes were damaged last: twice at the same place is no accident of the way.
    damaged_at: Option<BinlogPosition>,
    /// When the last batch was handed out.
    handed_out: Option<Instant>,
    /// Whether our reader stalled on this connection, so that the server may have hung up on us.
    stalled: bool,
    reconnects: u64,
    bytes_before: u64,
}

/// What was learnt on the first connection, and how far it has come.
struct Progress {
    place: Place,
    facts: ServerFacts,
    stop: Stop,
    watch: StopWatch,
}

enum State {
    /// Not connected; to be tried at this time.
    Waiting(Instant),
    /// An attempt runs. It is kept here, so that a dropped [`Follower::next`] does not start it over.
    Connecting(Instant, Pin<Box<dyn Future<Output = Result<Admitted, SourceError>> + Send>>),
    Streaming(Box<Stream>),
    /// The stop was reached, or an error returned.
    Done,
}

/// A pause of our reader after which a server's hang-up counts as caused by us.
const STALL: Duration = Duration::from_secs(10);
/// How many heartbeats may be missed.
const HEARTBEATS_MISSED_MAX: u32 = 3;

/// Counters for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowStatus {
    /// Whether a dump runs.
    pub connected: bool,
    /// Connections after the first.
    pub reconnects: u64,
    /// Bytes that came, as they came (compressed, but not encrypted), over all connections.
    pub bytes_read: u64,
}

impl Follower {
    /// A follower that has not connected yet.
    ///
    /// # Errors
    /// When no host is given or the server id is 0.
    pub fn new(config: FollowConfig) -> Result<Self, FollowError> {
        if config.hosts.is_empty() {
            return Err(FollowError::NoHosts);
        }
        if config.replica_id == ReplicaId::Given(0) {
            return Err(FollowError::ServerIdZero);
        }
        Ok(Self {
            identity: config.replica_id.identity(&config.name),
            backoff: Backoff::new(config.retry),
            config: Arc::new(config),
            host: 0,
            state: State::Waiting(Instant::now()),
            progress: None,
            restarted: false,
            refusals: 0,
            refusal: None,
            error: None,
            damaged_at: None,
            handed_out: None,
            stalled: false,
            reconnects: 0,
            bytes_before: 0,
        })
    }

    /// Connects, unless that is done, and finds out where reading starts: a checkpoint of everything before the start.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn open(&mut self) -> Result<Checkpoint, SourceError> {
        while self.progress.is_none() {
            self.connect().await?;
        }
        Ok(self
            .checkpoint()
            .unwrap_or_else(|| Place::by_gtids(Default::default(), Default::default()).checkpoint()))
    }

    /// What the next bytes give; nothing when the stop is reached.
    ///
    /// Waits only while it has no event to hand out. May be dropped while it waits: nothing is lost, and an attempt to
    /// connect goes on in the next call. Time between calls does not count as the server's silence.
    ///
    /// # Errors
    /// What no retry helps against, or what did not pass within the retry budget. Nothing comes after an error.
    pub async fn next(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        let pause = self.handed_out.map_or(Duration::ZERO, |then| then.elapsed());
        self.stalled |= pause >= STALL;
        let next = self.next_batch().await;
        self.handed_out = Some(Instant::now());
        if !matches!(next, Ok(Some(_))) {
            self.state = State::Done;
        }
        next
    }

    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        loop {
            if let Some(error) = self.error.take() {
                self.lose(error)?;
            }
            match self.state {
                State::Done => return Ok(None),
                State::Waiting(_) | State::Connecting(..) => self.connect().await?,
                State::Streaming(_) => match self.read().await {
                    Ok(Some(batch)) => return Ok(Some(batch)),
                    Ok(None) => return Ok(None),
                    Err(error) => self.lose(error)?,
                },
            }
        }
    }

    /// The end of the last group that was handed out, or the start; nothing before [`Self::open`].
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.progress.as_ref().map(|progress| progress.place.checkpoint())
    }

    /// The server that is followed, as it was when the connection was made.
    #[must_use]
    pub fn server(&self) -> Option<&ServerFacts> {
        self.progress.as_ref().map(|progress| &progress.facts)
    }

    /// The stop as it is on the server: `now` has become GTIDs or a position.
    #[must_use]
    pub fn stop(&self) -> Option<&Stop> {
        self.progress.as_ref().map(|progress| &progress.stop)
    }

    /// The host in use, or to be tried next.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        // `host` is always below the number of hosts, of which there is one at least.
        self.config.hosts.get(self.host).unwrap_or(&NOWHERE)
    }

    /// The server id that we register with.
    #[must_use]
    pub const fn server_id(&self) -> u32 {
        self.identity.server_id
    }

    /// The uuid that we register with.
    #[must_use]
    pub const fn replica_uuid(&self) -> ServerUuid {
        self.identity.uuid
    }

    /// Counters for metrics.
    #[must_use]
    pub fn status(&self) -> FollowStatus {
        let bytes = if let State::Streaming(stream) = &self.state { stream.bytes_read() } else { 0 };
        FollowStatus {
            connected: matches!(self.state, State::Streaming(_)),
            reconnects: self.reconnects,
            bytes_read: self.bytes_before.saturating_add(bytes),
        }
    }

    /// Makes one attempt at one host.
    async fn connect(&mut self) -> Result<(), SourceError> {
        if let State::Waiting(due) = self.state {
            tokio::time::sleep_until(due).await;
            let trying =
                attempt(Arc::clone(&self.config), self.identity, self.endpoint().clone(), self.goal());
            self.state = State::Connecting(Instant::now(), Box::pin(trying));
        }
        let State::Connecting(since, trying) = &mut self.state else { return Ok(()) };
        let tried = trying.await;
        let took = since.elapsed();
        match tried {
            Ok(admitted) => {
                self.admit(admitted);
                Ok(())
            }
            Err(error) => {
                self.backoff.spend(took);
                self.fail(error)
            }
        }
    }

    fn goal(&self) -> Goal {
        match &self.progress {
            None => Goal::Open,
            Some(progress) => Goal::Resume {
                place: progress.place.clone(),
                stop: progress.stop.clone(),
                last: progress.facts.uuid,
            },
        }
    }

    fn admit(&mut self, admitted: Admitted) {
        let Admitted { stream, facts, place, stop } = admitted;
        self.refusals = 0;
        self.refusal = None;
        self.stalled = false;
        self.state = State::Streaming(Box::new(stream));
        match &mut self.progress {
            Some(progress) => {
                self.restarted = true;
                self.reconnects = self.reconnects.saturating_add(1);
                progress.facts = facts;
                progress.place = place;
            }
            None => {
                let seen = place.gtids.clone().unwrap_or_default();
                let watch = StopWatch::new(stop.clone(), &seen);
                if watch.is_reached() || is_behind(&place, &stop) {
                    info!("the stop is not after the start: nothing to read");
                    self.state = State::Done;
                }
                self.progress = Some(Progress { place, facts, stop, watch });
            }
        }
    }

    /// An attempt failed: the next host, or a wait, or the end.
    fn fail(&mut self, error: SourceError) -> Result<(), SourceError> {
        let hosts = self.config.hosts.len();
        if error.class() != ErrorClass::Transient {
            self.refusals = self.refusals.saturating_add(1);
            if self.refusals >= hosts {
                return Err(self.refusal.take().unwrap_or(error));
            }
        } else {
            self.refusals = 0;
        }
        let failed = self.endpoint().clone();
        self.host = self.host.saturating_add(1).checked_rem(hosts).unwrap_or(0);
        if self.backoff.is_exhausted() {
            let tried = self.backoff.spent();
            return Err(FollowError::GaveUp { tried, last: Box::new(error) }.into());
        }
        let wait = if self.host == 0 || hosts == 1 { self.backoff.next_wait() } else { Duration::ZERO };
        warn!(server = %failed, code = error.code(), %error, next = %self.endpoint(), wait_ms = wait.as_millis(), "cannot follow the server");
        if error.class() != ErrorClass::Transient && self.refusal.is_none() {
            self.refusal = Some(error);
        }
        self.state = State::Waiting(Instant::now().checked_add(wait).unwrap_or_else(Instant::now));
        Ok(())
    }

    /// The connection is gone: connect again, or end.
    fn lose(&mut self, error: SourceError) -> Result<(), SourceError> {
        self.bytes_before = self.status().bytes_read;
        let may_pass = error.class() == ErrorClass::Transient || self.is_damaged_once(&error);
        if !may_pass {
            // Another server may have what this one lost, but our own fault is the same everywhere.
            let other_server_helps = matches!(
                error,
                SourceError::Follow(FollowError::Purged { .. } | FollowError::LogDamaged { .. })
            );
            if !other_server_helps || self.config.hosts.len() < 2 {
                return Err(error);
            }
            return self.fail(error);
        }
        let wait = if self.stalled { Duration::ZERO } else { self.backoff.next_wait() };
        if self.backoff.is_exhausted() && !self.stalled {
            let tried = self.backoff.spent();
            return Err(FollowError::GaveUp { tried, last: Box::new(error) }.into());
        }
        warn!(code = error.code(), %error, during_stall = self.stalled, wait_ms = wait.as_millis(), "connection lost, connecting again");
        self.state = State::Waiting(Instant::now().checked_add(wait).unwrap_or_else(Instant::now));
        Ok(())
    }

    /// Bytes may be damaged on their way: they are asked for once more.
    fn is_damaged_once(&mut self, error: &SourceError) -> bool {
        let place = match error {
            SourceError::Frame(
                FrameError::Torn { file, offset, .. }
                | FrameError::Length { file, offset, .. }
                | FrameError::Checksum { file, offset, .. }
                | FrameError::Malformed { file, offset, .. },
            ) => BinlogPosition { file: Arc::clone(file), pos: *offset },
            SourceError::Payload(error) => error.at.clone(),
            _ => return false,
        };
        let again = self.damaged_at.as_ref() == Some(&place);
        self.damaged_at = Some(place);
        !again
    }

    /// Reads what is here, waiting only if that is nothing. There is no await between taking an event and handing it out
    /// at which this could be dropped.
    async fn read(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        let silence = self.config.heartbeat.saturating_mul(HEARTBEATS_MISSED_MAX);
        let mut batch = SourceBatch::default();
        loop {
            let (State::Streaming(stream), Some(progress)) = (&mut self.state, &mut self.progress) else {
                return Ok(None);
            };
            match take(stream, progress, &mut batch, &mut self.backoff) {
                Ok(Taken::All) => {}
                Ok(Taken::Full) => break,
                Ok(Taken::Stop) => {
                    self.state = State::Done;
                    break;
                }
                Err(error) if batch.is_empty() => return Err(error),
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
            match stream.more().await {
                Ok(true) => continue,
                Ok(false) if !batch.is_empty() => {
                    batch.caught_up = true;
                    break;
                }
                Ok(false) => stream.wait(silence).await?,
                Err(error) if batch.is_empty() => return Err(error),
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        if batch.is_empty() {
            return Ok(None);
        }
        batch.restarted = std::mem::take(&mut self.restarted);
        Ok(Some(batch))
    }
}

enum Taken {
    /// Everything that is here.
    All,
    /// As much as a batch holds.
    Full,
    /// Everything up to the stop.
    Stop,
}

/// Takes the events that are here.
fn take(
    stream: &mut Stream,
    progress: &mut Progress,
    batch: &mut SourceBatch,
    backoff: &mut Backoff,
) -> Result<Taken, SourceError> {
    loop {
        if batch.is_full() {
            return Ok(Taken::Full);
        }
        let (event, mark) = match stream.step()? {
            Step::Event(event, mark) => (event, mark),
            Step::Nothing => return Ok(Taken::All),
            Step::End => return Err(stream.ended().into()),
        };
        let grouper = stream.grouper();
        if progress.watch.stops_before(&event, grouper) || progress.is_overtaken(&event, stream) {
            return Ok(Taken::Stop);
        }
        let grouper = stream.grouper();
        progress.take_note(&mark, grouper);
        if mark.ends_group() || is_heartbeat(&event) {
            backoff.progress();
        }
        let stops = progress.watch.stops_after(mark.ends_group(), grouper);
        batch.push(event, mark, grouper);
        if stops {
            return Ok(Taken::Stop);
        }
    }
}

impl Progress {
    fn take_note(&mut self, mark: &Mark, grouper: &crate::group::Grouper) {
        let Some((gtid, end)) = grouper.progress() else { return };
        let uuid = grouper.transaction().server_uuid;
        self.place.advance(uuid, gtid.filter(|_| mark.ends_group()), end);
    }

    /// Whether a stop by time has passed while the server has nothing more: it says so by a heartbeat after that time.
    fn is_overtaken(&self, event: &Event, stream: &Stream) -> bool {
        /// What two clocks may differ by.
        const MARGIN_US: u64 = 1_000_000;
        let Stop::Time(time_us) = self.stop else { return false };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let now_us = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        is_heartbeat(event) && !stream.grouper().is_open() && now_us > time_us.saturating_add(MARGIN_US)
    }
}

fn is_heartbeat(event: &Event) -> bool {
    matches!(event.kind(), EventKind::HEARTBEAT | EventKind::HEARTBEAT_V2)
}

/// Whether a stop position is not after the start position.
fn is_behind(place: &Place, stop: &Stop) -> bool {
    matches!(stop, Stop::Position(stop) if place.has_position() && *stop <= place.position)
}

/// Stands for a host list that cannot be empty.
static NOWHERE: Endpoint = Endpoint::Tcp { host: String::new(), port: 0 };
