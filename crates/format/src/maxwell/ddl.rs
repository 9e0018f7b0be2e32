//! What DDL statements do to the shapes of tables, as Maxwell tells it.
//!
//! [`Definitions`] holds all databases and tables as they are at a position of the log, and each statement is applied to
//! them in order. The reader knows what changes columns, keys and charsets, and steps over everything else.

mod alter;
mod column_type;
mod definition;
mod message;
mod statement;

use std::sync::Arc;

use thiserror::Error;

pub use self::definition::{Column, Definitions, Detail, Table};
pub(super) use self::message::push;
use super::filter::Filter;

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A database came.
    DatabaseCreate {
        /// Its name.
        database: String,
        /// Its default charset.
        charset: String,
    },
    /// A database changed.
    DatabaseAlter {
        /// Its name.
        database: String,
        /// Its new default charset, where the statement names one.
        charset: Option<String>,
    },
    /// A database went.
    DatabaseDrop {
        /// Its name.
        database: String,
    },
    /// A table came.
    TableCreate {
        /// As it is now.
        table: Arc<Table>,
    },
    /// A table changed; its name may be another now.
    TableAlter {
        /// As it was.
        old: Arc<Table>,
        /// As it is now.
        new: Arc<Table>,
    },
    /// A table went.
    TableDrop {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
    },
}

/// A statement that cannot be followed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DdlError {
    /// Its text cannot be read.
    #[error("the statement is not understood")]
    Syntax,
    /// It changes a table that is not known.
    #[error("the table {database}.{table} is not known, so what it was before the statement cannot be told")]
    UnknownTable {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
    },
    /// It names a column that the table does not have.
    #[error("the table {database}.{table} has no column {column} that the statement names")]
    UnknownColumn {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
        /// The column's name.
        column: String,
    },
}

impl Effect {
    /// Whether a filter lets the message of it through.
    #[must_use]
    pub fn passes(&self, filter: &Filter) -> bool {
        match self {
            Self::DatabaseCreate { database, .. }
            | Self::DatabaseAlter { database, .. }
            | Self::DatabaseDrop { database } => filter.passes(database, None),
            Self::TableCreate { table } => filter.passes(&table.database, Some(&table.name)),
            Self::TableAlter { old, new } => {
                filter.passes(&old.database, Some(&old.name)) && filter.passes(&new.database, Some(&new.name))
            }
            Self::TableDrop { database, table } => filter.passes(database, Some(table)),
        }
    }

    /// The database that it is about.
    #[must_use]
    pub fn database(&self) -> &str {
        match self {
            Self::DatabaseCreate { database, .. }
            | Self::DatabaseAlter { database, .. }
            | Self::DatabaseDrop { database }
            | Self::TableDrop { database, .. } => database,
            Self::TableCreate { table } | Self::TableAlter { old: table, .. } => &table.database,
        }
    }

    /// The table that it is about.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::TableDrop { table, .. } => Some(table),
            Self::TableCreate { table } | Self::TableAlter { old: table, .. } => Some(&table.name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    fn shop() -> Definitions {
        let mut definitions = Definitions::new("utf8mb4", false);
        definitions.learn("shop", "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(9), b INT)").unwrap();
        definitions
    }

    /// The columns of `shop.t` after statements, and its key.
    fn after(statements: &[&str]) -> String {
        let mut definitions = shop();
        statements.iter().for_each(|sql| drop(definitions.apply("shop", sql).unwrap()));
        let table = definitions.table("shop", "t").unwrap();
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("{} {}", column.name, column.kind)).collect();
        format!("{}; {}", columns.join(", "), table.key.join(","))
    }

