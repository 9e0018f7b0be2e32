//! A TCP proxy that fails on purpose, at an exact byte.
//!
//! ```no_run
//! # async fn example(server: &becauselog_testkit::MysqlServer) -> anyhow::Result<()> {
//! use becauselog_testkit::proxy::{Direction, FaultProxy};
//!
//! let proxy = FaultProxy::start(server.port()).await?;
//! proxy.cut_at(Direction::ToClient, 10_000); // of the next connection
//! println!("connect to 127.0.0.1:{}", proxy.port());
//! # Ok(())
//! # }
//! ```

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

mod pipe;

use pipe::{End, Pipe};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// What is done to connections. Byte numbers count from 0 within one connection and direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Faults {
    refuse: bool,
    frozen: bool,
    bytes_per_second: Option<u64>,
    to_server: LaneFaults,
    to_client: LaneFaults,
    /// Grows with each [`FaultProxy::cut_now`]: connections made under a smaller number end.
    generation: u64,
}

/// What is done to one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LaneFaults {
    cut_at: Option<u64>,
    corrupt_at: Option<(u64, u8)>,
}

impl Faults {
    fn lane(&mut self, direction: Direction) -> &mut LaneFaults {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections accepted (and not refused).
    pub connections: u64,
    /// Connections refused.
    pub refused: u64,
    /// Connections that ended by [`FaultProxy::cut_at`].
    pub cuts: u64,
    /// Bytes that [`FaultProxy::corrupt_at`] changed.
    pub corrupted: u64,
    /// Bytes delivered to the server, over all connections.
    pub to_server: u64,
    /// Bytes delivered to the client, over all connections.
    pub to_client: u64,
}

/// The running proxy; dropping it closes its port and all its connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    faults: watch::Sender<Faults>,
    upstream: watch::Sender<u16>,
    traffic: Arc<Mutex<Traffic>>,
    _tasks: JoinSet<()>,
}

impl FaultProxy {
    /// Listens on a free port of the loopback and forwards to `server_port` there.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(server_port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (faults, watched) = watch::channel(Faults::default());
        let (upstream, server) = watch::channel(server_port);
        let traffic = Arc::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server, watched, Arc::clone(&traffic)));
        Ok(Self { address, faults, upstream, traffic, _tasks: tasks })
    }

    /// The port on 127.0.0.1 to connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends a connection before byte `at` of a direction: exactly `at` bytes are delivered, then both sockets close.
    /// Holds for the present connections that have not got so far and for all later ones, until [`Self::heal`].
    pub fn cut_at(&self, direction: Direction, at: u64) {
        self.faults.send_modify(|faults| faults.lane(direction).cut_at = Some(at));
    }

    /// Ends all present connections now; later ones are served.
    pub fn cut_now(&self) {
        self.faults.send_modify(|faults| faults.generation += 1);
    }

    /// Flips bits of byte `at` of a direction: it is combined by XOR with `mask` (which must not be 0 to have an
    /// effect). Holds for every connection that has not got so far, until [`Self::heal`].
    pub fn corrupt_at(&self, direction: Direction, at: u64, mask: u8) {
        self.faults.send_modify(|faults| faults.lane(direction).corrupt_at = Some((at, mask)));
    }

    /// Stops forwarding in both directions; sockets stay open and new connections are accepted, silently.
    pub fn freeze(&self) {
        self.faults.send_modify(|faults| faults.frozen = true);
    }

    /// Forwards again what has waited since [`Self::freeze`].
    pub fn thaw(&self) {
        self.faults.send_modify(|faults| faults.frozen = false);
    }

    /// Limits each direction of each connection to so many bytes a second.
    pub fn throttle(&self, bytes_per_second: u64) {
        self.faults.send_modify(|faults| faults.bytes_per_second = Some(bytes_per_second.max(1)));
    }

    /// Closes new connections at once; present ones go on.
    pub fn refuse(&self) {
        self.faults.send_modify(|faults| faults.refuse = true);
    }

    /// Takes all faults away; connections that were ended stay ended.
    pub fn heal(&self) {
        self.faults.send_modify(|faults| {
            *faults = Faults { generation: faults.generation, ..Faults::default() };
        });
    }

    /// Sends later connections to another server, as a failover address does.
    pub fn redirect(&self, server_port: u16) {
        self.upstream.send_replace(server_port);
    }

    /// What has gone through so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        *lock(&self.traffic)
    }
}

/// Counters are whole whenever the lock is free, whoever panicked.
fn lock(traffic: &Mutex<Traffic>) -> MutexGuard<'_, Traffic> {
    traffic.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(
    listener: TcpListener,
    server: watch::Receiver<u16>,
    faults: watch::Receiver<Faults>,
    traffic: Arc<Mutex<Traffic>>,
) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else { return };
        while connections.try_join_next().is_some() {}
        let Faults { refuse, generation, .. } = *faults.borrow();
        if refuse {
            lock(&traffic).refused += 1;
            continue;
        }
        let port = *server.borrow();
        let pipe = |direction| Pipe::new(direction, generation, faults.clone(), Arc::clone(&traffic));
        connections.spawn(serve(client, port, pipe(Direction::ToServer), pipe(Direction::ToClient)));
        lock(&traffic).connections += 1;
    }
}

/// One connection. A fault ends it at once; an end that closes by itself is passed on, and what the other still has to
/// say is delivered.
async fn serve(client: TcpStream, port: u16, up: Pipe, down: Pipe) {
    // A server that is away looks to the client as it would without the proxy: the connection closes.
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = up.run(from_client, to_server);
    let down = down.run(from_server, to_client);
    tokio::pin!(up, down);
    tokio::select! {
        end = &mut up => if end == End::Closed { down.await; },
        end = &mut down => if end == End::Closed { up.await; },
    }
}
