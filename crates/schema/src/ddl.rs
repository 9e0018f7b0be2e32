//! Which tables a statement of the log touches.
//!
//! What cannot be read touches everything in the database, so a doubt costs one more read of `information_schema` and nothing
//! else.

use becauselog_ddl::{AlterSpec, Mode, Statement, TableRef, parse};
use becauselog_model::TableName;

/// What a statement may have changed the shape of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    /// No table.
    Nothing,
    /// These tables.
    Tables(Vec<TableName>),
    /// Any table of this database.
    Database(String),
    /// Any table: the statement is not recognised and has no default database.
    Everything,
}

/// What a statement may have changed, by its default database (empty when it has none) and its text as logged.
#[must_use]
pub fn affected(database: &str, sql: &[u8]) -> Affected {
    read(database, sql).unwrap_or_else(|| match database {
        "" => Affected::Everything,
        _ => Affected::Database(database.to_owned()),
    })
}

/// What the statement touches; nothing when it is not recognised.
fn read(database: &str, sql: &[u8]) -> Option<Affected> {
    let tables = |named: Vec<TableRef>| {
        let full = named.into_iter().map(|table| name(database, table)).collect::<Option<Vec<_>>>();
        full.map(Affected::Tables)
    };
    // In the session's charset: outside ASCII a name may be lost so, which is seen in it.
    match parse(&String::from_utf8_lossy(sql), Mode::default()) {
        Statement::CreateTable(create) => tables(vec![create.table]),
        Statement::AlterTable(alter) => {
            let others = alter.specs.into_iter().filter_map(|spec| match spec {
                AlterSpec::RenameTo(table) | AlterSpec::ExchangePartition(table) => Some(table),
                _ => None,
            });
            tables(std::iter::once(alter.table).chain(others).collect())
        }
        Statement::RenameTable(renames) => {
            tables(renames.into_iter().flat_map(|rename| [rename.from, rename.to]).collect())
        }
        Statement::DropTable { tables: dropped, .. } | Statement::DropSequence(dropped) => tables(dropped),
        Statement::CreateSequence { name, .. } => tables(vec![name]),
        Statement::TruncateTable(table)
        | Statement::CreateIndex { table, .. }
        | Statement::DropIndex { table, .. } => tables(vec![table]),
        Statement::DropDatabase { name, .. } => is_whole(&name).then_some(Affected::Database(name)),
        Statement::CreateDatabase { .. } | Statement::AlterDatabase { .. } | Statement::Other(_) => {
            Some(Affected::Nothing)
        }
        Statement::Unknown => None,
    }
}

fn name(database: &str, table: TableRef) -> Option<TableName> {
    let database = table.database.as_deref().unwrap_or(database);
    let whole = is_whole(database) && is_whole(&table.table);
    (whole && !database.is_empty()).then(|| TableName::new(database, &table.table))
}

fn is_whole(name: &str) -> bool {
    !name.contains(char::REPLACEMENT_CHARACTER)
}

impl std::fmt::Display for Affected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("no table"),
            Self::Tables(tables) => tables.iter().enumerate().try_for_each(|(at, table)| {
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}{table}")
            }),
            Self::Database(database) => write!(f, "all tables of {database}"),
            Self::Everything => f.write_str("all tables"),
        }
    }
}

