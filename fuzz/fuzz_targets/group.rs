//! Events in any order with any content: no panic, and begins and ends of groups alternate.
#![no_main]

use arbitrary::Arbitrary;
use becauselog_binlog::{
    event::{Event, EventFlags, EventHeader, EventKind},
    group::{Grouper, Mark},
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Input {
    Statement(Vec<u8>),
    Gtid([u8; 25]),
    Other { kind: u8, flags: u16, body: Vec<u8> },
}

fuzz_target!(|inputs: Vec<Input>| {
    let mut grouper = Grouper::new(None);
    let mut lenient = Grouper::new(None);
    let mut is_open = false;
    for (number, input) in (0u64..).zip(inputs) {
        let event = event(number, input);
        let mark = lenient.survey(&event).mark;
        assert!(!mark.ends_group() || !lenient.is_open());
        let Ok(mark) = grouper.push(&event) else {
            assert_eq!(grouper.is_open(), is_open);
            continue;
        };
        assert!(!(grouper.began() && is_open));
        is_open = match mark {
            Mark::Begin | Mark::Member => true,
            Mark::Cuts => false,
            Mark::Outside => is_open,
            _ => {
                assert!(is_open || grouper.began());
                false
            }
        };
        assert_eq!(grouper.is_open(), is_open);
    }
});

fn event(number: u64, input: Input) -> Event {
    let (kind, flags, body) = match input {
        Input::Statement(statement) => (2, 0, [&[0; 13], &b"d\0"[..], &statement].concat()),
        Input::Gtid(body) => (33, 0, body.to_vec()),
        Input::Other { kind, flags, body } => (kind, flags, body),
    };
    let mut body = body;
    if kind == 2 && body.len() > 9 {
        body[8] = 1;
    }
    let header = EventHeader {
        timestamp_s: 0,
        kind: EventKind(kind),
        server_id: 0,
        event_size: 0,
        log_pos: 0,
        flags: EventFlags(flags),
    };
    Event { header, file: "b.1".into(), start: number, end: number + 1, nested: false, body: body.into() }
}
