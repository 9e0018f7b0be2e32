//! Whatever the bytes are, no parser panics.

#![allow(clippy::let_underscore_must_use)]

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

/// Gives bytes to every parser, as the content of every kind of event.
fn parse_all(body: &Bytes) {
    let format = FormatDescription::parse(body).or_else(|_| FormatDescription::parse_start(body)).ok();
    for kind in (0..=255).map(EventKind) {
        let _ = RowsHeader::parse(kind, format.as_ref(), body);
        let _ = GtidEvent::parse(kind, body);
    }
    let _ = EventHeader::parse(body);
    let _ = Rotate::parse(body);
    let _ = PreviousGtids::parse(body);
    let _ = Query::parse(body).map(|query| query.status_variables());
    let _ = Query::parse_of(format.as_ref(), body);
    let _ = Rotate::parse_of(format.as_ref(), body);
    let _ = table_map::table_name(format.as_ref(), body);
    let _ = EventHeader::parse_version_1(body);
    let _ = XidEvent::parse(body);
    let _ = table_map::parse(format.as_ref(), body);
    let _ = RowsQuery::parse(body);
    let _ = XaPrepare::parse(body);
    let _ = TransactionPayload::parse(body);
    let _ = Incident::parse(body);
    let _ = MariaDbGtidEvent::parse(1, body);
    let _ = GtidList::parse(body);
    let header = EventHeader {
        timestamp_s: 0,
        kind: EventKind::HEARTBEAT_V2,
        server_id: 0,
        event_size: 0,
        log_pos: 0,
        flags: EventFlags::default(),
    };
    for kind in (0..=255).map(EventKind) {
        let _ = uncompressed(&EventHeader { kind, ..header }, format.as_ref(), body);
    }
    let event = Event { header, file: "".into(), start: 0, end: 0, nested: false, body: body.clone() };
    let _ = Heartbeat::parse(&event);
}

proptest! {
    #[test]
    fn any_bytes_never_panic(body: Vec<u8>) {
        parse_all(&body.into());
    }

    #[test]
    fn long_runs_of_one_byte_never_panic(byte: u8, len in 0usize..5000) {
        parse_all(&vec![byte; len].into());
    }

    /// A table map's fixed part with anything behind it.
    #[test]
    fn any_table_map_never_panics(types: Vec<u8>, rest: Vec<u8>) {
        let types = types.get(..types.len().min(200)).unwrap_or_default();
        let mut body = vec![1, 0, 0, 0, 0, 0, 1, 0, 1, b'd', 0, 1, b't', 0, types.len() as u8];
        body.extend(types);
        body.extend(rest);
        parse_all(&body.into());
    }
}
