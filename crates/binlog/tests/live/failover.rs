//! The server is lost and another of the list has its transactions.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Follower, Start, Stop};
use becauselog_testkit::{Replicated, Version};

use crate::rig::{
    Tape, config, insert_rows, make_history, on_disk, read_to_checkpoint, read_within, refused, tcp,
};

#[tokio::test]
async fn the_replica_takes_over_without_loss_or_doubles() -> Result<()> {
    for version in Version::ALL {
        let mut pair = Replicated::start(version).await?;
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
        assert_eq!(tape.groups, primary, "{version}");
        pair.primary.kill9()?;
        pair.promote().await?;
        insert_rows(&pair.replica, 5).await?;
        while tape.groups.len() < primary.len() + 5 {
            let next = tokio::time::timeout(Duration::from_secs(20), follower.next()).await;
            tape.take(&next??.unwrap());
        }
        assert_eq!(tape.restarts, 1, "{version}");
        let replica = on_disk(&pair.replica).await?;
        let expected: Vec<_> = replica.iter().map(|group| group.identity.as_str()).collect();
        let mut seen = tape.identities();
        seen.sort_unstable();
        let mut sorted = expected;
        sorted.sort_unstable();
        assert_eq!(seen, sorted, "{version}");
        let checkpoint = follower.checkpoint().unwrap();
        assert_eq!(checkpoint.gtids, pair.replica.gtid_executed().await?.parse()?);
        assert_eq!(checkpoint.server_uuid, follower.server().unwrap().uuid);
        assert_eq!(checkpoint.position, replica.last().unwrap().end);
    }
    Ok(())
}

#[tokio::test]
async fn a_checkpoint_of_one_server_is_gone_on_with_on_another() -> Result<()> {
    let pair = Replicated::start(Version::V9_7).await?;
    make_history(&pair.primary).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&pair.primary)])).await?;
    insert_rows(&pair.primary, 4).await?;
    pair.wait_caught_up().await?;
    let mut on_replica = config(vec![tcp(&pair.replica)]);
    on_replica.start = Start::Checkpoint(checkpoint);
    assert_eq!(read_within(30, on_replica).await?.groups.len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_behind_is_waited_for() -> Result<()> {
    let pair = Replicated::start(Version::V8_0).await?;
    make_history(&pair.primary).await?;
    pair.wait_caught_up().await?;
    pair.replica.run(&[pair.replica.dialect().stop_replica()]).await?;
    insert_rows(&pair.primary, 4).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&pair.primary)])).await?;
    let mut on_replica = config(vec![tcp(&pair.replica)]);
    on_replica.start = Start::Checkpoint(checkpoint);
    on_replica.stop = Stop::Gtids(pair.primary.gtid_executed().await?.parse()?);
    let mut impatient = on_replica.clone();
    impatient.retry.budget = Duration::from_secs(1);
    let error = refused(impatient).await;
    assert_eq!(error.code(), "E_GAVE_UP", "{error}");
    assert!(error.to_string().contains("is behind"), "{error}");
    let waiting = tokio::spawn(read_within(30, on_replica));
    tokio::time::sleep(Duration::from_millis(500)).await;
    pair.replica.run(&[pair.replica.dialect().start_replica()]).await?;
    assert_eq!(waiting.await??.groups, []);
    Ok(())
}

#[tokio::test]
async fn a_host_that_purged_too_much_is_passed_over() -> Result<()> {
    let pair = Replicated::start(Version::V9_7).await?;
    make_history(&pair.primary).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&pair.primary)])).await?;
    insert_rows(&pair.primary, 4).await?;
    pair.wait_caught_up().await?;
    pair.primary.run(&["FLUSH BINARY LOGS"]).await?;
    let last = on_disk(&pair.primary).await?.len();
    assert!(last > 0);
    let files = crate::rig::files(&pair.primary)?;
    let name = files.last().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    pair.primary.run(&[&format!("PURGE BINARY LOGS TO '{name}'")]).await?;
    let mut both = config(vec![tcp(&pair.primary), tcp(&pair.replica)]);
    both.start = Start::Checkpoint(checkpoint.clone());
    assert_eq!(read_within(30, both.clone()).await?.groups.len(), 4);
    both.hosts.pop();
    assert_eq!(refused(both).await.code(), "E_PURGED");
    Ok(())
}

#[tokio::test]
async fn without_gtids_another_server_is_not_followed() -> Result<()> {
    let one = becauselog_testkit::MysqlServer::builder(Version::V8_0)
        .option("gtid-mode", "OFF")
        .option("enforce-gtid-consistency", "OFF")
        .start()
        .await?;
    let other = becauselog_testkit::MysqlServer::builder(Version::V8_0)
        .option("gtid-mode", "OFF")
        .option("enforce-gtid-consistency", "OFF")
        .start()
        .await?;
    make_history(&one).await?;
    make_history(&other).await?;
    let (_, checkpoint) = read_to_checkpoint(config(vec![tcp(&one)])).await?;
    let mut on_other = config(vec![tcp(&other)]);
    on_other.start = Start::Checkpoint(checkpoint);
    assert_eq!(refused(on_other).await.code(), "E_OTHER_SERVER");
    Ok(())
}
