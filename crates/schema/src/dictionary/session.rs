//! What a statement's meaning depends on beside its text.

use becauselog_ddl::{Mode, Server};
use becauselog_model::Flavor;
use serde::{Deserialize, Serialize};

use super::charset::Collation;

/// What of a server decides how it reads statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFacts {
    /// Its family.
    pub flavor: Flavor,
    /// Its version: `80012` for 8.0.12, `101119` for 10.11.19.
    pub version: u32,
    /// `collation_server`
    pub collation: Collation,
    /// `lower_case_table_names=1`: names are kept in small letters.
    pub folds_names: bool,
    /// `explicit_defaults_for_timestamp`, where a statement does not say it.
    pub explicit_defaults_for_timestamp: bool,
}

/// What of a session decides how its statement is read, as a QUERY event has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Session<'s> {
    /// The default database; empty for none.
    #[serde(skip)]
    pub database: &'s str,
    /// `sql_mode` as its bits.
    pub sql_mode: u64,
    /// `collation_server` as its number.
    pub collation_server: Option<u16>,
    /// The default database's collation as its number.
    pub collation_database: Option<u16>,
    /// `default_collation_for_utf8mb4` as its number.
    pub default_collation_utf8mb4: Option<u16>,
    /// `explicit_defaults_for_timestamp`
    pub explicit_defaults_for_timestamp: Option<bool>,
    /// The session's options that are logged, as their bits (`flags2`).
    pub options: Option<u32>,
    /// The thread, which temporary tables belong to.
    pub thread_id: u32,
}

impl ServerFacts {
    /// A server of this version (`8.0.12`, `10.11.19-MariaDB-log`) with its defaults.
    #[must_use]
    pub fn of_version(version: &str) -> Self {
        let flavor = Flavor::of_version(version);
        // Replication names of MariaDB 10 began with 5.5.5- for old clients.
        let version = version.strip_prefix("5.5.5-").unwrap_or(version);
        let mut numbers =
            version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0u32));
        let mut next = || numbers.next().unwrap_or(0).min(999);
        let number =
            next().saturating_mul(10_000).saturating_add(next().saturating_mul(100)).saturating_add(next());
        Self::new(flavor, number)
    }

    /// A server of this family and version with its defaults.
    #[must_use]
    pub fn new(flavor: Flavor, version: u32) -> Self {
        let modern = flavor == Flavor::MySql && version >= 80_000;
        let mut facts = Self {
            flavor,
            version,
            collation: Collation::of_name("latin1_swedish_ci"),
            folds_names: false,
            explicit_defaults_for_timestamp: modern || (flavor == Flavor::MariaDb && version >= 101_000),
        };
        if modern || (flavor == Flavor::MariaDb && version >= 110_600) {
            facts.collation = facts.default_collation("utf8mb4", None);
        }
        facts
    }

    /// `explicit_defaults_for_timestamp` for a statement.
    pub(super) fn has_explicit_timestamps(&self, session: &Session<'_>) -> bool {
        /// MariaDB has it among its options since it is a session's.
        const OPTION: u32 = 1 << 24;
        let options = session.options.filter(|_| self.is_mariadb() && self.version >= 100_804);
        let said = options.map(|options| options & OPTION != 0).or(session.explicit_defaults_for_timestamp);
        said.unwrap_or(self.explicit_defaults_for_timestamp)
    }

    /// Whether this is MySQL of this version or a later one.
    pub(super) const fn is_mysql_from(&self, version: u32) -> bool {
        matches!(self.flavor, Flavor::MySql) && self.version >= version
    }

    /// Whether this is MariaDB.
    pub(crate) const fn is_mariadb(&self) -> bool {
        matches!(self.flavor, Flavor::MariaDb)
    }

    /// The default collation of a charset.
    pub(super) fn default_collation(&self, charset: &str, session: Option<&Session<'_>>) -> Collation {
        let said =
            session.and_then(|session| session.default_collation_utf8mb4).filter(|_| charset == "utf8mb4");
        if let Some(said) = said.and_then(Collation::of_id) {
            return said;
        }
        Collation::default_of(charset, self.is_mysql_from(80_000))
    }

    /// How this server reads the text of a statement.
    pub(super) fn mode(&self, session: &Session<'_>) -> Mode {
        let server = match (self.flavor, self.version) {
            (_, 0) => Server::Any,
            (Flavor::MySql, version) => Server::MySql(version),
            (Flavor::MariaDb, version) => Server::MariaDb(version),
        };
        Mode { server, ..Mode::of_sql_mode(session.sql_mode) }
    }
}

impl Session<'_> {
    /// The same without its database, which is kept elsewhere.
    #[must_use]
    pub const fn without_database(self) -> Session<'static> {
        Session {
            database: "",
            sql_mode: self.sql_mode,
            collation_server: self.collation_server,
            collation_database: self.collation_database,
            default_collation_utf8mb4: self.default_collation_utf8mb4,
            explicit_defaults_for_timestamp: self.explicit_defaults_for_timestamp,
            options: self.options,
            thread_id: self.thread_id,
        }
    }

    /// `REAL` is `FLOAT`.
    pub(super) const fn real_as_float(&self) -> bool {
        self.sql_mode & 1 != 0
    }

    /// Whether wrong values are refused: without it a text that is too long for its type gets a larger type.
    pub(super) const fn is_strict(&self) -> bool {
        const STRICT_TRANS_TABLES: u64 = 1 << 21;
        const STRICT_ALL_TABLES: u64 = 1 << 22;
        self.sql_mode & (STRICT_TRANS_TABLES | STRICT_ALL_TABLES) != 0
    }
}
