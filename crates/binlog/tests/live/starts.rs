//! Every kind of start and stop, on every version, with GTIDs and without: the same groups as in the files.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Start, Stop};
use becauselog_model::{GtidSet, ServerUuid};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{
    assert_same, config, insert_rows, make_history, on_disk, read_to_checkpoint, read_within, refused, tcp,
};

async fn servers() -> Result<Vec<(String, MysqlServer)>> {
    let mut servers = Vec::new();
    for version in Version::ALL {
        for mode in ["ON", "OFF"] {
            let server = MysqlServer::builder(version)
                .option("gtid-mode", mode)
                .option("enforce-gtid-consistency", mode)
                .start()
                .await?;
            make_history(&server).await?;
            servers.push((format!("{version} gtid_mode={mode}"), server));
        }
    }
    Ok(servers)
}

#[tokio::test]
async fn earliest_to_now_is_what_is_in_the_files() -> Result<()> {
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        assert!(disk.len() >= 9, "{name}: {} groups", disk.len());
        let tape = read_within(30, config(vec![tcp(&server)])).await?;
        assert_same(&tape.groups, &disk, &name);
        assert_eq!(tape.restarts, 0, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_start_at_any_boundary_gives_exactly_the_rest() -> Result<()> {
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        let mut seen = GtidSet::new();
        for (index, group) in disk.iter().enumerate() {
            if let Ok(gtid) = group.identity.parse() {
                seen.insert(&gtid);
            }
            let mut by_position = config(vec![tcp(&server)]);
            by_position.start = Start::Position(group.end.clone());
            let (tape, checkpoint) = read_to_checkpoint(by_position).await?;
            assert_eq!(tape.groups, disk[index + 1..], "{name} from {}", group.end);
            let mut again = config(vec![tcp(&server)]);
            again.start = Start::Checkpoint(checkpoint);
            assert_eq!(read_within(30, again).await?.groups, [], "{name}: nothing after the end");
            if name.ends_with("ON") {
                let mut by_gtids = config(vec![tcp(&server)]);
                by_gtids.start = Start::Gtids(seen.clone());
                let tape = read_within(30, by_gtids).await?;
                assert_eq!(tape.groups, disk[index + 1..], "{name} from {seen}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stop_at_any_boundary_gives_exactly_what_is_before() -> Result<()> {
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        let mut seen = GtidSet::new();
        for (index, group) in disk.iter().enumerate() {
            if let Ok(gtid) = group.identity.parse() {
                seen.insert(&gtid);
            }
            let mut stops = vec![Stop::Position(group.end.clone())];
            if name.ends_with("ON") {
                stops.push(Stop::Gtids(seen.clone()));
            }
            for stop in stops {
                let mut config = config(vec![tcp(&server)]);
                config.stop = stop.clone();
                assert_eq!(read_within(30, config).await?.groups, disk[..=index], "{name} to {stop:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_position_inside_a_transaction_is_refused() -> Result<()> {
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        for pair in disk.windows(2).filter(|pair| pair[0].end.file == pair[1].end.file) {
            for pos in [pair[0].end.pos + 1, pair[1].end.pos - 31, pair[1].end.pos - 1] {
                let mut config = config(vec![tcp(&server)]);
                let mut inside = pair[1].end.clone();
                inside.pos = pos;
                config.start = Start::Position(inside.clone());
                let error = refused(config).await;
                assert_eq!(error.code(), "E_START_INSIDE_TRANSACTION", "{name} {inside}: {error}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_position_that_is_nowhere_is_told() -> Result<()> {
    for (name, server) in servers().await? {
        for at in ["binlog.000001:99999999", "binlog.000099:4", "other.000001:4", "binlog'.000001:4"] {
            let mut config = config(vec![tcp(&server)]);
            config.start = Start::Position(at.parse()?);
            let error = refused(config).await;
            assert_eq!(error.code(), "E_POSITION_UNKNOWN", "{name} {at}: {error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_time_starts_and_stops_at_the_first_group_committed_then() -> Result<()> {
    for (version, mode) in
        [(Version::V9_7, "ON"), (Version::V8_0, "OFF"), (Version::V5_7, "ON"), (Version::V5_7, "OFF")]
    {
        let server = MysqlServer::builder(version)
            .option("gtid-mode", mode)
            .option("enforce-gtid-consistency", mode)
            .start()
            .await?;
        make_history(&server).await?;
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(1100)).await;
            insert_rows(&server, 2).await?;
            server.run(&["FLUSH BINARY LOGS"]).await?;
        }
        let disk = on_disk(&server).await?;
        let mut times: Vec<u64> = disk.iter().map(|group| group.committed_us).collect();
        times.dedup();
        assert!(times.len() >= 4, "{version}: {times:?}");
        for time_us in times.iter().flat_map(|time| [*time, time + 1]).chain([1_000_000]) {
            let first = disk.iter().position(|group| group.committed_us >= time_us).unwrap_or(disk.len());
            let mut from = config(vec![tcp(&server)]);
            from.start = Start::Time(time_us);
            let tape = read_within(30, from).await?;
            assert_eq!(tape.groups, disk[first..], "{version} from {time_us}");
            let mut to = config(vec![tcp(&server)]);
            to.stop = Stop::Time(time_us);
            to.heartbeat = Duration::from_millis(500);
            let tape = read_within(30, to).await?;
            assert_eq!(tape.groups, disk[..first], "{version} to {time_us}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn latest_gives_what_comes_after() -> Result<()> {
    for (name, server) in servers().await? {
        let before = on_disk(&server).await?.len();
        let mut config = config(vec![tcp(&server)]);
        config.start = Start::Latest;
        let tape = read_within(30, config.clone()).await?;
        assert_eq!(tape.groups, [], "{name}");
        config.stop = Stop::Never;
        let mut follower = becauselog_binlog::Follower::new(config)?;
        let checkpoint = follower.open().await?;
        assert_eq!(Some(&checkpoint.position), follower.server().unwrap().end.as_ref());
        insert_rows(&server, 3).await?;
        let mut tape = crate::rig::Tape::default();
        while tape.groups.len() < 3 {
            tape.take(&follower.next().await?.unwrap());
        }
        assert_eq!(tape.groups, on_disk(&server).await?[before..], "{name}");
        assert_eq!(follower.checkpoint().unwrap().position, tape.groups[2].end);
    }
    Ok(())
}

#[tokio::test]
async fn gtids_that_the_server_does_not_have_are_told() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    make_history(&server).await?;
    let mut config = config(vec![tcp(&server)]);
    config.start = Start::Gtids(format!("{}:1-5", ServerUuid([7; 16])).parse()?);
    let error = refused(config).await;
    assert_eq!(error.code(), "E_GTIDS_UNKNOWN", "{error}");
    assert!(error.to_string().contains(&ServerUuid([7; 16]).to_string()));
    Ok(())
}

#[tokio::test]
async fn tagged_gtids_are_followed_and_resumed() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    make_history(&server).await?;
    server
        .run(&[
            "SET gtid_next = 'AUTOMATIC:blue'",
            "INSERT INTO shop.t (name) VALUES ('tagged')",
            "SET gtid_next = 'AUTOMATIC:green'",
            "INSERT INTO shop.t (name) VALUES ('tagged too')",
            "SET gtid_next = 'AUTOMATIC'",
            "INSERT INTO shop.t (name) VALUES ('plain')",
            "FLUSH BINARY LOGS",
            "INSERT INTO shop.t (name) VALUES ('plain again')",
        ])
        .await?;
    let disk = on_disk(&server).await?;
    let mut seen = GtidSet::new();
    for (index, group) in disk.iter().enumerate() {
        seen.insert(&group.identity.parse()?);
        let mut config = config(vec![tcp(&server)]);
        config.start = Start::Gtids(seen.clone());
        assert_eq!(read_within(30, config).await?.groups, disk[index + 1..], "from {seen}");
    }
    assert!(seen.to_string().contains(":blue:1:green:1"), "{seen}");
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
    assert_eq!(checkpoint.gtids, server.gtid_executed().await?.parse()?);
    Ok(())
}
