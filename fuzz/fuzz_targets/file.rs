//! Any bytes as binlog files in a pipe: framed, unfolded, grouped; once strictly, once as a survey reads on.
#![no_main]

use becauselog_binlog::{FileEvents, FileSource, Start, Stop, group::Grouper, payload::Unfold};
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
        survey(data).await;
    });
});

async fn survey(data: &[u8]) {
    let mut events = FileEvents::pipe(std::io::Cursor::new(data.to_vec()), "bin.000001");
    let mut grouper = Grouper::new(None);
    loop {
        let event = match events.next().await {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(_) if events.step_over_unsound().is_some() => continue,
            Err(_) => return,
        };
        let surveyed = grouper.survey(&event);
        assert!(!surveyed.mark.ends_group() || !grouper.is_open());
        let Ok(mut unfold) = Unfold::new(&event) else { continue };
        while let Ok(Some(event)) = unfold.next_event() {
            grouper.survey(&event);
        }
    }
}
