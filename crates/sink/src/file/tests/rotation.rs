//! Beginning new files.

use super::*;

/// The numbered files in the order of their names, then the one being written.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let names = names.filter(|entry| entry.file_type().unwrap().is_file());
    let mut files: Vec<_> = names
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort_by_key(|(name, _)| (name == "events.jsonl", name.clone()));
    files
}

fn content(folder: &Path) -> Vec<u8> {
    files(folder).into_iter().flat_map(|(_, bytes)| bytes).collect()
}

fn rotating(path: &Path, bytes_max: u64) -> FileConfig {
    FileConfig { rotation: Rotation { bytes_max: Some(bytes_max), age_max: None }, ..config(path) }
}

#[test]
fn full_files_are_numbered_and_no_transaction_is_divided() {
    let (folder, path) = place();
    let (mut writer, mut reader) = begun(rotating(&path, 200));
    append(&mut writer, &mut reader, 200, 2);
    assert_eq!(content(folder.path()), joined(&reader.values_before()));
    let files = files(folder.path());
    assert!(files.len() > 5, "{}", files.len());
    assert_eq!(files[0].0, "events.0000000001.jsonl");
    assert_eq!(files[1].0, "events.0000000002.jsonl");
    let transaction =
        |line: &[u8]| serde_json::from_slice::<serde_json::Value>(line).unwrap()["t"].as_u64().unwrap();
    for pair in files.windows(2) {
        let last = pair[0].1.split_inclusive(|b| *b == b'\n').next_back().map(transaction);
        let first = pair[1].1.split_inclusive(|b| *b == b'\n').next().map(transaction);
        assert!(first.is_none() || last < first, "{last:?} {first:?}");
        assert!(pair[0].1.len() < 400, "at most one transaction more than the limit");
    }
}

#[test]
fn a_name_that_is_taken_is_left_alone() {
    let (folder, path) = place();
    let (mut writer, mut reader) = begun(rotating(&path, 200));
    for number in [1, 2, 5] {
        fs::write(folder.path().join(format!("events.{number:010}.jsonl")), b"mine\n").unwrap();
    }
    append(&mut writer, &mut reader, 100, 3);
    let files = files(folder.path());
    for (i, mine) in [(0, true), (1, true), (2, false), (3, false), (4, true), (5, false)] {
        assert_eq!(files[i].1 == b"mine\n", mine, "{}", files[i].0);
    }
    let ours: Vec<u8> = files.into_iter().filter(|f| f.1 != b"mine\n").flat_map(|f| f.1).collect();
    assert_eq!(ours, joined(&reader.values_before()));
}

#[tokio::test]
async fn a_file_that_is_old_is_finished_without_another_write() {
    let (folder, path) = place();
    let rotation = Rotation { bytes_max: None, age_max: Some(Duration::from_millis(60)) };
    let mut sink = FileSink::open(FileConfig { rotation, ..config(&path) }).unwrap();
    sink.begin(&LOG.start()).await.unwrap();
    let mut reader = LOG.read_from(&LOG.start());
    let nothing = tokio::time::timeout(Duration::from_millis(150), sink.idle()).await;
    assert!(nothing.is_err(), "an empty file is not finished");
    // The first transaction is whole with this.
    sink.write(&reader.next_batch(1)).await.unwrap();
    assert_eq!(sink.idle().await.unwrap(), 1);
    let files = files(folder.path());
    assert_eq!(files.len(), 2);
    assert_eq!(files[0].1, joined(&reader.values_before()));
    // In the middle of the second one it has to wait.
    sink.write(&reader.next_batch(1)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(150), sink.idle()).await.is_err());
    sink.write(&reader.next_batch(8)).await.unwrap();
    assert_eq!(sink.idle().await.unwrap(), 3);
    assert_eq!(self::files(folder.path()).len(), 3);
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_begun_anew_on_reopen() {
    let (folder, path) = place();
    let mut sink = FileSink::open(config(&path)).unwrap();
    sink.begin(&LOG.start()).await.unwrap();
    let mut reader = LOG.read_from(&LOG.start());
    sink.write(&reader.next_batch(5)).await.unwrap();
    sink.reopen().await.unwrap();
    assert_eq!(files(folder.path()).len(), 1, "nothing was moved");

    let aside = folder.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    sink.write(&reader.next_batch(5)).await.unwrap();
    let in_the_old = joined(&reader.values_before());
    sink.reopen().await.unwrap();
    assert_eq!(fs::read(&aside).unwrap(), in_the_old, "all of it, until it is told");
    sink.write(&reader.next_batch(5)).await.unwrap();
    sink.flush().await.unwrap();
    let all = [fs::read(&aside).unwrap(), fs::read(&path).unwrap()].concat();
    assert_eq!(all, joined(&reader.values_before()));
    drop(sink);

    // And the position goes with the new file.
    let mut sink = FileSink::open(config(&path)).unwrap();
    assert_eq!(sink.stored().await.unwrap(), Some(reader.stored()));
    fs::rename(&path, folder.path().join("aside.2")).unwrap();
    fs::write(&path, b"").unwrap();
    sink.reopen().await.unwrap();
    fs::rename(&path, folder.path().join("aside.3")).unwrap();
    fs::write(&path, b"mine\n").unwrap();
    assert!(matches!(sink.reopen().await, Err(SinkError::Foreign { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"mine\n");
}
