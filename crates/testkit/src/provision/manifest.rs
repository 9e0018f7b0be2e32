//! What a cached item is made of: every file that was fetched and every program that is run, with their SHA-256.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";

/// The list of an item's files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    item: String,
    /// Where the files came from, for people.
    source: String,
    files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: PathBuf,
    bytes: u64,
    sha256: String,
}

impl Manifest {
    /// Takes the checksums of `files` (relative to `folder`).
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn of(folder: &Path, item: &str, source: &str, files: &[PathBuf]) -> Result<Self> {
        let files = files.iter().map(|path| entry(folder, path)).collect::<Result<_>>()?;
        Ok(Self { format: FORMAT, item: item.to_owned(), source: source.to_owned(), files })
    }

    /// Writes the manifest into the item's folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        fs::write(folder.join(NAME), text)?;
        Ok(())
    }

    /// Reads an item's manifest; `None` if the item is not there.
    ///
    /// # Errors
    /// It is there but cannot be read or understood.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let manifest: Self = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        if manifest.format != FORMAT {
            bail!("{}: format {} is not {FORMAT}", path.display(), manifest.format);
        }
        Ok(Some(manifest))
    }

    /// Compares every listed file under `prefix` with its checksum.
    ///
    /// # Errors
    /// The first file that is missing or differs.
    pub fn verify(&self, folder: &Path, prefix: &str) -> Result<()> {
        let mut seen = 0_usize;
        for listed in self.files.iter().filter(|entry| entry.path.starts_with(prefix)) {
            let found = entry(folder, &listed.path)?;
            if found.sha256 != listed.sha256 {
                bail!("{} has changed since it was fetched", folder.join(&listed.path).display());
            }
            seen += 1;
        }
        if seen == 0 {
            bail!("{} lists no {prefix}", folder.join(NAME).display());
        }
        Ok(())
    }
}

fn entry(folder: &Path, path: &Path) -> Result<Entry> {
    let full = folder.join(path);
    let (sha256, bytes) = sha256(&full)?;
    Ok(Entry { path: path.to_owned(), bytes, sha256 })
}

/// A file's SHA-256 in lower-case hex, and its length.
///
/// # Errors
/// The file cannot be read.
pub fn sha256(path: &Path) -> Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let bytes = io::copy(&mut file, &mut hasher).with_context(|| path.display().to_string())?;
    Ok((hex(&hasher.finalize()), bytes))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("packages")).unwrap();
        let file = PathBuf::from("packages/a.deb");
        fs::write(folder.path().join(&file), b"one").unwrap();
        Manifest::of(folder.path(), "item", "here", std::slice::from_ref(&file))
            .unwrap()
            .write(folder.path())
            .unwrap();
        let manifest = Manifest::read(folder.path()).unwrap().unwrap();
        manifest.verify(folder.path(), "packages").unwrap();
        assert!(manifest.verify(folder.path(), "root").is_err(), "nothing listed is not a pass");
        fs::write(folder.path().join(&file), b"two").unwrap();
        assert!(manifest.verify(folder.path(), "packages").is_err());
        fs::remove_file(folder.path().join(&file)).unwrap();
        assert!(manifest.verify(folder.path(), "packages").is_err());
    }

    #[test]
    fn no_manifest_is_no_item() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Manifest::read(folder.path()).unwrap().is_none());
    }
}
