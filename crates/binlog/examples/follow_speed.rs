//! Reads a server's whole log and says how fast: `follow_speed HOST:PORT|SOCKET [none|zlib|zstd] [disabled|required]`.
//! Logs in as `root` with the password in `MYSQL_PWD`.

use std::time::Instant;

use becauselog_binlog::{
    FollowConfig, Follower, ReplicaId, Start, Stop,
    connection::{Compression, ConnectOptions, Endpoint, Password, TlsMode},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3306".to_owned());
    let endpoint = match address.rsplit_once(':') {
        Some((host, port)) => Endpoint::tcp(host, port.parse()?),
        None => Endpoint::Unix { path: address.into() },
    };
    let mut connect =
        ConnectOptions::new("root", Password::new(std::env::var("MYSQL_PWD").unwrap_or_default()));
    connect.compression = match arguments.next().as_deref() {
        Some("zlib") => Compression::Zlib,
        Some("zstd") => Compression::Zstd { level: 3 },
        _ => Compression::None,
    };
    connect.tls.mode = Some(match arguments.next().as_deref() {
        Some("required") => TlsMode::Required,
        _ => TlsMode::Disabled,
    });
    let mut config = FollowConfig::new(vec![endpoint], connect, "follow_speed");
    config.replica_id = ReplicaId::Random;
    (config.start, config.stop) = (Start::Earliest, Stop::Now);
    let mut follower = Follower::new(config)?;
    let began = Instant::now();
    let (mut batches, mut events, mut groups, mut bytes) = (0u64, 0usize, 0usize, 0usize);
    while let Some(batch) = follower.next().await? {
        batches += 1;
        events += batch.events.len();
        groups += batch.groups.len();
        bytes += batch.bytes;
    }
    let seconds = began.elapsed().as_secs_f64();
    let mb = bytes as f64 / 1e6;
    println!(
        "{mb:.1} MB, {events} events, {groups} groups, {batches} batches in {seconds:.3} s: {:.0} MB/s",
        mb / seconds
    );
    Ok(())
}
