//! The process is killed at every step of the file sink; what stands in the end is the log, once.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use becauselog_sink::{
    FAILPOINT_VARIABLE, FILE_FAILPOINTS, FileConfig, FileSink, Fsync, OnMissing, Rotation, Sink as _,
    conformance::Log,
};
use serde_json::Value;

const LOG: Log = Log { padding: 40, whole: false };
/// Where a run ends: after so many transactions.
const END: u64 = 120;

const CHILD_FILE: &str = "BECAUSELOG_TEST_FILE";
const CHILD_MOVES: &str = "BECAUSELOG_TEST_MOVES";

/// Not a test of its own: what the child process does. It goes on from where the file stands, to the log's end.
#[test]
fn child_writes_the_log() {
    let Some(path) = std::env::var_os(CHILD_FILE).map(PathBuf::from) else { return };
    let moves = std::env::var_os(CHILD_MOVES).is_some();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(write_the_log(&path, moves));
}

async fn write_the_log(path: &Path, moves: bool) {
    let mut config = FileConfig::new("file", path);
    config.fsync = Fsync::Interval(Duration::from_millis(3));
    if moves {
        config.on_missing = OnMissing::StartNew;
    } else {
        config.rotation = Rotation { bytes_max: Some(2000), age_max: None };
    }
    let mut sink = FileSink::open(config).unwrap();
    let start = sink.stored().await.unwrap().unwrap_or_else(|| LOG.start());
    sink.begin(&start).await.unwrap();
    let mut reader = LOG.read_from(&start);
    let mut written = 0;
    while reader.stored().checkpoint.position.pos < END * 100 {
        sink.write(&reader.next_batch(2)).await.unwrap();
        written += 1;
        if written % 4 == 0 {
            // Time for a sync now and then.
            let _durable_or_not_yet = tokio::time::timeout(Duration::from_millis(2), sink.idle()).await;
        }
        if moves && written % 20 == 0 {
            let number = fs::read_dir(path.parent().unwrap()).unwrap().count();
            fs::rename(path, path.with_file_name(format!("events.{number:010}.jsonl"))).unwrap();
            sink.reopen().await.unwrap();
        }
    }
    sink.flush().await.unwrap();
}

fn child(path: &Path, failpoint: Option<&str>, moves: bool) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "child_writes_the_log"]).env(CHILD_FILE, path);
    command.envs(failpoint.map(|failpoint| (FAILPOINT_VARIABLE, OsString::from(failpoint))));
    command.envs(moves.then_some((CHILD_MOVES, "1")));
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs until the failpoint is hit. False when the log ended before.
fn killed(path: &Path, failpoint: &str, moves: bool) -> bool {
    let output = child(path, Some(failpoint), moves);
    if output.status.success() {
        return false;
    }
    assert_eq!(output.status.signal(), Some(9), "{failpoint}: {}", told(&output));
    let name = failpoint.split(':').next().unwrap();
    assert!(told(&output).contains(&format!("failpoint {name} hit")), "{}", told(&output));
    true
}

/// The numbered files by number, then the one being written.
fn content(path: &Path) -> String {
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
    files.sort_by_key(|file| (file == path, file.clone()));
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn expected() -> String {
    let values = LOG.values_before(END + 1, 0);
    values.into_iter().map(|value| String::from_utf8(value).unwrap() + "\n").collect()
}

fn ends_well(path: &Path, moves: bool, after: &str) {
    let output = child(path, None, moves);
    assert!(output.status.success(), "after {after}: {}", told(&output));
    let content = content(path);
    assert!(content == expected(), "after {after}: {}", first_difference(&content, &expected()));
}

fn first_difference(found: &str, expected: &str) -> String {
    let same = found.lines().zip(expected.lines()).take_while(|(one, other)| one == other).count();
    format!("line {same}: {:?}, not {:?}", found.lines().nth(same), expected.lines().nth(same))
}

/// What a power cut leaves: only what was synced, and a system that was booted anew.
fn cut_the_power(path: &Path) {
    let sidecar = PathBuf::from(format!("{}.position", path.display()));
    let base_path = sidecar.join("position.json");
    let Ok(text) = fs::read(&base_path) else { return };
    let mut base: Value = serde_json::from_slice(&text).unwrap();
    let durable = base["length"].as_u64().unwrap();
    let resize = |path: &Path, length: u64| {
        OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(length)).unwrap();
    };
    if base["moving_to"].is_null() && path.exists() {
        assert!(fs::metadata(path).unwrap().len() >= durable, "less than what was said to be durable");
        resize(path, durable);
    }
    for journal in ["journal.0", "journal.1"] {
        resize(&sidecar.join(journal), 0);
    }
    base["boot"] = "another".into();
    fs::write(&base_path, base.to_string()).unwrap();
}

#[test]
fn a_run_without_a_kill_writes_the_log() {
    for moves in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        ends_well(&path, moves, "nothing");
        assert!(fs::read_dir(folder.path()).unwrap().count() > 4, "several files");
    }
}

#[test]
fn a_kill_at_any_step_loses_nothing_and_writes_nothing_twice() {
    for power_cut in [false, true] {
        for failpoint in FILE_FAILPOINTS {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("events.jsonl");
            let mut hits = 0;
            for nth in [1, 2, 3, 5] {
                let place = format!("{failpoint}:{nth}");
                let hit = killed(&path, &place, false);
                hits += usize::from(hit);
                println!("{place}: {}", if hit { "killed" } else { "the log ended before" });
                if power_cut {
                    cut_the_power(&path);
                }
            }
            assert!(hits > 0, "{failpoint} was never hit");
            ends_well(&path, false, failpoint);
        }
    }
}

#[test]
fn the_position_is_kept_after_the_data_is_synced() {
    for (failpoint, kept) in [("before_sync", false), ("after_sync", false), ("sync_done", true)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        assert!(killed(&path, &format!("sink.file.{failpoint}"), false));
        let base = fs::read(folder.path().join("events.jsonl.position/position.json")).unwrap();
        let base: Value = serde_json::from_slice(&base).unwrap();
        assert_eq!(base["length"].as_u64().unwrap() > 0, kept, "{failpoint}");
        assert!(fs::metadata(&path).unwrap().len() > 0);
    }
}

#[test]
fn a_kill_while_a_file_is_moved_away_by_someone_else_loses_nothing() {
    // `turn.moved` and `turn.move_synced` are for our own moving; nothing is half written when it is moved.
    let not_here = ["moved", "move_synced", "within_write", "before_write", "after_write"];
    for failpoint in FILE_FAILPOINTS {
        if not_here.iter().any(|name| failpoint.ends_with(name)) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let hits = [2, 4].iter().filter(|nth| killed(&path, &format!("{failpoint}:{nth}"), true)).count();
        assert!(hits > 0, "{failpoint} was never hit");
        ends_well(&path, true, failpoint);
    }
}
