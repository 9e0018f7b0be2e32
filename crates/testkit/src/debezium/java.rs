//! A JDK that can run a source file: one of the machine's, or Debian's package unpacked into the cache.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::provision::apt::{self, Mirror};
use crate::provision::item::{self, Recipe};

/// Environment variable with the path of the `java` to use.
pub const JAVA_ENV: &str = "BECAUSELOG_JAVA";

const OLDEST: u32 = 17;

/// A `java` that was tried.
#[derive(Clone, Debug)]
pub struct Java {
    /// The program.
    pub program: PathBuf,
    /// Its major release.
    pub release: u32,
}

/// The JDK to use: the one that is named, else the newest of the machine's, else one from Debian.
///
/// # Errors
/// The named one cannot be used, or none can be had.
pub fn find() -> Result<Java> {
    if let Some(path) = std::env::var_os(JAVA_ENV).filter(|path| !path.is_empty()) {
        return inspect(Path::new(&path))
            .with_context(|| format!("{JAVA_ENV} names no JDK that can be used"));
    }
    let newest = candidates().iter().filter_map(|path| inspect(path).ok()).max_by_key(|java| java.release);
    if let Some(java) = newest {
        return Ok(java);
    }
    let advice = || format!("no JDK of {OLDEST} or later: install one, or set {JAVA_ENV}=/path/to/bin/java");
    let root = item::ensure(&Package).with_context(advice)?;
    inspect(&program_below(&root)?).with_context(advice)
}

fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().collect();
    found.extend(fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten().map(|entry| entry.path()));
    let mut found: Vec<PathBuf> = found.into_iter().map(|home| home.join("bin/java")).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).map(|folder| folder.join("java")));
    found.retain(|path| path.is_file());
    found.sort();
    found
}

/// Asks a `java` for its release; one without a compiler, or too old, is an error.
fn inspect(program: &Path) -> Result<Java> {
    let ask = |argument: &str| -> Result<String> {
        let output = Command::new(program).arg(argument).stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot run {}", program.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let release = release_in(&ask("--version")?)
        .with_context(|| format!("{} does not say which Java it is", program.display()))?;
    if release < OLDEST {
        bail!("{} is Java {release}, older than {OLDEST}", program.display());
    }
    if !ask("--list-modules")?.contains("jdk.compiler") {
        bail!("{} is a runtime without a compiler; a JDK is needed", program.display());
    }
    Ok(Java { program: program.to_owned(), release })
}

/// `17` of `openjdk 17.0.15 2025-04-15`.
fn release_in(text: &str) -> Option<u32> {
    let version = text.lines().next()?.split(' ').nth(1)?;
    version.split(['.', '-', '+']).next()?.parse().ok()
}

/// Debian's JDK without its graphical half.
struct Package;

impl Recipe for Package {
    fn name(&self) -> &str {
        "jdk"
    }

    fn source(&self) -> String {
        "the machine's Debian release: openjdk-21-jdk-headless or openjdk-17-jdk-headless".to_owned()
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        let mirror = Mirror::of_this_machine()?;
        let newer = mirror.download(&mirror.codename, &["openjdk-21-jdk-headless"], packages);
        newer.or_else(|_older_release| {
            mirror.download(&mirror.codename, &["openjdk-17-jdk-headless"], packages)
        })?;
        // The machine's own libraries run it; only Java itself is kept.
        for file in item::sorted_files(packages)? {
            let name = file.file_name().and_then(|name| name.to_str());
            if !name.is_some_and(|name| name.starts_with("openjdk-")) {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
        apt::unpack(packages, root)?;
        keep_links_inside(root, root)
    }

    fn programs(&self, root: &Path) -> Result<Vec<PathBuf>> {
        Ok(vec![program_below(root)?.strip_prefix(root)?.to_owned()])
    }
}

fn program_below(root: &Path) -> Result<PathBuf> {
    let jvm = root.join("usr/lib/jvm");
    let homes = fs::read_dir(&jvm).with_context(|| jvm.display().to_string())?;
    let mut programs = homes.flatten().map(|entry| entry.path().join("bin/java"));
    programs.find(|path| path.is_file()).with_context(|| format!("no bin/java below {}", jvm.display()))
}

/// The package's configuration is linked by absolute paths: they are made to point into the tree.
fn keep_links_inside(root: &Path, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            keep_links_inside(root, &path)?;
        } else if kind.is_symlink()
            && let Ok(inside) = fs::read_link(&path)?.strip_prefix("/")
        {
            let up = path.strip_prefix(root)?.components().count() - 1;
            let target: PathBuf = std::iter::repeat_n("..", up).collect::<PathBuf>().join(inside);
            fs::remove_file(&path)?;
            symlink(target, &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_from_the_first_line() {
        assert_eq!(release_in("openjdk 17.0.15 2025-04-15\nOpenJDK Runtime"), Some(17));
        assert_eq!(release_in("openjdk 25 2025-09-16"), Some(25));
        assert_eq!(release_in("java 21-ea 2023-09-19"), Some(21));
        assert_eq!(release_in("bash: no such file"), None);
    }

    #[test]
    fn absolute_links_come_to_point_into_the_tree() -> Result<()> {
        let root = tempfile::tempdir()?;
        fs::create_dir_all(root.path().join("etc/java"))?;
        fs::create_dir_all(root.path().join("usr/lib/jdk"))?;
        fs::write(root.path().join("etc/java/security"), "here")?;
        symlink("/etc/java/security", root.path().join("usr/lib/jdk/security"))?;
        keep_links_inside(root.path(), root.path())?;
        assert_eq!(fs::read_to_string(root.path().join("usr/lib/jdk/security"))?, "here");
        Ok(())
    }
}
