use becauselog_binlog::event::{Event, EventFlags, EventHeader, EventKind, Xid};
use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Checkpoint, Flavor, Gtid, GtidSet, Transaction};
use bytes::Bytes;

use super::*;

const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

fn xid(text: &str) -> Xid {
    Xid { format_id: 1, gtrid: text.as_bytes().into(), bqual: (*b"b").into() }
}

fn gtid(number: u64) -> Gtid {
    format!("{UUID}:{number}").parse().unwrap()
}

fn at(pos: u64) -> BinlogPosition {
    BinlogPosition { file: "bin.000001".into(), pos }
}

fn transaction(number: u64) -> Transaction {
    Transaction {
        gtid: Some(gtid(number)),
        server_uuid: None,
        begin: at(number * 100),
        thread_id: Some(9),
        original_commit_us: Some(1),
        immediate_commit_us: None,
    }
}

fn event(number: u8) -> Event {
    let flags = EventFlags(0);
    let kind = EventKind::WRITE_ROWS;
    Event {
        header: EventHeader { timestamp_s: 1, kind, server_id: 1, event_size: 20, log_pos: 9, flags },
        file: "bin.000001".into(),
        start: 5,
        end: 9,
        nested: false,
        body: Bytes::from(vec![number; 1000]),
    }
}

fn events(number: u8) -> GroupEvents {
    GroupEvents::Memory(vec![event(number), event(number)].into_iter())
}

fn seen(last: u64) -> Checkpoint {
    let gtids: GtidSet = format!("{UUID}:1-{last}").parse().unwrap();
    Checkpoint {
        version: CHECKPOINT_VERSION,
        flavor: Flavor::MySql,
        server_uuid: None,
        gtids,
        position: at(last * 100),
    }
}

fn open(folder: &std::path::Path, checkpoint: u64) -> XaStore {
    XaStore::open(folder.to_owned(), XaLimits::default(), Some(&seen(checkpoint))).unwrap()
}

fn bodies(prepared: Prepared) -> Vec<u8> {
    prepared.events.map(|event| event.unwrap().body[0]).collect()
}

#[test]
fn prepared_rows_survive_a_restart_until_their_commit_is_behind_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    store.prepare(&xid("x"), &transaction(2), events(7)).unwrap();
    drop(store);
    let mut store = open(folder.path(), 2);
    let prepared = store.prepared(&xid("x"), &at(900)).unwrap();
    assert_eq!(prepared.transaction, transaction(2));
    assert_eq!(bodies(prepared), [7, 7]);
    store.settle(&xid("x"), Some(&gtid(5)), &at(510), 1).unwrap();
    assert!(matches!(store.prepared(&xid("x"), &at(900)), Err(XaError::Unknown { .. })));
    drop(store);
    // The commit was not durable: it comes again.
    let store = open(folder.path(), 4);
    assert_eq!(bodies(store.prepared(&xid("x"), &at(900)).unwrap()), [7, 7]);
    let mut store = open(folder.path(), 4);
    store.settle(&xid("x"), Some(&gtid(5)), &at(510), 1).unwrap();
    drop(store);
    let store = open(folder.path(), 5);
    assert_eq!(store.open_count(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_xid_that_is_used_again_does_not_touch_the_rows_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    store.prepare(&xid("x"), &transaction(2), events(1)).unwrap();
    store.settle(&xid("x"), Some(&gtid(3)), &at(310), 1).unwrap();
    store.prepare(&xid("x"), &transaction(4), events(2)).unwrap();
    assert_eq!(bodies(store.prepared(&xid("x"), &at(900)).unwrap()), [2, 2]);
    drop(store);
    // Back before the first COMMIT: its rows are the first ones, and the second PREPARE comes again.
    let mut store = open(folder.path(), 2);
    assert_eq!(bodies(store.prepared(&xid("x"), &at(310)).unwrap()), [1, 1]);
    store.settle(&xid("x"), Some(&gtid(3)), &at(310), 1).unwrap();
    store.prepare(&xid("x"), &transaction(4), events(2)).unwrap();
    assert_eq!(bodies(store.prepared(&xid("x"), &at(900)).unwrap()), [2, 2]);
}

/// The names in a folder.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_note_that_lost_its_rows_in_a_crash_is_cleaned_away_and_settles_nothing_later() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    store.prepare(&xid("x"), &transaction(2), events(1)).unwrap();
    store.settle(&xid("x"), Some(&gtid(3)), &at(310), 1).unwrap();
    drop(store);
    // The process dies between the removal of the rows and of their note.
    let rows = names(folder.path()).into_iter().find(|name| name.ends_with(".xa")).unwrap();
    std::fs::remove_file(folder.path().join(&rows)).unwrap();
    assert_eq!(names(folder.path()).len(), 1);
    let mut store = open(folder.path(), 3);
    assert_eq!(names(folder.path()), Vec::<String>::new());
    // The next one gets the same number, and uses the same xid.
    store.prepare(&xid("x"), &transaction(4), events(2)).unwrap();
    assert_eq!(names(folder.path()), [rows]);
    drop(store);
    let store = open(folder.path(), 4);
    assert_eq!(bodies(store.prepared(&xid("x"), &at(900)).unwrap()), [2, 2]);
}

#[test]
fn what_is_durable_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    store.prepare(&xid("x"), &transaction(2), events(1)).unwrap();
    store.settle(&xid("x"), Some(&gtid(3)), &at(310), 8).unwrap();
    store.durable(7).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    store.durable(8).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    store.prepare(&xid("x"), &transaction(2), events(1)).unwrap();
    let path = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(store.prepared(&xid("x"), &at(900)), Err(XaError::Damaged { what: "checksum", .. })));
}

#[test]
fn limits_are_errors_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let limits = XaLimits { transactions_max: 1, bytes_max: 100_000 };
    let mut store = XaStore::open(folder.path().to_owned(), limits, None).unwrap();
    store.prepare(&xid("x"), &transaction(2), events(1)).unwrap();
    let error = store.prepare(&xid("y"), &transaction(3), events(1)).unwrap_err();
    assert!(error.to_string().contains("XA RECOVER"), "{error}");
}
