//! A stream of packets as a dump brings them: each is two bytes of length and so many bytes of event.
#![no_main]

use becauselog_binlog::frame::Framer;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut framer = Framer::new("bin.000001".into(), 4);
    let mut rest = data;
    while let Some((len, after)) = rest.split_first_chunk::<2>() {
        let len = usize::from(u16::from_le_bytes(*len)).min(after.len());
        let (packet, after) = after.split_at(len);
        rest = after;
        if let Ok(event) = framer.accept_from_wire(Bytes::copy_from_slice(packet)) {
            assert!(event.start <= event.end);
            assert!(event.body.len() <= packet.len());
        }
    }
});
