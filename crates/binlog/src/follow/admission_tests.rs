#![allow(clippy::unwrap_used)]
use becauselog_model::{BinlogPosition, ServerUuid};

use super::*;
use crate::connection::ServerVersion;

const A: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const B: &str = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

fn uuid(text: &str) -> ServerUuid {
    text.parse().unwrap()
}

fn facts(uuid_text: &str, executed: &str, purged: &str) -> ServerFacts {
    ServerFacts {
        address: "db:3306".to_owned(),
        tls: None,
        version: ServerVersion::read("8.0.36"),
        uuid: Some(uuid(uuid_text)),
        server_id: 1,
        log_bin: true,
        binlog_format: "ROW".to_owned(),
        row_image: "FULL".to_owned(),
        row_metadata: None,
        gtid_mode: Some("ON".to_owned()),
        executed: executed.parse().unwrap(),
        applied: GtidSet::new(),
        purged: purged.parse().unwrap(),
        end: Some("bin.000005:1000".parse().unwrap()),
    }
}

fn files() -> Vec<LogFile> {
    (3..=5).map(|n| LogFile { name: format!("bin.{n:06}").into(), size: 1000 }).collect()
}

fn place(uuid_text: &str, gtids: Option<&str>, position: &str) -> Place {
    Place {
        flavor: Flavor::MySql,
        server_uuid: Some(uuid(uuid_text)),
        gtids: gtids.map(|gtids| gtids.parse().unwrap()),
        position: position.parse().unwrap(),
    }
}

fn code(facts: &ServerFacts, place: &Place) -> &'static str {
    check_place(facts, &files(), place).map_or_else(|error| error.code(), |_| "fine")
}

#[test]
fn gtids_are_followed_on_whatever_server_has_them() {
    let ours = format!("{A}:1-50");
    for server in [A, B] {
        let at = place(A, Some(&ours), "bin.000099:4");
        assert_eq!(code(&facts(server, &format!("{A}:1-60"), &format!("{A}:1-50")), &at), "fine");
        assert_eq!(code(&facts(server, &format!("{A}:1-60"), &format!("{A}:1-51")), &at), "E_PURGED");
    }
}

#[test]
fn a_server_that_lacks_ours_is_behind_or_has_lost_them() {
    let at = place(A, Some(&format!("{A}:1-50")), "bin.000005:4");
    assert_eq!(code(&facts(B, &format!("{A}:1-49"), ""), &at), "E_SERVER_BEHIND");
    assert_eq!(code(&facts(A, &format!("{A}:1-49"), ""), &at), "E_SERVER_LOST_TRANSACTIONS");
    assert_eq!(code(&facts(A, "", ""), &at), "E_SERVER_LOST_TRANSACTIONS");
}

#[test]
fn without_gtids_a_position_counts_on_its_own_server_only() {
    let mut server = facts(A, "", "");
    server.gtid_mode = Some("OFF".to_owned());
    assert_eq!(code(&server, &place(A, None, "bin.000004:500")), "fine");
    assert_eq!(code(&server, &place(B, None, "bin.000004:500")), "E_OTHER_SERVER");
    assert_eq!(code(&server, &place(A, None, "bin.000002:500")), "E_PURGED");
    assert_eq!(code(&server, &place(A, None, "bin.000006:4")), "E_POSITION_UNKNOWN");
    assert_eq!(code(&server, &place(A, None, "bin.000005:1001")), "E_POSITION_UNKNOWN");
    assert_eq!(code(&server, &place(A, None, "other.000002:4")), "E_POSITION_UNKNOWN");
}

#[test]
fn gtids_switched_off_leave_the_position_on_the_same_server() {
    let mut server = facts(A, &format!("{A}:1-60"), "");
    server.gtid_mode = Some("OFF_PERMISSIVE".to_owned());
    let ours = format!("{A}:1-50");
    let kept = check_place(&server, &files(), &place(A, Some(&ours), "bin.000005:500")).unwrap();
    assert_eq!(kept.gtids, None);
    assert_eq!(code(&server, &place(B, Some(&ours), "bin.000005:500")), "E_GTID_MODE");
    assert_eq!(code(&server, &Place::by_gtids(Flavor::MySql, ours.parse().unwrap())), "E_GTID_MODE");
}

#[test]
fn what_a_server_must_have_is_asked_for() {
    let told = |change: &dyn Fn(&mut ServerFacts)| {
        let mut server = facts(A, "", "");
        change(&mut server);
        check_server(&server, 7).map_or_else(|error| error.code(), |()| "fine")
    };
    assert_eq!(told(&|_| {}), "fine");
    assert_eq!(told(&|server| server.log_bin = false), "E_BINLOG_OFF");
    assert_eq!(told(&|server| server.binlog_format = "MIXED".to_owned()), "E_BINLOG_FORMAT");
    assert_eq!(told(&|server| server.server_id = 7), "E_SERVER_ID");
}

#[test]
fn a_server_of_another_family_is_named() {
    let mut server = facts(A, "", "");
    server.version = ServerVersion::read("10.11.19-MariaDB");
    let told = |meant| check_flavor(&server, meant, "the config").map_err(|error| error.to_string());
    assert_eq!(told(None), Ok(()));
    assert_eq!(told(Some(Flavor::MariaDb)), Ok(()));
    assert!(told(Some(Flavor::MySql)).unwrap_err().contains("is MariaDB, but the config is for MySQL"));
    let kept = place(A, None, "bin.000003:4");
    assert_eq!(check_place(&server, &[], &kept).unwrap_err().code(), "E_FLAVOR");
}

#[test]
fn a_checkpoint_without_gtids_is_a_position() {
    let checkpoint = Place { gtids: None, ..place(A, None, "bin.000003:4") }.checkpoint();
    assert_eq!(place_of(&checkpoint).gtids, None);
    assert_eq!(place_of(&checkpoint).position, "bin.000003:4".parse::<BinlogPosition>().unwrap());
}
