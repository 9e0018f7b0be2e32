//! What the system tells the process: stop (Ctrl-C, SIGTERM), open files anew (SIGHUP).

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::exit::Failure;

/// Caught signals, as what they ask for.
pub struct Signals {
    /// Cancelled by the first Ctrl-C or SIGTERM. The second ends the process at once.
    pub stop: CancellationToken,
    /// Counts SIGHUPs.
    pub reopen: watch::Receiver<u64>,
}

impl Signals {
    /// Begins to catch them, in a task that ends with the process.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn catch() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(anyhow::Error::from);
        let interrupt = listen(SignalKind::interrupt())?;
        let terminate = listen(SignalKind::terminate())?;
        let hangup = listen(SignalKind::hangup())?;
        let stop = CancellationToken::new();
        let (sender, reopen) = watch::channel(0);
        tokio::spawn(watch_signals(stop.clone(), sender, interrupt, terminate, hangup));
        Ok(Self { stop, reopen })
    }
}

/// A signal's stream never ends while its listener is there.
async fn watch_signals(
    stop: CancellationToken,
    reopen: watch::Sender<u64>,
    mut interrupt: Signal,
    mut terminate: Signal,
    mut hangup: Signal,
) {
    loop {
        let name = tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
            _ = hangup.recv() => {
                reopen.send_modify(|count| *count += 1);
                continue;
            }
        };
        if stop.is_cancelled() {
            warn!("{name} again: ending at once; what was not delivered comes again at the next start");
            std::process::exit(i32::from(crate::exit::Exit::Operator.code()));
        }
        info!("{name}: stopping after what was read is delivered");
        stop.cancel();
    }
}
