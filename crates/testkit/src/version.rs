//! The server versions that tests run against, and a server's exact release.

use std::fmt;

use anyhow::{Context, Result};

/// Whose server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flavor {
    /// MySQL.
    MySql,
    /// MariaDB.
    MariaDb,
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// One line of MySQL or MariaDB that the tests cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// The newest line (9.x): row metadata, tagged GTIDs, compressed transactions, VECTOR.
    V9_7,
    /// 8.0, at 8.0.12 when unpacked privately: row metadata, but no compressed transactions and no GTID tags.
    V8_0,
    /// 5.7, at 5.7.22 when unpacked privately: no row metadata, no `caching_sha2_password`, TLS 1.1 at most.
    V5_7,
    /// MariaDB 10.11: GTIDs by domain, full row metadata, compressed events.
    MariaDb10_11,
}

impl Version {
    /// Every version of MySQL, newest first.
    pub const ALL: [Self; 3] = [Self::V9_7, Self::V8_0, Self::V5_7];

    /// Every version of every flavour.
    pub const SERVERS: [Self; 4] = [Self::V9_7, Self::V8_0, Self::V5_7, Self::MariaDb10_11];

    /// The line a release belongs to: MySQL 9.x, 8.x and 5.7, MariaDB 10.11; others are not covered.
    #[must_use]
    pub fn of(release: Release) -> Option<Self> {
        match (release.flavor, release.major, release.minor) {
            (Flavor::MySql, 9, _) => Some(Self::V9_7),
            (Flavor::MySql, 8, _) => Some(Self::V8_0),
            (Flavor::MySql, 5, 7) => Some(Self::V5_7),
            (Flavor::MariaDb, 10, 11) => Some(Self::MariaDb10_11),
            _ => None,
        }
    }

    /// Servers by their names, with commas between: `all`, or `9.7,mariadb-10.11`. The patch may be named too (`8.0.12`).
    ///
    /// # Errors
    /// A name is no server's; those that there are are told.
    pub fn named(names: &str) -> Result<Vec<Self>> {
        if names == "all" {
            return Ok(Self::SERVERS.to_vec());
        }
        let one = |name: &str| {
            let (flavor, number) = match name.split_once('-') {
                Some(("mariadb", number)) => (Flavor::MariaDb, number),
                Some(("mysql", number)) => (Flavor::MySql, number),
                _ => (Flavor::MySql, name),
            };
            let is_it = |version: &Self| {
                let line = version.number();
                version.flavor() == flavor && (number == line || number.starts_with(&format!("{line}.")))
            };
            Self::SERVERS.into_iter().find(is_it).with_context(|| {
                format!("there is no server {name:?}: all, or some of 9.7, 8.0, 5.7, mariadb-10.11")
            })
        };
        let mut servers = names.split(',').map(|name| one(name.trim())).collect::<Result<Vec<_>>>()?;
        servers.dedup();
        Ok(servers)
    }

    /// Whose server it is.
    #[must_use]
    pub fn flavor(self) -> Flavor {
        match self {
            Self::V9_7 | Self::V8_0 | Self::V5_7 => Flavor::MySql,
            Self::MariaDb10_11 => Flavor::MariaDb,
        }
    }

    /// The number as people write it: `9.7`.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::V9_7 => "9.7",
            Self::V8_0 => "8.0",
            Self::V5_7 => "5.7",
            Self::MariaDb10_11 => "10.11",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.flavor(), self.number())
    }
}

/// The exact release of a server program: what decides which options and statements it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Release {
    /// Whose it is; the same numbers mean other things in the other's.
    pub flavor: Flavor,
    /// 9 in 9.7.4.
    pub major: u16,
    /// 7 in 9.7.4.
    pub minor: u16,
    /// 4 in 9.7.4.
    pub patch: u16,
}

impl Release {
    /// A release of MySQL from its three numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { flavor: Flavor::MySql, major, minor, patch }
    }

    /// A release of MariaDB from its three numbers.
    #[must_use]
    pub const fn mariadb(major: u16, minor: u16, patch: u16) -> Self {
        Self { flavor: Flavor::MariaDb, major, minor, patch }
    }

    /// Reads the release out of what `mysqld --version` prints, for example
    /// `mysqld  Ver 8.0.12 for Linux on x86_64 (Source distribution)`. MariaDB says its name behind the number.
    ///
    /// # Errors
    /// The text holds no version number.
    pub fn from_version_output(text: &str) -> Result<Self> {
        let number = text
            .split_whitespace()
            .skip_while(|word| *word != "Ver")
            .nth(1)
            .with_context(|| format!("no version in {:?}", text.trim()))?;
        Self::parse(number)
    }

    /// Parses `9.7.4`, with anything after the third number ignored (`8.0.36-0ubuntu1`) but for MariaDB's name.
    ///
    /// # Errors
    /// Fewer than three numbers.
    pub fn parse(text: &str) -> Result<Self> {
        let mut numbers = text.splitn(3, '.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u16>().with_context(|| format!("not a version: {text:?}"))
        });
        let mut next = || numbers.next().with_context(|| format!("not a version: {text:?}"))?;
        let flavor = if text.contains("MariaDB") { Flavor::MariaDb } else { Flavor::MySql };
        Ok(Self { flavor, major: next()?, minor: next()?, patch: next()? })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_from_the_version_line() {
        let line = "/usr/sbin/mysqld  Ver 9.7.4-2 for debian-linux-gnu on x86_64 (Debian)";
        let release = Release::from_version_output(line).unwrap();
        assert_eq!(release, Release::new(9, 7, 4));
        assert_eq!(Version::of(release), Some(Version::V9_7));
    }

    #[test]
    fn servers_are_named() {
        assert_eq!(Version::named("all").unwrap(), Version::SERVERS);
        let some = Version::named("8.0.12, mariadb-10.11,5.7").unwrap();
        assert_eq!(some, [Version::V8_0, Version::MariaDb10_11, Version::V5_7]);
        assert!(Version::named("10.11").is_err() && Version::named("").is_err());
    }

    #[test]
    fn mariadb_is_not_taken_for_mysql() {
        let line = "mysqld  Ver 10.11.11-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64";
        let release = Release::from_version_output(line).unwrap();
        assert_eq!(release, Release::mariadb(10, 11, 11));
        assert_eq!(Version::of(release), Some(Version::MariaDb10_11));
        assert_eq!(Version::of(Release::new(10, 11, 11)), None);
    }

    #[test]
    fn a_line_without_a_number_is_refused() {
        assert!(Release::from_version_output("mysqld Ver x.y.z").is_err());
        assert!(Release::from_version_output("").is_err());
        assert!(Release::parse("9.7").is_err());
    }
}
