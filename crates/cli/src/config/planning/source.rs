//! `[source]`: addresses, TLS, starts and stops.

use std::time::Duration;

use becauselog_binlog::{
    FollowConfig, ReplicaId, RetryPolicy, Start, Stop,
    connection::{Compression, ConnectOptions, Endpoint, Password, TlsMode, TlsOptions},
};

use becauselog_model::Flavor;

use super::{Problems, secrets};
use crate::{
    address::{Address, parse_host},
    config::{
        Outside,
        native::{ReconnectConfig, SourceConfig, TlsConfig},
    },
    plan::{GtidSources, SourcePlan},
    secret::Secret,
};

const DAY_MS: u64 = 86_400_000;

/// The level that a server is asked to compress with: its own default.
const ZSTD_LEVEL: u8 = 3;
/// Without a budget there is no end to trying.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The source's part of the plan.
pub fn plan(config: SourceConfig, name: &str, outside: &Outside, problems: &mut Problems) -> SourcePlan {
    let login = login(&config, outside, problems);
    let (start, stop) = points(&config, outside, problems);
    let connect = connect(&config, &login, problems);
    let gtids = gtids(&config, problems);
    let heartbeat =
        problems.ranged("source.heartbeat_ms", config.heartbeat_ms.unwrap_or(10_000), 100, DAY_MS);
    let write = config.net_write_timeout_s.unwrap_or(28_800);
    let write = problems.ranged("source.net_write_timeout_s", write, 1, 31_536_000);
    let mut follow = FollowConfig::new(login.hosts, connect, name);
    follow.replica_id = match config.server_id {
        Some(0) => {
            problems
                .add("source.server_id", "must be from 1 to 4294967295, and no other server's or replica's");
            ReplicaId::FromName
        }
        Some(id) => ReplicaId::Given(id),
        None => ReplicaId::FromName,
    };
    follow.flavor = problems.choose("source.flavor", config.flavor.as_deref(), None, &FLAVORS);
    follow.stop = stop;
    follow.heartbeat = Duration::from_millis(heartbeat);
    follow.write_timeout = Duration::from_secs(write.into());
    follow.retry = retry(&config.reconnect.unwrap_or_default(), problems);
    let start_given = start.is_some();
    follow.start = start.unwrap_or(Start::Latest);
    SourcePlan { follow, gtids, start_given }
}

/// Whose transactions are delivered.
fn gtids(config: &SourceConfig, problems: &mut Problems) -> GtidSources {
    let include = config.gtid_source_includes.as_deref().unwrap_or_default();
    let exclude = config.gtid_source_excludes.as_deref().unwrap_or_default();
    if !include.is_empty() && !exclude.is_empty() {
        problems.add("source.gtid_source_excludes", "cannot be given together with gtid_source_includes");
    }
    let path = if include.is_empty() { "source.gtid_source_excludes" } else { "source.gtid_source_includes" };
    problems.take(path, GtidSources::new(include, exclude), GtidSources::default())
}

fn connect(config: &SourceConfig, login: &Login, problems: &mut Problems) -> ConnectOptions {
    let mut connect = ConnectOptions::new(login.user.clone(), Password::new(login.password.expose()));
    let text = config.compression.as_deref();
    connect.compression = problems.choose("source.compression", text, Compression::None, &COMPRESSIONS);
    let timeout = config.connect_timeout_ms.unwrap_or(30_000);
    let timeout = problems.ranged("source.connect_timeout_ms", timeout, 1, DAY_MS);
    connect.connect_timeout = Duration::from_millis(timeout);
    connect.tls = tls(config.tls.clone().unwrap_or_default(), problems);
    connect
}

const COMPRESSIONS: [(&str, Compression); 3] = [
    ("none", Compression::None),
    ("zlib", Compression::Zlib),
    ("zstd", Compression::Zstd { level: ZSTD_LEVEL }),
];

const FLAVORS: [(&str, Option<Flavor>); 2] =
    [("mysql", Some(Flavor::MySql)), ("mariadb", Some(Flavor::MariaDb))];

const MODES: [(&str, TlsMode); 5] = [
    ("disabled", TlsMode::Disabled),
    ("preferred", TlsMode::Preferred),
    ("required", TlsMode::Required),
    ("verify_ca", TlsMode::VerifyCa),
    ("verify_identity", TlsMode::VerifyIdentity),
];

/// Where the servers are and who we are there.
#[derive(Default)]
struct Login {
    hosts: Vec<Endpoint>,
    user: String,
    password: Secret,
}

