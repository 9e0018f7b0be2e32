//! A MySQL or MariaDB server of one's own: private folder, free port on the loopback, gone when dropped.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Pool};

mod builder;
mod datadir;
mod process;

pub use builder::ServerBuilder;
pub(crate) use datadir::copy as copy_datadir;

use crate::dialect::Dialect;
use crate::provision::ServerBinaries;
use crate::version::{Release, Version};
use process::{Process, log_tail};

const START_WITHIN: Duration = Duration::from_secs(90);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A MySQL or MariaDB server started for one test. The account is `root` without a password, from any loopback address.
///
/// Dropping it kills it and removes its folder; if the test process dies, however, a watchdog does.
#[derive(Debug)]
pub struct MysqlServer {
    binaries: Arc<ServerBinaries>,
    folder: tempfile::TempDir,
    options: BTreeMap<String, String>,
    port: u16,
    process: Option<Process>,
    pool: Pool,
}

/// What stays behind when a server is left running.
#[derive(Clone, Debug)]
pub struct LeftRunning {
    /// The process to end by `kill`.
    pub pid: u32,
    /// Its folder, to be removed by hand.
    pub folder: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl MysqlServer {
    /// A server to be configured: `MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL")`.
    #[must_use]
    pub fn builder(version: Version) -> ServerBuilder {
        ServerBuilder::new(version)
    }

    async fn start(builder: ServerBuilder, binaries: Arc<ServerBinaries>) -> Result<Self> {
        let dialect = binaries.dialect();
        let mut options: BTreeMap<String, String> = dialect.defaults().into_iter().collect();
        if builder.durable {
            options.insert("sync-binlog".into(), "1".into());
            options.insert("innodb-flush-log-at-trx-commit".into(), "1".into());
        }
        options.extend(builder.options);
        let folder = tempfile::Builder::new().prefix("becauselog-mysql-").tempdir()?;
        for (name, path) in &builder.files {
            let copy = folder.path().join(path.file_name().context("a file without a name")?);
            std::fs::copy(path, &copy).with_context(|| path.display().to_string())?;
            options.insert(name.clone(), copy.display().to_string());
        }
        let target = folder.path().join("data");
        let shape: Vec<_> = options.clone().into_iter().collect();
        let from = Arc::clone(&binaries);
        let given = builder.datadir;
        tokio::task::spawn_blocking(move || match given {
            Some(datadir) => datadir::copy(&datadir, &target),
            None => datadir::copy_to(&from, &shape, &target),
        })
        .await??;
        let mut server =
            Self { binaries, folder, options, port: 0, process: None, pool: Pool::new(Opts::default()) };
        for attempt in 1.. {
            server.take_port()?;
            match server.start_again().await {
                Ok(()) => break,
                // Between our probe and the server's bind another process may have taken the port.
                Err(error) if attempt < 3 && format!("{error:#}").contains("Address already in use") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(server)
    }

    fn take_port(&mut self) -> Result<()> {
        self.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.pool = Pool::new(self.opts());
        Ok(())
    }

    /// Starts a server that was stopped or killed, on the same folder and port, and waits until it answers.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start_again(&mut self) -> Result<()> {
        if self.process.is_some() {
            bail!("the server is running");
        }
        let log = self.log();
        let arguments = self.arguments();
        let process = Process::start(&self.binaries.launch, self.folder.path(), &arguments, &log)?;
        self.process = Some(process);
        if let Err(error) = self.wait_until_it_answers().await {
            self.kill9()?;
            return Err(error.context(format!(
                "{} {} ({}) did not start; its log ends:\n{}",
                self.binaries.release.flavor,
                self.binaries.release,
                self.binaries.origin,
                log_tail(&log)
            )));
        }
        Ok(())
    }

    async fn wait_until_it_answers(&mut self) -> Result<()> {
        let through_socket =
            OptsBuilder::from_opts(self.opts()).socket(Some(self.socket().display().to_string()));
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.as_mut().context("not started")?.ended()? {
                bail!("it ended: {status}");
            }
            let answer =
                tokio::time::timeout(Duration::from_secs(5), Conn::new(through_socket.clone())).await;
            match answer {
                Ok(Ok(conn)) => return Ok(conn.disconnect().await?),
                Ok(Err(error)) if started.elapsed() > START_WITHIN => return Err(error.into()),
                Err(late) if started.elapsed() > START_WITHIN => return Err(late.into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn arguments(&self) -> Vec<String> {
        let dialect = self.dialect();
        let mut arguments = place_arguments(&self.binaries);
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        arguments.push(format!("--datadir={}", at("data")));
        arguments.push(format!("--socket={}", at("mysql.sock")));
        arguments.push(format!("--pid-file={}", at("mysqld.pid")));
        arguments.push(format!("--log-error={}", at("mysqld.log")));
        arguments.push(format!("--tmpdir={}", self.folder.path().display()));
        arguments.push(format!("--port={}", self.port));
        if !self.options.contains_key("server-id") {
            arguments.push(format!("--server-id={}", self.port));
        }
        for (name, value) in &self.options {
            arguments.push(format!("--{}={value}", dialect.name(name)));
        }
        arguments
    }

    /// Changes an option for the next start.
    pub fn set_option(&mut self, name: &str, value: &str) {
        self.options.insert(name.replace('_', "-"), value.to_owned());
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The unix socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("mysql.sock")
    }

    /// The data folder; binlogs are `binlog.000001`, … in it.
    #[must_use]
    pub fn datadir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The server's error log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("mysqld.log")
    }

    /// Which version was asked for.
    #[must_use]
    pub fn version(&self) -> Version {
        self.binaries.version
    }

    /// The server's exact release.
    #[must_use]
    pub fn release(&self) -> Release {
        self.binaries.release
    }

    /// The words this server understands, and what it can do.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.binaries.dialect()
    }

    /// Where the server came from, and its clients.
    #[must_use]
    pub fn binaries(&self) -> &ServerBinaries {
        &self.binaries
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// `mysql://root@127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}", self.port)
    }

    /// Options to connect as `root` over TCP, to be extended by the test.
    #[must_use]
    pub fn opts(&self) -> Opts {
        OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .user(Some("root"))
            .prefer_socket(false)
            .into()
    }

    /// A pool of connections as `root`.
    #[must_use]
    pub fn pool(&self) -> Pool {
        self.pool.clone()
    }

    /// A connection of its own as `root`, in no schema.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn conn(&self) -> Result<Conn> {
        Conn::new(self.opts())
            .await
            .with_context(|| format!("cannot connect to the test server on port {}", self.port))
    }

    /// Runs statements one by one on a connection of their own.
    ///
    /// # Errors
    /// A statement fails; the error names it.
    pub async fn run(&self, statements: &[&str]) -> Result<()> {
        let mut conn = self.conn().await?;
        for statement in statements {
            conn.query_drop(*statement).await.with_context(|| (*statement).to_owned())?;
        }
        conn.disconnect().await?;
        Ok(())
    }

    /// `@@GLOBAL.gtid_executed` without line breaks; MariaDB's `@@GLOBAL.gtid_current_pos`.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn gtid_executed(&self) -> Result<String> {
        let mut conn = self.conn().await?;
        let set: Option<String> = conn.query_first(self.dialect().executed_gtids()).await?;
        conn.disconnect().await?;
        Ok(set.unwrap_or_default().replace('\n', ""))
    }

    /// Shuts the server down in order; it can be started again.
    ///
    /// # Errors
    /// It does not end within a minute.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        let (result, process) =
            tokio::task::spawn_blocking(move || (process.terminate(STOP_WITHIN), process)).await?;
        if let Err(error) = result {
            self.process = Some(process);
            return Err(error.context(log_tail(&self.log())));
        }
        Ok(())
    }

