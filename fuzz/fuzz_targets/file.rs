//! Any bytes as binlog files in a pipe: framed, unfolded, grouped.
#![no_main]

use becauselog_binlog::{FileSource, Start, Stop};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let reader = std::io::Cursor::new(data.to_vec());
    let mut source = FileSource::pipe(reader, "bin.000001", Start::Earliest, Stop::Never, None);
    runtime.block_on(async {
        while let Ok(Some(batch)) = source.next().await {
            assert!(!batch.is_empty());
            let ends = batch.events.iter().filter(|(_, mark)| mark.ends_group()).count();
            assert_eq!(ends, batch.groups.len());
        }
        // After an error nothing more comes.
        assert!(matches!(source.next().await, Ok(None)));
    });
});
