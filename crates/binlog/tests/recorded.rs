//! Binlog files of real servers (`data/`, made by `examples/record_fixtures.rs`), read as they are and damaged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod recorded {
    mod describe;
    mod golden;
    mod selection;
    mod torn;

    use std::path::PathBuf;

    use becauselog_binlog::{FileSource, SourceBatch, SourceError, Start, Stop};

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
    }

    fn path(name: &str) -> PathBuf {
        folder().join(format!("{name}.binlog"))
    }

    /// The names of all recordings, sorted.
    fn names() -> Vec<String> {
        let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
        let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "binlog"));
        let mut names: Vec<String> =
            logs.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        assert!(names.len() > 25, "the recordings are missing");
        names
    }

    /// All that a source hands out, and the error that it ends in.
    async fn drain(mut source: FileSource) -> (Vec<SourceBatch>, Option<SourceError>) {
        let mut batches = Vec::new();
        loop {
            match source.next().await {
                Ok(Some(batch)) => batches.push(batch),
                Ok(None) => return (batches, None),
                Err(error) => return (batches, Some(error)),
            }
        }
    }

    /// A pipe with these bytes in it.
    async fn drain_bytes(bytes: &[u8]) -> (Vec<SourceBatch>, Option<SourceError>) {
        let reader = std::io::Cursor::new(bytes.to_vec());
        drain(FileSource::pipe(reader, "bin.000001", Start::Earliest, Stop::Never, None)).await
    }
}