fn login(config: &SourceConfig, outside: &Outside, problems: &mut Problems) -> Login {
    let password = secrets::password(config, outside, problems);
    if let Some(url) = &config.url {
        if config.hosts.is_some() || config.user.is_some() || config.socket.is_some() {
            problems
                .add("source.url", "stands in place of `hosts`, `socket` and `user`: give one or the other");
        }
        let address = match Address::parse(url.expose()) {
            Ok(address) => address,
            Err(what) => {
                problems.add("source.url", what);
                return Login::default();
            }
        };
        if address.database.is_some() {
            problems.add("source.url", "names a database: which tables are wanted is said in `[tables]`");
        }
        let password = password.or(address.password).unwrap_or_default();
        return Login { hosts: vec![address.host], user: address.user.unwrap_or_default(), password };
    }
    let hosts = config.hosts.clone().unwrap_or_default();
    let mut hosts: Vec<Endpoint> = hosts.iter().filter_map(|text| host(text, problems)).collect();
    if config.hosts.as_ref().is_none_or(Vec::is_empty) && config.socket.is_none() {
        problems.add(
            "source.hosts",
            "is missing: say where the server is, for example hosts = [\"127.0.0.1:3306\"]",
        );
    }
    if config.socket.is_some() && !hosts.is_empty() {
        problems.add("source.socket", "stands in place of `hosts`: give one or the other");
    }
    hosts.extend(config.socket.clone().map(|path| Endpoint::Unix { path }));
    if config.user.is_none() {
        problems.add("source.user", "is missing: the user needs REPLICATION SLAVE and REPLICATION CLIENT");
    }
    Login { hosts, user: config.user.clone().unwrap_or_default(), password: password.unwrap_or_default() }
}

fn host(text: &str, problems: &mut Problems) -> Option<Endpoint> {
    parse_host(text).map_err(|what| problems.add("source.hosts", what)).ok()
}

fn points(config: &SourceConfig, outside: &Outside, problems: &mut Problems) -> (Option<Start>, Stop) {
    let now_us = u64::try_from(outside.now.as_microsecond()).unwrap_or(0);
    let start =
        config.start.as_deref().map(|text| Start::parse(text, now_us).map_err(|error| error.to_string()));
    let start = start.and_then(|start| start.map_err(|what| problems.add("source.start", what)).ok());
    let stop = config.stop.as_deref().map_or(Ok(Stop::Never), |text| Stop::parse(text, now_us));
    (start, problems.take("source.stop", stop.map_err(|error| error.to_string()), Stop::Never))
}

fn tls(config: TlsConfig, problems: &mut Problems) -> TlsOptions {
    let given = config.mode.is_some();
    let mode = problems.choose("source.tls.mode", config.mode.as_deref(), TlsMode::Preferred, &MODES);
    let options =
        TlsOptions { mode: given.then_some(mode), ca: config.ca, certificate: config.cert, key: config.key };
    if options.certificate.is_some() != options.key.is_some() {
        problems.add("source.tls.cert", "a certificate needs its key: give both `cert` and `key`, or none");
    }
    let looks = matches!(options.effective_mode(), TlsMode::VerifyCa | TlsMode::VerifyIdentity);
    if options.ca.is_some() && !looks {
        let what = "a `ca` is given, and this mode does not look at it: use verify_identity or verify_ca";
        problems.add("source.tls.mode", what);
    }
    if options.certificate.is_some() && options.effective_mode() == TlsMode::Disabled {
        problems.add("source.tls.mode", "a certificate is given, and this mode does not use it");
    }
    options
}

fn retry(config: &ReconnectConfig, problems: &mut Problems) -> RetryPolicy {
    let min = config.backoff_min_ms.unwrap_or(200);
    let min = problems.ranged("source.reconnect.backoff_min_ms", min, 1, DAY_MS);
    let max = config.backoff_max_ms.unwrap_or(30_000);
    let max = problems.ranged("source.reconnect.backoff_max_ms", max, 1, DAY_MS);
    if min > max {
        problems.add("source.reconnect.backoff_max_ms", "is less than `backoff_min_ms`");
    }
    let budget = match config.budget_ms.unwrap_or(900_000) {
        0 => FOR_EVER,
        ms => Duration::from_millis(ms),
    };
    RetryPolicy { first: Duration::from_millis(min), max: Duration::from_millis(max), budget }
}