impl Affected {
    /// Whether a table of this name may be meant. Case does not count: some servers fold names, and to mark one table
    /// too many is harmless.
    #[must_use]
    pub fn includes(&self, table: &TableName) -> bool {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        match self {
            Self::Nothing => false,
            Self::Tables(tables) => tables
                .iter()
                .any(|one| same(&one.database, &table.database) && same(&one.table, &table.table)),
            Self::Database(database) => same(database, &table.database),
            Self::Everything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tables(sql: &str) -> Vec<String> {
        match affected("shop", sql.as_bytes()) {
            Affected::Tables(tables) => tables.iter().map(ToString::to_string).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn names_the_tables_of_a_statement() {
        assert_eq!(tables("ALTER TABLE orders ADD c INT"), ["shop.orders"]);
        assert_eq!(tables("alter table `a``b` . `c d` rename to x.y"), ["a`b.c d", "x.y"]);
        assert_eq!(tables("ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX c TO d"), ["shop.t"]);
        assert_eq!(tables("ALTER TABLE t RENAME AS u"), ["shop.t", "shop.u"]);
        assert_eq!(tables("/* why: a ; b */ -- x\n# y\nCREATE TABLE IF NOT EXISTS t (a INT)"), ["shop.t"]);
        assert_eq!(tables("CREATE TEMPORARY TABLE t (a INT)"), ["shop.t"]);
        assert_eq!(tables("CREATE TABLE other.t LIKE shop.u"), ["other.t"]);
        assert_eq!(tables("DROP TABLE IF EXISTS `a`,b.c /* generated by server */"), ["shop.a", "b.c"]);
        assert_eq!(tables("RENAME TABLE a TO b, c.d TO e"), ["shop.a", "shop.b", "c.d", "shop.e"]);
        assert_eq!(tables("TRUNCATE t"), ["shop.t"]);
        assert_eq!(tables("TRUNCATE TABLE t"), ["shop.t"]);
        assert_eq!(tables("CREATE UNIQUE INDEX i USING BTREE ON t (a)"), ["shop.t"]);
        assert_eq!(tables("DROP INDEX `PRIMARY` ON db.t"), ["db.t"]);
        assert_eq!(tables("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u"), ["shop.t", "shop.u"]);
        assert_eq!(tables("/*!50100 ALTER TABLE t ADD x INT */"), ["shop.t"]);
        assert_eq!(tables("CREATE /*!32302 TEMPORARY */ TABLE \"t\" (a INT)"), ["shop.t"]);
        assert_eq!(tables("ALTER TABLE größe ADD x INT COMMENT 'RENAME TO y'"), ["shop.größe"]);
        assert_eq!(tables("CREATE OR REPLACE TABLE t (a INT)"), ["shop.t"]);
    }

    /// Statements are logged in the session's charset: here latin1.
    #[test]
    fn a_text_of_another_charset_hides_no_table_of_another_database() {
        let found = affected("shop", b"ALTER TABLE other.t RENAME COLUMN a TO b, COMMENT 'caf\xe9'");
        assert_eq!(found, Affected::Tables(vec![TableName::new("other", "t")]));
    }

    #[test]
    fn what_changes_no_table_touches_nothing() {
        let harmless = [
            "BEGIN",
            "COMMIT",
            "SAVEPOINT `a`",
            "GRANT SELECT ON *.* TO x",
            "CREATE USER 'a'@'b'",
            "CREATE DEFINER=`root`@`localhost` PROCEDURE p() ALTER TABLE t ADD x INT",
            "DROP VIEW v",
            "FLUSH PRIVILEGES",
            "XA COMMIT X'61',X'',1",
            "CREATE DATABASE d",
            "RENAME USER a TO b",
            "",
        ];
        for sql in harmless {
            assert_eq!(affected("shop", sql.as_bytes()), Affected::Nothing, "{sql}");
        }
    }

    #[test]
    fn a_doubt_touches_the_whole_database() {
        let doubtful =
            ["FROB TABLE t", "ALTER TABLE", "DROP DATABASE shop", "ALTER TABLE `t", "RENAME TABLE a b"];
        for sql in doubtful {
            assert_eq!(affected("shop", sql.as_bytes()), Affected::Database("shop".into()), "{sql}");
        }
        assert_eq!(affected("", b"FROB"), Affected::Everything);
        assert_eq!(affected("shop", b"ALTER TABLE \xff ADD x INT"), Affected::Database("shop".into()));
        assert_eq!(affected("a", b"DROP SCHEMA IF EXISTS b"), Affected::Database("b".into()));
    }

    #[test]
    fn case_does_not_hide_a_table() {
        let affected = affected("Shop", b"ALTER TABLE Orders ADD x INT");
        assert!(affected.includes(&TableName::new("shop", "orders")));
        assert!(!affected.includes(&TableName::new("shop", "order")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_statement(sql in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_ne!(affected("d", &sql), Affected::Everything);
        }

        #[test]
        fn any_words_are_a_statement(words in prop::collection::vec(
            prop::sample::select(&["ALTER", "TABLE", "CREATE", "DROP", "RENAME", "TO", "`a", "b`", ".", ",", "/*!5", "*/", "'", "ON", "INDEX", "--", "\n"][..]), 0..12)) {
            prop_assert_ne!(affected("d", words.join(" ").as_bytes()), Affected::Everything);
        }
    }
}
