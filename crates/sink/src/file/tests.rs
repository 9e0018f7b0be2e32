use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::conformance::{Log, Reader};

mod crash;
mod foreign;
mod rotation;
mod syncing;

const LOG: Log = Log { padding: 5, whole: false };

/// A folder of its own, and the data file's path in it.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    (folder, path)
}

fn config(path: &Path) -> FileConfig {
    FileConfig::new("file", path)
}

/// A writer at the log's beginning.
fn begun(config: FileConfig) -> (Writer, Reader) {
    let mut writer = open::open(config).unwrap();
    writer.begin(&LOG.start()).unwrap();
    (writer, LOG.read_from(&LOG.start()))
}

fn append(writer: &mut Writer, reader: &mut Reader, batches: usize, changes: u64) {
    for _ in 0..batches {
        writer.append(&reader.next_batch(changes)).unwrap();
    }
}

fn joined(values: &[Vec<u8>]) -> Vec<u8> {
    values.iter().flat_map(|value| [value.as_slice(), b"\n"].concat()).collect()
}

/// Opens again after a crash, checks that position and data fit, and says where it stands.
fn recovered(config: FileConfig) -> (Writer, Reader) {
    let path = config.path.clone();
    let writer = open::open(config).unwrap();
    let reader = LOG.read_from(writer.stored().unwrap());
    let found = fs::read(path).unwrap();
    assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&joined(&reader.values_before())));
    (writer, reader)
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn sidecar_of(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.position", path.display()))
}

fn cut(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn write_at(path: &Path, bytes: &[u8], at: u64) {
    OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
}
