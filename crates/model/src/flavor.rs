//! Which family of servers a log comes from.

use std::fmt;

/// The family of the server. Events, GTIDs and system variables differ between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Flavor {
    /// MySQL and those that follow its log format (Percona Server, Aurora, RDS).
    #[default]
    MySql,
    /// MariaDB.
    MariaDb,
}

impl Flavor {
    /// The flavour that a server's `version()` text tells, for example `10.11.19-MariaDB-log`.
    #[must_use]
    pub fn of_version(version: &str) -> Self {
        if version.to_ascii_lowercase().contains("mariadb") { Self::MariaDb } else { Self::MySql }
    }
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}
