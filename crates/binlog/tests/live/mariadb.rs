//! MariaDB: every kind of start and stop, domains, compressed events, a purged log, a failover.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Follower, Start, Stop, event::RowsQuery};
use becauselog_model::{Flavor, GtidSet};
use becauselog_testkit::{MysqlServer, Replicated, Version};

use crate::rig::{
    Tape, assert_same, config, files, insert_rows, make_history, on_disk, read_to_checkpoint, read_within,
    refused, tcp,
};

/// With plain events and with compressed ones.
async fn servers() -> Result<Vec<(String, MysqlServer)>> {
    let mut servers = Vec::new();
    for compress in ["OFF", "ON"] {
        let server = MysqlServer::builder(Version::MariaDb10_11)
            .option("log-bin-compress", compress)
            .option("log-bin-compress-min-len", "10")
            .start()
            .await?;
        make_history(&server).await?;
        server
            .run(&[
                "SET gtid_domain_id = 7",
                "INSERT INTO shop.t (name) VALUES ('of another domain')",
                "CREATE TABLE shop.u AS SELECT id, name FROM shop.t",
                "CREATE SEQUENCE shop.s",
            ])
            .await?;
        insert_rows(&server, 2).await?;
        servers.push((format!("log_bin_compress={compress}"), server));
    }
    Ok(servers)
}

/// Purges all files but the last. A file that a dump still stands in is not purged: the end of ours is waited for.
async fn purge(server: &MysqlServer) -> Result<()> {
    let name = files(server)?.last().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    for _ in 0..200 {
        server.run(&[&format!("PURGE BINARY LOGS TO '{name}'")]).await?;
        if files(server)?.len() == 1 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name} is not the first file");
}

#[tokio::test]
async fn earliest_to_now_is_what_is_in_the_files() -> Result<()> {
    let mut contents = Vec::new();
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        assert!(disk.len() >= 15, "{name}: {} groups", disk.len());
        let tape = read_within(30, config(vec![tcp(&server)])).await?;
        assert_same(&tape.groups, &disk, &name);
        assert_eq!(tape.restarts, 0, "{name}");
        contents.push(disk.into_iter().map(|group| group.content).collect::<Vec<_>>());
    }
    let kinds = |all: &[String]| {
        let marks = all.iter().map(|content| content.split(':').next().unwrap().to_owned());
        marks.collect::<Vec<_>>()
    };
    assert_eq!(kinds(&contents[0]), kinds(&contents[1]), "compressed or not");
    Ok(())
}

#[tokio::test]
async fn a_start_and_a_stop_at_any_boundary_cut_exactly_there() -> Result<()> {
    for (name, server) in servers().await? {
        let disk = on_disk(&server).await?;
        let mut seen = GtidSet::new();
        for (index, group) in disk.iter().enumerate() {
            seen.insert(&group.identity.parse()?);
            let (before, rest) = disk.split_at(index + 1);
            let mut by_position = config(vec![tcp(&server)]);
            by_position.start = Start::Position(group.end.clone());
            let (tape, checkpoint) = read_to_checkpoint(by_position).await?;
            assert_eq!(tape.groups, rest, "{name} from {}", group.end);
            assert_eq!(checkpoint.flavor, Flavor::MariaDb);
            assert_eq!(checkpoint.gtids, server.gtid_executed().await?.parse()?, "{name}");
            let mut again = config(vec![tcp(&server)]);
            again.start = Start::Checkpoint(checkpoint);
            assert_eq!(read_within(30, again).await?.groups, [], "{name}: nothing after the end");
            let mut by_gtids = config(vec![tcp(&server)]);
            by_gtids.start = Start::Gtids(seen.clone());
            assert_eq!(read_within(30, by_gtids).await?.groups, rest, "{name} from {seen}");
            for stop in [Stop::Position(group.end.clone()), Stop::Gtids(seen.clone())] {
                let mut until = config(vec![tcp(&server)]);
                until.stop = stop.clone();
                assert_eq!(read_within(30, until).await?.groups, before, "{name} until {stop:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_start_by_time_is_at_the_first_group_of_that_second() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    make_history(&server).await?;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    insert_rows(&server, 3).await?;
    let disk = on_disk(&server).await?;
    let (_, rest) = disk.split_at(disk.len() - 3);
    let mut late = config(vec![tcp(&server)]);
    late.start = Start::Time(rest[0].committed_us);
    assert_eq!(read_within(30, late).await?.groups, rest);
    Ok(())
}

#[tokio::test]
async fn statements_are_annotated_as_asked_for() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    make_history(&server).await?;
    let mut follower = Follower::new(config(vec![tcp(&server)]))?;
    let mut texts = Vec::new();
    while let Some(batch) = follower.next().await? {
        for (event, _) in &batch.events {
            if event.kind() == becauselog_binlog::event::EventKind::MARIADB_ANNOTATE_ROWS {
                texts.push(String::from_utf8(RowsQuery::of(event)?.text.to_vec())?);
            }
        }
    }
    assert!(texts.contains(&"DELETE FROM shop.t WHERE id = 2".to_owned()), "{texts:?}");
    Ok(())
}

#[tokio::test]
async fn a_checkpoint_before_any_transaction_is_the_begin() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    let (tape, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
    assert!(tape.groups.is_empty() && checkpoint.gtids.is_empty());
    make_history(&server).await?;
    let mut later = config(vec![tcp(&server)]);
    later.start = Start::Checkpoint(checkpoint.clone());
    assert_eq!(read_within(30, later.clone()).await?.groups, on_disk(&server).await?);
    purge(&server).await?;
    assert_eq!(refused(later).await.code(), "E_PURGED");
    Ok(())
}

#[tokio::test]
async fn a_purged_log_is_told_with_what_is_missing() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    make_history(&server).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&server)])).await?;
    insert_rows(&server, 5).await?;
    let missing = server.gtid_executed().await?;
    server.run(&["FLUSH BINARY LOGS"]).await?;
    purge(&server).await?;
    insert_rows(&server, 1).await?;
    let mut late = config(vec![tcp(&server)]);
    late.start = Start::Checkpoint(checkpoint);
    let error = refused(late).await;
    assert_eq!(error.code(), "E_PURGED", "{error}");
    assert!(error.to_string().contains(&missing), "{error} without {missing}");
    let left = read_within(30, config(vec![tcp(&server)])).await?;
    assert_eq!(left.groups, on_disk(&server).await?, "earliest is what is left");
    Ok(())
}

