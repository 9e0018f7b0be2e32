#![allow(clippy::unwrap_used)]
use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::event::{EventHeader, Xid};

/// Events of one file, each 100 bytes long.
#[derive(Default)]
struct Log {
    grouper: Option<Grouper>,
    pos: u64,
}

fn event(kind: EventKind, flags: u16, start: u64, body: Bytes) -> Event {
    let header = EventHeader {
        timestamp_s: 1,
        kind,
        server_id: 1,
        event_size: 100,
        log_pos: 0,
        flags: EventFlags(flags),
    };
    Event { header, file: "bin.000001".into(), start, end: start + 100, nested: false, body }
}

fn query(statement: &str) -> Bytes {
    let mut body = vec![9, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    body.extend(b"shop\0");
    body.extend(statement.as_bytes());
    body.into()
}

fn gtid_body(number: u64) -> Bytes {
    [&[0][..], &[0xab; 16], &number.to_le_bytes()].concat().into()
}

fn xa_prepare(one_phase: bool) -> Bytes {
    [&[u8::from(one_phase)][..], &7u32.to_le_bytes(), &2u32.to_le_bytes(), &1u32.to_le_bytes(), b"abc"]
        .concat()
        .into()
}

impl Log {
    fn push(&mut self, kind: EventKind, flags: u16, body: Bytes) -> Result<Mark, GroupError> {
        self.pos += 100;
        let grouper = self.grouper.get_or_insert_with(|| Grouper::new(None));
        grouper.push(&event(kind, flags, self.pos, body))
    }

    fn gtid(&mut self, number: u64) -> Mark {
        self.push(EventKind::GTID, 0, gtid_body(number)).unwrap()
    }

    fn query(&mut self, statement: &str) -> Result<Mark, GroupError> {
        self.push(EventKind::QUERY, 0, query(statement))
    }

    fn rows(&mut self) -> Result<Mark, GroupError> {
        self.push(EventKind::WRITE_ROWS, 0, Bytes::new())
    }

    fn fault(result: Result<Mark, GroupError>) -> GroupFault {
        result.unwrap_err().fault
    }

    fn grouper(&self) -> &Grouper {
        self.grouper.as_ref().unwrap()
    }
}

#[test]
fn a_transaction_without_gtid_begins_with_begin() {
    let mut log = Log::default();
    assert_eq!(log.query("BEGIN").unwrap(), Mark::Begin);
    assert_eq!(log.rows().unwrap(), Mark::Member);
    assert_eq!(log.push(EventKind::XID, 0, [0; 8].to_vec().into()).unwrap(), Mark::Commit);
    assert_eq!(log.grouper().transaction().begin.pos, 100);
    assert_eq!(log.grouper().transaction().thread_id, Some(9));
    let (gtid, end) = log.grouper().progress().unwrap();
    assert_eq!((gtid, end.pos), (None, 400));
}

#[test]
fn a_lone_statement_opens_and_ends_its_group() {
    let mut log = Log::default();
    assert_eq!(log.query("DROP TABLE t").unwrap(), Mark::Statement(StatementKind::Ddl));
    assert!(log.grouper().began());
    assert_eq!(log.grouper().transaction().begin.pos, 100);
    log.gtid(5);
    assert_eq!(log.query("FLUSH TABLES").unwrap(), Mark::Statement(StatementKind::Other));
    assert!(!log.grouper().began());
    assert_eq!(log.grouper().progress().unwrap().0.unwrap().number(), 5);
}

#[test]
fn a_new_file_cuts_an_open_group_and_only_that() {
    let mut log = Log::default();
    let format = || {
        let mut body = vec![4, 0];
        body.extend(b"9.7.4");
        body.resize(52, 0);
        body.extend([0, 0, 0, 0, 19, 1]);
        Bytes::from(body)
    };
    assert_eq!(log.push(EventKind::FORMAT_DESCRIPTION, 0, format()).unwrap(), Mark::Outside);
    log.gtid(1);
    log.query("BEGIN").unwrap();
    assert_eq!(log.push(EventKind::STOP, 0, Bytes::new()).unwrap(), Mark::Outside);
    assert!(log.grouper().progress().is_none());
    assert_eq!(log.push(EventKind::FORMAT_DESCRIPTION, 0, format()).unwrap(), Mark::Cuts);
    assert!(!log.grouper().is_open());
    assert_eq!(log.gtid(2), Mark::Begin);
}

#[test]
fn rows_and_ends_outside_of_a_transaction_are_errors() {
    let mut log = Log::default();
    assert!(matches!(Log::fault(log.rows()), GroupFault::Outside { .. }));
    assert!(matches!(Log::fault(log.query("COMMIT")), GroupFault::Outside { .. }));
    assert!(matches!(Log::fault(log.push(EventKind::XID, 0, Bytes::new())), GroupFault::Outside { .. }));
    let prepare = log.push(EventKind::XA_PREPARE, 0, xa_prepare(false));
    assert!(matches!(Log::fault(prepare), GroupFault::Outside { .. }));
}

#[test]
fn a_group_inside_a_group_is_an_error_that_says_where_the_open_one_begins() {
    let mut log = Log::default();
    log.gtid(1);
    log.query("BEGIN").unwrap();
    let error = log.push(EventKind::GTID, 0, gtid_body(2)).unwrap_err();
    assert!(matches!(&error.fault, GroupFault::Inside { begin, .. } if begin.pos == 100), "{error}");
    assert_eq!(error.at.pos, 300);
    assert!(matches!(Log::fault(log.query("BEGIN")), GroupFault::Inside { .. }));
    assert!(matches!(Log::fault(log.query("XA START 'a'")), GroupFault::Inside { .. }));
}

#[test]
fn xa_ends_by_its_prepare_and_is_settled_by_a_group_of_its_own() {
    let xid = Xid { format_id: 7, gtrid: b"ab"[..].into(), bqual: b"c"[..].into() };
    let mut log = Log::default();
    log.gtid(1);
    assert_eq!(log.query("XA START X'6162',X'63',7").unwrap(), Mark::Member);
    log.rows().unwrap();
    assert_eq!(log.query("XA END X'6162',X'63',7").unwrap(), Mark::Member);
    let mark = log.push(EventKind::XA_PREPARE, 0, xa_prepare(false)).unwrap();
    assert_eq!(mark, Mark::XaPrepare(xid.clone()));
    log.gtid(2);
    assert_eq!(log.query("XA COMMIT X'6162',X'63',7").unwrap(), Mark::XaCommit(xid.clone()));
    assert_eq!(log.query("XA ROLLBACK X'6162',X'63',7").unwrap(), Mark::XaRollback(xid));
    log.query("XA START X'6162',X'63',7").unwrap();
    assert_eq!(log.push(EventKind::XA_PREPARE, 0, xa_prepare(true)).unwrap(), Mark::Commit);
    log.query("XA START X'6162',X'63',7").unwrap();
    assert_eq!(log.query("XA ROLLBACK X'6162',X'63',7").unwrap(), Mark::Rollback);
    assert_eq!(Log::fault(log.query("XA COMMIT nonsense")), GroupFault::XaId);
}

#[test]
fn an_incident_and_unknown_events_are_errors_unless_they_may_be_ignored() {
    let mut log = Log::default();
    let incident = log.push(EventKind::INCIDENT, 0, b"\x01\0\x04lost"[..].into());
    assert_eq!(Log::fault(incident), GroupFault::Incident { message: "lost".into() });
    let unknown = EventKind(99);
    assert_eq!(Log::fault(log.push(unknown, 0, Bytes::new())), GroupFault::UnknownEvent { kind: unknown });
    assert_eq!(log.push(unknown, EventFlags::IGNORABLE, Bytes::new()).unwrap(), Mark::Outside);
}

fn mariadb_gtid(number: u64, flags: u8, rest: &[u8]) -> Bytes {
    [&number.to_le_bytes()[..], &0u32.to_le_bytes(), &[flags], rest, &[0; 6]].concat().into()
}

#[test]
fn mariadbs_gtid_is_the_begin_of_rows_and_comes_before_a_lone_statement() {
    let mut log = Log::default();
    assert_eq!(log.push(EventKind::MARIADB_GTID_LIST, 0, Bytes::new()).unwrap(), Mark::Outside);
    assert_eq!(log.push(EventKind::MARIADB_GTID, 0, mariadb_gtid(1, 8, b"")).unwrap(), Mark::Begin);
    assert_eq!(log.push(EventKind::MARIADB_ANNOTATE_ROWS, 0, Bytes::new()).unwrap(), Mark::Member);
    assert_eq!(log.rows().unwrap(), Mark::Member);
    assert_eq!(log.push(EventKind::XID, 0, Bytes::new()).unwrap(), Mark::Commit);
    assert_eq!(log.grouper().progress().unwrap().0.unwrap().to_string(), "0-1-1");
    assert_eq!(log.push(EventKind::MARIADB_BINLOG_CHECKPOINT, 0, Bytes::new()).unwrap(), Mark::Outside);
    assert_eq!(log.push(EventKind::MARIADB_GTID, 0, mariadb_gtid(2, 1 | 32, b"")).unwrap(), Mark::Begin);
    assert_eq!(log.query("CREATE TABLE t (id INT)").unwrap(), Mark::Statement(StatementKind::Ddl));
    assert_eq!(log.push(EventKind::MARIADB_GTID, 0, mariadb_gtid(3, 0, b"")).unwrap(), Mark::Begin);
    assert_eq!(log.query("CREATE TABLE t (id INT)").unwrap(), Mark::Member);
    assert_eq!(log.query("COMMIT").unwrap(), Mark::Commit);
}

#[test]
fn mariadbs_xa_transactions_wait_for_their_commit() {
    let mut log = Log::default();
    let xid = Xid { format_id: 7, gtrid: b"ab"[..].into(), bqual: b"c"[..].into() };
    let id = b"\x07\0\0\0\x02\x01abc";
    assert_eq!(log.push(EventKind::MARIADB_GTID, 0, mariadb_gtid(1, 64, id)).unwrap(), Mark::Begin);
    assert_eq!(log.rows().unwrap(), Mark::Member);
    assert_eq!(log.query("XA END X'6162',X'63',7").unwrap(), Mark::Member);
    let prepared = log.push(EventKind::XA_PREPARE, 0, xa_prepare(false)).unwrap();
    assert_eq!(prepared, Mark::XaPrepare(xid.clone()));
    assert_eq!(log.push(EventKind::MARIADB_GTID, 0, mariadb_gtid(2, 128 | 1, id)).unwrap(), Mark::Begin);
    assert_eq!(log.query("XA COMMIT X'6162',X'63',7").unwrap(), Mark::XaCommit(xid));
}

#[test]
fn of_an_alter_in_two_parts_only_the_second_one_counts() {
    let mut log = Log::default();
    for (extra, meaning) in
        [(2, Mark::Rollback), (8, Mark::Rollback), (4, Mark::Statement(StatementKind::Ddl))]
    {
        let body = mariadb_gtid(1, 1 | 32, &[extra, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(log.push(EventKind::MARIADB_GTID, 0, body).unwrap(), Mark::Begin);
        assert_eq!(log.query("ALTER TABLE t ADD a INT").unwrap(), meaning);
    }
}

#[test]
fn statement_format_is_an_error_that_names_the_setting_and_no_value() {
    let mut log = Log::default();
    log.query("BEGIN").unwrap();
    log.push(EventKind::INTVAR, 0, Bytes::new()).unwrap();
    let error = log.query("UPDATE customer SET card = '4111'").unwrap_err();
    assert!(error.to_string().contains("binlog_format=ROW"), "{error}");
    assert!(!error.to_string().contains("4111"), "{error}");
    let load = log.push(EventKind::BEGIN_LOAD_QUERY, 0, Bytes::new()).unwrap_err();
    assert_eq!(load.code(), "E_STATEMENT_FORMAT");
    assert_eq!(log.query("INSERT INTO mysql.rds_heartbeat2 VALUES (1)").unwrap(), Mark::Member);
}

#[test]
fn a_view_change_of_group_replication_is_a_member_of_its_empty_group() {
    let mut log = Log::default();
    log.gtid(1);
    log.query("BEGIN").unwrap();
    assert_eq!(log.push(EventKind::VIEW_CHANGE, 0, Bytes::new()).unwrap(), Mark::Member);
    assert_eq!(log.query("COMMIT").unwrap(), Mark::Commit);
}

#[test]
fn a_reset_forgets_the_open_group_and_keeps_the_last_end() {
    let mut log = Log::default();
    log.query("DROP TABLE t").unwrap();
    log.gtid(2);
    log.grouper.as_mut().unwrap().reset();
    assert_eq!(log.grouper().end_position().unwrap().pos, 200);
    assert_eq!(log.gtid(2), Mark::Begin);
}

proptest! {
    /// Whatever comes: no panic, and a group's begin and end alternate.
    #[test]
    fn begins_and_ends_alternate(events in proptest::collection::vec((0u8..45, any::<u16>(), any::<Vec<u8>>(), 0usize..12), 0..60)) {
        let statements = [
            "BEGIN", "COMMIT", "ROLLBACK", "XA START 'a'", "XA END 'a'", "XA COMMIT 'a'", "XA ROLLBACK 'a'",
            "SAVEPOINT a", "ROLLBACK TO a", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "",
        ];
        let mut log = Log::default();
        let mut is_open = false;
        for (kind, flags, body, statement) in events {
            let kind = EventKind(kind);
            let body = match kind {
                EventKind::QUERY => query(statements[statement]),
                EventKind::GTID => gtid_body(1),
                EventKind::XA_PREPARE => xa_prepare(statement % 2 == 0),
                _ => body.into(),
            };
            let Ok(mark) = log.push(kind, flags, body) else {
                prop_assert_eq!(log.grouper().is_open(), is_open);
                continue;
            };
            let began = log.grouper().began();
            prop_assert!(!(began && is_open));
            is_open = match mark {
                Mark::Begin => { prop_assert!(began); true }
                Mark::Member => { prop_assert!(is_open); true }
                Mark::Cuts => { prop_assert!(is_open); false }
                Mark::Outside => is_open,
                _ => { prop_assert!(is_open || began); false }
            };
            prop_assert_eq!(log.grouper().is_open(), is_open);
        }
    }
}
