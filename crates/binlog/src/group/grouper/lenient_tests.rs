#![allow(clippy::unwrap_used)]
use bytes::Bytes;

use super::*;
use crate::event::{EventFlags, EventHeader};

/// Events of one file, each 100 bytes long.
struct Log {
    grouper: Grouper,
    pos: u64,
}

impl Log {
    fn of(server_version: &str) -> Self {
        let mut log = Self { grouper: Grouper::new(None), pos: 0 };
        let mut body = vec![4, 0];
        body.extend(server_version.as_bytes());
        body.resize(56, 0);
        body.extend([19, 0, 0, 0]);
        log.push(EventKind::FORMAT_DESCRIPTION, &body);
        log
    }

    fn push(&mut self, kind: EventKind, body: &[u8]) -> (Mark, bool, Option<&'static str>) {
        self.pos += 100;
        let header = EventHeader {
            timestamp_s: 1,
            kind,
            server_id: 1,
            event_size: 100,
            log_pos: 0,
            flags: EventFlags::default(),
        };
        let (start, end) = (self.pos, self.pos + 100);
        let body = Bytes::copy_from_slice(body);
        let event = Event { header, file: "bin.000001".into(), start, end, nested: false, body };
        let Surveyed { mark, cuts, fault } = self.grouper.survey(&event);
        (mark, cuts, fault.map(|error| error.code()))
    }

    fn query(&mut self, statement: &str) -> (Mark, bool, Option<&'static str>) {
        let mut body = vec![9, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
        body.extend(b"shop\0");
        body.extend(statement.as_bytes());
        self.push(EventKind::QUERY, &body)
    }

    fn rows(&mut self, kind: EventKind, flags: u8) -> (Mark, bool, Option<&'static str>) {
        self.push(kind, &[16, 0, 0, 0, 0, 0, flags, 0, 1, 1])
    }
}

const STATEMENT: Mark = Mark::Statement(StatementKind::Other);
const FORMAT: Option<&str> = Some("E_STATEMENT_FORMAT");

#[test]
fn a_change_as_a_statement_is_a_statement() {
    let mut log = Log::of("8.0.36");
    assert_eq!(log.query("INSERT INTO t VALUES (1)"), (STATEMENT, false, FORMAT));
    assert_eq!(log.query("BEGIN").0, Mark::Begin);
    assert_eq!(log.query("UPDATE t SET a = 1"), (Mark::Member, false, FORMAT));
    assert_eq!(log.push(EventKind::XID, &[0; 8]), (Mark::Commit, false, None));
    assert_eq!(log.push(EventKind::BEGIN_LOAD_QUERY, &[1; 4]), (Mark::Outside, false, FORMAT));
    assert_eq!(log.push(EventKind::EXECUTE_LOAD_QUERY, &[1; 4]), (STATEMENT, false, FORMAT));
    assert!(!log.grouper.is_open());
}

#[test]
fn a_begin_inside_of_a_transaction_cuts_it() {
    let mut log = Log::of("8.0.36");
    log.query("BEGIN");
    log.push(EventKind::TABLE_MAP, &[]);
    assert_eq!(log.query("BEGIN"), (Mark::Begin, true, Some("E_GROUP")));
    assert_eq!(
        log.query("XA COMMIT 'a'"),
        (
            Mark::XaCommit(crate::event::Xid { format_id: 1, gtrid: (*b"a").into(), bqual: [].into() }),
            true,
            Some("E_GROUP")
        )
    );
    assert_eq!(log.query("COMMIT"), (Mark::Outside, false, Some("E_GROUP")));
}

#[test]
fn a_file_that_begins_in_the_middle_of_a_transaction_has_its_rows() {
    let mut log = Log::of("8.0.36");
    assert_eq!(log.push(EventKind::TABLE_MAP, &[]), (Mark::Begin, false, Some("E_GROUP")));
    assert_eq!(log.rows(EventKind::WRITE_ROWS, 1), (Mark::Member, false, None));
    assert_eq!(log.push(EventKind::XID, &[0; 8]), (Mark::Commit, false, None));
}

#[test]
fn before_the_release_of_5_1_rows_stood_alone() {
    let mut log = Log::of("5.1.23-rc-log");
    for kind in [EventKind::WRITE_ROWS_V1, EventKind::DELETE_ROWS_V1] {
        assert_eq!(log.push(EventKind::TABLE_MAP, &[]), (Mark::Begin, false, None));
        assert_eq!(log.rows(kind, 0), (Mark::Member, false, None));
        assert_eq!(log.rows(kind, 1), (Mark::Commit, false, None));
    }
    let unknown = Some("E_UNKNOWN_EVENT");
    assert_eq!(log.push(EventKind::TABLE_MAP, &[]).0, Mark::Begin);
    assert_eq!(log.rows(EventKind::PRE_GA_WRITE_ROWS, 1), (Mark::Commit, false, unknown));
    assert_eq!(log.query("BEGIN").0, Mark::Begin);
    assert_eq!(log.rows(EventKind::PRE_GA_WRITE_ROWS, 1), (Mark::Member, false, unknown));
    assert_eq!(log.query("COMMIT").0, Mark::Commit);
}

#[test]
fn what_is_not_known_means_nothing() {
    let mut log = Log::of("8.0.36");
    assert_eq!(log.push(EventKind(101), &[]), (Mark::Outside, false, Some("E_UNKNOWN_EVENT")));
    assert_eq!(log.push(EventKind::INCIDENT, &[1, 0, 0]), (Mark::Outside, false, Some("E_INCIDENT")));
    log.query("BEGIN");
    assert_eq!(log.push(EventKind(101), &[]), (Mark::Member, false, Some("E_UNKNOWN_EVENT")));
    assert_eq!(log.push(EventKind::START_V3, &[3; 60]).0, Mark::Member);
    assert_eq!(log.query("COMMIT").0, Mark::Commit);
}

#[test]
fn a_file_before_5_0_is_one_of_statements() {
    let mut log = Log { grouper: Grouper::new(None), pos: 0 };
    let mut start = vec![3, 0];
    start.extend(b"4.1.24-log");
    start.resize(56, 0);
    assert_eq!(log.push(EventKind::START_V3, &start), (Mark::Outside, false, FORMAT));
    let insert = b"\x07\0\0\0\0\0\0\0\x04\0\0shop\0INSERT INTO t VALUES (1)";
    assert_eq!(log.push(EventKind::QUERY, insert), (STATEMENT, false, FORMAT));
    let ddl = b"\x07\0\0\0\0\0\0\0\x04\0\0shop\0DROP TABLE t";
    assert_eq!(log.push(EventKind::QUERY, ddl), (Mark::Statement(StatementKind::Ddl), false, None));
}
