//! What travels: compressed connections, TLS, compressed transactions, very long events.

use anyhow::Result;
use becauselog_binlog::connection::{Compression, TlsMode};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{assert_same, config, make_history, on_disk, read_within, socket, tcp};

#[tokio::test]
async fn the_log_is_the_same_over_every_kind_of_connection() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let disk = on_disk(&server).await?;
        let mut kinds = vec![(Compression::None, TlsMode::Disabled), (Compression::Zlib, TlsMode::Disabled)];
        if version == Version::V9_7 {
            kinds.push((Compression::Zstd { level: 3 }, TlsMode::Disabled));
            kinds.push((Compression::Zstd { level: 3 }, TlsMode::Required));
            kinds.push((Compression::None, TlsMode::Required));
        }
        for (compression, tls) in kinds {
            for endpoint in [tcp(&server), socket(&server)] {
                let mut config = config(vec![endpoint]);
                config.connect.compression = compression;
                config.connect.tls.mode = Some(tls);
                let tape = read_within(30, config).await?;
                assert_same(&tape.groups, &disk, &format!("{version} {compression:?} tls {tls}"));
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn compressed_transactions_are_unfolded_and_resumed() -> Result<()> {
    let server =
        MysqlServer::builder(Version::V9_7).option("binlog-transaction-compression", "ON").start().await?;
    make_history(&server).await?;
    let disk = on_disk(&server).await?;
    assert!(disk.iter().any(|group| group.content.contains("TABLE_MAP")));
    let tape = read_within(30, config(vec![tcp(&server)])).await?;
    assert_eq!(tape.groups, disk);
    for (index, group) in disk.iter().enumerate() {
        let mut config = config(vec![tcp(&server)]);
        config.start = becauselog_binlog::Start::Position(group.end.clone());
        assert_eq!(read_within(30, config).await?.groups, disk[index + 1..], "from {}", group.end);
    }
    Ok(())
}

#[tokio::test]
async fn an_event_longer_than_the_servers_packet_limit_is_read() -> Result<()> {
    for version in Version::SERVERS {
        let server =
            MysqlServer::builder(version).option("log-bin-trust-function-creators", "1").start().await?;
        make_history(&server).await?;
        server
            .run(&[
                "INSERT INTO shop.t (big) VALUES (REPEAT('z', 40000000))",
                // Both images in one event: 80 MB.
                "UPDATE shop.t SET name = 'longer' WHERE LENGTH(big) = 40000000",
                "SET GLOBAL max_allowed_packet = 1048576",
            ])
            .await?;
        let disk = on_disk(&server).await?;
        let mut kinds = vec![Compression::None, Compression::Zlib];
        kinds.extend((version == Version::V9_7).then_some(Compression::Zstd { level: 1 }));
        for compression in kinds {
            let mut config = config(vec![tcp(&server)]);
            config.connect.compression = compression;
            let tape = read_within(60, config).await?;
            assert!(tape.groups == disk, "{version} {compression:?}: the long events differ");
        }
    }
    Ok(())
}
