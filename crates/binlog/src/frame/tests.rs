#![allow(clippy::unwrap_used)]
use super::*;
use crate::event::EventError;

fn event(kind: EventKind, log_pos: u32, flags: u16, body: &[u8], crc: bool) -> Bytes {
    let size = EventHeader::LEN + body.len() + if crc { 4 } else { 0 };
    let mut bytes = vec![0; 4];
    bytes.push(kind.0);
    bytes.extend(1u32.to_le_bytes());
    bytes.extend((size as u32).to_le_bytes());
    bytes.extend(log_pos.to_le_bytes());
    bytes.extend(flags.to_le_bytes());
    bytes.extend(body);
    if crc {
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    }
    bytes.into()
}

fn format_body(version: &str, algorithm: u8) -> Vec<u8> {
    let mut body = vec![4, 0];
    let mut padded = version.as_bytes().to_vec();
    padded.resize(50, 0);
    body.extend(padded);
    body.extend([0, 0, 0, 0, 19]);
    body.extend([0; 42]);
    body.push(algorithm);
    body
}

fn rotate(pos: u64, name: &str) -> Vec<u8> {
    [&pos.to_le_bytes(), name.as_bytes()].concat()
}

fn framer_at(pos: u64) -> Framer {
    let mut framer = Framer::new("".into(), 4);
    framer.accept_from_wire(event(EventKind::ROTATE, 0, 0x20, &rotate(pos, "bin.000001"), false)).unwrap();
    framer
        .accept_from_wire(event(EventKind::FORMAT_DESCRIPTION, 0, 0, &format_body("9.7.4", 1), true))
        .unwrap();
    framer
}

#[test]
fn the_first_rotate_is_read_with_and_without_a_checksum() {
    for crc in [true, false] {
        let mut framer = Framer::new("".into(), 4);
        let bytes = event(EventKind::ROTATE, 0, 0x20, &rotate(4711, "mbin.000003"), crc);
        let read = framer.accept_from_wire(bytes).unwrap();
        assert_eq!((&*read.file, read.start, read.end), ("mbin.000003", 4711, 4711));
        assert_eq!(framer.position().to_string(), "mbin.000003:4711");
    }
}

#[test]
fn once_the_format_is_known_every_checksum_is_verified() {
    let mut framer = framer_at(4);
    let mut damaged = event(EventKind::XID, 400, 0, &[1; 8], true).to_vec();
    damaged[20] ^= 0x40;
    let error = framer.accept_from_wire(damaged.into()).unwrap_err();
    assert!(matches!(error, FrameError::Checksum { kind: EventKind::XID, .. }), "{error}");
    let mut damaged = event(EventKind::ROTATE, 0, 0x20, &rotate(4, "bin.000002"), true).to_vec();
    damaged[30] ^= 1;
    assert!(matches!(framer.accept_from_wire(damaged.into()), Err(FrameError::Checksum { .. })));
}

#[test]
fn the_in_use_flag_is_not_covered_by_the_checksum() {
    let mut bytes = event(EventKind::FORMAT_DESCRIPTION, 126, 0, &format_body("8.0.12", 1), true).to_vec();
    bytes[17] = 1;
    let mut framer = Framer::new("bin.000001".into(), 4);
    let read = framer.accept_from_file(bytes.clone().into()).unwrap();
    assert!(read.header.flags.has(EventFlags::BINLOG_IN_USE));
    bytes[30] ^= 1;
    assert!(matches!(framer.accept_from_file(bytes.into()), Err(FrameError::Checksum { .. })));
}

#[test]
fn a_log_without_checksums_has_four_more_bytes_in_its_format_description_alone() {
    let mut framer = Framer::new("bin.000001".into(), 4);
    let mut description =
        event(EventKind::FORMAT_DESCRIPTION, 126, 0, &format_body("8.0.12", 0), true).to_vec();
    let last = description.len() - 1;
    description[last] ^= 0xff;
    framer.accept_from_file(description.into()).unwrap();
    let xid = framer.accept_from_file(event(EventKind::XID, 0, 0, &[1; 8], false)).unwrap();
    assert_eq!(xid.body.len(), 8);
}

