//! The fault proxy is exact: a test that relies on byte N must get byte N.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::time::{Duration, Instant};

use anyhow::Result;
use becauselog_testkit::proxy::{Direction, FaultProxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BYTES: usize = 200_000;

fn expected() -> Vec<u8> {
    (0..BYTES).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

/// Sends the expected bytes to whoever connects, then closes; returns its port.
async fn source() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move { client.write_all(&expected()).await });
        }
    });
    Ok(port)
}

async fn read_all(port: u16) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[tokio::test]
async fn passes_every_byte_and_counts_them() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    assert_eq!(read_all(proxy.port()).await?, expected());
    assert_eq!(proxy.traffic().to_client, u64::try_from(BYTES)?);
    assert_eq!(proxy.traffic().connections, 1);
    Ok(())
}

#[tokio::test]
async fn cuts_at_exactly_the_byte_asked_for() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    for at in [0, 1, 77, 16_384, 16_385, 131_072] {
        proxy.cut_at(Direction::ToClient, u64::try_from(at)?);
        assert_eq!(read_all(proxy.port()).await?, expected()[..at], "cut at {at}");
    }
    assert_eq!(proxy.traffic().cuts, 6);
    proxy.heal();
    assert_eq!(read_all(proxy.port()).await?.len(), BYTES);
    Ok(())
}

#[tokio::test]
async fn cuts_what_the_client_sends_too() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = FaultProxy::start(listener.local_addr()?.port()).await?;
    proxy.cut_at(Direction::ToServer, 5);
    let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).await?;
    let (mut server, _) = listener.accept().await?;
    client.write_all(b"0123456789").await?;
    let mut got = Vec::new();
    // Bytes that were not delivered make the end a reset, as on a broken line.
    drop(server.read_to_end(&mut got).await);
    assert_eq!(got, b"01234");
    Ok(())
}

#[tokio::test]
async fn corrupts_one_byte_and_no_other() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    proxy.corrupt_at(Direction::ToClient, 100_000, 0x10);
    let mut wanted = expected();
    wanted[100_000] ^= 0x10;
    assert_eq!(read_all(proxy.port()).await?, wanted);
    assert_eq!(proxy.traffic().corrupted, 1);
    Ok(())
}

#[tokio::test]
async fn freezes_without_closing_and_loses_nothing() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    proxy.freeze();
    let reading = read_all(proxy.port());
    tokio::pin!(reading);
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut reading).await.is_err());
    assert_eq!(proxy.traffic().to_client, 0);
    proxy.thaw();
    assert_eq!(reading.await?, expected());
    Ok(())
}

#[tokio::test]
async fn ends_a_frozen_connection_when_told() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    proxy.freeze();
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).await?;
    while proxy.traffic().connections == 0 {
        tokio::task::yield_now().await;
    }
    proxy.cut_now();
    let mut bytes = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await;
    // A reset or an end: either way it is over, and nothing came.
    drop(ended?);
    assert!(bytes.is_empty());
    Ok(())
}

#[tokio::test]
async fn throttles_to_the_rate_asked_for() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    proxy.throttle(400_000);
    let started = Instant::now();
    assert_eq!(read_all(proxy.port()).await?, expected());
    let took = started.elapsed();
    assert!(took > Duration::from_millis(400) && took < Duration::from_secs(5), "{took:?}");
    Ok(())
}

#[tokio::test]
async fn refuses_new_connections_and_serves_another_server_when_redirected() -> Result<()> {
    let proxy = FaultProxy::start(source().await?).await?;
    proxy.refuse();
    assert!(read_all(proxy.port()).await.map_or(true, |bytes| bytes.is_empty()));
    assert_eq!(proxy.traffic().refused, 1);
    proxy.heal();
    proxy.redirect(source().await?);
    assert_eq!(read_all(proxy.port()).await?.len(), BYTES);
    Ok(())
}
