//! Any bytes as a statement: what it means for its group, and which tables it changes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let statement = becauselog_binlog::group::classify(data, b"shop");
    let _ = format!("{statement:?}");
    let _ = becauselog_schema::affected("shop", data);
});
