//! The answering side.

use std::{
    fs,
    future::Future,
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{debug, warn};

use super::{REQUEST_BYTES_MAX, SOCKET, address::Address};
use crate::state::{StateFolder, error::StateError};

/// How many clients are served at once.
const CLIENTS_MAX: usize = 16;

/// How long a client may be silent, or not take its answer.
const CLIENT_WAIT: Duration = Duration::from_secs(30);

/// How long to wait after the system could not take a connection (out of descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The bound socket; it is removed when this is dropped.
#[derive(Debug)]
pub struct ControlServer {
    listener: UnixListener,
    path: PathBuf,
}

impl ControlServer {
    /// Binds the socket of a folder that this process holds. What a dead instance left there is replaced.
    ///
    /// # Errors
    /// When the system refuses. Must be called within a tokio runtime.
    pub fn bind(folder: &StateFolder) -> Result<Self, StateError> {
        Self::bind_at(&folder.path().join(SOCKET))
    }

    fn bind_at(path: &Path) -> Result<Self, StateError> {
        let fail = |source| StateError::io("bind the control socket", path, source);
        // Bound under another name and renamed: nobody sees it before it is its owner's alone.
        let fresh = path.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
            Ok(()) | Err(_) => {}
        }
        let address = Address::new(&fresh).map_err(fail)?;
        let listener = UnixListener::bind(address.path()).map_err(fail)?;
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o600)).map_err(fail)?;
        fs::rename(&fresh, path).map_err(fail)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers until the future is dropped. `answer` gets each request as it came; its error is told to the client.
    pub async fn serve<F, A>(self, answer: F)
    where
        F: Fn(Value) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, String>> + Send + 'static,
    {
        let answer = Arc::new(answer);
        let clients = Arc::new(Semaphore::new(CLIENTS_MAX));
        // Dropped with this future: no client outlives the server.
        let mut served = tokio::task::JoinSet::new();
        loop {
            while served.try_join_next().is_some() {}
            let Ok(permit) = Arc::clone(&clients).acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let answer = Arc::clone(&answer);
                    served.spawn(async move {
                        if let Err(error) = converse(stream, &*answer).await {
                            debug!(%error, "control client left");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    warn!(%error, "control socket takes no connection for now");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn converse<F, A>(stream: UnixStream, answer: &F) -> io::Result<()>
where
    F: Fn(Value) -> A,
    A: Future<Output = Result<Value, String>>,
{
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(REQUEST_BYTES_MAX).unwrap_or(u64::MAX);
        let mut limited = (&mut read).take(limit);
        timeout(CLIENT_WAIT, limited.read_until(b'\n', &mut line)).await??;
        if line.is_empty() {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        let reply = match serde_json::from_slice::<Value>(&line) {
            _ if !whole => Err(format!("a request is one line of at most {REQUEST_BYTES_MAX} bytes")),
            Ok(request) if request.get("cmd").is_some_and(Value::is_string) => answer(request).await,
            Ok(_) => Err("a request is an object with `cmd`".to_owned()),
            Err(error) => Err(format!("not JSON: {error}")),
        };
        let reply = match reply {
            Ok(ok) => json!({ "ok": ok }),
            Err(what) => json!({ "error": what }),
        };
        timeout(CLIENT_WAIT, write.write_all(format!("{reply}\n").as_bytes())).await??;
        if !whole {
            return Ok(());
        }
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        // What stays is replaced by the next instance.
        let _left_behind = fs::remove_file(&self.path);
    }
}
