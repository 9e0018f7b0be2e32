//! Our own connection to a server: login, TLS, compression, SQL look-ups and the binlog dump.
//!
//! It runs over any [`Transport`]; what is tested over a pipe in memory is what runs over a socket. It knows no
//! event and no retry: one failure ends it, and [`crate::Follower`] decides what comes next.

mod auth;
mod dump;
mod error;
mod field;
mod greeting;
mod inflate;
mod options;
mod packet;
mod public_key;
mod query;
mod reply;
mod socket;
mod sql_client;
mod tls;
mod version;

use std::time::Duration;

use becauselog_model::Flavor;
use tracing::{debug, info, warn};

use self::{
    auth::{Channel, Dialogue, Step},
    greeting::Greeting,
    inflate::{Inflater, Method},
    packet::Wire,
    reply::{EOF, ERR, OK},
};
pub(crate) use self::{
    dump::{Dump, DumpFrom, DumpPacket, Registration},
    reply::{BINLOG_FATAL, SLAVE_SAME_ID},
};
pub use self::{
    error::ConnectionError,
    options::{Compression, ConnectOptions, Endpoint, Password, TlsMode, TlsOptions},
    packet::Transport,
    query::{Rows, quoted},
    reply::ServerReply,
    tls::TlsInfo,
    version::ServerVersion,
};

/// A connection that is logged in.
pub struct Connection {
    wire: Wire,
    endpoint: Endpoint,
    version: ServerVersion,
    id: u32,
    tls: Option<TlsInfo>,
    query_timeout: Duration,
}

/// The first byte of more data of a login method.
const AUTH_MORE: u8 = 0x01;

impl Connection {
    /// Connects and logs in.
    ///
    /// With [`TlsMode::Preferred`] a server whose TLS cannot be agreed on is used without, and that is logged as a
    /// warning; the stricter modes never do that.
    ///
    /// # Errors
    /// When the server cannot be reached, TLS fails or the login is refused.
    pub async fn connect(endpoint: &Endpoint, options: &ConnectOptions) -> Result<Self, ConnectionError> {
        let limit = options.connect_timeout;
        let timed_out = || ConnectionError::TimedOut { doing: "connecting", seconds: limit.as_secs() };
        let once = |options: ConnectOptions| async move {
            let io = socket::open(endpoint, &options).await?;
            Self::over(io, endpoint, &options).await
        };
        let connecting = async {
            match once(options.clone()).await {
                Err(ConnectionError::TlsFailed { source, .. })
                    if options.tls.effective_mode() == TlsMode::Preferred =>
                {
                    warn!(server = %endpoint, reason = %source, "TLS failed; going on without it, as tls mode is preferred");
                    let mut plain = options.clone();
                    plain.tls.mode = Some(TlsMode::Disabled);
                    once(plain).await
                }
                other => other,
            }
        };
        tokio::time::timeout(limit, connecting).await.map_err(|_| timed_out())?
    }

