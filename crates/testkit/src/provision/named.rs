//! Servers that are already on the machine: named by the user, or on PATH.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::binaries::{Launch, Program, ServerBinaries};
use crate::version::{Flavor, Version};

/// Environment variable with the path of a `mysqld`; several of different versions are separated by `:`.
pub const MYSQLD_ENV: &str = "BECAUSELOG_MYSQLD";
/// Environment variable with the path of the `mysql` client.
pub const MYSQL_ENV: &str = "BECAUSELOG_MYSQL";
/// Environment variable with the path of `mysqlbinlog`.
pub const MYSQLBINLOG_ENV: &str = "BECAUSELOG_MYSQLBINLOG";

/// A server that the user names; `Err` says why there is none of this version.
///
/// # Errors
/// The variable is not set, or none of the named servers has this version.
///
/// A named program that cannot be run at all is an error of its own kind: see [`broken`].
pub fn from_environment(version: Version) -> Result<ServerBinaries> {
    let paths = std::env::var_os(MYSQLD_ENV).with_context(|| format!("{MYSQLD_ENV} is not set"))?;
    let mut others = Vec::new();
    for path in std::env::split_paths(&paths) {
        let found = inspect(&path, "named by the user")?;
        if found.version == version {
            return Ok(found);
        }
        others.push(format!("{} is {}", path.display(), found.release));
    }
    bail!("{MYSQLD_ENV} names no {version}: {}", others.join(", "))
}

/// The first named server that cannot be used, if any: what the user names must work, whatever else there is.
#[must_use]
pub fn broken() -> Option<anyhow::Error> {
    let paths = std::env::var_os(MYSQLD_ENV)?;
    std::env::split_paths(&paths).find_map(|path| {
        inspect(&path, "").err().map(|error| error.context(format!("{MYSQLD_ENV} names {}", path.display())))
    })
}

/// `mysqld` (`mariadbd`) on PATH, or in `/usr/sbin` where it usually is.
///
/// # Errors
/// There is none, or it has another version.
pub fn on_path(version: Version) -> Result<ServerBinaries> {
    let name = match version.flavor() {
        Flavor::MySql => "mysqld",
        Flavor::MariaDb => "mariadbd",
    };
    let path = find(name).with_context(|| format!("no {name} on PATH"))?;
    let found = inspect(&path, "on PATH")?;
    if found.version != version {
        bail!("{} on PATH is {}", path.display(), found.release);
    }
    Ok(found)
}

/// A client program: the one the variable names, else the one beside the server, else on PATH.
#[must_use]
pub fn client(variable: &str, name: &str, beside: Option<&Path>) -> Option<Program> {
    match std::env::var_os(variable) {
        Some(path) => Some(Program::plain(Path::new(&path))),
        None => installed(name, beside),
    }
}

/// A client program beside the server, else on PATH.
fn installed(name: &str, beside: Option<&Path>) -> Option<Program> {
    let near = beside.into_iter().flat_map(|folder| [folder.join(name), folder.join("../bin").join(name)]);
    near.filter(|path| path.is_file()).chain(find(name)).next().map(|path| Program::plain(&path))
}

fn inspect(path: &Path, how: &str) -> Result<ServerBinaries> {
    let program = Program::plain(path);
    let release = program.release()?;
    let version = Version::of(release).with_context(|| {
        format!("{} {release} is not covered (MySQL 5.7, 8.x, 9.x and MariaDB 10.11 are)", release.flavor)
    })?;
    let folder = path.parent();
    let base = folder.and_then(Path::parent).and_then(layout);
    // The variables name MySQL's clients.
    let (mysql, mysqlbinlog) = match release.flavor {
        Flavor::MySql => (client(MYSQL_ENV, "mysql", folder), client(MYSQLBINLOG_ENV, "mysqlbinlog", folder)),
        Flavor::MariaDb => (installed("mariadb", folder), installed("mariadb-binlog", folder)),
    };
    Ok(ServerBinaries {
        version,
        release,
        origin: format!("{release} at {}, {how}", path.display()),
        launch: Launch::Native(program),
        basedir: base.as_ref().map(|layout| layout.0.clone()),
        lc_messages: base.map(|layout| layout.1),
        plugin_dir: None,
        mysql,
        mysqlbinlog,
    })
}

/// The base folder of a relocatable server and its messages, known by the messages file.
fn layout(base: &Path) -> Option<(PathBuf, PathBuf)> {
    ["share", "share/mysql"]
        .map(|share| base.join(share))
        .into_iter()
        .find(|share| share.join("english/errmsg.sys").is_file())
        .map(|share| (base.to_owned(), share))
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
