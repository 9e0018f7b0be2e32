//! Really no room: a limit on the file's size, which any user can set, and a small file system where one can be mounted.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use becauselog_sink::{
    Content, FileConfig, FileSink, Fsync, Sink as _, SinkState, StdoutSink, conformance::Log,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::watch;

const LOG: Log = Log { padding: 300, whole: true };

const CHILD_FOLDER: &str = "BECAUSELOG_TEST_FULL";
const FILLER: &str = "filler";

/// Not a test of its own: what the child process does, where there is little room.
#[test]
fn child_writes_until_there_is_no_room_and_then_on() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER).map(PathBuf::from) else { return };
    for (name, fsync) in [("batch", Fsync::Batch), ("interval", Fsync::Interval(Duration::from_millis(1)))] {
        for content in [Content::Values, Content::Records] {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(fill(&folder, name, fsync, content));
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(fill_output(&folder));
}

/// The stdout sink keeps no position: it has to go on where the device took no more, in the middle of a batch.
async fn fill_output(folder: &Path) {
    let room = Room::short_of(folder);
    let path = folder.join("output.jsonl");
    let mut sink = StdoutSink::to_descriptor("out", Content::Values, fs::File::create(&path).unwrap().into());
    let (state, watched) = (sink.state(), path.clone());
    let relief = tokio::spawn(async move {
        let why = stalled(state).await;
        println!("stalled at {} bytes: {why}", fs::metadata(&watched).unwrap().len());
        room.make();
    });
    let mut reader = LOG.read_from(&LOG.start());
    for _ in 0..60 {
        sink.write(&reader.next_batch(7)).await.unwrap();
    }
    relief.await.unwrap();
    let expected: Vec<u8> =
        reader.values_before().iter().flat_map(|v| [v.as_slice(), b"\n"].concat()).collect();
    assert!(fs::read(&path).unwrap() == expected, "torn or doubled");
}

async fn fill(folder: &Path, name: &str, fsync: Fsync, content: Content) {
    let room = Room::short_of(folder);
    let path = folder.join(format!("{name}-{content:?}.jsonl"));
    let mut config = FileConfig::new("file", &path);
    config.fsync = fsync;
    config.content = content;
    let mut sink = FileSink::open(config.clone()).unwrap();
    sink.begin(&LOG.start()).await.unwrap();
    let mut reader = LOG.read_from(&LOG.start());
    let (state, watched) = (sink.state(), path.clone());
    let relief = tokio::spawn(async move {
        let why = stalled(state.clone()).await;
        // It has tried again meanwhile, and left whole lines only.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let seen = fs::read(&watched).unwrap();
        assert!(seen.is_empty() || seen.ends_with(b"\n"), "a torn line is left");
        assert!(
            matches!(&*state.borrow(), SinkState::Stalled { attempts: 2.., .. }),
            "{:?}",
            *state.borrow()
        );
        println!("stalled at {} bytes: {why}", seen.len());
        room.make();
        state
    });
    for _ in 0..60 {
        sink.write(&reader.next_batch(7)).await.unwrap();
    }
    sink.flush().await.unwrap();
    let state = tokio::time::timeout(Duration::from_secs(5), relief).await.expect("it has stalled").unwrap();
    assert_eq!(*state.borrow(), SinkState::Running);
    drop(sink);
    let written = fs::read(&path).unwrap();
    let lines = written.split_inclusive(|byte| *byte == b'\n');
    let values = reader.values_before();
    match content {
        Content::Values => {
            assert!(lines.map(|line| &line[..line.len() - 1]).eq(values.iter().map(Vec::as_slice)))
        }
        Content::Records => {
            let full = lines.map(|line| serde_json::from_slice::<serde_json::Value>(line).unwrap());
            let found: Vec<_> = full.map(|record| record["value"].clone()).filter(|v| !v.is_null()).collect();
            let expected: Vec<serde_json::Value> =
                values.iter().map(|value| serde_json::from_slice(value).unwrap()).collect();
            assert_eq!(found, expected);
        }
    }
    let mut again = FileSink::open(config).unwrap();
    assert_eq!(again.stored().await.unwrap(), Some(reader.stored()));
}

async fn stalled(mut state: watch::Receiver<SinkState>) -> String {
    let stalled = state.wait_for(|state| matches!(state, SinkState::Stalled { .. })).await;
    match &*stalled.unwrap() {
        SinkState::Stalled { why, .. } => why.clone(),
        other => panic!("{other:?}"),
    }
}

/// What keeps us from writing, and how it goes away.
enum Room {
    Limit(Rlimit),
    Filler(PathBuf),
}

impl Room {
    fn short_of(folder: &Path) -> Self {
        let filler = folder.join(FILLER);
        if folder.join("small").exists() {
            // All of it, but for 20 KiB.
            let mut file = fs::File::create(&filler).unwrap();
            while file.write_all(&[0; 4096]).is_ok() {}
            let length = file.metadata().unwrap().len();
            file.set_len(length - 20_480).unwrap();
            return Self::Filler(filler);
        }
        let before = getrlimit(Resource::Fsize);
        setrlimit(Resource::Fsize, Rlimit { current: Some(20_123), maximum: before.maximum }).unwrap();
        Self::Limit(before)
    }

    fn make(self) {
        match self {
            Self::Limit(before) => setrlimit(Resource::Fsize, before).unwrap(),
            Self::Filler(path) => fs::remove_file(path).unwrap(),
        }
    }
}

fn child(folder: &Path, shell: &[&str]) -> std::process::Output {
    let program = std::env::current_exe().unwrap();
    let name = "child_writes_until_there_is_no_room_and_then_on";
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(program).args(["--exact", "--nocapture", name]).env(CHILD_FOLDER, folder);
    command.output().unwrap()
}

#[test]
fn a_file_that_may_not_grow_stalls_the_sink_until_it_may() {
    let folder = tempfile::tempdir().unwrap();
    // The signal of that limit is ignored, so that the write itself fails, as on a full disk.
    let output = child(folder.path(), &["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches("stalled at").count(), 5, "{told}");
    assert!(told.contains("File too large"), "{told}");
}

#[test]
fn a_full_file_system_stalls_the_sink_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=920k small \"$BECAUSELOG_TEST_FULL\" || exit 77; \
                  touch \"$BECAUSELOG_TEST_FULL/small\"; exec \"$0\" \"$@\"";
    let shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script];
    if !Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .status()
        .is_ok_and(|s| s.success())
    {
        // Not silent, and not alone: the test above runs everywhere and goes the same way through the sink.
        eprintln!("NOT RUN: this system lets no user mount a small file system (unshare --user --mount)");
        return;
    }
    let output = child(folder.path(), &shell);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches("stalled at").count(), 5, "{told}");
    assert!(told.contains("No space left"), "{told}");
}