#[test]
fn places_on_the_wire_come_from_the_header_and_reach_beyond_4_gib() {
    let mut framer = framer_at(0xffff_ff00);
    let first = framer.accept_from_wire(event(EventKind::XID, 0xffff_ff80, 0, &[0; 8], true)).unwrap();
    assert_eq!((first.start, first.end), (0xffff_ff80 - 31, 0xffff_ff80));
    let second = framer.accept_from_wire(event(EventKind::XID, 0x10, 0, &[0; 8], true)).unwrap();
    assert_eq!((second.start, second.end), (0x1_0000_0010 - 31, 0x1_0000_0010));
    let real = event(EventKind::ROTATE, 0x50, 0, &rotate(4, "bin.000002"), true);
    assert_eq!(&*framer.accept_from_wire(real).unwrap().file, "bin.000001");
    assert_eq!(framer.position().to_string(), "bin.000002:4");
}

#[test]
fn made_up_events_stand_nowhere() {
    let mut framer = framer_at(777);
    assert_eq!(framer.position().to_string(), "bin.000001:777");
    let heartbeat = event(EventKind::HEARTBEAT, 900, 0, b"bin.000001", true);
    let read = framer.accept_from_wire(heartbeat).unwrap();
    assert_eq!((read.start, read.end), (777, 777));
    assert_eq!(framer.position().to_string(), "bin.000001:900");
}

#[test]
fn lengths_are_bounded_before_anything_is_allocated() {
    let framer = Framer::new("bin.000001".into(), 4);
    let mut header = event(EventKind::XID, 0, 0, &[], false).to_vec();
    for length in [0u32, 18, EVENT_LEN_MAX + 1, u32::MAX] {
        header[9..13].copy_from_slice(&length.to_le_bytes());
        let error = framer.header(&header).unwrap_err();
        assert!(matches!(error, FrameError::Length { length: told, .. } if told == length), "{error}");
    }
    let short = framer.header(&header[..18]).unwrap_err();
    assert!(matches!(short, FrameError::Malformed { source: EventError { .. }, .. }));
}

#[test]
fn a_packet_of_another_length_than_its_event_is_torn() {
    let mut framer = framer_at(4);
    let mut bytes = event(EventKind::XID, 400, 0, &[1; 8], true).to_vec();
    bytes.pop();
    let error = framer.accept_from_wire(bytes.into()).unwrap_err();
    assert!(matches!(error, FrameError::Torn { expected: 31, found: 30, .. }), "{error}");
}

#[test]
fn a_file_that_does_not_begin_with_its_format_is_told() {
    let mut framer = Framer::new("bin.000001".into(), 4);
    let error = framer.accept_from_file(event(EventKind::XID, 0, 0, &[1; 8], false)).unwrap_err();
    assert!(matches!(error, FrameError::NoFormat { kind: EventKind::XID, offset: 4, .. }), "{error}");
}

