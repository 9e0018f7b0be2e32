//! Server addresses: `host:port`, and `mysql://user:password@host:port/database.table`.

use becauselog_binlog::connection::Endpoint;

use crate::secret::Secret;

/// MySQL's port.
pub const DEFAULT_PORT: u16 = 3306;

/// A URL taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The server.
    pub host: Endpoint,
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// A database.
    pub database: Option<String>,
    /// A table in it.
    pub table: Option<String>,
}

impl Address {
    /// Reads a URL. Errors never show it: it may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("mysql://").ok_or("expected mysql://user@host:port")?;
        if rest.contains(['?', '#']) {
            return Err(
                "options after `?` or `#` are not read; a password with such signs is written %3F or %23"
                    .into(),
            );
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            None => (None, None),
            Some(Err(user)) => (Some(decode(user)?), None),
            // `user:@host` says that there is none.
            Some(Ok((user, password))) => (Some(decode(user)?), Some(Secret::new(decode(password)?))),
        };
        let (database, table) = match path.split_once('.') {
            Some((database, table)) => (Some(decode(database)?), Some(decode(table)?)),
            None if path.is_empty() => (None, None),
            None => (Some(decode(path)?), None),
        };
        Ok(Self { host: parse_host(host)?, user, password, database, table })
    }
}

/// Reads `host`, `host:port`, `[v6]:port`.
pub fn parse_host(text: &str) -> Result<Endpoint, String> {
    let bad = || "expected host or host:port, for example 127.0.0.1:3306 or [::1]:3306".to_owned();
    let text = text.trim();
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or_else(bad)?)),
        None if text.matches(':').count() > 1 => (text, None),
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = port.map_or(Ok(DEFAULT_PORT), |port| port.parse().map_err(|_| bad()))?;
    if host.is_empty() || host.contains(['/', '@', ' ']) || port == 0 {
        return Err(bad());
    }
    Ok(Endpoint::tcp(host, port))
}

/// Percent-decoding.
fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit =
            || rest.next().and_then(|c| char::from(c).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => {
                return Err(
                    "a `%` that no two hexadecimal digits follow; `%` itself is written %25".to_owned()
                );
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| "a part that is no UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let full = Address::parse("mysql://app%40x:p%3Aw%25@db.example:3307/shop.orders").unwrap();
        assert_eq!(full.host, Endpoint::tcp("db.example", 3307));
        assert_eq!((full.user.as_deref(), full.database.as_deref()), (Some("app@x"), Some("shop")));
        assert_eq!(full.password.unwrap().expose(), "p:w%");
        assert_eq!(full.table.as_deref(), Some("orders"));
        let bare = Address::parse("mysql://[::1]").unwrap();
        assert_eq!(bare.host, Endpoint::tcp("::1", 3306));
        assert_eq!((bare.user, bare.password, bare.database), (None, None, None));
        assert_eq!(Address::parse("mysql://u@h").unwrap().password, None);
        assert_eq!(Address::parse("mysql://u:@h").unwrap().password, Some(Secret::default()));
        // A password may have an `@` of its own.
        assert_eq!(Address::parse("mysql://u:a@b@h").unwrap().password.unwrap().expose(), "a@b");
    }

    #[test]
    fn an_error_does_not_show_the_url() {
        for url in [
            "postgres://u:hunter2@h/db",
            "mysql://u:hunter2@h:port",
            "mysql://u:hunter2%@h",
            "mysql://u:hunter2@h/?x",
        ] {
            let error = Address::parse(url).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(parse_host("").is_err() && parse_host("a:0").is_err() && parse_host("a b").is_err());
    }
}
