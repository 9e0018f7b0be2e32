//! The server's version.

use becauselog_model::Flavor;

/// A server's version and family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerVersion {
    /// As the server says it.
    pub text: String,
    /// Its family.
    pub flavor: Flavor,
    /// Major, minor, patch; zeros where the text has none.
    pub number: (u16, u16, u16),
}

impl ServerVersion {
    /// Reads the text of `version()` or of the greeting.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let flavor = Flavor::of_version(text);
        // MariaDB 10 says "5.5.5-10.11.19-MariaDB" for old replicas' sake.
        let plain = match flavor {
            Flavor::MariaDb => text.strip_prefix("5.5.5-").unwrap_or(text),
            Flavor::MySql => text,
        };
        let mut numbers = plain.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self { text: text.to_owned(), flavor, number: (next(), next(), next()) }
    }

    /// Whether it is a MySQL of this version or later. Never true of MariaDB, whose numbers are others.
    #[must_use]
    pub fn is_mysql_since(&self, number: (u16, u16, u16)) -> bool {
        self.flavor == Flavor::MySql && self.number >= number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        assert_eq!(ServerVersion::read("8.0.36-0ubuntu0.22.04.1").number, (8, 0, 36));
        assert_eq!(ServerVersion::read("9.7.4").number, (9, 7, 4));
        let maria = ServerVersion::read("5.5.5-10.11.19-MariaDB-log");
        assert_eq!((maria.flavor, maria.number), (Flavor::MariaDb, (10, 11, 19)));
        assert!(!maria.is_mysql_since((5, 7, 0)));
        assert!(ServerVersion::read("8.4.0").is_mysql_since((8, 2, 0)));
        assert_eq!(ServerVersion::read("odd").number, (0, 0, 0));
    }
}
