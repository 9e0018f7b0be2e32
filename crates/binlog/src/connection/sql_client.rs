//! The same settings for the general SQL client, which reads table shapes.

use mysql_async::{ClientIdentity, Opts, OptsBuilder, SslOpts};

use super::options::{ConnectOptions, Endpoint, TlsMode, TlsOptions};

impl ConnectOptions {
    /// Settings for `mysql_async` that lead to the same server and account, with the same demands on TLS.
    ///
    /// That client knows no `preferred`: `encrypted` says what our own connection agreed on
    /// ([`super::Connection::tls`]); the stricter modes are kept whatever it says. It has no `sha256_password`. Under
    /// `verify_ca` it checks the host's name as well (0.37.1 looks for a word in an error's text that rustls no longer
    /// writes): too strict, and so safe.
    #[must_use]
    pub fn sql_client(&self, endpoint: &Endpoint, encrypted: bool) -> Opts {
        let password = self.password.reveal();
        let builder = OptsBuilder::default()
            .user(Some(&self.user))
            .pass((!password.is_empty()).then_some(password))
            .prefer_socket(false)
            .tcp_keepalive(Some(self.keepalive))
            .ssl_opts(ssl_opts(&self.tls, encrypted));
        match endpoint {
            Endpoint::Tcp { host, port } => builder.ip_or_hostname(host.as_str()).tcp_port(*port).into(),
            Endpoint::Unix { path } => builder.socket(Some(path.display().to_string())).into(),
        }
    }
}

fn ssl_opts(tls: &TlsOptions, encrypted: bool) -> Option<SslOpts> {
    let mode = tls.effective_mode();
    if !mode.requires_tls() && (mode == TlsMode::Disabled || !encrypted) {
        return None;
    }
    let identity = tls.certificate.clone().zip(tls.key.clone());
    let identity = identity.map(|(certificate, key)| ClientIdentity::new(certificate.into(), key.into()));
    let verifies = matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyIdentity);
    let options = SslOpts::default()
        .with_client_identity(identity)
        .with_danger_accept_invalid_certs(!verifies)
        .with_danger_skip_domain_validation(mode != TlsMode::VerifyIdentity);
    if !verifies {
        return Some(options);
    }
    // Ours are the file's or the system's authorities; the client's own list is neither.
    let roots = match &tls.ca {
        Some(path) => vec![path.clone().into()],
        None => {
            let system = rustls_native_certs::load_native_certs().certs;
            system.into_iter().map(|der| der.to_vec().into()).collect()
        }
    };
    Some(options.with_root_certs(roots).with_disable_built_in_roots(true))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connection::Password;

    fn opts(mode: TlsMode, encrypted: bool) -> Opts {
        let mut options = ConnectOptions::new("reader", Password::new("pw"));
        options.tls = TlsOptions { mode: Some(mode), ca: Some("/ca.pem".into()), ..TlsOptions::default() };
        options.sql_client(&Endpoint::tcp("db", 3307), encrypted)
    }

    #[test]
    fn the_demands_on_tls_are_the_same() {
        assert!(opts(TlsMode::Disabled, true).ssl_opts().is_none());
        assert!(opts(TlsMode::Preferred, false).ssl_opts().is_none());
        assert!(opts(TlsMode::Preferred, true).ssl_opts().unwrap().accept_invalid_certs());
        for mode in [TlsMode::Required, TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
            let opts = opts(mode, false);
            let ssl = opts.ssl_opts().unwrap();
            assert_eq!(ssl.accept_invalid_certs(), mode == TlsMode::Required);
            assert_eq!(ssl.skip_domain_validation(), mode != TlsMode::VerifyIdentity);
            assert_eq!(ssl.disable_built_in_roots(), mode != TlsMode::Required);
        }
    }

    #[test]
    fn leads_to_the_same_account() {
        let opts = opts(TlsMode::Disabled, false);
        assert_eq!((opts.user(), opts.pass()), (Some("reader"), Some("pw")));
        assert_eq!((opts.ip_or_hostname(), opts.tcp_port()), ("db", 3307));
    }
}
