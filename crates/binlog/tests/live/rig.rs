//! What the files here share: options for a test server.

use becauselog_binlog::connection::{ConnectOptions, Endpoint, Password};
use becauselog_testkit::MysqlServer;

/// `root` without a password.
pub fn root() -> ConnectOptions {
    ConnectOptions::new("root", Password::default())
}

/// An account with a password.
pub fn account(user: &str, password: &str) -> ConnectOptions {
    ConnectOptions::new(user, Password::new(password))
}

/// The server over TCP.
pub fn tcp(server: &MysqlServer) -> Endpoint {
    Endpoint::tcp("127.0.0.1", server.port())
}

/// The server's Unix socket.
pub fn socket(server: &MysqlServer) -> Endpoint {
    Endpoint::Unix { path: server.socket() }
}
