//! One cached item: packages as they were fetched, and beside them what was unpacked from them.
//!
//! ```text
//! CACHE/servers/NAME/manifest.json   checksums of packages/* and of the programs that are run
//!                    packages/       the fetched .deb or .jar files
//!                    root/           unpacked
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::manifest::Manifest;
use super::{
    cache,
    progress::{self, Step},
};

/// How an item comes to be.
pub trait Recipe {
    /// The folder's name in the cache.
    fn name(&self) -> &str;
    /// Where it comes from, for people.
    fn source(&self) -> String;
    /// Puts the packages into the folder: the only step that needs the network.
    fn fetch(&self, packages: &Path) -> Result<()>;
    /// Unpacks the packages into the folder.
    fn unpack(&self, packages: &Path, root: &Path) -> Result<()>;
    /// The files below `root` that are run or loaded, relative to it; their checksums are kept too.
    fn programs(&self, root: &Path) -> Result<Vec<PathBuf>>;
}

/// The item's `root` folder, made if it is not in the cache yet or does not match its checksums.
///
/// # Errors
/// Fetching or unpacking fails.
pub fn ensure(recipe: &dyn Recipe) -> Result<PathBuf> {
    let folder = cache::folder()?.join("servers").join(recipe.name());
    let _lock = cache::lock(recipe.name())?;
    ensure_at(&folder, recipe)
}

fn ensure_at(folder: &Path, recipe: &dyn Recipe) -> Result<PathBuf> {
    let known = Manifest::read(folder).unwrap_or_else(|error| {
        progress::line(&format!("{}: {error:#}; making it anew", recipe.name()));
        None
    });
    if let Some(manifest) = &known {
        let whole = manifest.verify(folder, "packages").and_then(|()| manifest.verify(folder, "root"));
        match whole {
            Ok(()) => return Ok(folder.join("root")),
            Err(error) => progress::line(&format!("{}: {error:#}; making it anew", recipe.name())),
        }
    }
    build(recipe, folder, known.as_ref()).with_context(|| format!("cannot provide {}", recipe.name()))?;
    progress::line(&format!("{}: kept in {}", recipe.name(), folder.display()));
    Ok(folder.join("root"))
}

fn build(recipe: &dyn Recipe, folder: &Path, known: Option<&Manifest>) -> Result<()> {
    let scratch = cache::scratch_beside(folder)?;
    let packages = scratch.path().join("packages");
    let root = scratch.path().join("root");
    fs::create_dir(&packages)?;
    fs::create_dir(&root)?;
    // Packages that still match their checksums serve again: a damaged unpacked tree needs no network.
    match known.map(|manifest| manifest.verify(folder, "packages")) {
        Some(Ok(())) => copy_files(&folder.join("packages"), &packages)?,
        _ => recipe.fetch(&packages)?,
    }
    let step = Step::start(&format!("unpacking {}", recipe.name()), None);
    recipe.unpack(&packages, &root)?;
    step.done("unpacked");
    let mut files = Vec::new();
    for file in sorted_files(&packages)? {
        files.push(Path::new("packages").join(file.file_name().context("a package without a name")?));
    }
    for program in recipe.programs(&root)? {
        files.push(Path::new("root").join(program));
    }
    Manifest::of(scratch.path(), recipe.name(), &recipe.source(), &files)?.write(scratch.path())?;
    cache::replace(folder, scratch)
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for file in sorted_files(from)? {
        fs::copy(&file, to.join(file.file_name().context("a package without a name")?))?;
    }
    Ok(())
}

/// The plain files of a folder in the order of their names.
///
/// # Errors
/// The folder cannot be read.
pub fn sorted_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// One package with one program in it; counts how often it is fetched.
    #[derive(Default)]
    struct Small {
        fetched: Cell<u32>,
    }

    impl Recipe for Small {
        fn name(&self) -> &str {
            "small"
        }
        fn source(&self) -> String {
            "a test".to_owned()
        }
        fn fetch(&self, packages: &Path) -> Result<()> {
            self.fetched.set(self.fetched.get() + 1);
            Ok(fs::write(packages.join("a.deb"), b"package")?)
        }
        fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
            fs::copy(packages.join("a.deb"), root.join("program"))?;
            Ok(())
        }
        fn programs(&self, _root: &Path) -> Result<Vec<PathBuf>> {
            Ok(vec!["program".into()])
        }
    }

    #[test]
    fn what_is_there_is_not_fetched_again() -> Result<()> {
        let cache = tempfile::tempdir()?;
        let (folder, recipe) = (cache.path().join("small"), Small::default());
        for _ in 0..3 {
            let root = ensure_at(&folder, &recipe)?;
            assert_eq!(fs::read(root.join("program"))?, b"package");
        }
        assert_eq!(recipe.fetched.get(), 1);
        assert_eq!(fs::read_dir(cache.path())?.count(), 1, "nothing is left beside it");
        Ok(())
    }

    #[test]
    fn a_damaged_program_is_unpacked_again_without_the_network() -> Result<()> {
        let cache = tempfile::tempdir()?;
        let (folder, recipe) = (cache.path().join("small"), Small::default());
        let root = ensure_at(&folder, &recipe)?;
        fs::write(root.join("program"), b"damaged")?;
        assert_eq!(fs::read(ensure_at(&folder, &recipe)?.join("program"))?, b"package");
        fs::remove_dir_all(&root)?;
        assert_eq!(fs::read(ensure_at(&folder, &recipe)?.join("program"))?, b"package");
        assert_eq!(recipe.fetched.get(), 1);
        Ok(())
    }

    #[test]
    fn a_damaged_package_or_manifest_is_fetched_again() -> Result<()> {
        let cache = tempfile::tempdir()?;
        let (folder, recipe) = (cache.path().join("small"), Small::default());
        ensure_at(&folder, &recipe)?;
        fs::write(folder.join("packages/a.deb"), b"damaged")?;
        assert_eq!(fs::read(ensure_at(&folder, &recipe)?.join("program"))?, b"package");
        assert_eq!(recipe.fetched.get(), 2);
        fs::write(folder.join("manifest.json"), b"{")?;
        ensure_at(&folder, &recipe)?;
        assert_eq!(recipe.fetched.get(), 3);
        Ok(())
    }
}