/// An event as 3.23 wrote it: behind a header of 13 bytes.
fn event_of_version_1(kind: EventKind, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.push(kind.0);
    bytes.extend(1u32.to_le_bytes());
    bytes.extend((13 + body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes
}

fn start_body(binlog_version: u8, server_version: &str) -> Vec<u8> {
    let mut body = vec![binlog_version, 0];
    let mut padded = server_version.as_bytes().to_vec();
    padded.resize(50, 0);
    body.extend(padded);
    body.extend([0; 4]);
    body
}

#[test]
fn a_file_of_3_23_has_headers_of_13_bytes() {
    let mut framer = Framer::new("bin.1".into(), 4);
    let start = event_of_version_1(EventKind::START_V3, &start_body(1, "3.23.58-log"));
    assert_eq!(framer.header(&start).unwrap().size(), 69);
    framer.accept_from_file(start.into()).unwrap();
    let query = event_of_version_1(EventKind::QUERY, b"\x07\0\0\0\0\0\0\0\x04\0\0shop\0BEGIN");
    let query = framer.accept_from_file(query.into()).unwrap();
    let read = event::Query::parse_of(framer.format().map(|f| &**f), &query.body).unwrap();
    assert_eq!((&read.schema[..], &read.statement[..]), (&b"shop"[..], &b"BEGIN"[..]));
    let rotate = framer.accept_from_file(event_of_version_1(EventKind::ROTATE, b"bin.2").into()).unwrap();
    let rotate = Rotate::parse_of(framer.format().map(|f| &**f), &rotate.body).unwrap();
    assert_eq!(rotate.target().to_string(), "bin.2:4");
    let stop = framer.accept_from_file(event_of_version_1(EventKind::STOP, b"").into()).unwrap();
    assert_eq!((stop.body.len(), stop.end), (0, 4 + 69 + 34 + 18 + 13));
}

#[test]
fn a_file_of_4_1_has_no_session_state_in_its_statements() {
    let mut framer = Framer::new("bin.1".into(), 4);
    let start = event(EventKind::START_V3, 79, 0, &start_body(3, "4.1.24-log"), false);
    framer.accept_from_file(start).unwrap();
    let body = b"\x07\0\0\0\0\0\0\0\x04\0\0shop\0COMMIT";
    let query = framer.accept_from_file(event(EventKind::QUERY, 0, 0, body, false)).unwrap();
    let read = event::Query::parse_of(framer.format().map(|f| &**f), &query.body).unwrap();
    assert_eq!(&read.statement[..], b"COMMIT");
    let other = event(EventKind::START_V3, 79, 0, &start_body(5, "4.1.24-log"), false);
    assert!(Framer::new("bin.1".into(), 4).accept_from_file(other).is_err());
}

#[test]
fn fields_that_a_server_adds_to_headers_are_stepped_over() {
    let mut body = format_body("5.1.63-google-log", 0);
    body[56] = 27;
    let mut framer = Framer::new("bin.1".into(), 4);
    framer.accept_from_file(event(EventKind::FORMAT_DESCRIPTION, 0, 0, &body, false)).unwrap();
    let bytes = event(EventKind::XID, 0, 0, b"GROUP-ID12345678", false);
    assert_eq!(&framer.accept_from_file(bytes).unwrap().body[..], b"12345678");
    assert!(framer.accept_from_file(event(EventKind::XID, 0, 0, b"short", false)).is_err());
    let bytes = event(EventKind::ROTATE, 0, 0, &rotate(4, "bin.000002"), false);
    let end = framer.accept_from_file(bytes).unwrap();
    assert_eq!(Rotate::parse(&end.body).unwrap().target().to_string(), "bin.000002:4");
}

#[test]
fn early_trees_of_5_1_have_other_numbers() {
    for (version, kind) in [("5.2.2-a_drop6p13-log", EventKind::XID), ("5.1.73-log", EventKind(20))] {
        let mut framer = Framer::new("bin.1".into(), 4);
        let format = event(EventKind::FORMAT_DESCRIPTION, 0, 0, &format_body(version, 0), false);
        framer.accept_from_file(format).unwrap();
        let bytes = event(EventKind(20), 0, 0, &[7; 8], false);
        assert_eq!(framer.accept_from_file(bytes).unwrap().kind(), kind, "{version}");
    }
}

#[test]
fn a_file_is_refused_where_it_begins_to_be_encrypted() {
    let mut framer = Framer::new("bin.1".into(), 4);
    let format = event(EventKind::FORMAT_DESCRIPTION, 0, 0, &format_body("10.11.6-MariaDB", 1), true);
    framer.accept_from_file(format).unwrap();
    let bytes = event(EventKind::MARIADB_START_ENCRYPTION, 0, 0, &[1; 17], true);
    assert_eq!(framer.accept_from_file(bytes).unwrap_err().code(), "E_ENCRYPTED");
}

#[test]
fn a_damaged_event_is_stepped_over_only_where_its_header_says_the_same_end() {
    let mut framer = Framer::new("bin.1".into(), 4);
    framer
        .accept_from_file(event(EventKind::FORMAT_DESCRIPTION, 0, 0, &format_body("9.7.4", 1), true))
        .unwrap();
    let start = framer.position().pos as u32;
    for (log_pos, fits) in [(start + 31, true), (start + 30, false), (0, false)] {
        let mut bytes = event(EventKind::XID, log_pos, 0, &[1; 8], true).to_vec();
        bytes[20] ^= 1;
        let header = framer.header(&bytes).unwrap();
        let mut framer = framer.clone();
        assert_eq!(framer.accept_from_file(bytes.into()).unwrap_err().code(), "E_CHECKSUM");
        assert_eq!(framer.step_over(&header), fits);
        assert_eq!(framer.position().pos, u64::from(start) + if fits { 31 } else { 0 });
    }
}

#[test]
fn a_file_that_is_none_tells_what_it_is() {
    let told = |found: &[u8]| FrameError::NotABinlog { file: "a".into(), found: found.to_vec() }.to_string();
    assert_eq!(
        told(b"\x1f\x8b\x08\0"),
        "a: not a binlog file: it is compressed; unpack it first: zcat a | becauselog inspect -"
    );
    assert_eq!(told(b""), "a: not a binlog file: it is empty");
    assert_eq!(told(b"\0\x01"), "a: not a binlog file: begins with 00 01, a binlog file with fe 62 69 6e");
}
