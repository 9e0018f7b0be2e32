//! One attempt to get a dump from one server: connect, look, decide, register, ask.

use std::{sync::Arc, time::Duration};

use becauselog_model::{BinlogPosition, Flavor, GtidSet};
use tracing::{debug, info};

use super::{
    admission::{check_flavor, check_place, check_server, tell_errant},
    config::FollowConfig,
    error::FollowError,
    facts::{LogFile, ServerFacts},
    identity::Identity,
    place::Place,
    scan::Scanner,
    shown::Shown,
    start::Lookup,
    stream::Stream,
};
use crate::{
    Stop,
    connection::{Connection, DumpFrom, Endpoint, Registration},
    group::Grouper,
    source::SourceError,
};

/// What an attempt is for.
#[derive(Debug, Clone)]
pub(crate) enum Goal {
    /// The first connection: find out where start and stop are.
    Open,
    /// A later one: go on from here.
    Resume {
        place: Place,
        /// The stop as it was resolved.
        stop: Stop,
        /// The server that was followed last.
        last: Option<becauselog_model::ServerUuid>,
    },
}

/// A server that is ready to be read.
pub(crate) struct Admitted {
    pub(crate) stream: Stream,
    pub(crate) facts: ServerFacts,
    pub(crate) place: Place,
    pub(crate) stop: Stop,
}

/// How long another host may take to say what it has.
const ASIDE: Duration = Duration::from_secs(2);

/// What a host says and where on it reading would start and stop; found out without disturbing anybody.
#[derive(Debug, Clone)]
pub struct Look {
    /// What the server says of itself.
    pub facts: ServerFacts,
    /// The files of its log, oldest first.
    pub files: Vec<LogFile>,
    /// Where reading would start.
    pub place: Place,
    /// Where it would stop: `now` is GTIDs or a position.
    pub stop: Stop,
}

/// Makes every check that a [`super::Follower`] makes before it asks a host for its log, and resolves start and stop. It
/// neither registers nor starts a dump under our id, so a follower of the same name that runs is not disturbed.
///
/// # Errors
/// What would keep a follower from following this host.
pub async fn look(config: &FollowConfig, host: &Endpoint) -> Result<Look, SourceError> {
    let identity = config.replica_id.identity(&config.name);
    let mut connection = connect(config, host).await?;
    check(config, identity, host, &mut connection, Goal::Open).await.map_err(|error| named(error, host))
}

/// Tries one host.
pub(crate) async fn attempt(
    config: Arc<FollowConfig>,
    identity: Identity,
    host: Endpoint,
    goal: Goal,
) -> Result<Admitted, SourceError> {
    let mut connection = connect(&config, &host).await?;
    let admitted = async {
        let look = check(&config, identity, &host, &mut connection, goal).await?;
        start_dump(&config, identity, connection, look).await
    };
    admitted.await.map_err(|error| named(error, &host))
}

async fn connect(config: &FollowConfig, host: &Endpoint) -> Result<Connection, SourceError> {
    let connection = Connection::connect(host, &config.connect).await;
    connection.map_err(|error| FollowError::from(error).at(&host.to_string()).into())
}

fn named(error: SourceError, host: &Endpoint) -> SourceError {
    match error {
        SourceError::Follow(error) => SourceError::Follow(error.at(&host.to_string())),
        other => other,
    }
}

async fn check(
    config: &FollowConfig,
    identity: Identity,
    host: &Endpoint,
    connection: &mut Connection,
    goal: Goal,
) -> Result<Look, SourceError> {
    let facts = ServerFacts::read(connection).await?;
    check_flavor(&facts, config.flavor, "the config")?;
    check_server(&facts, identity.server_id)?;
    if facts.version.flavor == Flavor::MySql {
        // MariaDB's replicas have no uuids.
        check_replicas(connection, identity).await?;
    }
    let files = LogFile::list(connection).await?;
    let (place, stop) = match goal {
        Goal::Open => open(config, host, &facts, &files, connection).await?,
        Goal::Resume { place, stop, last } => {
            let place = check_place(&facts, &files, &place)?;
            if last.is_some() && last != facts.uuid {
                change_server(config, host, &facts, &place, &stop).await?;
            }
            (place, stop)
        }
    };
    Ok(Look { facts, files, place, stop })
}

async fn start_dump(
    config: &FollowConfig,
    identity: Identity,
    mut connection: Connection,
    look: Look,
) -> Result<Admitted, SourceError> {
    let Look { facts, files, place, stop } = look;
    let from = dump_from(&facts, &files, &place)?;
    let registration = Registration {
        server_id: identity.server_id,
        uuid: identity.uuid.to_string(),
        host: config.report_host.chars().take(60).collect(),
        port: 0,
        heartbeat: config.heartbeat,
        write_timeout: config.write_timeout,
    };
    connection.prepare(&registration).await.map_err(FollowError::from)?;
    connection.register(&registration).await.map_err(FollowError::from)?;
    let dump = connection.dump(identity.server_id, &from, true).await.map_err(FollowError::from)?;
    let gtids = place.gtids.clone().unwrap_or_default();
    let by = if matches!(from, DumpFrom::Gtids(_)) { "gtid" } else { "position" };
    info!(server = %facts.address, server_id = identity.server_id, by, position = %place.position,
        gtids = %Shown(&gtids), "streaming");
    let stream = Stream::new(dump, facts.address.clone(), identity.server_id, Grouper::new(facts.uuid));
    Ok(Admitted { stream, facts, place, stop })
}

