//! Signals: SIGINT and SIGTERM end a run at a commit, SIGHUP makes sinks open their files anew.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::exit::{Exit, Failure};

/// What signals ask for.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Cancelled by the first SIGINT or SIGTERM.
    pub stop: CancellationToken,
    /// Counts the SIGHUPs.
    pub reopen: watch::Receiver<u64>,
}

impl Signals {
    /// Listens from now on. A second SIGINT or SIGTERM ends the process at once, as `kill -9` would.
    pub fn listen() -> Result<Self, Failure> {
        let stop = CancellationToken::new();
        let (sender, reopen) = watch::channel(0);
        let interrupt = on(SignalKind::interrupt())?;
        let terminate = on(SignalKind::terminate())?;
        let hangup = on(SignalKind::hangup())?;
        tokio::spawn(follow(stop.clone(), sender, interrupt, terminate, hangup));
        Ok(Self { stop, reopen })
    }
}

fn on(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::new(Exit::Operator, error))
}

async fn follow(
    stop: CancellationToken,
    reopen: watch::Sender<u64>,
    mut interrupt: Signal,
    mut terminate: Signal,
    mut hangup: Signal,
) {
    loop {
        // All three are cancel-safe, and a signal's stream never ends while its listener is there.
        let (name, code) = tokio::select! {
            _ = interrupt.recv() => ("SIGINT", 130),
            _ = terminate.recv() => ("SIGTERM", 143),
            _ = hangup.recv() => {
                info!("SIGHUP: files are opened anew");
                reopen.send_modify(|count| *count += 1);
                continue;
            }
        };
        if stop.is_cancelled() {
            warn!("{name} again: ending at once; what was not delivered comes again at the next start");
            // 128 + the signal's number, as a shell tells a process that a signal ended.
            std::process::exit(code);
        }
        info!("{name}: stopping after what was read is delivered");
        stop.cancel();
    }
}
