//! The kinds of events, by the number in the header.

use std::fmt;

/// The kind of an event: the type code in its header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKind(pub u8);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        impl EventKind {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// The name that the server's documents use; nothing for a code that no server has.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                Some(match self.0 { $($code => $text,)* _ => return None })
            }
        }
    };
}

kinds! {
    /// How the file is written, before 5.0.
    START_V3 = 1, "START_V3";
    /// A statement.
    QUERY = 2, "QUERY";
    /// A clean shutdown.
    STOP = 3, "STOP";
    /// The next file's name.
    ROTATE = 4, "ROTATE";
    /// Statement format: an `AUTO_INCREMENT` or `LAST_INSERT_ID` value for the next statement.
    INTVAR = 5, "INTVAR";
    /// Statement format, before 5.0: `LOAD DATA`.
    LOAD = 6, "LOAD";
    /// Never written to a log.
    SLAVE = 7, "SLAVE";
    /// Statement format, before 5.0: a file begins.
    CREATE_FILE = 8, "CREATE_FILE";
    /// Statement format: a part of a file that `LOAD DATA` reads.
    APPEND_BLOCK = 9, "APPEND_BLOCK";
    /// Statement format, before 5.0: run `LOAD DATA`.
    EXEC_LOAD = 10, "EXEC_LOAD";
    /// Statement format: the file of `LOAD DATA` is not needed any more.
    DELETE_FILE = 11, "DELETE_FILE";
    /// Statement format, before 5.0: `LOAD DATA`.
    NEW_LOAD = 12, "NEW_LOAD";
    /// Statement format: the seeds of `RAND()`.
    RAND = 13, "RAND";
    /// Statement format: a user variable.
    USER_VAR = 14, "USER_VAR";
    /// How the file is written.
    FORMAT_DESCRIPTION = 15, "FORMAT_DESCRIPTION";
    /// A commit.
    XID = 16, "XID";
    /// Statement format: a file that `LOAD DATA` reads begins.
    BEGIN_LOAD_QUERY = 17, "BEGIN_LOAD_QUERY";
    /// Statement format: run `LOAD DATA`.
    EXECUTE_LOAD_QUERY = 18, "EXECUTE_LOAD_QUERY";
    /// A table's number, name and columns.
    TABLE_MAP = 19, "TABLE_MAP";
    /// Inserted rows as pre-releases of 5.1 wrote them: only the table's definition of that time says how.
    PRE_GA_WRITE_ROWS = 20, "PRE_GA_WRITE_ROWS";
    /// Updated rows, likewise.
    PRE_GA_UPDATE_ROWS = 21, "PRE_GA_UPDATE_ROWS";
    /// Deleted rows, likewise.
    PRE_GA_DELETE_ROWS = 22, "PRE_GA_DELETE_ROWS";
    /// Inserted rows, version 1 (5.1 to 5.5, MariaDB).
    WRITE_ROWS_V1 = 23, "WRITE_ROWS_V1";
    /// Updated rows, version 1.
    UPDATE_ROWS_V1 = 24, "UPDATE_ROWS_V1";
    /// Deleted rows, version 1.
    DELETE_ROWS_V1 = 25, "DELETE_ROWS_V1";
    /// Something happened that may have lost events.
    INCIDENT = 26, "INCIDENT";
    /// The server is there; it has nothing to send.
    HEARTBEAT = 27, "HEARTBEAT";
    /// To be ignored by whoever does not know it.
    IGNORABLE = 28, "IGNORABLE";
    /// The SQL text of the rows that follow.
    ROWS_QUERY = 29, "ROWS_QUERY";
    /// Inserted rows.
    WRITE_ROWS = 30, "WRITE_ROWS";
    /// Updated rows.
    UPDATE_ROWS = 31, "UPDATE_ROWS";
    /// Deleted rows.
    DELETE_ROWS = 32, "DELETE_ROWS";
    /// A transaction's GTID.
    GTID = 33, "GTID";
    /// The same without a GTID.
    ANONYMOUS_GTID = 34, "ANONYMOUS_GTID";
    /// All GTIDs before this file.
    PREVIOUS_GTIDS = 35, "PREVIOUS_GTIDS";
    /// Group replication: what certification needs.
    TRANSACTION_CONTEXT = 36, "TRANSACTION_CONTEXT";
    /// Group replication: the members changed.
    VIEW_CHANGE = 37, "VIEW_CHANGE";
    /// The end of a prepared (or one-phase) XA transaction.
    XA_PREPARE = 38, "XA_PREPARE";
    /// Updated rows with JSON columns as diffs.
    PARTIAL_UPDATE_ROWS = 39, "PARTIAL_UPDATE_ROWS";
    /// A compressed transaction.
    TRANSACTION_PAYLOAD = 40, "TRANSACTION_PAYLOAD";
    /// A heartbeat whose position may be beyond 4 GiB.
    HEARTBEAT_V2 = 41, "HEARTBEAT_V2";
    /// A transaction's GTID with a tag (8.3 and later).
    GTID_TAGGED = 42, "GTID_TAGGED";
    /// MariaDB: the SQL text of the rows that follow.
    MARIADB_ANNOTATE_ROWS = 160, "ANNOTATE_ROWS (MariaDB)";
    /// MariaDB: files before this one are not needed for recovery.
    MARIADB_BINLOG_CHECKPOINT = 161, "BINLOG_CHECKPOINT (MariaDB)";
    /// MariaDB: a transaction's GTID.
    MARIADB_GTID = 162, "GTID (MariaDB)";
    /// MariaDB: the GTIDs before this file.
    MARIADB_GTID_LIST = 163, "GTID_LIST (MariaDB)";
    /// MariaDB: what follows is encrypted.
    MARIADB_START_ENCRYPTION = 164, "START_ENCRYPTION (MariaDB)";
    /// MariaDB: a compressed statement.
    MARIADB_QUERY_COMPRESSED = 165, "QUERY_COMPRESSED (MariaDB)";
    /// MariaDB: compressed inserted rows, version 1.
    MARIADB_WRITE_ROWS_COMPRESSED_V1 = 166, "WRITE_ROWS_COMPRESSED_V1 (MariaDB)";
    /// MariaDB: compressed updated rows, version 1.
    MARIADB_UPDATE_ROWS_COMPRESSED_V1 = 167, "UPDATE_ROWS_COMPRESSED_V1 (MariaDB)";
    /// MariaDB: compressed deleted rows, version 1.
    MARIADB_DELETE_ROWS_COMPRESSED_V1 = 168, "DELETE_ROWS_COMPRESSED_V1 (MariaDB)";
    /// MariaDB: compressed inserted rows.
    MARIADB_WRITE_ROWS_COMPRESSED = 169, "WRITE_ROWS_COMPRESSED (MariaDB)";
    /// MariaDB: compressed updated rows.
    MARIADB_UPDATE_ROWS_COMPRESSED = 170, "UPDATE_ROWS_COMPRESSED (MariaDB)";
    /// MariaDB: compressed deleted rows.
    MARIADB_DELETE_ROWS_COMPRESSED = 171, "DELETE_ROWS_COMPRESSED (MariaDB)";
}

impl EventKind {
    /// Whether it is an event that carries rows and that we read.
    #[must_use]
    pub const fn is_rows(self) -> bool {
        matches!(self.0, 23..=25 | 30..=32 | 39)
    }

    /// Whether it is an event that says how the file is written.
    #[must_use]
    pub const fn begins_file(self) -> bool {
        matches!(self.0, 1 | 15)
    }

    /// Whether it is an event of rows in the form of pre-releases of 5.1, which cannot be read.
    #[must_use]
    pub const fn is_pre_ga_rows(self) -> bool {
        matches!(self.0, 20..=22)
    }

    /// Whether it is a transaction's GTID event, tagged, untagged, anonymous or MariaDB's.
    #[must_use]
    pub const fn is_gtid(self) -> bool {
        matches!(self.0, 33 | 34 | 42 | 162)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

impl fmt::Debug for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
