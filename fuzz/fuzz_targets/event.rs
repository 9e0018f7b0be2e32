//! The parser of each kind of event, with any content. The first byte chooses the kind.
#![no_main]

use becauselog_binlog::event::{
    Event, EventFlags, EventHeader, EventKind, FormatDescription, GtidEvent, Heartbeat, Incident,
    PreviousGtids, Query, Rotate, RowsHeader, RowsQuery, TransactionPayload, XaPrepare, XidEvent, table_map,
};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((kind, body)) = data.split_first() else { return };
    let kind = EventKind(*kind);
    let body = Bytes::copy_from_slice(body);
    match kind {
        EventKind::QUERY => drop(Query::parse(&body).map(|query| query.status_variables())),
        EventKind::ROTATE => drop(Rotate::parse(&body)),
        EventKind::FORMAT_DESCRIPTION => drop(FormatDescription::parse(&body)),
        EventKind::START_V3 => drop(FormatDescription::parse_start(&body)),
        EventKind::XID => drop(XidEvent::parse(&body)),
        EventKind::TABLE_MAP => drop(table_map::parse(None, &body)),
        EventKind::INCIDENT => drop(Incident::parse(&body)),
        EventKind::ROWS_QUERY => drop(RowsQuery::parse(&body)),
        EventKind::PREVIOUS_GTIDS => drop(PreviousGtids::parse(&body)),
        EventKind::XA_PREPARE => drop(XaPrepare::parse(&body)),
        EventKind::TRANSACTION_PAYLOAD => drop(TransactionPayload::parse(&body)),
        EventKind::HEARTBEAT | EventKind::HEARTBEAT_V2 => drop(Heartbeat::parse(&event(kind, body))),
        _ if kind.is_gtid() => drop(GtidEvent::parse(kind, &body)),
        _ => drop(RowsHeader::parse(kind, None, &body)),
    }
});

fn event(kind: EventKind, body: Bytes) -> Event {
    let flags = EventFlags::default();
    let header = EventHeader { timestamp_s: 0, kind, server_id: 0, event_size: 0, log_pos: 0, flags };
    Event { header, file: "".into(), start: 0, end: 0, nested: false, body }
}
