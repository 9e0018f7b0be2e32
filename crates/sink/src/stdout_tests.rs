use std::{
    fs::{File, OpenOptions},
    io::Read as _,
};

use super::*;
use crate::conformance::Log;

const LOG: Log = Log { padding: 5, whole: true };

fn written(content: Content, changes: u64) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut reader, writer) = io::pipe().unwrap();
    let mut sink = StdoutSink::to_descriptor("out", content, writer.into());
    let batch = LOG.read_from(&LOG.start()).next_batch(changes);
    assert_eq!(runtime.block_on(sink.write(&batch)).unwrap(), Outcome::Durable(1));
    drop(sink);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn values_go_out_without_tombstones() {
    // Transaction 1 has one change, transaction 2 nine; (2, 5) is a tombstone.
    let lines: Vec<_> = written(Content::Values, 8).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[0], "{\"t\":1,\"i\":0,\"p\":\"xxxxx\"}");
    assert_eq!(lines[6], "{\"t\":2,\"i\":6,\"p\":\"xxxxx\"}");
}

#[test]
fn records_go_out_whole_with_tombstones_as_null() {
    let text = written(Content::Records, 8);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(
        lines[0],
        "{\"topic\":\"shop.inventory.\\\"orders\\\"\",\"partition\":null,\"key\":{\"id\":0},\
         \"value\":{\"t\":1,\"i\":0,\"p\":\"xxxxx\"},\
         \"headers\":{\"becauselog.id\":\"id:1/0\",\"a\\\"b\":\"id:1/0\"}}"
    );
    assert!(lines[6].contains("\"value\":null,"), "{}", lines[6]);
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_has_gone_is_a_clear_end() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut sink = StdoutSink::to_descriptor("out", Content::Values, writer.into());
    let batch = LOG.read_from(&LOG.start()).next_batch(1);
    assert!(matches!(sink.write(&batch).await, Err(SinkError::ReaderGone { .. })));
    assert!(matches!(&*sink.state().borrow(), SinkState::Closed { .. }));
}

#[tokio::test]
async fn a_full_device_stalls_and_says_so() {
    let full: File = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut sink = StdoutSink::to_descriptor("out", Content::Values, full.into());
    let state = sink.state();
    let batch = LOG.read_from(&LOG.start()).next_batch(1);
    let write = tokio::time::timeout(Duration::from_millis(300), sink.write(&batch)).await;
    assert!(write.is_err(), "it waits");
    match &*state.borrow() {
        SinkState::Stalled { why, attempts, .. } => {
            assert!(why.contains("No space left") && *attempts > 1, "{why} {attempts}");
        }
        other => panic!("{other:?}"),
    };
}

#[tokio::test]
async fn a_descriptor_that_does_not_block_gets_all_of_a_large_batch() {
    let (mut reader, writer) = io::pipe().unwrap();
    let writer: OwnedFd = writer.into();
    let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
    rustix::fs::fcntl_setfl(&writer, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut sink = StdoutSink::to_descriptor("out", Content::Values, writer);
    let log = Log { padding: 100_000, whole: false };
    let batch = log.read_from(&log.start()).next_batch(9);
    let expected = batch.values.clone();
    let read = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::thread::sleep(Duration::from_millis(50));
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    });
    assert_eq!(sink.write(&batch).await.unwrap(), Outcome::Durable(1));
    drop(sink);
    assert!(expected.len() > 500_000);
    assert_eq!(read.join().unwrap(), expected);
}
