//! What differs between releases of MySQL and MariaDB, in one place: names of options and variables, and replication
//! statements.

use crate::version::{Flavor, Release};

/// The words a release understands. Everywhere else the newest names are used and translated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    release: Release,
}

impl Dialect {
    /// The dialect of a release.
    #[must_use]
    pub fn of(release: Release) -> Self {
        Self { release }
    }

    /// It is MySQL, of this release or a newer one.
    fn at_least(self, major: u16, minor: u16, patch: u16) -> bool {
        self.release.flavor == Flavor::MySql && self.release >= Release::new(major, minor, patch)
    }

    /// It is MariaDB.
    #[must_use]
    pub fn is_mariadb(self) -> bool {
        self.release.flavor == Flavor::MariaDb
    }

    /// An option's or variable's name, given by its newest name: `log_replica_updates` is `log_slave_updates` before
    /// 8.0.26 and in MariaDB. Dashes and underscores are kept as given.
    #[must_use]
    pub fn name(self, newest: &str) -> String {
        if self.at_least(8, 0, 26) {
            return newest.to_owned();
        }
        if self.is_mariadb() && newest.replace('_', "-") == "binlog-rows-query-log-events" {
            return "binlog-annotate-row-events".to_owned();
        }
        newest.replace("replica", "slave").replace("source", "master")
    }

    /// `binlog_row_metadata` exists (8.0.1, MariaDB 10.5).
    #[must_use]
    pub fn has_row_metadata(self) -> bool {
        self.is_mariadb() || self.at_least(8, 0, 1)
    }

    /// `binlog_transaction_compression` exists (8.0.20).
    #[must_use]
    pub fn has_compressed_transactions(self) -> bool {
        self.at_least(8, 0, 20)
    }

    /// GTIDs can have tags (8.3).
    #[must_use]
    pub fn has_gtid_tags(self) -> bool {
        self.at_least(8, 3, 0)
    }

    /// `binlog_row_value_options=PARTIAL_JSON` exists (8.0.3).
    #[must_use]
    pub fn has_json_diffs(self) -> bool {
        self.at_least(8, 0, 3)
    }

    /// The VECTOR type exists (9.0).
    #[must_use]
    pub fn has_vector(self) -> bool {
        self.at_least(9, 0, 0)
    }

    /// `caching_sha2_password` exists (8.0.4).
    #[must_use]
    pub fn has_caching_sha2(self) -> bool {
        self.at_least(8, 0, 4)
    }

    /// `mysql_native_password` can be used (gone in 9.0; in 8.4 it is there when switched on).
    #[must_use]
    pub fn has_native_password(self) -> bool {
        !self.at_least(9, 0, 0)
    }

    /// The server's TLS has key exchanges that rustls has too. 8.0.12 with OpenSSL 1.0.2 offers finite-field
    /// Diffie-Hellman only, 5.7.22 with yaSSL no more than TLS 1.1; releases built with OpenSSL 1.1.1 (8.0.18) are fine.
    #[must_use]
    pub fn has_modern_tls(self) -> bool {
        self.is_mariadb() || self.at_least(8, 0, 18)
    }

