//! MySQL from Debian unstable, the only suite that has it: with its own libc, so every program is started through
//! its own loader. A suite moves; what was fetched is kept.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::apt::{self, Mirror};
use super::binaries::{Launch, Program, ServerBinaries};
use super::item::{self, Recipe};
use crate::version::Version;

struct Packages;

impl Recipe for Packages {
    fn name(&self) -> &str {
        "mysql-9.7-debian"
    }

    fn source(&self) -> String {
        "Debian sid: mysql-server-core, mysql-client-core and what they need".to_owned()
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        Mirror::of_this_machine()?.download("sid", &["mysql-server-core", "mysql-client-core"], packages)
    }

    fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
        apt::unpack(packages, root)
    }

    fn programs(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let (loader, _) = loader(root)?;
        let mut programs = vec![loader.strip_prefix(root)?.to_owned()];
        programs.extend(["usr/sbin/mysqld", "usr/bin/mysql", "usr/bin/mysqlbinlog"].map(PathBuf::from));
        Ok(programs)
    }
}

/// Resolves 9.7 from the packages.
///
/// # Errors
/// No Debian mirror, no network, or the suite cannot be installed at the moment.
pub fn resolve() -> Result<ServerBinaries> {
    let root = item::ensure(&Packages)?;
    let (loader, libraries) = loader(&root)?;
    let program = |path: &str| Program {
        argv: vec![
            loader.clone().into(),
            "--library-path".into(),
            libraries.clone().into(),
            root.join(path).into(),
        ],
        env: Vec::new(),
    };
    let mysqld = program("usr/sbin/mysqld");
    let release = mysqld.release()?;
    Ok(ServerBinaries {
        version: Version::V9_7,
        release,
        origin: format!("{release} from Debian packages in the cache"),
        basedir: Some(root.join("usr")),
        lc_messages: Some(root.join("usr/share/mysql")),
        plugin_dir: Some(root.join("usr/lib/mysql/plugin")),
        mysql: Some(program("usr/bin/mysql")),
        mysqlbinlog: Some(program("usr/bin/mysqlbinlog")),
        launch: Launch::Native(mysqld),
    })
}

/// The tree's own loader, `usr/lib/TRIPLE/ld-linux-*.so.*`, and its library folder.
fn loader(root: &Path) -> Result<(PathBuf, PathBuf)> {
    let lib = root.join("usr/lib");
    let triples = std::fs::read_dir(&lib).with_context(|| lib.display().to_string())?;
    for folder in triples.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let found = item::sorted_files(&folder)?.into_iter().find(|file| {
            file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("ld-linux"))
        });
        if let Some(loader) = found {
            return Ok((loader, folder));
        }
    }
    anyhow::bail!("no loader below {}", lib.display())
}
