#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use tokio::io::duplex;

use super::*;
use crate::connection::inflate::{Inflater, Method};

fn part(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_u24(&mut out, payload.len());
    out.push(number);
    out.extend_from_slice(payload);
    out
}

fn outer(number: u8, body: &[u8], inflated: usize) -> Vec<u8> {
    let mut out = Vec::new();
    put_u24(&mut out, body.len());
    out.push(number);
    put_u24(&mut out, inflated);
    out.extend_from_slice(body);
    out
}

/// A wire on which `bytes` arrive in pieces of `piece`.
fn arriving(bytes: Vec<u8>, piece: usize) -> Wire {
    let (ours, mut theirs) = duplex(1 << 16);
    tokio::spawn(async move {
        for chunk in bytes.chunks(piece) {
            theirs.write_all(chunk).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    Wire::new(Box::new(ours))
}

#[tokio::test]
async fn packets_are_the_same_however_the_bytes_arrive() {
    let bytes = [part(0, b"first"), part(1, b""), part(2, &[7; 300])].concat();
    for piece in 1..=bytes.len() {
        let mut wire = arriving(bytes.clone(), piece);
        assert_eq!(&wire.receive("testing").await.unwrap()[..], b"first");
        assert_eq!(&wire.receive("testing").await.unwrap()[..], b"");
        assert_eq!(&wire.receive("testing").await.unwrap()[..], &[7; 300]);
        assert!(matches!(wire.receive("testing").await, Err(ConnectionError::Closed { .. })));
    }
}

#[tokio::test]
async fn a_packet_of_several_parts_is_put_together() {
    let long = vec![9u8; PART_MAX + 10];
    let bytes = [part(0, &long[..PART_MAX]), part(1, &long[PART_MAX..]), part(2, b"next")].concat();
    let mut wire = arriving(bytes, 1 << 16);
    assert_eq!(wire.receive("testing").await.unwrap().len(), long.len());
    assert_eq!(&wire.receive("testing").await.unwrap()[..], b"next");
}

#[tokio::test]
async fn a_packet_of_exactly_one_full_part_ends_with_an_empty_one() {
    let bytes = [part(0, &vec![1u8; PART_MAX]), part(1, b""), part(2, b"next")].concat();
    let mut wire = arriving(bytes, 1 << 16);
    assert_eq!(wire.receive("testing").await.unwrap().len(), PART_MAX);
    assert_eq!(&wire.receive("testing").await.unwrap()[..], b"next");
}

#[tokio::test]
async fn a_packet_above_the_limit_is_refused() {
    let bytes = [part(0, &vec![1u8; PART_MAX]), part(1, b"more")].concat();
    let mut wire = arriving(bytes, 1 << 16).with_packet_max(PART_MAX);
    assert!(matches!(wire.receive("testing").await, Err(ConnectionError::PacketTooLong { .. })));
}

#[tokio::test]
async fn a_lost_packet_is_noticed_but_a_last_error_is_read() {
    let mut wire = arriving([part(0, b"a"), part(2, b"c")].concat(), 100);
    wire.receive("testing").await.unwrap();
    assert!(matches!(
        wire.receive("testing").await,
        Err(ConnectionError::PacketOrder { expected: 1, found: 2 })
    ));
    let mut wire = arriving([part(0, b"a"), part(0, b"\xff\x1d\x04gone")].concat(), 100);
    wire.receive("testing").await.unwrap();
    assert_eq!(wire.receive("testing").await.unwrap()[0], 0xff);
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_packets_are_the_same_however_they_are_cut() {
    let inner = [part(0, b"first"), part(1, &[5; 1000]), part(2, b"third")].concat();
    let zstd = |bytes: &[u8]| zstd::bulk::compress(bytes, 3).unwrap();
    for at in 0..inner.len() {
        let (a, b) = inner.split_at(at);
        for (method, pack) in [("zlib", &zlib as &dyn Fn(&[u8]) -> Vec<u8>), ("zstd", &zstd)] {
            let bytes = [outer(0, a, 0), outer(1, &pack(b), b.len())].concat();
            let mut wire = arriving(bytes, 7);
            wire.compress(match method {
                "zlib" => Inflater::new(Method::Zlib),
                _ => Inflater::zstd().unwrap(),
            });
            assert_eq!(&wire.receive("testing").await.unwrap()[..], b"first");
            assert_eq!(&wire.receive("testing").await.unwrap()[..], &[5; 1000]);
            assert_eq!(&wire.receive("testing").await.unwrap()[..], b"third");
        }
    }
}

#[tokio::test]
async fn a_damaged_compressed_packet_is_an_error() {
    let inner = part(0, &[5; 1000]);
    let good = zlib(&inner);
    for (body, said) in [
        (good[..good.len() - 3].to_vec(), inner.len()),
        (good.clone(), inner.len() - 1),
        (good.clone(), inner.len() + 1),
        (vec![1, 2, 3], 10),
    ] {
        let mut wire = arriving(outer(0, &body, said), 100);
        wire.compress(Inflater::new(Method::Zlib));
        assert!(matches!(wire.receive("testing").await, Err(ConnectionError::Protocol { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn quiet_time_counts_over_dropped_reads_and_ends_with_a_byte() {
    let (ours, mut theirs) = duplex(100);
    let mut wire = Wire::new(Box::new(ours));
    for _ in 0..3 {
        let read = tokio::time::timeout(Duration::from_secs(1), wire.fill("testing")).await;
        assert!(read.is_err());
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let quiet = wire.quiet();
    assert!(quiet >= Duration::from_secs(3) && quiet < Duration::from_secs(4), "{quiet:?}");
    theirs.write_all(b"x").await.unwrap();
    wire.fill("testing").await.unwrap();
    assert_eq!(wire.quiet(), Duration::ZERO);
}

#[tokio::test]
async fn what_is_there_is_taken_without_waiting() {
    let (ours, mut theirs) = duplex(1000);
    let mut wire = Wire::new(Box::new(ours));
    assert!(!wire.fill_now("testing").await.unwrap());
    theirs.write_all(&part(0, b"here")).await.unwrap();
    assert!(wire.fill_now("testing").await.unwrap());
    assert_eq!(&wire.take_packet().unwrap().unwrap()[..], b"here");
    assert!(wire.take_packet().unwrap().is_none());
}
