//! The compressed protocol on real servers.

use anyhow::Result;
use becauselog_binlog::connection::{Compression, Connection, TlsMode};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{root, tcp};

#[tokio::test]
async fn a_compressed_connection_reads_what_a_plain_one_does() -> Result<()> {
    for (version, compression) in [
        (Version::V9_7, Compression::Zlib),
        (Version::V9_7, Compression::Zstd { level: 3 }),
        (Version::V8_0, Compression::Zlib),
        (Version::V5_7, Compression::Zlib),
    ] {
        let server = MysqlServer::builder(version).start().await?;
        let mut modes = vec![TlsMode::Disabled];
        modes.extend((version == Version::V9_7).then_some(TlsMode::Required));
        for mode in modes {
            let mut options = root();
            options.compression = compression;
            options.tls.mode = Some(mode);
            let mut connection = Connection::connect(&tcp(&server), &options).await?;
            let on = connection.query("SHOW STATUS LIKE 'Compression'", "asking").await?;
            assert_eq!(on.get(0, "Value"), Some("ON"), "{version} {compression:?}");
            for length in [1usize, 49, 50, 51, 10_000, 16_777_210, 16_777_216, 20_000_000] {
                let sql = format!("SELECT REPEAT('ab', {length} / 2) AS text, RAND(1) AS next");
                let rows = connection.query(&sql, "testing").await?;
                assert_eq!(rows.get(0, "text").map(str::len), Some(length.div_ceil(2) * 2), "{length}");
                assert!(rows.get(0, "next").is_some());
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn zstd_on_a_server_without_it_is_told() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    let mut options = root();
    options.compression = Compression::Zstd { level: 3 };
    let Err(error) = Connection::connect(&tcp(&server), &options).await else { panic!("connected") };
    assert_eq!(error.code(), "E_COMPRESSION");
    Ok(())
}
