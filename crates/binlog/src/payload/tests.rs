#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use proptest::prelude::*;

use super::*;
use crate::event::EventFlags;

fn inner(kind: EventKind, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.push(kind.0);
    bytes.extend([0; 4]);
    bytes.extend(((EventHeader::LEN + body.len()) as u32).to_le_bytes());
    bytes.extend([0; 6]);
    bytes.extend(body);
    bytes
}

fn packed(value: u64) -> Vec<u8> {
    [&[254][..], &value.to_le_bytes()].concat()
}

fn field(number: u8, value: &[u8]) -> Vec<u8> {
    [&[number, value.len() as u8][..], value].concat()
}

/// A payload event that says it holds `told` bytes.
fn outer(payload: &[u8], compression: u8, told: u64) -> Event {
    let mut body = field(2, &if compression == 255 { vec![252, 255, 0] } else { vec![compression] });
    body.extend(field(3, &packed(told)));
    body.extend(field(1, &packed(payload.len() as u64)));
    body.push(0);
    body.extend(payload);
    let header = EventHeader {
        timestamp_s: 1,
        kind: EventKind::TRANSACTION_PAYLOAD,
        server_id: 1,
        event_size: 0,
        log_pos: 0,
        flags: EventFlags::default(),
    };
    Event { header, file: "bin.000001".into(), start: 300, end: 900, nested: false, body: body.into() }
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

fn events(outer: &Event) -> Result<Vec<Event>, PayloadError> {
    let mut unfold = Unfold::new(outer)?;
    let mut events = Vec::new();
    while let Some(event) = unfold.next_event()? {
        events.push(event);
    }
    assert!(unfold.next_event().unwrap().is_none());
    Ok(events)
}

fn content() -> Vec<u8> {
    let rows = inner(EventKind::WRITE_ROWS, &[7; 300_000]);
    [inner(EventKind::QUERY, b"BEGIN"), rows, inner(EventKind::XID, &[1; 8])].concat()
}

#[test]
fn events_come_one_by_one_with_the_place_of_their_payload() {
    let content = content();
    for (payload, compression) in [(zstd(&content), 0), (content.clone(), 255)] {
        let events = events(&outer(&payload, compression, content.len() as u64)).unwrap();
        let kinds: Vec<EventKind> = events.iter().map(Event::kind).collect();
        assert_eq!(kinds, [EventKind::QUERY, EventKind::WRITE_ROWS, EventKind::XID]);
        assert!(events.iter().all(|event| event.nested && (event.start, event.end) == (300, 900)));
        assert_eq!(events[1].body, vec![7; 300_000]);
    }
}

#[test]
fn a_payload_may_be_several_frames() {
    let (first, second) = (inner(EventKind::QUERY, b"BEGIN"), inner(EventKind::XID, &[1; 8]));
    let payload = [zstd(&first), zstd(&second)].concat();
    assert_eq!(events(&outer(&payload, 0, (first.len() + second.len()) as u64)).unwrap().len(), 2);
}

#[test]
fn more_or_less_than_promised_is_an_error() {
    let content = content();
    for told in [0, 1, content.len() as u64 - 1, content.len() as u64 + 1, u64::MAX] {
        let error = events(&outer(&zstd(&content), 0, told)).unwrap_err();
        assert!(matches!(error.fault, PayloadFault::Size { expected, .. } if expected == told), "{error}");
    }
}

#[test]
fn a_damaged_payload_is_an_error_wherever_it_is_cut_or_changed() {
    let content = [inner(EventKind::QUERY, b"BEGIN"), inner(EventKind::XID, &[1; 8])].concat();
    let payload = zstd(&content);
    for len in 0..payload.len() {
        let error = events(&outer(&payload[..len], 0, content.len() as u64)).unwrap_err();
        assert_eq!(error.code(), "E_PAYLOAD", "cut at {len}");
    }
    for at in 0..4 {
        let mut damaged = payload.clone();
        damaged[at] ^= 0x10;
        assert!(events(&outer(&damaged, 0, content.len() as u64)).is_err(), "byte {at}");
    }
}

#[test]
fn a_window_beyond_the_limit_is_refused() {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(28).unwrap();
    encoder.include_contentsize(false).unwrap();
    std::io::Write::write_all(&mut encoder, &content()).unwrap();
    let payload = encoder.finish().unwrap();
    let error = events(&outer(&payload, 0, content().len() as u64)).unwrap_err();
    assert!(matches!(error.fault, PayloadFault::Damaged(_)), "{error}");
}

#[test]
fn what_cannot_be_inside_is_refused() {
    for kind in
        [EventKind::TRANSACTION_PAYLOAD, EventKind::FORMAT_DESCRIPTION, EventKind::GTID, EventKind::ROTATE]
    {
        let content = inner(kind, &[0; 60]);
        let error = events(&outer(&zstd(&content), 0, content.len() as u64)).unwrap_err();
        assert!(matches!(error.fault, PayloadFault::NotNested { kind: found } if found == kind), "{error}");
    }
}

#[test]
fn an_event_that_ends_beyond_the_payload_is_torn() {
    let mut content = inner(EventKind::XID, &[1; 8]);
    content.truncate(content.len() - 1);
    let error = events(&outer(&zstd(&content), 0, content.len() as u64)).unwrap_err();
    assert!(matches!(error.fault, PayloadFault::Torn { expected: 27, found: 26, .. }), "{error}");
    content[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = events(&outer(&zstd(&content), 0, content.len() as u64)).unwrap_err();
    assert!(matches!(error.fault, PayloadFault::Length { length: u32::MAX, .. }), "{error}");
}

#[test]
fn an_unknown_compression_is_refused() {
    assert!(matches!(Unfold::new(&outer(b"", 9, 0)).unwrap_err().fault, PayloadFault::Malformed(_)));
}

proptest! {
    #[test]
    fn any_bytes_never_panic(payload: Vec<u8>, told in 0u64..1000, plain: bool) {
        if let Ok(mut unfold) = Unfold::new(&outer(&payload, if plain { 255 } else { 0 }, told)) {
            while let Ok(Some(_)) = unfold.next_event() {}
        }
    }
}
