//! `libaio.so.1`, which the 8.0 and 5.7 programs are linked with: the system's, or Debian's package unpacked beside.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::apt::{self, Mirror};
use super::item::{self, Recipe};

const NAME: &str = "libaio.so.1";

/// The folder to put on the library path, or `None` where the system has the library already.
///
/// # Errors
/// It is not there and cannot be fetched.
pub fn folder() -> Result<Option<PathBuf>> {
    const SYSTEM: [&str; 6] = [
        "/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/lib64",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
    ];
    if SYSTEM.iter().any(|folder| Path::new(folder).join(NAME).exists()) {
        return Ok(None);
    }
    let root = item::ensure(&Package).context("install libaio (Debian: libaio1 or libaio1t64)")?;
    Ok(Some(root.join("link")))
}

struct Package;

impl Recipe for Package {
    fn name(&self) -> &str {
        "libaio"
    }

    fn source(&self) -> String {
        "the machine's Debian release: libaio1 or libaio1t64".to_owned()
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        let mirror = Mirror::of_this_machine()?;
        // Only the library: the libc it needs is the one that runs.
        let first = mirror.download(&mirror.codename, &["libaio1"], packages);
        first.or_else(|_renamed_since| mirror.download(&mirror.codename, &["libaio1t64"], packages))?;
        for file in item::sorted_files(packages)? {
            let keep = file
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("libaio1"));
            if !keep {
                std::fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
        apt::unpack(packages, root)?;
        let library = find(root)?.context("the package holds no libaio.so.1")?;
        std::fs::create_dir(root.join("link"))?;
        symlink(Path::new("..").join(library.strip_prefix(root)?), root.join("link").join(NAME))?;
        Ok(())
    }

    fn programs(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let library = find(root)?.context("no libaio.so.1")?;
        Ok(vec![library.strip_prefix(root)?.to_owned()])
    }
}

/// The first plain file named `libaio.so.1*` below a folder.
fn find(folder: &Path) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if let Some(found) = find(&entry.path())? {
                return Ok(Some(found));
            }
        } else if entry.file_type()?.is_file() && entry.file_name().to_string_lossy().starts_with(NAME) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}