#[tokio::test]
async fn the_replica_takes_over_without_loss_or_doubles() -> Result<()> {
    for strict in ["OFF", "ON"] {
        let set = |builder: becauselog_testkit::ServerBuilder| builder.option("gtid-strict-mode", strict);
        let mut pair = Replicated::start_with(Version::MariaDb10_11, set, set).await?;
        make_history(&pair.primary).await?;
        insert_rows(&pair.primary, 20).await?;
        pair.wait_caught_up().await?;
        let primary = on_disk(&pair.primary).await?;
        let mut config = config(vec![tcp(&pair.primary), tcp(&pair.replica)]);
        config.stop = Stop::Never;
        let mut follower = Follower::new(config)?;
        let mut tape = Tape::default();
        while tape.groups.len() < primary.len() {
            tape.take(&follower.next().await?.unwrap());
        }
        pair.primary.kill9()?;
        pair.promote().await?;
        insert_rows(&pair.replica, 5).await?;
        while tape.groups.len() < primary.len() + 5 {
            let next = tokio::time::timeout(Duration::from_secs(20), follower.next()).await;
            tape.take(&next??.unwrap());
        }
        assert_eq!(tape.restarts, 1, "strict {strict}");
        let replica = on_disk(&pair.replica).await?;
        let expected: Vec<_> = replica.iter().map(|group| group.identity.as_str()).collect();
        assert_eq!(tape.identities(), expected, "strict {strict}");
        let checkpoint = follower.checkpoint().unwrap();
        let last = checkpoint.gtids.positions().last().unwrap();
        assert_eq!(last.server_id, u32::from(pair.replica.port()), "{:?}", checkpoint.gtids);
        assert_eq!(checkpoint.position, replica.last().unwrap().end);
    }
    Ok(())
}

/// Without strictness another server's numbers may be lower than those before them in the log.
#[tokio::test]
async fn where_numbers_of_a_domain_go_back_nothing_is_lost_at_any_boundary() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    make_history(&server).await?;
    server
        .run(&[
            "SET SESSION server_id = 77, gtid_seq_no = 3",
            "INSERT INTO shop.t (name) VALUES ('of 77')",
            "SET SESSION server_id = 78, gtid_seq_no = 2",
            "INSERT INTO shop.t (name) VALUES ('of 78')",
            "SET SESSION server_id = 77, gtid_seq_no = 5",
            "INSERT INTO shop.t (name) VALUES ('of 77 again')",
        ])
        .await?;
    let disk = on_disk(&server).await?;
    let ends = ["0-77-3", "0-78-2", "0-77-5"];
    assert_eq!(disk[disk.len() - 3..].iter().map(|group| &*group.identity).collect::<Vec<_>>(), ends);
    let mut start = config(vec![tcp(&server)]);
    for read in 1..=disk.len() {
        let (before, rest) = disk.split_at(read);
        let mut follower = Follower::new(start.clone())?;
        let mut tape = Tape::default();
        while let Some(batch) = follower.next().await? {
            tape.take(&batch);
        }
        assert_eq!(tape.groups, disk[read - 1..], "from {:?}", start.start);
        // A checkpoint after each group, as it is kept and read again.
        let mut until = start.clone();
        until.stop = Stop::Position(before[read - 1].end.clone());
        let (_, mut checkpoint) = read_to_checkpoint(until).await?;
        let kept = checkpoint.gtids.to_string();
        checkpoint.gtids = kept.parse()?;
        assert_eq!(checkpoint.position, before[read - 1].end);
        start.start = Start::Checkpoint(checkpoint);
        assert_eq!(read_within(30, start.clone()).await?.groups, rest, "after {kept}");
    }
    Ok(())
}

