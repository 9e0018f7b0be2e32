//! MySQL's own client programs: the truth to compare with.

use std::ffi::OsStr;

use anyhow::{Context, Result, bail};

use crate::provision;

/// What `mysqlbinlog` prints at the end, whatever it was given; a few settings follow.
const END: &[u8] = b"# End of log file";
/// How far from the end of its output that is at most.
const END_WITHIN: usize = 4096;

/// Runs `mysqlbinlog` with arguments and returns what it printed, which is whole.
///
/// # Errors
/// There is no `mysqlbinlog`; or it fails, is killed, or stops short of the end: how it ended and its complaint are in the
/// error. A truth that is cut off must not look like a difference.
pub async fn mysqlbinlog<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Vec<u8>> {
    let mut command = provision::mysqlbinlog().await?.command();
    command.arg("--no-defaults").args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.context("cannot run mysqlbinlog")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("mysqlbinlog ended with {}: {}", output.status, complaint.trim());
    }
    let tail = &output.stdout[output.stdout.len().saturating_sub(END_WITHIN)..];
    if !tail.windows(END.len()).any(|found| found == END) {
        bail!("mysqlbinlog printed {} bytes without an end: {}", output.stdout.len(), complaint.trim());
    }
    Ok(output.stdout)
}
