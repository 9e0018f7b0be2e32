//! Any bytes as a binary JSON document, walked to its leaves.
#![no_main]

use becauselog_model::jsonb::{DEPTH_MAX, Value, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = parse(data) {
        walk(value, 0, &mut 100_000);
    }
});

/// `left` bounds the work: a damaged document may hold one part many times, or itself.
fn walk(value: Value<'_>, depth: usize, left: &mut u32) {
    let (Value::Array(container) | Value::Object(container)) = value else { return };
    for member in container.members() {
        *left = left.saturating_sub(1);
        if let (Ok((_, value)), 1.., ..DEPTH_MAX) = (member, *left, depth) {
            walk(value, depth + 1, left);
        }
    }
}
