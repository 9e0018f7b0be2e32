//! The engine's jars, with its connector for MySQL or for MariaDB: fixed lists with checksums, fetched from a Maven
//! repository into the cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::provision::item::{self, Recipe};
use crate::provision::manifest::sha256;
use crate::provision::maven::{download, repository};
use crate::provision::progress::Step;
use crate::version::Flavor;

/// The version of Debezium that is recorded from.
pub const VERSION: &str = "3.6.1.Final";
/// The same for MariaDB: the newest whose connector is to be had.
pub const MARIADB_VERSION: &str = "3.5.0.Final";

/// One engine with one connector.
#[derive(Clone, Copy)]
struct Jars {
    item: &'static str,
    connector: &'static str,
    version: &'static str,
    lock: &'static str,
}

const MYSQL: Jars = Jars {
    item: "debezium-3.6.1",
    connector: "debezium-connector-mysql",
    version: VERSION,
    lock: include_str!("jars.lock"),
};

const MARIADB: Jars = Jars {
    item: "debezium-mariadb-3.5.0",
    connector: "debezium-connector-mariadb",
    version: MARIADB_VERSION,
    lock: include_str!("jars-mariadb.lock"),
};

/// One jar of the list.
struct Jar<'a> {
    sha256: &'a str,
    bytes: u64,
    path: &'a str,
}

/// The folder with all jars, fetched if need be.
///
/// # Errors
/// The repository cannot be reached, or a jar has another checksum.
pub fn folder(flavor: Flavor) -> Result<PathBuf> {
    let jars = match flavor {
        Flavor::MySql => MYSQL,
        Flavor::MariaDb => MARIADB,
    };
    let root = item::ensure(&jars)?;
    Ok(root.with_file_name("packages"))
}

impl Jars {
    fn listed(self) -> Result<Vec<Jar<'static>>> {
        self.lock.lines().filter(|line| !line.starts_with('#')).map(jar).collect()
    }
}

fn jar(line: &str) -> Result<Jar<'_>> {
    let mut words = line.split(' ');
    let mut word = || words.next().with_context(|| format!("the list of jars has a line {line:?}"));
    Ok(Jar { sha256: word()?, bytes: word()?.parse()?, path: word()? })
}

impl Recipe for Jars {
    fn name(&self) -> &str {
        self.item
    }

    fn source(&self) -> String {
        format!("Maven: io.debezium:debezium-embedded:{} with its {}", self.version, self.connector)
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        let (jars, repository) = (self.listed()?, repository());
        let total = jars.iter().map(|jar| jar.bytes).sum();
        let step = Step::start(&format!("fetching {} ({} jars)", self.source(), jars.len()), Some(total));
        let mut done = 0;
        for jar in &jars {
            let name = Path::new(jar.path).file_name().context("a jar without a name")?;
            let (address, to) = (format!("{repository}/{}", jar.path), packages.join(name));
            download(&address, &to, |bytes| step.at(done + bytes))?;
            let (found, bytes) = sha256(&to)?;
            if found != jar.sha256 {
                bail!("{address} has the checksum {found}, not {}: not used", jar.sha256);
            }
            done += bytes;
        }
        step.done("fetched");
        Ok(())
    }

    /// Jars are used as they are; beside them is kept which they are, for whoever looks.
    fn unpack(&self, _packages: &Path, root: &Path) -> Result<()> {
        Ok(std::fs::write(root.join("jars.lock"), self.lock)?)
    }

    fn programs(&self, _root: &Path) -> Result<Vec<PathBuf>> {
        Ok(vec![PathBuf::from("jars.lock")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_name_each_jar_once_with_its_checksum() -> Result<()> {
        for list in [MYSQL, MARIADB] {
            let jars = list.listed()?;
            let mut names: Vec<_> = jars.iter().map(|jar| jar.path.rsplit('/').next()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), jars.len());
            assert!(jars.iter().all(|jar| jar.sha256.len() == 64 && jar.bytes > 0));
            let connector = format!("{}-{}.jar", list.connector, list.version);
            assert!(jars.iter().any(|jar| jar.path.ends_with(&connector)), "{connector}");
        }
        Ok(())
    }
}
