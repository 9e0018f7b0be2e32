//! The engine's jars: a fixed list with checksums, fetched from a Maven repository into the cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::provision::item::{self, Recipe};
use crate::provision::manifest::sha256;
use crate::provision::maven::{download, repository};
use crate::provision::progress::Step;

/// The version of Debezium that is recorded from.
pub const VERSION: &str = "3.6.1.Final";

const LOCK: &str = include_str!("jars.lock");

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
pub fn folder() -> Result<PathBuf> {
    let root = item::ensure(&Jars)?;
    Ok(root.with_file_name("packages"))
}

fn listed() -> Result<Vec<Jar<'static>>> {
    LOCK.lines().filter(|line| !line.starts_with('#')).map(jar).collect()
}

fn jar(line: &str) -> Result<Jar<'_>> {
    let mut words = line.split(' ');
    let mut word = || words.next().with_context(|| format!("the list of jars has a line {line:?}"));
    Ok(Jar { sha256: word()?, bytes: word()?.parse()?, path: word()? })
}

struct Jars;

impl Recipe for Jars {
    fn name(&self) -> &str {
        "debezium-3.6.1"
    }

    fn source(&self) -> String {
        format!("Maven: io.debezium:debezium-embedded:{VERSION} with its MySQL connector")
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        let (jars, repository) = (listed()?, repository());
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
        Ok(std::fs::write(root.join("jars.lock"), LOCK)?)
    }

    fn programs(&self, _root: &Path) -> Result<Vec<PathBuf>> {
        Ok(vec![PathBuf::from("jars.lock")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_jar_once_with_its_checksum() -> Result<()> {
        let jars = listed()?;
        let mut names: Vec<_> = jars.iter().map(|jar| jar.path.rsplit('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), jars.len());
        assert!(jars.iter().all(|jar| jar.sha256.len() == 64 && jar.bytes > 0));
        let connector = format!("debezium-connector-mysql-{VERSION}.jar");
        assert!(jars.iter().any(|jar| jar.path.ends_with(&connector)), "{connector}");
        Ok(())
    }
}