    /// `kill -9`; it can be started again.
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub fn kill9(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill(),
            None => Ok(()),
        }
    }

    /// Stop and start on the same port.
    ///
    /// # Errors
    /// One of them fails.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start_again().await
    }

    /// `SIGSTOP`: the server falls silent, its connections stay open.
    ///
    /// # Errors
    /// It is not running.
    pub fn freeze(&self) -> Result<()> {
        self.process.as_ref().context("the server is not running")?.freeze()
    }

    /// `SIGCONT` after [`Self::freeze`].
    ///
    /// # Errors
    /// It is not running.
    pub fn thaw(&self) -> Result<()> {
        self.process.as_ref().context("the server is not running")?.thaw()
    }

    /// Lets the server outlive this process; its folder stays too.
    ///
    /// # Errors
    /// It is not running.
    pub fn leave_running(mut self) -> Result<LeftRunning> {
        let process = self.process.take().context("the server is not running")?;
        let pid = process.id();
        process.leave_running()?;
        self.folder.disable_cleanup(true);
        Ok(LeftRunning { pid, folder: self.folder.path().to_owned(), port: self.port })
    }
}

impl Drop for MysqlServer {
    fn drop(&mut self) {
        if let Err(error) = self.kill9() {
            crate::provision::progress::line(&format!("cannot end the test server: {error:#}"));
        }
    }
}

/// Where the program's own files are, and who may run it.
fn place_arguments(binaries: &ServerBinaries) -> Vec<String> {
    let mut arguments = vec!["--no-defaults".to_owned()];
    let folders: [(&str, Option<&Path>); 3] = [
        ("basedir", binaries.basedir.as_deref()),
        ("lc-messages-dir", binaries.lc_messages.as_deref()),
        ("plugin-dir", binaries.plugin_dir.as_deref()),
    ];
    for (name, folder) in folders {
        if let Some(folder) = folder {
            arguments.push(format!("--{name}={}", folder.display()));
        }
    }
    // In a container too: it runs under our own user id.
    if rustix::process::geteuid().is_root() {
        arguments.push("--user=root".to_owned());
    }
    arguments
}
