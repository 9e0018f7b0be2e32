//! MySQL's own client programs: the truth to compare with.

use std::ffi::OsStr;

use anyhow::{Context, Result, bail};

use crate::provision;

/// Runs `mysqlbinlog` with arguments and returns what it printed.
///
/// # Errors
/// There is no `mysqlbinlog`, or it fails: its complaint is in the error.
pub async fn mysqlbinlog<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Vec<u8>> {
    let mut command = provision::mysqlbinlog().await?.command();
    command.arg("--no-defaults").args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.context("cannot run mysqlbinlog")?;
    if !output.status.success() {
        bail!("mysqlbinlog: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}
