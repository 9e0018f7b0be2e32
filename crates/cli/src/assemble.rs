//! From the plan to the parts of a pipeline: the one place that names concrete sinks.

use std::{io::IsTerminal as _, sync::Arc, time::Duration};

use becauselog_binlog::{
    FollowConfig, ReplicaId, RetryPolicy, Start,
    connection::{Compression as WireCompression, ConnectOptions, Endpoint, Password, TlsMode as WireTls, TlsOptions},
};
use becauselog_format::{Debezium, Parts, Plain};
use becauselog_pipeline::{Encode, Outlet, PipelineConfig};
use becauselog_sink::{Content, FileSink, SinkError, StdoutSink};
use mysql_async::{ClientIdentity, Opts, OptsBuilder, SslOpts};

use crate::{
    plan::{Compression, FormatPlan, RunPlan, SinkPlan, SourcePlan, TlsMode},
    readable::Readable,
};

/// zstd's own default.
const ZSTD_LEVEL: u8 = 3;
/// Without a budget there is no end to trying.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The reader's configuration, starting at `start`.
pub fn follow_config(plan: &RunPlan, start: Start) -> FollowConfig {
    let source = &plan.source;
    let mut config = FollowConfig::new(endpoints(source), connect_options(source), plan.name.clone());
    config.replica_id = source.server_id.map_or(ReplicaId::FromName, ReplicaId::Given);
    config.start = start;
    config.stop = source.stop.clone();
    config.heartbeat = source.heartbeat;
    config.write_timeout = Duration::from_secs(source.net_write_timeout_s.into());
    config.retry = RetryPolicy {
        first: source.reconnect.backoff_min,
        max: source.reconnect.backoff_max,
        budget: source.reconnect.budget.unwrap_or(FOR_EVER),
    };
    config
}

fn endpoints(source: &SourcePlan) -> Vec<Endpoint> {
    let sockets = source.socket.iter().map(|path| Endpoint::Unix { path: path.clone() });
    sockets.chain(source.hosts.iter().map(|host| Endpoint::tcp(host.host.clone(), host.port))).collect()
}

/// How all connections to the servers are made.
pub fn connect_options(source: &SourcePlan) -> ConnectOptions {
    let mut options = ConnectOptions::new(source.user.clone(), Password::new(source.password.expose()));
    options.tls = TlsOptions {
        mode: Some(match source.tls.mode {
            TlsMode::Disabled => WireTls::Disabled,
            TlsMode::Preferred => WireTls::Preferred,
            TlsMode::Required => WireTls::Required,
            TlsMode::VerifyCa => WireTls::VerifyCa,
            TlsMode::VerifyIdentity => WireTls::VerifyIdentity,
        }),
        ca: source.tls.ca.clone(),
        certificate: source.tls.cert.clone(),
        key: source.tls.key.clone(),
    };
    options.compression = match source.compression {
        Compression::None => WireCompression::None,
        Compression::Zlib => WireCompression::Zlib,
        Compression::Zstd => WireCompression::Zstd { level: ZSTD_LEVEL },
    };
    options.connect_timeout = source.connect_timeout;
    options
}

/// The pipeline's limits and filter.
pub fn pipeline_config(plan: &RunPlan) -> PipelineConfig {
    let tables = plan.tables.clone();
    let limits = plan.limits;
    PipelineConfig {
        filter: Arc::new(move |name| tables.wants(&name.database, &name.table)),
        queue_bytes: limits.memory_bytes,
        transaction_memory_bytes: limits.transaction_memory_bytes,
        xa: limits.xa,
        checkpoint_interval: plan.state.checkpoint_interval,
        stop_deadline: limits.shutdown,
        scratch: std::env::temp_dir(),
    }
}

/// Every sink with its encoder.
pub fn outlets(plan: &RunPlan) -> Result<Vec<Outlet>, SinkError> {
    plan.sinks.iter().map(|sink| outlet(sink, &plan.format)).collect()
}

fn outlet(sink: &SinkPlan, format: &FormatPlan) -> Result<Outlet, SinkError> {
    Ok(match sink {
        SinkPlan::Stdout { name, content } => {
            Outlet::new(Box::new(StdoutSink::new(name, *content)), encoder(format, *content))
        }
        SinkPlan::Readable { name } => {
            let colors = std::io::stdout().is_terminal();
            Outlet::new(Box::new(StdoutSink::new(name, Content::Values)), Box::new(Readable::new(colors)))
        }
        SinkPlan::File(config) => {
            let content = config.content;
            Outlet::new(Box::new(FileSink::open(config.clone())?), encoder(format, content))
        }
    })
}

/// An encoder that makes no more than its sink looks at.
fn encoder(format: &FormatPlan, content: Content) -> Box<dyn Encode> {
    let parts = match content {
        Content::Values => Parts::Values,
        Content::Records => Parts::Records,
    };
    match format {
        FormatPlan::Debezium(config) => {
            let mut config = config.clone();
            config.parts = parts;
            Box::new(Debezium::new(config))
        }
        FormatPlan::Plain(config) => {
            let mut config = config.clone();
            config.parts = parts;
            Box::new(Plain::new(config))
        }
    }
}

/// How `information_schema` is asked: every host in turn; where TLS is only preferred, with it and then without.
pub fn sql_opts(source: &SourcePlan) -> Vec<Opts> {
    let base = || {
        OptsBuilder::default()
            .user(Some(source.user.clone()))
            .pass(Some(source.password.expose().to_owned()))
            .prefer_socket(Some(false))
    };
    let sockets = source.socket.iter().map(|path| base().socket(path.to_str()).prefer_socket(Some(true)).into());
    let hosts = source.hosts.iter().flat_map(|host| {
        let plain = base().ip_or_hostname(host.host.clone()).tcp_port(host.port);
        let with_tls = plain.clone().ssl_opts(Some(ssl_opts(source)));
        match source.tls.mode {
            TlsMode::Disabled => vec![plain.into()],
            TlsMode::Preferred => vec![with_tls.into(), plain.into()],
            TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity => vec![with_tls.into()],
        }
    });
    sockets.chain(hosts).collect()
}

fn ssl_opts(source: &SourcePlan) -> SslOpts {
    let tls = &source.tls;
    let mut opts = SslOpts::default();
    if let Some(ca) = &tls.ca {
        opts = opts.with_root_certs(vec![ca.clone().into()]);
    }
    if let (Some(cert), Some(key)) = (&tls.cert, &tls.key) {
        opts = opts.with_client_identity(Some(ClientIdentity::new(cert.clone().into(), key.clone().into())));
    }
    match tls.mode {
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => {
            opts.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true)
        }
        TlsMode::VerifyCa => opts.with_danger_skip_domain_validation(true),
        TlsMode::VerifyIdentity => opts,
    }
}