async fn open(
    config: &FollowConfig,
    host: &Endpoint,
    facts: &ServerFacts,
    files: &[LogFile],
    connection: &mut Connection,
) -> Result<(Place, Stop), SourceError> {
    let scanner = Scanner { endpoint: host, connect: &config.connect };
    let lookup = Lookup { facts, files, scanner };
    let place = lookup.start(connection, &config.start).await?;
    let stop = lookup.stop(&config.stop).await?;
    Ok((place, stop))
}

/// Another server than before: what was said in positions is void, and its own transactions are looked at.
async fn change_server(
    config: &FollowConfig,
    host: &Endpoint,
    facts: &ServerFacts,
    place: &Place,
    stop: &Stop,
) -> Result<(), SourceError> {
    if let Stop::Position(position) = stop {
        let (server, position) = (facts.address.clone(), position.clone());
        return Err(FollowError::StopIsOfAnotherServer { server, position }.into());
    }
    let mut others = Vec::new();
    for other in config.hosts.iter().filter(|other| *other != host) {
        match tokio::time::timeout(ASIDE, executed_on(config, other)).await {
            Ok(Ok(executed)) => others.push(executed),
            Ok(Err(error)) => debug!(server = %other, %error, "not asked for its transactions"),
            Err(_) => debug!(server = %other, "not asked for its transactions: too slow"),
        }
    }
    tell_errant(facts, place.gtids.as_ref().unwrap_or(&GtidSet::new()), &others);
    info!(server = %facts.address, hosts_asked = others.len(), "following another server");
    Ok(())
}

async fn executed_on(config: &FollowConfig, host: &Endpoint) -> Result<GtidSet, FollowError> {
    let mut connection = Connection::connect(host, &config.connect).await?;
    Ok(ServerFacts::read(&mut connection).await?.executed)
}

/// Whether a replica with our id and another uuid is connected.
async fn check_replicas(connection: &mut Connection, identity: Identity) -> Result<(), FollowError> {
    let newer = connection.version().is_mysql_since((8, 0, 22));
    let sql = if newer { "SHOW REPLICAS" } else { "SHOW SLAVE HOSTS" };
    let uuid_column = if newer { "Replica_UUID" } else { "Slave_UUID" };
    let replicas = connection.query(sql, "asking for the other replicas").await?;
    for row in 0..replicas.len() {
        let id = replicas.get(row, "Server_Id").and_then(|id| id.parse::<u32>().ok());
        let uuid = replicas.get(row, uuid_column).unwrap_or_default();
        let ours = identity.uuid.to_string();
        if id == Some(identity.server_id) && !uuid.is_empty() && !uuid.eq_ignore_ascii_case(&ours) {
            let host = replicas.get(row, "Host").unwrap_or_default();
            let by = format!("by the replica {uuid} at {host:?}");
            let server = connection.endpoint().to_string();
            return Err(FollowError::ServerIdClash { server, server_id: identity.server_id, by });
        }
    }
    Ok(())
}

/// By GTIDs where there are any, else by position. A position at a file's very end beyond 4 GiB, which the command has
/// no room for, is the begin of the next file.
fn dump_from(facts: &ServerFacts, files: &[LogFile], place: &Place) -> Result<DumpFrom, FollowError> {
    if let Some(gtids) = place.gtids.as_ref().filter(|_| facts.has_gtids()) {
        return Ok(DumpFrom::Gtids(gtids.clone()));
    }
    let position = &place.position;
    if u32::try_from(position.pos).is_ok() {
        return Ok(DumpFrom::Position(position.clone()));
    }
    let index = files.iter().position(|file| file.name == position.file && file.size == position.pos);
    match index.and_then(|index| files.get(index.saturating_add(1))) {
        Some(next) => Ok(DumpFrom::Position(BinlogPosition { file: next.name.clone(), pos: 4 })),
        None => {
            let (server, position) = (facts.address.clone(), position.clone());
            Err(FollowError::PositionBeyond4Gib { server, position })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connection::ServerVersion;

    #[test]
    fn a_position_beyond_4_gib_is_the_next_file_or_told() {
        let facts = ServerFacts {
            address: "db:3306".to_owned(),
            tls: None,
            version: ServerVersion::read("8.0.36"),
            uuid: None,
            server_id: 1,
            log_bin: true,
            binlog_format: "ROW".to_owned(),
            row_image: "FULL".to_owned(),
            row_metadata: None,
            gtid_mode: Some("OFF".to_owned()),
            executed: GtidSet::new(),
            applied: GtidSet::new(),
            purged: GtidSet::new(),
            end: None,
        };
        let end = 5 << 30;
        let files = [("bin.000001", end), ("bin.000002", 100)]
            .map(|(name, size)| LogFile { name: name.into(), size });
        let place = |pos| Place {
            flavor: Flavor::MySql,
            server_uuid: None,
            gtids: None,
            position: BinlogPosition { file: "bin.000001".into(), pos },
        };
        let next = DumpFrom::Position("bin.000002:4".parse().unwrap());
        assert_eq!(dump_from(&facts, &files, &place(end)).unwrap(), next);
        assert_eq!(dump_from(&facts, &files, &place(end - 1)).unwrap_err().code(), "E_POSITION_4GIB");
        assert_eq!(dump_from(&facts, &files, &place(4)).unwrap(), DumpFrom::Position(place(4).position));
    }
}
