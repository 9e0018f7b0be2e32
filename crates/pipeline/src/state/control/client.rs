//! The asking side.

use std::{path::Path, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    time::timeout,
};

use super::{REPLY_BYTES_MAX, SOCKET, address::Address};
use crate::state::error::StateError;

/// How long an answer is waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Asks the instance that uses a state folder.
///
/// # Errors
/// When none runs there, when it gives no proper answer in time, or when it refuses.
pub async fn ask(folder: &Path, request: &Value) -> Result<Value, StateError> {
    let path = folder.join(SOCKET);
    let bad = |what: String| StateError::Answer { path: path.clone(), what };
    let not_running = |source| StateError::NotRunning { path: path.clone(), source };
    let address = Address::new(&path).map_err(not_running)?;
    let stream = UnixStream::connect(address.path()).await.map_err(not_running)?;
    let answer = timeout(ANSWER_WAIT, exchange(stream, request)).await;
    let line = match answer {
        Ok(line) => line.map_err(|error| bad(error.to_string()))?,
        Err(_) => return Err(bad(format!("nothing within {} s", ANSWER_WAIT.as_secs()))),
    };
    match serde_json::from_slice::<Value>(&line) {
        Ok(Value::Object(mut reply)) => match (reply.remove("ok"), reply.remove("error")) {
            (Some(ok), None) => Ok(ok),
            (None, Some(Value::String(what))) => Err(StateError::Refused { what }),
            (_, _) => Err(bad("neither `ok` nor `error`".to_owned())),
        },
        Ok(_) => Err(bad("no object".to_owned())),
        Err(error) => Err(bad(error.to_string())),
    }
}

async fn exchange(mut stream: UnixStream, request: &Value) -> std::io::Result<Vec<u8>> {
    let mut line = request.to_string().into_bytes();
    line.push(b'\n');
    stream.write_all(&line).await?;
    line.clear();
    let limit = u64::try_from(REPLY_BYTES_MAX).unwrap_or(u64::MAX);
    BufReader::new(stream.take(limit)).read_until(b'\n', &mut line).await?;
    if line.pop() != Some(b'\n') {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line)
}
