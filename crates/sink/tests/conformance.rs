//! The suite on our own sinks, and on sinks that are wrong in one way each.

use std::{
    fs::{self, File},
    io::Read as _,
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use becauselog_sink::{
    Content, FileConfig, FileSink, Fsync, Rotation, SinkError, StdoutSink,
    conformance::{Promises, Subject, run},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tempfile::TempDir;

#[path = "conformance/wrong.rs"]
mod wrong;

/// A file in a folder of its own.
struct FileSubject {
    folder: TempDir,
    config: FileConfig,
}

impl FileSubject {
    fn new(change: impl FnOnce(&mut FileConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = FileConfig::new("file", folder.path().join("events.jsonl"));
        change(&mut config);
        Self { folder, config }
    }
}

impl Subject for FileSubject {
    type Sink = FileSink;

    fn promises(&self) -> Promises {
        Promises { keeps_position: true }
    }

    fn open(&self) -> Result<FileSink, SinkError> {
        FileSink::open(self.config.clone())
    }

    fn delivered(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
        // The numbered ones by their numbers, the one being written last.
        files.sort_by_key(|path| (*path == self.config.path, path.clone()));
        let bytes: Vec<u8> = files.iter().flat_map(|path| fs::read(path).unwrap()).collect();
        values(self.config.content, &bytes)
    }
}

#[derive(Deserialize)]
struct WholeRecord<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// The values in whole lines; a torn last line is not one.
fn values(content: Content, bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
    match content {
        Content::Values => lines.map(<[u8]>::to_vec).collect(),
        Content::Records => lines
            .filter_map(|line| serde_json::from_slice::<WholeRecord<'_>>(line).unwrap().value)
            .map(|value| value.get().as_bytes().to_vec())
            .collect(),
    }
}

#[tokio::test]
async fn the_file_sink_keeps_the_contract_with_every_fsync_policy() {
    let policies = [Fsync::Batch, Fsync::Never, Fsync::default(), Fsync::Interval(Duration::from_millis(1))];
    for fsync in policies {
        run(|| FileSubject::new(|config| config.fsync = fsync)).await.unwrap();
    }
}

#[tokio::test]
async fn the_file_sink_keeps_the_contract_with_whole_records() {
    run(|| FileSubject::new(|config| config.content = Content::Records)).await.unwrap();
}

#[tokio::test]
async fn the_file_sink_keeps_the_contract_while_it_rotates_all_the_time() {
    let rotation = Rotation { bytes_max: Some(150), age_max: None };
    for fsync in [Fsync::Batch, Fsync::Interval(Duration::from_millis(1)), Fsync::default()] {
        let subject = || {
            FileSubject::new(|config| {
                config.rotation = rotation;
                config.fsync = fsync;
            })
        };
        run(subject).await.unwrap();
    }
    let subject = || FileSubject::new(|config| config.rotation.age_max = Some(Duration::from_millis(1)));
    run(subject).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_sink_keeps_the_contract_on_many_threads() {
    run(|| FileSubject::new(|config| config.fsync = Fsync::Interval(Duration::from_millis(1))))
        .await
        .unwrap();
}

/// A pipe that is read to its end by a thread.
struct PipeSubject {
    writer: Mutex<Option<OwnedFd>>,
    read: Arc<Mutex<Vec<u8>>>,
    ended: mpsc::Receiver<()>,
}

impl PipeSubject {
    fn new() -> Self {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let read = Arc::new(Mutex::new(Vec::new()));
        let (done, ended) = mpsc::channel();
        let sink = Arc::clone(&read);
        std::thread::spawn(move || {
            let mut bytes = [0; 7];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                sink.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
            drop(done);
        });
        Self { writer: Mutex::new(Some(writer.into())), read, ended }
    }
}

impl Subject for PipeSubject {
    type Sink = StdoutSink;

    fn promises(&self) -> Promises {
        Promises { keeps_position: false }
    }

    fn open(&self) -> Result<StdoutSink, SinkError> {
        let writer = self.writer.lock().unwrap().take().expect("a pipe is opened once");
        Ok(StdoutSink::to_descriptor("pipe", Content::Values, writer))
    }

    fn delivered(&self) -> Vec<Vec<u8>> {
        // Until the reader has all: for ever where the sink is still there, so only a little.
        let _ended_or_open = self.ended.recv_timeout(Duration::from_millis(200));
        values(Content::Values, &self.read.lock().unwrap())
    }
}

#[tokio::test]
async fn the_stdout_sink_keeps_the_contract() {
    run(PipeSubject::new).await.unwrap();
}

#[test]
fn the_suite_leaves_a_file_that_is_there_alone() {
    // Guards the reading back itself: what it says must depend on the file.
    let subject = FileSubject::new(|_| {});
    assert!(subject.delivered().is_empty());
    fs::write(&subject.config.path, b"one\ntwo\nthr").unwrap();
    assert_eq!(subject.delivered(), [b"one".to_vec(), b"two".to_vec()]);
    assert!(File::open(&subject.config.path).is_ok());
}
