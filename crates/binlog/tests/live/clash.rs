//! Server ids that are taken.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Follower, ReplicaId, Start, Stop};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{config, make_history, read_within, refused, tcp};

#[tokio::test]
async fn the_older_of_two_readers_with_one_name_ends_and_says_why() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let mut config = config(vec![tcp(&server)]);
        (config.start, config.stop) = (Start::Latest, Stop::Never);
        let older = tokio::spawn(refused(config.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut newer = Follower::new(config)?;
        newer.open().await?;
        let idle = tokio::time::timeout(Duration::from_secs(2), newer.next());
        let error = older.await?;
        assert_eq!(error.code(), "E_SERVER_ID", "{version}: {error}");
        // The newer one goes on.
        match idle.await {
            Err(_) | Ok(Ok(Some(_))) => {}
            Ok(other) => panic!("{version}: {other:?}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_servers_own_id_and_another_readers_are_refused() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let mut own = config(vec![tcp(&server)]);
        own.replica_id = ReplicaId::Given(u32::from(server.port()));
        let error = refused(own).await;
        assert_eq!(error.code(), "E_SERVER_ID", "{version}: {error}");

        if version == Version::MariaDb10_11 {
            // Replicas have no uuids there: the newer reader ends the older, as above, whoever it is.
            continue;
        }
        let mut first = config(vec![tcp(&server)]);
        (first.start, first.stop) = (Start::Latest, Stop::Never);
        first.replica_id = ReplicaId::Given(4711);
        let mut follower = Follower::new(first.clone())?;
        follower.open().await?;
        first.name = "another".to_owned();
        let error = refused(first).await;
        assert_eq!(error.code(), "E_SERVER_ID", "{version}: {error}");
        assert!(error.to_string().contains("4711"), "{error}");
        assert!(follower.status().connected);
    }
    Ok(())
}

#[tokio::test]
async fn looks_with_random_ids_do_not_disturb_each_other() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    let mut config = config(vec![tcp(&server)]);
    config.replica_id = ReplicaId::Random;
    let looks: Vec<_> = (0..5).map(|_| tokio::spawn(read_within(30, config.clone()))).collect();
    for look in looks {
        assert_eq!(look.await??.restarts, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_look_does_not_disturb_a_follower_of_the_same_name() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        make_history(&server).await?;
        let mut config = config(vec![tcp(&server)]);
        (config.start, config.stop) = (Start::Latest, Stop::Never);
        let mut follower = Follower::new(config.clone())?;
        let opened = follower.open().await?;
        let look = becauselog_binlog::look(&config, &tcp(&server)).await?;
        assert_eq!(look.place.checkpoint(), opened, "{version}");
        assert_eq!(
            look.facts.end,
            look.files
                .last()
                .map(|file| becauselog_model::BinlogPosition { file: file.name.clone(), pos: file.size })
        );
        // What comes next, comes over the same connection.
        crate::rig::insert_rows(&server, 1).await?;
        let mut tape = crate::rig::Tape::default();
        while tape.groups.is_empty() {
            tape.take(&follower.next().await?.unwrap());
        }
        assert_eq!((tape.restarts, follower.status().reconnects), (0, 0), "{version}");
    }
    Ok(())
}
