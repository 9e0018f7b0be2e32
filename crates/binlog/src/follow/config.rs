//! What a follower is told.

use std::time::Duration;

use becauselog_model::Flavor;

use super::identity::ReplicaId;
use crate::{
    Start, Stop,
    connection::{ConnectOptions, Endpoint},
};

/// How a server, or one of several, is followed.
#[derive(Debug, Clone)]
pub struct FollowConfig {
    /// The servers, all of one replication topology; the first is tried first, on loss the others in turn.
    pub hosts: Vec<Endpoint>,
    /// How to connect, the same for all.
    pub connect: ConnectOptions,
    /// The source's logical name; the server id and uuid that we register with are derived from it.
    pub name: String,
    /// The server id that we register with.
    pub replica_id: ReplicaId,
    /// What `SHOW REPLICAS` shows as our host.
    pub report_host: String,
    /// Where to start.
    pub start: Start,
    /// Where to stop.
    pub stop: Stop,
    /// How often a server that has nothing to say is to say so. After three times this without a byte, while we wait for
    /// one, the connection counts as dead.
    pub heartbeat: Duration,
    /// How long a server waits for us while we do not read (`net_write_timeout` of our session).
    pub write_timeout: Duration,
    /// When to try again.
    pub retry: RetryPolicy,
    /// The family that the servers must be of; nothing where either will do.
    pub flavor: Option<Flavor>,
}

/// When to try again after a failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait before the second round of attempts; the first is made at once.
    pub first: Duration,
    /// The longest wait. Waits double, and each is shortened by chance by up to a half.
    pub max: Duration,
    /// How long to go on failing, attempts and waits together, without any progress between. What passes while a
    /// connection works does not count.
    pub budget: Duration,
}

impl FollowConfig {
    /// A follower of these hosts with this crate's defaults: from the end of the log on and never stopping, server id
    /// derived from the name, a heartbeat every 10 s, 8 h of patience asked of the server, [`RetryPolicy::default`].
    #[must_use]
    pub fn new(hosts: Vec<Endpoint>, connect: ConnectOptions, name: impl Into<String>) -> Self {
        Self {
            hosts,
            connect,
            name: name.into(),
            replica_id: ReplicaId::FromName,
            report_host: "becauselog".to_owned(),
            start: Start::Latest,
            stop: Stop::Never,
            heartbeat: Duration::from_secs(10),
            write_timeout: Duration::from_secs(8 * 60 * 60),
            retry: RetryPolicy::default(),
            flavor: None,
        }
    }
}

impl Default for RetryPolicy {
    /// 200 ms doubling to 30 s, for 15 minutes.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            max: Duration::from_secs(30),
            budget: Duration::from_secs(15 * 60),
        }
    }
}
