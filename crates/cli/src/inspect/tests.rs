//! Files with any damage: the reading ends, with a summary that can be printed, in bounded time and memory, and never panics.
//!
//! The files are the recordings of `becauselog-binlog`, and those in the folders that `BECAUSELOG_SAMPLES` names (several
//! separated by `:`). `BECAUSELOG_SOAK` makes it 10,000 damages a file.

mod damage;

use std::{
    io::Cursor,
    panic::AssertUnwindSafe,
    path::PathBuf,
    time::{Duration, Instant},
};

use becauselog_binlog::{FileEvents, FileSource, Start, Stop};
use damage::Damage;

use super::{Reader, list, render, survey::Survey};

/// How much of a file is damaged: all of it must be read again each time.
const FILE_BYTES_MAX: usize = 64 * 1024;
/// The longest that a reading may take, however busy the machine is.
const READING_MAX: Duration = Duration::from_secs(20);
/// How much more memory the process may take for it, in KiB.
const MEMORY_KIB_MAX: u64 = 512 * 1024;

fn samples() -> Vec<(String, Vec<u8>)> {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/../binlog/tests/data").to_owned();
    let others = std::env::var("BECAUSELOG_SAMPLES").unwrap_or_default();
    let folders = std::iter::once(ours.as_str()).chain(others.split(':').filter(|folder| !folder.is_empty()));
    let mut samples = Vec::new();
    for folder in folders {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.is_file()) {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.truncate(FILE_BYTES_MAX);
            if bytes.get(1..4) == Some(b"bin") {
                samples.push((path.file_name().unwrap().to_string_lossy().into_owned(), bytes));
            }
        }
    }
    assert!(samples.len() > 25, "the recordings are missing");
    samples
}

fn read(bytes: &[u8]) -> Survey {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let survey = Reader::new(3).read(FileEvents::pipe(Cursor::new(bytes.to_vec()), "bin.000001")).await;
        let mut events = FileEvents::pipe(Cursor::new(bytes.to_vec()), "bin.000001");
        list(&mut events, true, &mut std::io::sink()).await.unwrap();
        // The strict reading, of which nothing comes after an error.
        let reader = Cursor::new(bytes.to_vec());
        let mut source = FileSource::pipe(reader, "bin.000001", Start::Earliest, Stop::Never, None);
        while let Ok(Some(_)) = source.next().await {}
        assert!(matches!(source.next().await, Ok(None)), "something comes after the end or an error");
        survey
    })
}

/// The most memory that the process has had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

#[test]
fn damaged_files_are_read_to_an_end() {
    let samples = samples();
    let rounds = if std::env::var_os("BECAUSELOG_SOAK").is_some() { 10_000 } else { 40 };
    let before = peak_kib();
    for (index, (name, bytes)) in samples.iter().enumerate() {
        let has_checksums = read(bytes).files.first().is_some_and(|file| file.checksums);
        for round in 0..rounds {
            let mut damage = Damage::new(index as u64 * 1_000_003 + round);
            let other = &samples[damage.below(samples.len())].1;
            let damaged = damage.apply(bytes, other, has_checksums);
            let begin = Instant::now();
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
                let survey = read(&damaged);
                assert!(!render(&survey).is_empty());
                serde_json::to_string(&survey).unwrap();
            }));
            assert!(outcome.is_ok(), "{name}, damage {round}: a panic");
            assert!(begin.elapsed() < READING_MAX, "{name}, damage {round}: {:?}", begin.elapsed());
        }
    }
    let grown = peak_kib().saturating_sub(before);
    assert!(grown < MEMORY_KIB_MAX, "{grown} KiB more than before");
}