/// A replica that was made from a dump: its log begins after what it was made with.
#[tokio::test]
async fn a_replica_whose_log_begins_at_our_position_is_gone_on_with() -> Result<()> {
    let pair = Replicated::start(Version::MariaDb10_11).await?;
    make_history(&pair.primary).await?;
    pair.wait_caught_up().await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&pair.primary)])).await?;
    let at: Vec<String> = checkpoint.gtids.positions().map(|gtid| gtid.to_string()).collect();
    let dialect = pair.replica.dialect();
    pair.replica
        .run(&[
            dialect.stop_replica(),
            dialect.reset_binary_logs(),
            &format!("SET GLOBAL gtid_slave_pos = '{}'", at.join(",")),
            dialect.start_replica(),
        ])
        .await?;
    let mut on_replica = config(vec![tcp(&pair.replica)]);
    on_replica.start = Start::Checkpoint(checkpoint);
    assert_eq!(read_within(30, on_replica.clone()).await?.groups, [], "nothing yet");
    insert_rows(&pair.primary, 4).await?;
    pair.wait_caught_up().await?;
    let tape = read_within(30, on_replica).await?;
    let on_disk = on_disk(&pair.replica).await?;
    assert_eq!(tape.groups.len(), 4);
    assert_eq!(tape.groups, on_disk);
    Ok(())
}

#[tokio::test]
async fn a_position_that_the_servers_log_never_had_is_refused() -> Result<()> {
    for strict in ["OFF", "ON"] {
        let server =
            MysqlServer::builder(Version::MariaDb10_11).option("gtid-strict-mode", strict).start().await?;
        make_history(&server).await?;
        for (start, code) in
            [("0-99-3", "E_DUMP_REFUSED"), ("0-99-99999", "E_GTIDS_UNKNOWN"), ("5-1-1", "E_GTIDS_UNKNOWN")]
        {
            let mut elsewhere = config(vec![tcp(&server)]);
            elsewhere.start = Start::Gtids(start.parse()?);
            let error = refused(elsewhere).await;
            assert_eq!(error.code(), code, "strict {strict}, {start}: {error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_comes_back_is_gone_on_with() -> Result<()> {
    let mut server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    make_history(&server).await?;
    let before = on_disk(&server).await?.len();
    let mut endless = config(vec![tcp(&server)]);
    endless.stop = Stop::Never;
    let mut follower = Follower::new(endless)?;
    let mut tape = Tape::default();
    while tape.groups.len() < before {
        tape.take(&follower.next().await?.unwrap());
    }
    server.kill9()?;
    server.start_again().await?;
    insert_rows(&server, 5).await?;
    while tape.groups.len() < before + 5 {
        tape.take(&tokio::time::timeout(Duration::from_secs(20), follower.next()).await??.unwrap());
    }
    assert_same(&tape.groups, &on_disk(&server).await?, "after the restart");
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_behind_is_waited_for() -> Result<()> {
    let pair = Replicated::start(Version::MariaDb10_11).await?;
    make_history(&pair.primary).await?;
    pair.wait_caught_up().await?;
    pair.replica.run(&[pair.replica.dialect().stop_replica()]).await?;
    insert_rows(&pair.primary, 4).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&pair.primary)])).await?;
    let mut on_replica = config(vec![tcp(&pair.replica)]);
    on_replica.start = Start::Checkpoint(checkpoint);
    on_replica.retry.budget = Duration::from_secs(1);
    let error = refused(on_replica).await;
    assert_eq!(error.code(), "E_GAVE_UP", "{error}");
    assert!(error.to_string().contains("is behind"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_server_of_another_family_is_noticed_and_named() -> Result<()> {
    let mariadb = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    let mysql = MysqlServer::builder(Version::V8_0).start().await?;
    for (server, meant, found) in [(&mariadb, Flavor::MySql, "MariaDB"), (&mysql, Flavor::MariaDb, "MySQL")] {
        let mut asked = config(vec![tcp(server)]);
        asked.flavor = Some(meant);
        let error = refused(asked).await;
        assert_eq!(error.code(), "E_FLAVOR", "{error}");
        assert!(error.to_string().contains(&format!("is {found}, but the config is for {meant}")), "{error}");
        let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(server)])).await?;
        let other = if meant == Flavor::MySql { &mysql } else { &mariadb };
        let mut elsewhere = config(vec![tcp(other)]);
        elsewhere.start = Start::Checkpoint(checkpoint);
        assert_eq!(refused(elsewhere).await.code(), "E_FLAVOR");
    }
    let mut by_gtids = config(vec![tcp(&mysql)]);
    by_gtids.start = Start::Gtids("0-1-42".parse()?);
    assert_eq!(refused(by_gtids).await.code(), "E_FLAVOR");
    Ok(())
}
