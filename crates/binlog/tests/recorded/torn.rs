//! Recordings that end too early or have a wrong byte.

use becauselog_binlog::{SourceBatch, SourceError, frame::FrameError};

use super::{drain_bytes, names, path};

fn ends(batches: &[SourceBatch]) -> Vec<u64> {
    batches.iter().flat_map(|batch| batch.events.iter().map(|(event, _)| event.end)).collect()
}

#[tokio::test]
async fn a_log_cut_anywhere_ends_at_an_event_or_is_an_error_with_its_place() {
    for name in names() {
        let bytes = std::fs::read(path(&name)).unwrap();
        let (whole, whole_error) = drain_bytes(&bytes).await;
        let mut boundaries = ends(&whole);
        boundaries.dedup();
        for len in 0..bytes.len() {
            let (batches, error) = drain_bytes(&bytes[..len]).await;
            let count =
                |batches: &[SourceBatch]| batches.iter().map(|batch| batch.events.len()).sum::<usize>();
            assert!(count(&batches) <= count(&whole));
            match error {
                None => assert!(boundaries.contains(&(len as u64)), "{name} cut at {len} is no event's end"),
                Some(SourceError::Frame(FrameError::Torn { offset, expected, found, .. })) => {
                    assert_eq!(offset + found, len as u64, "{name} cut at {len}");
                    assert!(found < expected, "{name} cut at {len}");
                }
                Some(SourceError::Frame(FrameError::NotABinlog { .. })) => assert!(len < 4),
                Some(SourceError::Group(_)) => assert!(whole_error.is_some(), "{name} cut at {len}"),
                Some(other) => panic!("{name} cut at {len}: {other}"),
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_byte_is_noticed_wherever_it_is() {
    for name in ["9.7-gtid", "9.7-compressed", "5.7-xa", "9.7-types"] {
        let bytes = std::fs::read(path(name)).unwrap();
        for at in 0..bytes.len() {
            // The "in use" flag of the format description, which the server clears in place.
            let bit = if at == 21 { 0x02 } else { 0x01 };
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            let (_, error) = drain_bytes(&damaged).await;
            assert!(error.is_some(), "{name}: byte {at} changed and nobody noticed");
        }
    }
}

#[tokio::test]
async fn without_checksums_a_wrong_byte_never_panics() {
    let bytes = std::fs::read(path("9.7-no-checksum")).unwrap();
    for at in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0xff, bytes[at] ^ 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            drain_bytes(&damaged).await;
        }
    }
}

#[tokio::test]
async fn what_is_no_binlog_is_said() {
    let (_, error) = drain_bytes(b"\xfdbin and more").await;
    assert!(matches!(error, Some(SourceError::Frame(FrameError::Encrypted { .. }))), "{error:?}");
    let (_, error) = drain_bytes(b"-- MySQL dump").await;
    let error = error.unwrap();
    assert_eq!(error.code(), "E_NOT_A_BINLOG");
    assert!(error.to_string().contains("2d 2d 20 4d"), "{error}");
    let (_, error) = drain_bytes(b"").await;
    assert_eq!(error.unwrap().code(), "E_NOT_A_BINLOG");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    use becauselog_binlog::{FileSource, Start, Stop};
    let missing = path("no-such");
    let mut source = FileSource::files(vec![missing.clone()], Start::Earliest, Stop::Never, None).unwrap();
    let error = source.next().await.unwrap_err();
    assert_eq!(error.code(), "E_FILE");
    assert!(error.to_string().contains(&missing.display().to_string()), "{error}");
    assert!(source.next().await.unwrap().is_none());
}
