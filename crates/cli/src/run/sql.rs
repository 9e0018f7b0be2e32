//! Ordinary SQL connections to the same servers, with the same TLS.

use becauselog_binlog::connection::{ConnectOptions, Endpoint, TlsMode};
use mysql_async::{ClientIdentity, Opts, OptsBuilder, SslOpts};

/// How `information_schema` is asked: every host in turn; where TLS is only preferred, with it and then without.
pub fn opts(endpoints: &[Endpoint], connect: &ConnectOptions) -> Vec<Opts> {
    endpoints.iter().flat_map(|endpoint| of_one(endpoint, connect)).collect()
}

fn of_one(endpoint: &Endpoint, connect: &ConnectOptions) -> Vec<Opts> {
    let base = OptsBuilder::default()
        .user(Some(connect.user.clone()))
        .pass(Some(connect.password.reveal().to_owned()))
        .prefer_socket(Some(false));
    let (host, port) = match endpoint {
        Endpoint::Unix { path } => return vec![base.socket(path.to_str()).prefer_socket(Some(true)).into()],
        Endpoint::Tcp { host, port } => (host, *port),
    };
    let plain = base.ip_or_hostname(host.clone()).tcp_port(port);
    let with_tls = || plain.clone().ssl_opts(Some(ssl(connect)));
    match connect.tls.effective_mode() {
        TlsMode::Disabled => vec![plain.into()],
        TlsMode::Preferred => vec![with_tls().into(), plain.into()],
        TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity => vec![with_tls().into()],
    }
}

fn ssl(connect: &ConnectOptions) -> SslOpts {
    let tls = &connect.tls;
    let mut opts = SslOpts::default();
    if let Some(ca) = &tls.ca {
        opts = opts.with_root_certs(vec![ca.clone().into()]).with_disable_built_in_roots(true);
    }
    if let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) {
        let identity = ClientIdentity::new(certificate.clone().into(), key.clone().into());
        opts = opts.with_client_identity(Some(identity));
    }
    match tls.effective_mode() {
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => {
            opts.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true)
        }
        TlsMode::VerifyCa => opts.with_danger_skip_domain_validation(true),
        TlsMode::VerifyIdentity => opts,
    }
}
