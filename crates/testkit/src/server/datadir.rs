//! Data folders, initialised once per server and set of options, then copied: a start takes a second or two.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::process::{Process, log_tail};
use crate::dialect::Dialect;
use crate::provision::{ServerBinaries, cache, manifest, progress::Step};
use crate::version::Flavor;

/// Options that shape a data folder when it is made, and cannot be changed later.
const SHAPING: [&str; 6] = [
    "lower-case-table-names",
    "innodb-page-size",
    "innodb-data-file-path",
    "innodb-undo-tablespaces",
    "character-set-server",
    "collation-server",
];

/// Runs once, unlogged: the account that tests use, from any loopback address, without a password.
const ACCOUNTS: &str = "CREATE USER 'root'@'%' IDENTIFIED BY '';\n\
                        GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;\n";

/// MariaDB's own scripts for its system tables, in order; without help texts and the sys schema.
const BOOTSTRAP: [&str; 4] = [
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
];

/// Copies the initialised data folder for these options to `target`, which must not exist.
///
/// # Errors
/// The folder cannot be initialised or copied.
pub fn copy_to(binaries: &ServerBinaries, options: &[(String, String)], target: &Path) -> Result<()> {
    let template = template(binaries, options)?;
    copy(&template, target)
}

/// Copies a data folder, sharing blocks where the file system can; the copy gets a server uuid of its own.
///
/// # Errors
/// The copy fails.
pub fn copy(from: &Path, target: &Path) -> Result<()> {
    let output = Command::new("cp")
        .args(["-a", "--reflink=auto"])
        .args([from, target])
        .stdin(Stdio::null())
        .output()
        .context("cannot run cp")?;
    if !output.status.success() {
        bail!("cp: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let uuid = target.join("auto.cnf");
    if uuid.exists() {
        fs::remove_file(uuid)?;
    }
    Ok(())
}

fn template(binaries: &ServerBinaries, options: &[(String, String)]) -> Result<PathBuf> {
    let shaping: Vec<&(String, String)> =
        options.iter().filter(|(name, _)| SHAPING.contains(&name.as_str())).collect();
    let mut hasher = Sha256::new();
    hasher.update(format!("2 {} {} {shaping:?} {ACCOUNTS}", binaries.release, binaries.origin));
    let key = manifest::hex(&hasher.finalize()[..6]);
    let name = format!("{}-{key}", binaries.release);
    let folder = cache::folder()?.join("datadirs").join(&name);
    let _lock = cache::lock(&format!("datadir-{name}"))?;
    if folder.exists() {
        return Ok(folder);
    }
    let release = binaries.release;
    let step = Step::start(&format!("initialising a data folder of {} {release}", release.flavor), None);
    let scratch = cache::scratch_beside(&folder)?;
    initialise(binaries, &shaping, scratch.path())?;
    let data = scratch.path().join("data");
    let finished = cache::scratch_beside(&folder)?;
    fs::remove_dir(finished.path())?;
    fs::rename(&data, finished.path())?;
    cache::replace(&folder, finished)?;
    step.done("made");
    Ok(folder)
}

fn initialise(binaries: &ServerBinaries, shaping: &[&(String, String)], folder: &Path) -> Result<()> {
    let log = folder.join("mysqld.log");
    let redo =
        Dialect::of(binaries.release).defaults().into_iter().filter(|(name, _)| name.starts_with("innodb"));
    let mut arguments = super::place_arguments(binaries);
    arguments.push(format!("--datadir={}", folder.join("data").display()));
    arguments.push(format!("--log-error={}", log.display()));
    arguments.push("--secure-file-priv=".to_owned());
    let shaping = shaping.iter().map(|pair| (*pair).clone());
    arguments.extend(redo.chain(shaping).map(|(name, value)| format!("--{name}={value}")));
    let input = match binaries.release.flavor {
        Flavor::MySql => {
            let accounts = folder.join("accounts.sql");
            fs::write(&accounts, ACCOUNTS)?;
            arguments
                .extend(["--initialize-insecure".to_owned(), format!("--init-file={}", accounts.display())]);
            Stdio::null()
        }
        Flavor::MariaDb => {
            fs::create_dir_all(folder.join("data/mysql"))?;
            arguments.push("--bootstrap".to_owned());
            bootstrap(binaries, folder)?
        }
    };
    let mut process = Process::start_reading(input, &binaries.launch, folder, &arguments, &log)?;
    let status = loop {
        if let Some(status) = process.ended()? {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    process.kill()?;
    if !status.success() {
        bail!("mysqld cannot make a data folder: {status}\n{}", log_tail(&log));
    }
    Ok(())
}

/// What MariaDB reads to make its system tables, as `mariadb-install-db` gives it, and the accounts.
fn bootstrap(binaries: &ServerBinaries, folder: &Path) -> Result<Stdio> {
    let share = binaries.lc_messages.as_deref().unwrap_or(Path::new("/usr/share/mysql"));
    let mut sql =
        b"CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n".to_vec();
    for name in BOOTSTRAP {
        let path = share.join(name);
        sql.extend(fs::read(&path).with_context(|| path.display().to_string())?);
    }
    sql.extend(format!("FLUSH PRIVILEGES;\n{ACCOUNTS}").into_bytes());
    let path = folder.join("bootstrap.sql");
    fs::write(&path, sql)?;
    Ok(Stdio::from(File::open(path)?))
}
