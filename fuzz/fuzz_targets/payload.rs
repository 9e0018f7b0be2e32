//! Any bytes as a compressed transaction. The first byte says whether they are compressed; what is promised is true as
//! far as it can be known.
#![no_main]

use becauselog_binlog::{
    event::{Event, EventFlags, EventHeader, EventKind},
    payload::Unfold,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((is_plain, payload)) = data.split_first() else { return };
    let compression: &[u8] = if is_plain & 1 == 1 { &[252, 255, 0] } else { &[0] };
    let promised = if is_plain & 2 == 2 { payload.len() as u64 } else { 1 << 20 };
    let mut body = vec![2, compression.len() as u8];
    body.extend(compression);
    for (number, value) in [(3, promised), (1, payload.len() as u64)] {
        body.extend([number, 9, 254]);
        body.extend(value.to_le_bytes());
    }
    body.push(0);
    body.extend(payload);
    let header = EventHeader {
        timestamp_s: 0,
        kind: EventKind::TRANSACTION_PAYLOAD,
        server_id: 0,
        event_size: 0,
        log_pos: 0,
        flags: EventFlags::default(),
    };
    let outer = Event { header, file: "b.1".into(), start: 4, end: 5, nested: false, body: body.into() };
    let Ok(mut unfold) = Unfold::new(&outer) else { return };
    while let Ok(Some(event)) = unfold.next_event() {
        assert!(event.nested);
    }
});
