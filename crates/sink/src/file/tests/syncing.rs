//! What is durable when.

use super::*;

async fn begun_sink(fsync: Fsync) -> (TempDir, PathBuf, FileSink, Reader) {
    let (folder, path) = place();
    let mut sink = FileSink::open(FileConfig { fsync, ..config(&path) }).unwrap();
    sink.begin(&LOG.start()).await.unwrap();
    (folder, path, sink, LOG.read_from(&LOG.start()))
}

fn journal_lines(path: &Path) -> usize {
    let journals = ["journal.0", "journal.1"].map(|name| fs::read(sidecar_of(path).join(name)).unwrap());
    journals.iter().flatten().filter(|byte| **byte == b'\n').count()
}

#[tokio::test]
async fn a_batch_is_seen_at_once_and_durable_after_the_interval() {
    let (_folder, path, mut sink, mut reader) = begun_sink(Fsync::Interval(Duration::from_millis(50))).await;
    assert_eq!(sink.write(&reader.next_batch(5)).await.unwrap(), Outcome::Accepted);
    assert_eq!(fs::read(&path).unwrap(), joined(&reader.values_before()));
    let begun = Instant::now();
    assert_eq!(sink.idle().await.unwrap(), 1);
    assert!(begun.elapsed() >= Duration::from_millis(40), "{:?}", begun.elapsed());
    let nothing = tokio::time::timeout(Duration::from_millis(120), sink.idle()).await;
    assert!(nothing.is_err(), "nothing more to sync");
}

#[tokio::test]
async fn writing_alone_makes_durable_what_is_old_enough() {
    let (_folder, _path, mut sink, mut reader) = begun_sink(Fsync::Interval(Duration::from_millis(5))).await;
    let mut durable = 0;
    for _ in 0..20_000 {
        if let Outcome::Durable(seq) = sink.write(&reader.next_batch(3)).await.unwrap() {
            assert!(seq >= durable);
            durable = seq;
        }
        if durable > 10 {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
    panic!("nothing became durable");
}

#[tokio::test]
async fn each_batch_is_durable_by_itself_when_asked_for() {
    let (_folder, _path, mut sink, mut reader) = begun_sink(Fsync::Batch).await;
    for seq in 1..=20 {
        assert_eq!(sink.write(&reader.next_batch(3)).await.unwrap(), Outcome::Durable(seq));
    }
    assert_eq!(sink.flush().await.unwrap(), 20);
}

#[tokio::test]
async fn without_syncs_written_counts_as_durable() {
    let (_folder, _path, mut sink, mut reader) = begun_sink(Fsync::Never).await;
    assert_eq!(sink.write(&reader.next_batch(3)).await.unwrap(), Outcome::Durable(1));
    assert_eq!(sink.flush().await.unwrap(), 1);
    assert!(tokio::time::timeout(Duration::from_millis(50), sink.idle()).await.is_err());
}

#[tokio::test]
async fn a_long_journal_is_brought_into_the_base_with_every_policy() {
    for fsync in [Fsync::Batch, Fsync::Never] {
        let (_folder, path, sink, mut reader) = begun_sink(fsync).await;
        let mut writer = sink.writer.lock().unwrap();
        append(&mut writer, &mut reader, 20, 1);
        assert_eq!(journal_lines(&path), 20);
        writer.sync_now(None).unwrap();
        append(&mut writer, &mut reader, 5, 1);
        writer.sync_now(None).unwrap();
        assert_eq!(journal_lines(&path), 5, "lines in the base are gone at the sync after it");
    }
}

#[tokio::test]
async fn the_position_names_the_server_that_it_counts_on() {
    let (_folder, path, mut sink, mut reader) = begun_sink(Fsync::default()).await;
    let mut batch = (*reader.next_batch(1)).clone();
    let other = "00000000-0000-0000-0000-000000000007".parse().ok();
    batch.range.progress.server_uuid = other;
    sink.write(&Arc::new(batch)).await.unwrap();
    drop(sink);
    let stored = open::open(config(&path)).unwrap().stored().cloned();
    assert_eq!(stored.and_then(|stored| stored.checkpoint.server_uuid), other);
}

/// The last position that is kept durably.
fn kept(path: &Path) -> StoredPosition {
    let text = fs::read(sidecar_of(path).join("position.json")).unwrap();
    serde_json::from_value(serde_json::from_slice::<serde_json::Value>(&text).unwrap()["stored"].take())
        .unwrap()
}

#[test]
fn nothing_is_durable_before_its_sync_has_ended() {
    let (_folder, path) = place();
    let (mut writer, mut reader) = begun(config(&path));
    append(&mut writer, &mut reader, 3, 2);
    let mut job = writer.begin_sync(None).unwrap();
    assert_eq!(writer.status().durable_seq, 0);
    append(&mut writer, &mut reader, 2, 2);
    assert_eq!(kept(&path), LOG.start());
    let result = job.run();
    assert_eq!(writer.status().durable_seq, 0);
    writer.end_sync(job, result).unwrap();
    assert_eq!(writer.status().durable_seq, 3, "what came during the sync waits for the next");
    writer.sync_now(None).unwrap();
    assert_eq!(writer.status().durable_seq, 5);
    assert_eq!(kept(&path), reader.stored());
}

#[tokio::test]
async fn what_is_called_durable_is_kept_on_the_disk() {
    let (_folder, path, mut sink, mut reader) = begun_sink(Fsync::Interval(Duration::from_millis(1))).await;
    let mut at = vec![LOG.start()];
    let mut durable = 0;
    while durable < 20 && at.len() < 20_000 {
        sleep(Duration::from_millis(1)).await;
        let outcome = sink.write(&reader.next_batch(3)).await.unwrap();
        at.push(reader.stored());
        if let Outcome::Durable(seq) = outcome {
            durable = usize::try_from(seq).unwrap();
        }
        let kept = at.iter().position(|stored| *stored == kept(&path)).expect("where a batch ended");
        assert!(kept >= durable, "{durable} is called durable, {kept} is kept");
    }
    assert!(durable >= 20, "only {durable} of {} became durable", at.len());
}

#[test]
fn a_sync_that_failed_takes_no_journal_line_away() {
    let (folder, path) = place();
    let (mut writer, mut reader) = begun(config(&path));
    append(&mut writer, &mut reader, 3, 2);
    // In the way of the position's next copy.
    let obstacle = sidecar_of(&path).join("position.json.new");
    fs::create_dir(&obstacle).unwrap();
    for _ in 0..3 {
        assert!(writer.sync_now(None).is_err());
        append(&mut writer, &mut reader, 2, 2);
        assert_eq!(writer.status().durable_seq, 0);
    }
    fs::remove_dir(&obstacle).unwrap();
    let image = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), image.path());
    writer.sync_now(None).unwrap();
    assert_eq!(writer.status().durable_seq, 9);
    // A kill before that last sync: every line since the base is needed.
    drop(writer);
    fs::rename(sidecar_of(&path), folder.path().join("after")).unwrap();
    copy_folder(&sidecar_of(&image.path().join("events.jsonl")), &sidecar_of(&path));
    let (_, again) = recovered(config(&path));
    assert_eq!(again.stored(), reader.stored());
}
