//! What the server's version does not have, and what is done about it.

use becauselog_binlog::connection::ServerVersion;
use becauselog_model::Flavor;

use super::{Findings, facts::Facts};

/// A version: major, minor, patch.
type Since = (u16, u16, u16);

/// Something that not every version has.
struct Feature {
    what: &'static str,
    /// The first MySQL that has it.
    mysql: Since,
    /// The first MariaDB that has it, if one does.
    mariadb: Option<Since>,
    /// What is done without it: in MySQL, in MariaDB.
    without: [&'static str; 2],
}

const FEATURES: &[Feature] = &[
    Feature {
        what: "names of columns in the log (binlog_row_metadata)",
        mysql: (8, 0, 1),
        mariadb: Some((10, 5, 0)),
        without: ["they are followed by the log's DDL statements"; 2],
    },
    Feature {
        what: "JSON updates logged as differences (binlog_row_value_options)",
        mysql: (8, 0, 3),
        mariadb: None,
        without: ["documents are logged whole"; 2],
    },
    Feature {
        what: "the microsecond of a commit in the log",
        mysql: (8, 0, 1),
        mariadb: None,
        without: ["the time of a change is its statement's second"; 2],
    },
    Feature {
        what: "compressed transactions (binlog_transaction_compression)",
        mysql: (8, 0, 20),
        mariadb: None,
        without: [
            "transactions are logged as they are",
            "single events are compressed instead (log_bin_compress), and read",
        ],
    },
    Feature {
        what: "GTIDs with tags",
        mysql: (8, 3, 0),
        mariadb: None,
        without: ["GTIDs are a server's uuid and a number", "GTIDs are a domain, a server and a number"],
    },
    Feature {
        what: "foreign keys' own changes of rows in the log",
        mysql: (9, 6, 0),
        mariadb: None,
        without: ["they are missing from the events; the line \"cascades\" names such keys"; 2],
    },
    Feature {
        what: "the type JSON",
        mysql: (5, 7, 8),
        mariadb: None,
        without: [
            "",
            "JSON is another name of LONGTEXT there: documents are delivered as the text that was written",
        ],
    },
    Feature {
        what: "the type VECTOR",
        mysql: (9, 0, 0),
        mariadb: Some((11, 7, 0)),
        without: ["no table has one"; 2],
    },
];

impl Feature {
    fn is_in(&self, version: &ServerVersion) -> bool {
        match version.flavor {
            Flavor::MySql => version.number >= self.mysql,
            Flavor::MariaDb => self.mariadb.is_some_and(|since| version.number >= since),
        }
    }

    fn without(&self, version: &ServerVersion) -> String {
        let [mysql, mariadb] = self.without;
        let number = |(major, minor, patch): Since| match patch {
            0 => format!("{major}.{minor}"),
            patch => format!("{major}.{minor}.{patch}"),
        };
        match (version.flavor, self.mariadb) {
            (Flavor::MySql, _) => format!("{}, from MySQL {}: {mysql}", self.what, number(self.mysql)),
            (Flavor::MariaDb, Some(since)) => {
                format!("{}, from MariaDB {}: {mariadb}", self.what, number(since))
            }
            (Flavor::MariaDb, None) => format!("{}, which MariaDB does not have: {mariadb}", self.what),
        }
    }
}

/// Names what is absent.
pub fn check(facts: &Facts, findings: &mut Findings) {
    let absent: Vec<String> = FEATURES
        .iter()
        .filter(|feature| !feature.is_in(&facts.version))
        .map(|feature| feature.without(&facts.version))
        .collect();
    if absent.is_empty() {
        findings.ok("features", "this version has all that is made use of");
    } else {
        findings.ok("features", format!("{} things that other versions have are not here", absent.len()));
        findings.with_names(absent);
    }
}

/// Whether the statements' texts are logged.
pub fn statements(facts: &Facts, findings: &mut Findings) {
    let name = match facts.version.flavor {
        Flavor::MySql => "binlog_rows_query_log_events",
        Flavor::MariaDb => "binlog_annotate_row_events",
    };
    if facts.is_on(name) {
        findings.ok("statements", format!("the statements' texts are in the log ({name})"));
    } else {
        findings.ok("statements", format!("the statements' texts are not in the log ({name} is off)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absent(version: &str) -> usize {
        let version = ServerVersion::read(version);
        FEATURES.iter().filter(|feature| !feature.is_in(&version)).count()
    }

    #[test]
    fn versions_have_what_came_before_them() {
        assert_eq!(absent("9.7.4"), 0);
        assert_eq!(absent("8.4.0"), 2);
        assert_eq!(absent("8.0.12"), 4);
        assert_eq!(absent("5.7.22"), 7);
        assert_eq!(absent("5.5.5-10.11.19-MariaDB"), 7);
        let told = |version: &str| {
            let version = ServerVersion::read(version);
            FEATURES.iter().map(|feature| feature.without(&version)).collect::<Vec<_>>().join("\n")
        };
        let compressed = "compressed transactions (binlog_transaction_compression), from MySQL 8.0.20: ";
        assert!(told("8.0.12").contains(compressed));
        assert!(told("5.5.5-10.11.19-MariaDB").contains("GTIDs with tags, which MariaDB does not have: "));
        assert!(told("5.5.5-10.11.19-MariaDB").contains("the type VECTOR, from MariaDB 11.7: "));
    }
}
