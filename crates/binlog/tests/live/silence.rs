//! A server that says nothing, and a reader that reads nothing.

use std::time::{Duration, Instant};

use anyhow::Result;
use becauselog_binlog::{
    Follower, Start, Stop,
    connection::{Connection, Endpoint},
};
use becauselog_testkit::{MysqlServer, Version, proxy::FaultProxy};

use crate::rig::{Tape, config, insert_rows, make_history, on_disk, refused, root, tcp};

#[tokio::test]
async fn heartbeats_keep_an_idle_connection() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let mut config = config(vec![tcp(&server)]);
        (config.start, config.stop) = (Start::Latest, Stop::Never);
        config.heartbeat = Duration::from_millis(300);
        let mut follower = Follower::new(config)?;
        let idle = tokio::time::timeout(Duration::from_secs(3), async {
            loop {
                follower.next().await?;
            }
            #[allow(unreachable_code)]
            anyhow::Ok(())
        })
        .await;
        assert!(idle.is_err(), "{version}: {idle:?}");
        assert_eq!(follower.status().reconnects, 0, "{version}");
        assert!(follower.status().connected);
    }
    Ok(())
}

#[tokio::test]
async fn a_frozen_connection_is_given_up_after_three_heartbeats_and_made_anew() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    make_history(&server).await?;
    let before = on_disk(&server).await?.len();
    let proxy = FaultProxy::start(server.port()).await?;
    let mut config = config(vec![Endpoint::tcp("127.0.0.1", proxy.port())]);
    (config.start, config.stop) = (Start::Latest, Stop::Never);
    config.heartbeat = Duration::from_millis(400);
    let mut follower = Follower::new(config)?;
    let mut tape = Tape::default();
    tape.take(&follower.next().await?.unwrap());
    proxy.freeze();
    insert_rows(&server, 3).await?;
    let frozen = Instant::now();
    let thawing = tokio::spawn({
        let port = server.port();
        async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            // The old connections stay silent for ever; new ones work.
            proxy.cut_now();
            proxy.heal();
            assert_ne!(port, 0);
            tokio::time::sleep(Duration::from_secs(20)).await;
            drop(proxy);
        }
    });
    while tape.groups.len() < 3 {
        tape.take(&tokio::time::timeout(Duration::from_secs(15), follower.next()).await??.unwrap());
    }
    assert!(frozen.elapsed() >= Duration::from_millis(1200));
    assert_eq!(tape.groups, on_disk(&server).await?[before..]);
    assert!(tape.restarts >= 1);
    thawing.abort();
    Ok(())
}

#[tokio::test]
async fn silence_counts_over_calls_that_are_dropped_and_not_between_calls() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    let proxy = FaultProxy::start(server.port()).await?;
    let mut config = config(vec![Endpoint::tcp("127.0.0.1", proxy.port())]);
    config.stop = Stop::Never;
    config.heartbeat = Duration::from_millis(400);
    let mut follower = Follower::new(config)?;
    let mut tape = Tape::default();
    let disk = on_disk(&server).await?.len();
    while tape.groups.len() < disk {
        tape.take(&follower.next().await?.unwrap());
    }
    proxy.freeze();
    // Nobody waits: that is not the server's silence.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let poll = Duration::from_millis(100);
    let mut polls = 0;
    while follower.status().connected {
        let polled = tokio::time::timeout(poll, follower.next()).await;
        // What was on its way when the proxy froze may still come.
        polls = if polled.is_ok() { 0 } else { polls + 1 };
        assert!(polls < 60, "the connection is not given up");
    }
    assert!(polls >= 10, "given up after {polls} polls of {poll:?}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_stays_silent_uses_up_the_budget() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    let mut config = config(vec![tcp(&server)]);
    (config.start, config.stop) = (Start::Latest, Stop::Never);
    config.heartbeat = Duration::from_millis(300);
    config.connect.connect_timeout = Duration::from_millis(500);
    config.retry.budget = Duration::from_secs(2);
    let reading = tokio::spawn(refused(config));
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.freeze()?;
    let error = reading.await?;
    server.thaw()?;
    assert_eq!(error.code(), "E_GAVE_UP", "{error}");
    Ok(())
}

#[tokio::test]
async fn a_stalled_reader_keeps_its_connection_whatever_the_servers_timeout() -> Result<()> {
    for version in [Version::V9_7, Version::V5_7] {
        let server = MysqlServer::builder(version).option("net-write-timeout", "1").start().await?;
        make_history(&server).await?;
        insert_much(&server).await?;
        let mut follower = Follower::new(config(vec![tcp(&server)]))?;
        let mut tape = Tape::default();
        tape.take(&follower.next().await?.unwrap());
        tokio::time::sleep(Duration::from_secs(4)).await;
        while let Some(batch) = follower.next().await? {
            tape.take(&batch);
        }
        assert_eq!(tape.groups, on_disk(&server).await?, "{version}");
        assert_eq!(follower.status().reconnects, 0, "{version}");
    }
    Ok(())
}

#[tokio::test]
async fn a_hang_up_by_the_server_during_our_own_stall_costs_no_budget() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    insert_much(&server).await?;
    let mut config = config(vec![tcp(&server)]);
    config.write_timeout = Duration::from_secs(1);
    // Any failure that counts would end it.
    config.retry.budget = Duration::ZERO;
    let mut follower = Follower::new(config)?;
    let mut tape = Tape::default();
    tape.take(&follower.next().await?.unwrap());
    tokio::time::sleep(Duration::from_secs(14)).await;
    while let Some(batch) = follower.next().await? {
        tape.take(&batch);
    }
    assert_eq!(tape.groups, on_disk(&server).await?);
    assert_eq!(follower.status().reconnects, 1, "the server did not hang up: nothing was tried");
    Ok(())
}

/// More than the sockets hold.
async fn insert_much(server: &MysqlServer) -> Result<()> {
    let sql = "INSERT INTO shop.t (big) VALUES (REPEAT('z', 4000000))";
    server.run(&[sql; 8]).await
}

#[tokio::test]
async fn show_replicas_shows_us() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        let mut config = config(vec![tcp(&server)]);
        (config.start, config.stop) = (Start::Latest, Stop::Never);
        config.report_host = "reader.example.org".to_owned();
        let mut follower = Follower::new(config)?;
        follower.open().await?;
        let mut connection = Connection::connect(&tcp(&server), &root()).await?;
        let sql = if version == Version::V9_7 { "SHOW REPLICAS" } else { "SHOW SLAVE HOSTS" };
        let replicas = connection.query(sql, "asking").await?;
        assert_eq!(replicas.len(), 1, "{version}");
        assert_eq!(
            replicas.get(0, "Server_Id"),
            Some(follower.server_id().to_string().as_str()),
            "{version}"
        );
        assert_eq!(replicas.get(0, "Host"), Some("reader.example.org"), "{version}");
    }
    Ok(())
}
