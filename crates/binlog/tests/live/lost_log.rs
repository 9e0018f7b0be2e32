//! A log that is purged, reset or switched off while we are away, and a server that logs no rows.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{PurgeWatch, Start, Stop, connection::Endpoint};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{
    config, files, insert_rows, make_history, on_disk, read_to_checkpoint, read_within, refused, root, tcp,
};

async fn both_modes() -> Result<Vec<(String, MysqlServer)>> {
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

fn last_file(server: &MysqlServer) -> Result<String> {
    let files = files(server)?;
    Ok(files.last().unwrap().file_name().unwrap().to_string_lossy().into_owned())
}

#[tokio::test]
async fn a_checkpoint_whose_log_was_purged_is_told_and_never_jumped_over() -> Result<()> {
    for (name, server) in both_modes().await? {
        let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
        insert_rows(&server, 5).await?;
        server.run(&["FLUSH BINARY LOGS"]).await?;
        server.run(&[&format!("PURGE BINARY LOGS TO '{}'", last_file(&server)?)]).await?;
        insert_rows(&server, 1).await?;
        let mut late = config(vec![tcp(&server)]);
        late.start = Start::Checkpoint(checkpoint.clone());
        let error = refused(late).await;
        assert_eq!(error.code(), "E_PURGED", "{name}: {error}");
        if name.ends_with("ON") {
            let executed: becauselog_model::GtidSet = server.gtid_executed().await?.parse()?;
            let mut missing = executed.subtract(&checkpoint.gtids);
            let last = on_disk(&server).await?.last().unwrap().identity.parse()?;
            let mut kept = becauselog_model::GtidSet::new();
            kept.insert(&last);
            missing = missing.subtract(&kept);
            assert!(error.to_string().contains(&missing.to_string()), "{name}: {error} without {missing}");
        }
        // Earliest is what is left.
        assert_eq!(
            read_within(30, config(vec![tcp(&server)])).await?.groups,
            on_disk(&server).await?,
            "{name}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_was_reset_is_told() -> Result<()> {
    for (name, server) in both_modes().await? {
        insert_rows(&server, 3).await?;
        let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
        server.run(&[server.dialect().reset_binary_logs()]).await?;
        insert_rows(&server, 1).await?;
        let mut late = config(vec![tcp(&server)]);
        late.start = Start::Checkpoint(checkpoint);
        let error = refused(late).await;
        let expected = if name.ends_with("ON") { "E_SERVER_LOST_TRANSACTIONS" } else { "E_POSITION_UNKNOWN" };
        assert_eq!(error.code(), expected, "{name}: {error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_reset_while_it_is_followed_is_told() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    make_history(&server).await?;
    let mut config = config(vec![tcp(&server)]);
    config.stop = Stop::Never;
    config.heartbeat = Duration::from_millis(300);
    let reading = tokio::spawn(refused(config));
    tokio::time::sleep(Duration::from_secs(1)).await;
    server
        .run(&[server.dialect().reset_binary_logs(), "INSERT INTO shop.t (name) VALUES ('new world')"])
        .await?;
    let error = reading.await?;
    assert_eq!(error.code(), "E_SERVER_LOST_TRANSACTIONS", "{error}");
    Ok(())
}

#[tokio::test]
async fn gtids_switched_off_leave_the_position_and_switched_on_are_taken_up() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
    let before = on_disk(&server).await?.len();
    let steps = ["ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF"];
    for mode in steps {
        server.run(&[&format!("SET GLOBAL gtid_mode = {mode}")]).await?;
    }
    insert_rows(&server, 2).await?;
    let mut off = config(vec![tcp(&server)]);
    off.start = Start::Checkpoint(checkpoint.clone());
    let (tape, by_position) = read_to_checkpoint(off).await?;
    assert_eq!(tape.groups, on_disk(&server).await?[before..]);
    assert!(by_position.gtids.is_empty());
    // By GTIDs alone there is no way.
    let mut named = config(vec![tcp(&server)]);
    named.start = Start::Gtids(checkpoint.gtids.clone());
    assert_eq!(refused(named).await.code(), "E_GTID_MODE");
    for mode in ["OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"] {
        server.run(&[&format!("SET GLOBAL gtid_mode = {mode}")]).await?;
    }
    let before = on_disk(&server).await?.len();
    insert_rows(&server, 2).await?;
    let mut on = config(vec![tcp(&server)]);
    on.start = Start::Checkpoint(by_position);
    let (tape, by_gtids) = read_to_checkpoint(on).await?;
    assert_eq!(tape.groups, on_disk(&server).await?[before..]);
    assert_eq!(by_gtids.gtids, server.gtid_executed().await?.parse()?);
    Ok(())
}

#[tokio::test]
async fn a_server_that_logs_no_rows_or_nothing_is_told() -> Result<()> {
    for version in [Version::V8_0, Version::V5_7] {
        for (option, value, code) in
            [("binlog-format", "MIXED", "E_BINLOG_FORMAT"), ("binlog-format", "STATEMENT", "E_BINLOG_FORMAT")]
        {
            let server = MysqlServer::builder(version).option(option, value).start().await?;
            let error = refused(config(vec![tcp(&server)])).await;
            assert_eq!(error.code(), code, "{version}: {error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_account_without_the_right_to_replicate_is_told() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server.run(&["CREATE USER poor@'%' IDENTIFIED BY 'pw'"]).await?;
    let mut config = config(vec![tcp(&server)]);
    config.connect = crate::rig::account("poor", "pw");
    let error = refused(config).await;
    assert_eq!((error.code(), error.class()), ("E_SERVER_REFUSED", becauselog_model::ErrorClass::Operator));
    assert!(error.to_string().contains("REPLICATION CLIENT"), "{error}");
    Ok(())
}

#[tokio::test]
async fn the_distance_to_the_purge_is_known() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let days = if version == Version::V5_7 {
            "expire_logs_days = 2"
        } else {
            "binlog_expire_logs_seconds = 172800"
        };
        server.run(&[&format!("SET GLOBAL {days}")]).await?;
        let disk = on_disk(&server).await?;
        let middle = disk.iter().find(|group| group.end.file.ends_with("2")).unwrap();
        let hour = Duration::from_secs(3600);
        let mut watch = PurgeWatch::new();
        let distance = watch.measure(&tcp(&server), &root(), &middle.end, Some(hour)).await?;
        assert_eq!(distance.files, Some(1), "{version}");
        assert_eq!(distance.expires_after, Some(48 * hour), "{version}");
        assert_eq!(distance.left, Some(47 * hour), "{version}");
        let sizes: u64 = files(&server)?.iter().map(|file| file.metadata().unwrap().len()).sum();
        assert_eq!(distance.bytes_total, sizes, "{version}");
        let first = files(&server)?[0].metadata()?.len();
        assert_eq!(distance.bytes_behind, sizes - first - middle.end.pos, "{version}");
        let gone = watch.measure(&tcp(&server), &root(), &"binlog.000000:4".parse()?, Some(hour)).await?;
        assert_eq!((gone.files, gone.left_at_present_rate), (None, None));
    }
    Ok(())
}

#[tokio::test]
async fn the_distance_is_found_at_the_server_of_the_checkpoint_by_the_files_own_times() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        let other = MysqlServer::builder(version).start().await?;
        let days = if version == Version::V5_7 {
            "expire_logs_days = 2"
        } else {
            "binlog_expire_logs_seconds = 172800"
        };
        server.run(&[&format!("SET GLOBAL {days}")]).await?;
        make_history(&server).await?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let (_, mut checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
        let hosts = [tcp(&other), tcp(&server)];
        let mut watch = PurgeWatch::new();
        let limit = Duration::from_secs(172_800);
        let (host, at_end) = watch.find(&hosts, &root(), &checkpoint).await?.unwrap();
        assert_eq!((host, at_end.bytes_behind), (tcp(&server), 0), "{version}");
        assert_eq!(at_end.left, Some(limit), "{version}: nothing of the last file's end can be purged");
        checkpoint.position = on_disk(&server).await?[0].end.clone();
        let (_, at_begin) = watch.find(&hosts, &root(), &checkpoint).await?.unwrap();
        let lost = limit - at_begin.left.unwrap();
        assert!(lost >= Duration::from_secs(2) && lost < Duration::from_secs(60), "{version}: {lost:?}");
        assert_eq!(at_begin.files, Some(0), "{version}");
        assert!(at_begin.left_at_present_rate.is_some(), "{version}: the distance has shrunk");
        assert!(watch.find(&[tcp(&other)], &root(), &checkpoint).await?.is_none(), "{version}");
        let gone = Endpoint::tcp("127.0.0.1", 1);
        assert!(watch.find(&[gone], &root(), &checkpoint).await.is_err(), "{version}");
    }
    Ok(())
}
