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
    for _ in 0..2000 {
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
