//! Servers from Debian packages: MySQL 9.7 from unstable, the only suite that has it, and MariaDB 10.11 from bookworm.
//! They come with their own libc, so that they run on any release: every program is started through the tree's own
//! loader. A suite moves; what was fetched is kept.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt::{self, Mirror};
use super::binaries::{Launch, Program, ServerBinaries};
use super::item::{self, Recipe};
use crate::version::Version;

/// One server's packages and programs.
struct Packages {
    item: &'static str,
    suite: &'static str,
    packages: &'static [&'static str],
    server: &'static str,
    client: &'static str,
    binlog: &'static str,
}

const MYSQL: Packages = Packages {
    item: "mysql-9.7-debian",
    suite: "sid",
    packages: &["mysql-server-core", "mysql-client-core"],
    server: "usr/sbin/mysqld",
    client: "usr/bin/mysql",
    binlog: "usr/bin/mysqlbinlog",
};

const MARIADB: Packages = Packages {
    item: "mariadb-10.11-debian",
    suite: "bookworm",
    packages: &["mariadb-server-core", "mariadb-client-core", "mariadb-client"],
    server: "usr/sbin/mariadbd",
    client: "usr/bin/mariadb",
    binlog: "usr/bin/mariadb-binlog",
};

impl Recipe for Packages {
    fn name(&self) -> &str {
        self.item
    }

    fn source(&self) -> String {
        format!("Debian {}: {} and what they need", self.suite, self.packages.join(", "))
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        Mirror::of_this_machine()?.download(self.suite, self.packages, packages)
    }

    fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
        apt::unpack(packages, root)
    }

    fn programs(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let mut programs = vec![loader(root)?.strip_prefix(root)?.to_owned()];
        programs.extend([self.server, self.client, self.binlog].map(PathBuf::from));
        Ok(programs)
    }
}

/// Resolves MySQL 9.7 or MariaDB 10.11 from the packages.
///
/// # Errors
/// Another version; no Debian mirror, no network, or the suite cannot be installed at the moment.
pub fn resolve(version: Version) -> Result<ServerBinaries> {
    let packages = match version {
        Version::V9_7 => MYSQL,
        Version::MariaDb10_11 => MARIADB,
        Version::V8_0 | Version::V5_7 => bail!("Debian has no server of this version"),
    };
    let root = item::ensure(&packages)?;
    let loader = loader(&root)?;
    let libraries = std::env::join_paths(library_folders(&root)?)?;
    let program = |path: &str| Program {
        argv: vec![loader.clone().into(), "--library-path".into(), libraries.clone(), root.join(path).into()],
        env: Vec::new(),
    };
    let server = program(packages.server);
    let release = server.release()?;
    Ok(ServerBinaries {
        version,
        release,
        origin: format!("{release} from Debian packages in the cache"),
        basedir: Some(root.join("usr")),
        lc_messages: Some(root.join("usr/share/mysql")),
        plugin_dir: Some(root.join("usr/lib/mysql/plugin")),
        mysql: Some(program(packages.client)),
        mysqlbinlog: Some(program(packages.binlog)),
        launch: Launch::Native(server),
    })
}

/// The tree's library folders, `lib/TRIPLE` and `usr/lib/TRIPLE`: older suites have some libraries in the first.
fn library_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for lib in ["usr/lib", "lib"].map(|name| root.join(name)).into_iter().filter(|lib| lib.is_dir()) {
        let entries = std::fs::read_dir(&lib).with_context(|| lib.display().to_string())?;
        let triple = |path: &PathBuf| {
            path.is_dir()
                && path.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux-gnu"))
        };
        folders.extend(entries.flatten().map(|entry| entry.path()).filter(triple));
    }
    Ok(folders)
}

/// The tree's own loader, `ld-linux-*.so.*`.
fn loader(root: &Path) -> Result<PathBuf> {
    for folder in library_folders(root)? {
        let found = item::sorted_files(&folder)?.into_iter().find(|file| {
            file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("ld-linux"))
        });
        if let Some(loader) = found {
            return Ok(loader);
        }
    }
    bail!("no loader below {}", root.display())
}