    /// Logs in over a byte stream that is open.
    ///
    /// # Errors
    /// When TLS fails, the login is refused or the stream breaks.
    pub async fn over(
        io: Box<dyn Transport>,
        endpoint: &Endpoint,
        options: &ConnectOptions,
    ) -> Result<Self, ConnectionError> {
        let mut wire = Wire::new(io);
        let greeting = Greeting::read(&wire.receive("waiting for the greeting").await?)?;
        let (mut wire, tls) = secure(wire, &greeting, endpoint, options).await?;
        let capabilities = greeting::capabilities(greeting.capabilities, tls.is_some(), options.compression)?;
        let channel = match (&tls, endpoint) {
            (Some(_), _) => Channel::Tls,
            (None, Endpoint::Unix { .. }) => Channel::Local,
            (None, Endpoint::Tcp { .. }) => Channel::Plain,
        };
        let version = ServerVersion::read(&greeting.version);
        let mut login =
            Dialogue::new(&greeting.plugin, greeting.nonce.clone(), options.password.reveal(), channel);
        wire.send(&greeting::login(capabilities, options, login.plugin(), &login.first()), LOGIN).await?;
        log_in(&mut wire, &mut login, &options.user).await?;
        match options.compression {
            Compression::None => {}
            Compression::Zlib => wire.compress(Inflater::new(Method::Zlib)),
            Compression::Zstd { .. } => wire.compress(Inflater::zstd()?),
        }
        match &tls {
            Some(tls) => {
                info!(server = %endpoint, version = %version.text, connection = greeting.connection_id,
                    tls = %tls.version, cipher = %tls.cipher, tls_mode = %options.tls.effective_mode(), "connected");
            }
            None => {
                info!(server = %endpoint, version = %version.text, connection = greeting.connection_id,
                    tls = "none", tls_mode = %options.tls.effective_mode(), "connected");
            }
        }
        debug!(plugin = login.plugin(), compression = ?options.compression, "logged in");
        Ok(Self {
            wire,
            endpoint: endpoint.clone(),
            version,
            id: greeting.connection_id,
            tls,
            query_timeout: options.query_timeout,
        })
    }

    /// Where it leads.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The server's version.
    #[must_use]
    pub const fn version(&self) -> &ServerVersion {
        &self.version
    }

    /// The server's family.
    #[must_use]
    pub fn flavor(&self) -> Flavor {
        self.version.flavor
    }

    /// The server's number for this connection, as in `SHOW PROCESSLIST`.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// What TLS was agreed on; nothing where the connection is plain.
    #[must_use]
    pub const fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }
}

const LOGIN: &str = "logging in";

/// Goes over to TLS as the mode says.
async fn secure(
    mut wire: Wire,
    greeting: &Greeting,
    endpoint: &Endpoint,
    options: &ConnectOptions,
) -> Result<(Wire, Option<TlsInfo>), ConnectionError> {
    let mode = options.tls.effective_mode();
    let offered = greeting.capabilities.contains(mysql_common::constants::CapabilityFlags::CLIENT_SSL);
    // As MySQL's own clients: over a Unix socket TLS is used only where it is asked for.
    let local = matches!(endpoint, Endpoint::Unix { .. });
    if mode == TlsMode::Disabled || (mode == TlsMode::Preferred && (local || !offered)) {
        return Ok((wire, None));
    }
    if !offered {
        return Err(ConnectionError::TlsNotOffered { mode });
    }
    let capabilities = greeting::capabilities(greeting.capabilities, true, options.compression)?;
    wire.send(&greeting::tls_request(capabilities), "asking for TLS").await?;
    let (io, sequence) = wire.into_transport()?;
    let (stream, info) = tls::wrap(io, endpoint, &options.tls).await?;
    Ok((Wire::resume(Box::new(stream), sequence), Some(info)))
}

/// Talks until the server says OK or no.
async fn log_in(wire: &mut Wire, login: &mut Dialogue<'_>, user: &str) -> Result<(), ConnectionError> {
    /// More than any method needs; an endless dialogue is none.
    const STEPS_MAX: usize = 16;
    for _ in 0..STEPS_MAX {
        let packet = wire.receive(LOGIN).await?;
        let step = match packet.first() {
            Some(&OK) => return Ok(()),
            Some(&ERR) => {
                let reply = ServerReply::read(&packet)?;
                return Err(ConnectionError::LoginRefused { user: user.to_owned(), reply });
            }
            Some(&EOF) => login.switch(&packet)?,
            Some(&AUTH_MORE) => login.more(&packet)?,
            _ => return Err(ConnectionError::Protocol { what: "an unknown packet during the login" }),
        };
        if let Step::Send(answer) = step {
            wire.send(&answer, LOGIN).await?;
        }
    }
    Err(ConnectionError::Protocol { what: "a login that does not end" })
}

#[cfg(test)]
#[path = "connection/login_tests.rs"]
mod login_tests;