    /// The query that gives the executed GTIDs as one text. MariaDB has the last one of each domain.
    #[must_use]
    pub fn executed_gtids(self) -> &'static str {
        if self.is_mariadb() { "SELECT @@GLOBAL.gtid_current_pos" } else { "SELECT @@GLOBAL.gtid_executed" }
    }

    /// The query that waits one second at most for the GTIDs in its parameter: 0 when a replica has applied them.
    #[must_use]
    pub fn wait_for_gtids(self) -> &'static str {
        if self.is_mariadb() {
            "SELECT MASTER_GTID_WAIT(?, 1)"
        } else {
            "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 1)"
        }
    }

    /// The statements that let a replica be written to.
    #[must_use]
    pub fn make_writable(self) -> &'static [&'static str] {
        if self.is_mariadb() {
            &["SET GLOBAL read_only = OFF"]
        } else {
            &["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"]
        }
    }

    /// The options every test server starts with: GTIDs, row format, small and fast. A value given by the test wins.
    #[must_use]
    pub fn defaults(self) -> Vec<(String, String)> {
        let gtids: &[(&str, &str)] =
            if self.is_mariadb() { &[] } else { &[("gtid-mode", "ON"), ("enforce-gtid-consistency", "ON")] };
        let common = [
            ("log-bin", "binlog"),
            ("binlog-format", "ROW"),
            ("sync-binlog", "0"),
            ("innodb-flush-log-at-trx-commit", "2"),
            ("innodb-buffer-pool-size", "64M"),
            ("innodb-use-native-aio", "OFF"),
            ("innodb-log-buffer-size", "4M"),
            ("performance-schema", "OFF"),
            ("skip-name-resolve", "ON"),
            ("max-connections", "100"),
            ("table-open-cache", "400"),
            ("max-allowed-packet", "64M"),
            ("bind-address", "127.0.0.1"),
            ("secure-file-priv", ""),
            ("loose-mysqlx", "OFF"),
        ];
        let redo = if self.at_least(8, 0, 30) {
            ("innodb-redo-log-capacity", "32M")
        } else {
            ("innodb-log-file-size", "16M")
        };
        let all = common.into_iter().chain([redo]).chain(gtids.iter().copied());
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What a replica has on top: it logs what it applies, with everything a reader wants to know.
    #[must_use]
    pub fn replica_options(self) -> Vec<(&'static str, &'static str)> {
        let mut options = vec![
            ("log-replica-updates", "ON"),
            ("binlog-row-image", "FULL"),
            ("skip-replica-start", "ON"),
            ("read-only", "ON"),
        ];
        if self.is_mariadb() {
            // Groups are committed in order in every parallel mode but the one that is asked for by domains.
            options.push(("replica-parallel-threads", "4"));
        } else {
            options.extend([("replica-parallel-workers", "4"), ("replica-preserve-commit-order", "ON")]);
        }
        if self.has_row_metadata() {
            options.push(("binlog-row-metadata", "FULL"));
        }
        if !self.is_mariadb() && !self.at_least(8, 0, 27) {
            options.push(("replica-parallel-type", "LOGICAL_CLOCK"));
        }
        options
    }

    /// The statement that points a replica at a primary on the loopback, by GTID.
    #[must_use]
    pub fn change_source(self, port: u16, user: &str, password: &str) -> String {
        let newest = self.at_least(8, 0, 23);
        let (verb, side) =
            if newest { ("CHANGE REPLICATION SOURCE TO", "SOURCE") } else { ("CHANGE MASTER TO", "MASTER") };
        let key = match (newest, self.has_caching_sha2()) {
            (true, _) => ", GET_SOURCE_PUBLIC_KEY=1",
            (false, true) => ", GET_MASTER_PUBLIC_KEY=1",
            (false, false) => "",
        };
        let by_gtid = if self.is_mariadb() { "USE_GTID=slave_pos" } else { "AUTO_POSITION=1" };
        format!(
            "{verb} {side}_HOST='127.0.0.1', {side}_PORT={port}, {side}_USER='{user}', {side}_PASSWORD='{password}', \
             {side}_{by_gtid}, {side}_CONNECT_RETRY=1, {side}_HEARTBEAT_PERIOD=2{key}"
        )
    }

    /// `START REPLICA`.
    #[must_use]
    pub fn start_replica(self) -> &'static str {
        self.either("START REPLICA", "START SLAVE")
    }

    /// `STOP REPLICA`.
    #[must_use]
    pub fn stop_replica(self) -> &'static str {
        self.either("STOP REPLICA", "STOP SLAVE")
    }

    /// `RESET REPLICA ALL`.
    #[must_use]
    pub fn reset_replica(self) -> &'static str {
        self.either("RESET REPLICA ALL", "RESET SLAVE ALL")
    }

    /// `SHOW REPLICA STATUS`.
    #[must_use]
    pub fn show_replica_status(self) -> &'static str {
        self.either("SHOW REPLICA STATUS", "SHOW SLAVE STATUS")
    }

    /// `SHOW BINARY LOG STATUS`: file, position and executed GTIDs (`SHOW MASTER STATUS` before 8.2).
    #[must_use]
    pub fn show_binary_log_status(self) -> &'static str {
        if self.at_least(8, 2, 0) { "SHOW BINARY LOG STATUS" } else { "SHOW MASTER STATUS" }
    }

    /// `RESET BINARY LOGS AND GTIDS` (`RESET MASTER` before 8.2).
    #[must_use]
    pub fn reset_binary_logs(self) -> &'static str {
        if self.at_least(8, 2, 0) { "RESET BINARY LOGS AND GTIDS" } else { "RESET MASTER" }
    }

    fn either(self, newer: &'static str, older: &'static str) -> &'static str {
        if self.at_least(8, 0, 22) { newer } else { older }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_get_the_old_names() {
        let old = Dialect::of(Release::new(8, 0, 12));
        let new = Dialect::of(Release::new(9, 7, 4));
        assert_eq!(old.name("log-replica-updates"), "log-slave-updates");
        assert_eq!(new.name("log-replica-updates"), "log-replica-updates");
        assert!(old.change_source(1, "u", "p").starts_with("CHANGE MASTER TO MASTER_HOST"));
        assert!(new.change_source(1, "u", "p").contains("GET_SOURCE_PUBLIC_KEY"));
        assert_eq!(old.show_binary_log_status(), "SHOW MASTER STATUS");
    }

    #[test]
    fn mariadb_speaks_its_own_words() {
        let mariadb = Dialect::of(Release::mariadb(10, 11, 19));
        assert_eq!(mariadb.name("log-replica-updates"), "log-slave-updates");
        assert!(mariadb.change_source(1, "u", "p").contains("MASTER_USE_GTID=slave_pos"));
        assert!(mariadb.defaults().iter().all(|(name, _)| name != "gtid-mode"));
        assert!(mariadb.has_row_metadata() && !mariadb.has_compressed_transactions());
        assert!(mariadb.has_native_password() && !mariadb.has_caching_sha2());
        assert_eq!(mariadb.show_binary_log_status(), "SHOW MASTER STATUS");
    }

    #[test]
    fn servers_built_before_openssl_1_1_have_no_key_exchange_in_common_with_rustls() {
        let modern = |major, minor, patch| Dialect::of(Release::new(major, minor, patch)).has_modern_tls();
        assert!(!modern(5, 7, 22) && !modern(8, 0, 12));
        assert!(modern(8, 0, 36) && modern(9, 7, 4));
    }
}
