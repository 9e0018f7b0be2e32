//! Ordinary SQL connections to the same servers, with the same TLS.

use becauselog_binlog::connection::{ConnectOptions, Endpoint, TlsMode};
use mysql_async::Opts;

/// How `information_schema` is asked: every host in turn; where TLS is only preferred, with it and then without.
pub fn opts(endpoints: &[Endpoint], connect: &ConnectOptions) -> Vec<Opts> {
    servers(endpoints, connect).into_iter().map(|(_, opts)| opts).collect()
}

/// The same, each with the host that it leads to.
pub fn servers(endpoints: &[Endpoint], connect: &ConnectOptions) -> Vec<(Endpoint, Opts)> {
    let of_one = |endpoint: &Endpoint| {
        let both =
            connect.tls.effective_mode() == TlsMode::Preferred && matches!(endpoint, Endpoint::Tcp { .. });
        let plain = both.then(|| connect.sql_client(endpoint, false));
        let first = connect.sql_client(endpoint, both);
        let ways = std::iter::once(first).chain(plain);
        ways.map(|opts| (endpoint.clone(), opts)).collect::<Vec<_>>()
    };
    endpoints.iter().flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use becauselog_binlog::connection::Password;

    use super::*;

    #[test]
    fn only_preferred_falls_to_plain_text() {
        let endpoints = [Endpoint::tcp("a", 1), Endpoint::tcp("b", 2)];
        let mut connect = ConnectOptions::new("u", Password::new("p"));
        let encrypted = |connect: &ConnectOptions| -> Vec<bool> {
            opts(&endpoints, connect).iter().map(|opts| opts.ssl_opts().is_some()).collect()
        };
        assert_eq!(encrypted(&connect), [true, false, true, false]);
        connect.tls.mode = Some(TlsMode::Required);
        assert_eq!(encrypted(&connect), [true, true]);
        connect.tls.mode = Some(TlsMode::Disabled);
        assert_eq!(encrypted(&connect), [false, false]);
    }
}
