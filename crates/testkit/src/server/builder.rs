//! What a test asks of a server before it starts.

use std::path::PathBuf;

use anyhow::Result;

use super::MysqlServer;
use crate::provision;
use crate::tls::Material;
use crate::version::Version;

/// A server to be started; see [`MysqlServer::builder`].
#[derive(Clone, Debug)]
pub struct ServerBuilder {
    pub(super) version: Version,
    /// Names with dashes, the newest ones; the last of equal names wins.
    pub(super) options: Vec<(String, String)>,
    /// Options whose values are files, to be copied into the server's folder.
    pub(super) files: Vec<(String, PathBuf)>,
    pub(super) durable: bool,
    pub(super) datadir: Option<PathBuf>,
}

impl ServerBuilder {
    pub(super) fn new(version: Version) -> Self {
        Self { version, options: Vec::new(), files: Vec::new(), durable: false, datadir: None }
    }

    /// Sets a server option by its newest name, with dashes or underscores: `binlog-row-metadata`, `FULL`. The old
    /// names (`slave`, `master`) are put in for servers that need them. An option that a server does not have at all
    /// makes the start fail.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push((name.replace('_', "-"), value.to_owned()));
        self
    }

    /// Certificates for the server, copied into its folder; without them it makes its own (or has no TLS: 5.7).
    #[must_use]
    pub fn tls(mut self, material: &Material) -> Self {
        self.files = vec![
            ("ssl-ca".to_owned(), material.ca()),
            ("ssl-cert".to_owned(), material.server_cert()),
            ("ssl-key".to_owned(), material.server_key()),
        ];
        self
    }

    /// Every commit reaches the disk (`sync_binlog=1`, `innodb_flush_log_at_trx_commit=1`), as in production. Off by
    /// default: a killed process loses nothing all the same.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Starts on a copy of this data folder instead of an empty one.
    #[must_use]
    pub fn copy_of(mut self, datadir: impl Into<PathBuf>) -> Self {
        self.datadir = Some(datadir.into());
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// It cannot be provided, or does not come up: the end of its log is in the error.
    pub async fn start(self) -> Result<MysqlServer> {
        let binaries = provision::resolve(self.version).await?;
        MysqlServer::start(self, binaries).await
    }
}
