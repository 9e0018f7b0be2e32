//! `[source]`: addresses, TLS, starts and stops.

use std::time::Duration;

use becauselog_binlog::{Start, Stop};

use super::{Problems, secrets};
use crate::{
    address::{Address, parse_host},
    config::{
        Outside,
        native::{ReconnectConfig, SourceConfig, TlsConfig},
    },
    plan::{Compression, Host, ReconnectPlan, SourcePlan, TlsMode, TlsPlan},
};

const DAY_MS: u64 = 86_400_000;

/// The source's part of the plan.
pub fn plan(config: SourceConfig, outside: &Outside, problems: &mut Problems) -> SourcePlan {
    let login = login(&config, outside, problems);
    let text = config.compression.as_deref();
    let compression = problems.choose("source.compression", text, Compression::None, &COMPRESSIONS);
    let (start, stop) = points(&config, outside, problems);
    let heartbeat =
        problems.ranged("source.heartbeat_ms", config.heartbeat_ms.unwrap_or(10_000), 100, DAY_MS);
    let connect = config.connect_timeout_ms.unwrap_or(30_000);
    let connect = problems.ranged("source.connect_timeout_ms", connect, 1, DAY_MS);
    let write = problems.ranged(
        "source.net_write_timeout_s",
        config.net_write_timeout_s.unwrap_or(3_600),
        1,
        31_536_000,
    );
    if config.server_id == Some(0) {
        problems.add("source.server_id", "must be from 1 to 4294967295, and no other server's or replica's");
    }
    SourcePlan {
        hosts: login.hosts,
        user: login.user,
        password: login.password,
        server_id: config.server_id,
        tls: tls(config.tls.unwrap_or_default(), config.socket.is_some(), problems),
        socket: config.socket,
        compression,
        heartbeat: Duration::from_millis(heartbeat),
        connect_timeout: Duration::from_millis(connect),
        net_write_timeout_s: write,
        start,
        stop,
        reconnect: reconnect(&config.reconnect.unwrap_or_default(), problems),
    }
}

const COMPRESSIONS: [(&str, Compression); 3] =
    [("none", Compression::None), ("zlib", Compression::Zlib), ("zstd", Compression::Zstd)];

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
    hosts: Vec<Host>,
    user: String,
    password: crate::secret::Secret,
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
    let hosts: Vec<Host> = hosts.iter().filter_map(|text| host(text, problems)).collect();
    if config.hosts.as_ref().is_none_or(Vec::is_empty) && config.socket.is_none() {
        problems.add(
            "source.hosts",
            "is missing: say where the server is, for example hosts = [\"127.0.0.1:3306\"]",
        );
    }
    if config.socket.is_some() && !hosts.is_empty() {
        problems.add("source.socket", "stands in place of `hosts`: give one or the other");
    }
    if config.user.is_none() {
        problems.add("source.user", "is missing: the user needs REPLICATION SLAVE and REPLICATION CLIENT");
    }
    Login { hosts, user: config.user.clone().unwrap_or_default(), password: password.unwrap_or_default() }
}

fn host(text: &str, problems: &mut Problems) -> Option<Host> {
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

fn tls(config: TlsConfig, socket: bool, problems: &mut Problems) -> TlsPlan {
    let default = match (&config.ca, socket) {
        (Some(_), _) => TlsMode::VerifyIdentity,
        (None, true) => TlsMode::Disabled,
        (None, false) => TlsMode::Preferred,
    };
    let mode = problems.choose("source.tls.mode", config.mode.as_deref(), default, &MODES);
    if config.cert.is_some() != config.key.is_some() {
        problems.add("source.tls.cert", "a certificate needs its key: give both `cert` and `key`, or none");
    }
    if config.ca.is_some() && mode < TlsMode::VerifyCa {
        problems.add(
            "source.tls.mode",
            "a `ca` is given, and this mode does not look at it: use verify_identity or verify_ca",
        );
    }
    if config.cert.is_some() && mode == TlsMode::Disabled {
        problems.add("source.tls.mode", "a certificate is given, and this mode does not use it");
    }
    TlsPlan { mode, ca: config.ca, cert: config.cert, key: config.key }
}

fn reconnect(config: &ReconnectConfig, problems: &mut Problems) -> ReconnectPlan {
    let min =
        problems.ranged("source.reconnect.backoff_min_ms", config.backoff_min_ms.unwrap_or(100), 1, DAY_MS);
    let max = problems.ranged(
        "source.reconnect.backoff_max_ms",
        config.backoff_max_ms.unwrap_or(30_000),
        1,
        DAY_MS,
    );
    if min > max {
        problems.add("source.reconnect.backoff_max_ms", "is less than `backoff_min_ms`");
    }
    let budget = config.budget_ms.unwrap_or(600_000);
    ReconnectPlan {
        backoff_min: Duration::from_millis(min),
        backoff_max: Duration::from_millis(max),
        budget: (budget > 0).then(|| Duration::from_millis(budget)),
    }
}