    #[test]
    fn statements_change_shapes() {
        for (sql, shape) in [
            ("ALTER TABLE t ADD c TEXT(300) FIRST", "c text, id int, a varchar, b int; id"),
            ("ALTER TABLE t ADD (c INT, d BLOB(70000))", "id int, a varchar, b int, c int, d mediumblob; id"),
            ("ALTER TABLE t CHANGE id `no` BIGINT AFTER b", "a varchar, b int, no bigint; no"),
            ("ALTER TABLE t DROP id, DROP COLUMN b", "a varchar; "),
            ("ALTER TABLE t RENAME COLUMN id TO k, ADD KEY (a)", "k int, a varchar, b int; k"),
            (
                "ALTER TABLE t DROP PRIMARY KEY, ADD CONSTRAINT p PRIMARY KEY USING BTREE (b, a(3) DESC)",
                "id int, a varchar, b int; b,a",
            ),
            (
                "ALTER TABLE t MODIFY b ENUM('x,y)','it''s') DEFAULT 'x,y)' COMMENT 'FIRST' NOT NULL",
                "id int, a varchar, b enum; id",
            ),
            (
                "ALTER TABLE t ADD c INT CHECK (c > 0) NOT ENFORCED, ADD d DEC(5,2) DEFAULT (1+2)",
                "id int, a varchar, b int, c int, d decimal; id",
            ),
            (
                "ALTER TABLE t ADD c CHAR(3) BYTE, ADD d NATIONAL VARCHAR(2), ADD e LONG VARBINARY",
                "id int, a varchar, b int, c binary, d varchar, e mediumblob; id",
            ),
            ("ALTER TABLE t PARTITION BY HASH(id) PARTITIONS 3", "id int, a varchar, b int; id"),
            ("ALTER TABLE t ADD a INT, DROP nothing", "id int, b int, a int; id"),
            ("CREATE TABLE u LIKE t", "id int, a varchar, b int; id"),
            (
                "ALTER TABLE shop.t ADD COLUMN shop.t.c INT AFTER t.a, DROP t.b",
                "id int, a varchar, c int; id",
            ),
            ("ALTER TABLE .`t` COLLATE = default, ALGORITHM copy, LOCK=NONE", "id int, a varchar, b int; id"),
            (
                "ALTER TABLE \"t\" IF EXISTS ADD COLUMN IF NOT EXISTS c TINYINT(1) ZEROFILL",
                "id int, a varchar, b int, c tinyint; id",
            ),
            ("SET STATEMENT max_statement_time=60, x='1' FOR ALTER TABLE t DROP a", "id int, b int; id"),
            (
                "ALTER TABLE t ADD c VARCHAR(9) DEFAULT 'x' 'y', ADD d BIT(4) DEFAULT 0b0000",
                "id int, a varchar, b int, c varchar, d bit; id",
            ),
            (
                "ALTER TABLE t ADD CONSTRAINT t.k FOREIGN KEY (b) REFERENCES u (id) ON DELETE CASCADE, DROP a",
                "id int, b int; id",
            ),
            (
                "ALTER TABLE t ADD c JSON DEFAULT (JSON_QUOTE(\"{'a':'b'}\")), ADD INDEX i ((CAST(c->>'$.n' AS CHAR(3)) COLLATE utf8mb4_bin))",
                "id int, a varchar, b int, c json; id",
            ),
            ("INSERT INTO t VALUES (1)", "id int, a varchar, b int; id"),
        ] {
            assert_eq!(after(&[sql]), shape, "{sql}");
        }
    }

    #[test]
    fn names_are_folded_where_the_server_folds_them() {
        let mut definitions = Definitions::new("utf8mb4", false);
        definitions.fold_names();
        for sql in
            ["CREATE DATABASE Shop", "CREATE TABLE Shop.T (Id INT)", "ALTER TABLE shop.t RENAME SHOP.U"]
        {
            definitions.apply("", sql).unwrap();
        }
        assert_eq!(definitions.table("shop", "u").unwrap().columns[0].name, "Id");
    }

    #[test]
    fn what_cannot_be_followed_changes_nothing() {
        let mut definitions = shop();
        for sql in
            ["ALTER TABLE nosuch ADD c INT", "ALTER TABLE t MODIFY nosuch INT", "ALTER TABLE t ADD (c INT"]
        {
            assert!(definitions.apply("shop", sql).is_err(), "{sql}");
        }
        assert_eq!(definitions.table("shop", "t"), shop().table("shop", "t"));
        assert_eq!(definitions.version(), 1);
    }

    proptest! {
        #[test]
        fn any_words_are_followed_or_refused(words in prop::collection::vec(prop::sample::select(&[
            "CREATE", "ALTER", "DROP", "RENAME", "TABLE", "DATABASE", "t", "shop", ".", "(", ")", ",", "ADD", "COLUMN", "a",
            "INT", "ENUM", "'x", "'", "`", "PRIMARY", "KEY", "TO", "/*!", "*/", "--", "LIKE", "CHARSET", "=", "AFTER", "\\",
        ][..]), 0..24)) {
            let mut definitions = shop();
            let _refused = definitions.apply("shop", &words.join(" ")).is_err();
        }

        #[test]
        fn any_text_is_a_filter_or_refused(text in "[a-z*./:,='`\"\\\\ ]{0,40}") {
            let compile = |regex: &str| regex::Regex::new(regex).map_err(|error| error.to_string());
            let _refused = Filter::parse(&text, compile).is_err();
        }
    }
}
