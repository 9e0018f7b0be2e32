//! Records the binlog files in `crates/binlog/tests/data` from real servers:
//! `cargo run -p becauselog-binlog --example record_fixtures [NAME…]`.
//!
//! Each recording below says how its file was made: the server, its options and the statements of one or two sessions.
//! A recording is the binlog file that these statements alone are in.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use becauselog_testkit::{MysqlServer, Replicated, ServerBuilder, Version};
use mysql_async::{Conn, prelude::Queryable};

/// How one file is made.
struct Recording {
    name: &'static str,
    version: Version,
    options: &'static [(&'static str, &'static str)],
    /// Run before the file begins.
    before: &'static [&'static str],
    /// What is in the file. `@restart` restarts the server (only what follows is in the file), `@second` runs the next
    /// statement in a second session.
    statements: &'static [&'static str],
}

const SHOP: &[&str] = &[
    "CREATE DATABASE shop",
    "CREATE TABLE shop.customer (id INT UNSIGNED PRIMARY KEY, name VARCHAR(20) NOT NULL, balance DECIMAL(10,2), \
     note TEXT, born DATE, UNIQUE KEY (name)) CHARACTER SET latin1",
    "CREATE TABLE shop.log (what VARCHAR(20)) ENGINE=MyISAM",
];

const CHANGES: &[&str] = &[
    "INSERT INTO shop.customer VALUES (1, 'Ada', 10.5, 'first', '1815-12-10'), (2, 'Grace', NULL, NULL, NULL)",
    "UPDATE shop.customer SET balance = balance + 1, note = 'changed' WHERE id = 1",
    "DELETE FROM shop.customer WHERE id = 2",
];

const FULL: &[(&str, &str)] = &[("binlog-row-metadata", "FULL")];
const NO_GTID: &[(&str, &str)] = &[("gtid-mode", "OFF"), ("enforce-gtid-consistency", "OFF")];

const XA: &[&str] = &[
    "XA START 'pay', 'b1', 7",
    "INSERT INTO shop.customer VALUES (10, 'kept', 1, NULL, NULL)",
    "XA END 'pay', 'b1', 7",
    "XA PREPARE 'pay', 'b1', 7",
    "@second",
    "INSERT INTO shop.customer VALUES (11, 'between', 1, NULL, NULL)",
    "XA COMMIT 'pay', 'b1', 7",
    "XA START X'00ff27'",
    "INSERT INTO shop.customer VALUES (12, 'dropped', 1, NULL, NULL)",
    "XA END X'00ff27'",
    "XA PREPARE X'00ff27'",
    "XA ROLLBACK X'00ff27'",
    "XA START 'one'",
    "INSERT INTO shop.customer VALUES (13, 'one phase', 1, NULL, NULL)",
    "XA END 'one'",
    "XA COMMIT 'one' ONE PHASE",
];

const XA_MIXED_ENGINES: &[&str] = &[
    "XA START 'never'",
    "INSERT INTO shop.customer VALUES (14, 'never prepared', 1, NULL, NULL)",
    "INSERT INTO shop.log VALUES ('stays')",
    "XA END 'never'",
    "XA ROLLBACK 'never'",
];

const SAVEPOINTS: &[&str] = &[
    "BEGIN",
    "INSERT INTO shop.customer VALUES (1, 'kept', 1, NULL, NULL)",
    "SAVEPOINT a",
    "INSERT INTO shop.customer VALUES (2, 'undone', 1, NULL, NULL)",
    "ROLLBACK TO a",
    "INSERT INTO shop.customer VALUES (3, 'kept too', 1, NULL, NULL)",
    "RELEASE SAVEPOINT a",
    "COMMIT",
];

const SAVEPOINTS_MIXED_ENGINES: &[&str] = &[
    "BEGIN",
    "INSERT INTO shop.customer VALUES (4, 'a', 1, NULL, NULL)",
    "SAVEPOINT b",
    "INSERT INTO shop.log VALUES ('cannot be undone')",
    "INSERT INTO shop.customer VALUES (5, 'b', 1, NULL, NULL)",
    "ROLLBACK TO b",
    "INSERT INTO shop.customer VALUES (6, 'c', 1, NULL, NULL)",
    "COMMIT",
];

/// A temporary table made inside a transaction makes servers before 8.0 keep what is rolled back in the log.
const KEPT_LOG: &[&str] = &[
    "BEGIN",
    "INSERT INTO shop.customer VALUES (1, 'kept', 1, NULL, NULL)",
    "CREATE TEMPORARY TABLE shop.temporary (id INT)",
    "SAVEPOINT `a b`",
    "INSERT INTO shop.customer VALUES (2, 'undone', 1, NULL, NULL)",
    "SAVEPOINT inner_one",
    "INSERT INTO shop.customer VALUES (3, 'undone too', 1, NULL, NULL)",
    "ROLLBACK TO `a b`",
    "INSERT INTO shop.customer VALUES (4, 'kept too', 1, NULL, NULL)",
    "COMMIT",
    "BEGIN",
    "INSERT INTO shop.customer VALUES (5, 'undone', 1, NULL, NULL)",
    "DROP TEMPORARY TABLE shop.temporary",
    "ROLLBACK",
    "CREATE TEMPORARY TABLE shop.temporary (id INT)",
    "BEGIN",
    "INSERT INTO shop.customer VALUES (6, 'kept b', 1, NULL, NULL)",
    "SAVEPOINT `a b`",
    "INSERT INTO shop.customer VALUES (7, 'undone b', 1, NULL, NULL)",
    "SAVEPOINT inner_one",
    "INSERT INTO shop.customer VALUES (8, 'undone too b', 1, NULL, NULL)",
    "DROP TEMPORARY TABLE shop.temporary",
    "ROLLBACK TO `a b`",
    "INSERT INTO shop.customer VALUES (9, 'kept too b', 1, NULL, NULL)",
    "RELEASE SAVEPOINT `a b`",
    "COMMIT",
];

const MIXED_ENGINES: &[&str] = &[
    "INSERT INTO shop.log VALUES ('alone')",
    "BEGIN",
    "INSERT INTO shop.customer VALUES (1, 'undone', 1, NULL, NULL)",
    "INSERT INTO shop.log VALUES ('stays')",
    "ROLLBACK",
    "BEGIN",
    "INSERT INTO shop.log VALUES ('first')",
    "INSERT INTO shop.customer VALUES (2, 'kept', 1, NULL, NULL)",
    "COMMIT",
];

const DDL: &[&str] = &[
    "CREATE TABLE shop.copy SELECT id, name FROM shop.customer",
    "ALTER TABLE shop.customer ADD COLUMN vip BOOL NOT NULL DEFAULT FALSE AFTER name",
    "INSERT INTO shop.customer (id, name) VALUES (3, 'Lin')",
    "CREATE INDEX by_note ON shop.customer (note(10))",
    "RENAME TABLE shop.copy TO shop.copied",
    "TRUNCATE TABLE shop.copied",
    "CREATE USER reader",
    "GRANT SELECT ON shop.* TO reader",
    "CREATE VIEW shop.v AS SELECT id FROM shop.customer",
    "CREATE TEMPORARY TABLE shop.temporary (id INT)",
    "INSERT INTO shop.temporary VALUES (1)",
    "DROP TEMPORARY TABLE shop.temporary",
    "FLUSH TABLES",
    "ANALYZE TABLE shop.customer",
    "DROP TABLE shop.copied, shop.log",
    "DROP DATABASE shop",
];

const TYPES_8_0: &[&str] = &[
    "CREATE TABLE shop.many (\
     `a` TINYINT, `b` SMALLINT UNSIGNED, `c` MEDIUMINT, `d` INT UNSIGNED, `e` BIGINT, `y` YEAR, `f` FLOAT UNSIGNED, \
     `g` DOUBLE, `h` DECIMAL(20,5) UNSIGNED, `i` BIT(11), `j` DATE, `k` TIME(3), `l` DATETIME(6), `m` TIMESTAMP NULL, \
     `n` CHAR(255), `o` BINARY(16), `p` VARCHAR(300) CHARACTER SET latin1, `q` VARBINARY(10), `r` TINYTEXT, \
     `s` LONGTEXT CHARACTER SET latin1, `t` MEDIUMBLOB, `u` ENUM('x','\u{e9}') CHARACTER SET latin1, \
     `v` SET('one','\u{fc}b') CHARACTER SET utf8mb4, `w` JSON, `x` GEOMETRY, `z` POINT NOT NULL, \
     `name with \u{e9}` INT UNSIGNED NOT NULL, `hidden` INT AS (`a` + 1) VIRTUAL, \
     PRIMARY KEY (`name with \u{e9}`, `n`(5)))",
    "INSERT INTO shop.many (`a`, `y`, `d`, `n`, `u`, `v`, `z`, `name with \u{e9}`) \
     VALUES (-1, 2155, 4294967295, 'char', '\u{e9}', 'one,\u{fc}b', POINT(1, 2), 7)",
    "CREATE TABLE shop.plain (id INT, PRIMARY KEY (id)) CHARACTER SET utf8mb4",
    "INSERT INTO shop.plain VALUES (1)",
    "CREATE TABLE shop.unkeyed (c1 CHAR(1) CHARACTER SET latin1, c2 VARCHAR(9), c3 TEXT, \
     e1 ENUM('a'), s1 SET('b')) CHARACTER SET utf8mb4",
    "INSERT INTO shop.unkeyed VALUES ('a', 'b', 'c', 'a', 'b')",
    "CREATE TABLE shop.between (j JSON, g GEOMETRY, b BIT(3), y YEAR, t TEXT CHARACTER SET latin1, u SMALLINT UNSIGNED, \
     v VARCHAR(3) CHARACTER SET utf8mb4, w VARCHAR(3) CHARACTER SET latin1, s SET('x') CHARACTER SET ascii)",
    "INSERT INTO shop.between (u) VALUES (1)",
];

const TYPES_9_7: &[&str] = &[
    "CREATE TABLE shop.newer (id BIGINT PRIMARY KEY, v VECTOR(3), w VECTOR, unseen INT INVISIBLE, \
     tags JSON, INDEX many ((CAST(tags AS UNSIGNED ARRAY))))",
    "INSERT INTO shop.newer (id, v, unseen, tags) VALUES (1, STRING_TO_VECTOR('[1,2,3]'), 5, '[1, 2]')",
    "SET SESSION binlog_row_value_options = 'PARTIAL_JSON'",
    "UPDATE shop.newer SET tags = JSON_SET(tags, '$[0]', 99) WHERE id = 1",
];

const STATEMENTS: &[&str] = &[
    "SET SESSION binlog_format = 'STATEMENT'",
    "INSERT INTO shop.customer VALUES (1, 'by statement', RAND(), NULL, NULL)",
];

const RECORDINGS: &[Recording] = &[
    Recording { name: "9.7-gtid", version: Version::V9_7, options: FULL, before: SHOP, statements: CHANGES },
    Recording {
        name: "9.7-minimal",
        version: Version::V9_7,
        options: &[],
        before: SHOP,
        statements: CHANGES,
    },
    Recording {
        name: "9.7-tagged",
        version: Version::V9_7,
        options: FULL,
        before: SHOP,
        statements: &[
            "SET gtid_next = 'AUTOMATIC:billing'",
            "INSERT INTO shop.customer VALUES (1, 'Ada', 10.5, NULL, NULL)",
            "SET gtid_next = 'aaaaaaaa-0000-0000-0000-00000000007f:other_tag:70000'",
            "INSERT INTO shop.customer VALUES (2, 'Grace', 1, NULL, NULL)",
            "SET gtid_next = 'AUTOMATIC'",
            "FLUSH BINARY LOGS",
            "INSERT INTO shop.customer VALUES (3, 'Lin', 1, NULL, NULL)",
        ],
    },
    Recording {
        name: "9.7-anonymous",
        version: Version::V9_7,
        options: NO_GTID,
        before: SHOP,
        statements: CHANGES,
    },
    Recording {
        name: "9.7-compressed",
        version: Version::V9_7,
        options: &[("binlog-row-metadata", "FULL"), ("binlog-transaction-compression", "ON")],
        before: SHOP,
        statements: CHANGES,
    },
    Recording {
        name: "9.7-no-checksum",
        version: Version::V9_7,
        options: &[("binlog-checksum", "NONE")],
        before: SHOP,
        statements: CHANGES,
    },
    Recording {
        name: "9.7-queries",
        version: Version::V9_7,
        options: &[("binlog-rows-query-log-events", "ON")],
        before: SHOP,
        statements: &[
            "/* why: signed up */ INSERT INTO shop.customer VALUES (1, 'Ada', 1, REPEAT('x', 300), NULL)",
            "BEGIN",
            "UPDATE shop.customer SET balance = 2 WHERE id = 1 /* why: \u{e9} */",
            "DELETE FROM shop.customer WHERE id = 1",
            "COMMIT",
        ],
    },
    Recording { name: "9.7-xa", version: Version::V9_7, options: &[], before: SHOP, statements: XA },
    Recording { name: "5.7-xa", version: Version::V5_7, options: &[], before: SHOP, statements: XA },
    Recording {
        name: "9.7-xa-compressed",
        version: Version::V9_7,
        options: &[("binlog-transaction-compression", "ON")],
        before: SHOP,
        statements: XA,
    },
    Recording {
        name: "9.7-savepoints",
        version: Version::V9_7,
        options: &[],
        before: SHOP,
        statements: SAVEPOINTS,
    },
    Recording {
        name: "5.7-savepoints",
        version: Version::V5_7,
        options: &[],
        before: SHOP,
        statements: SAVEPOINTS,
    },
    Recording {
        name: "9.7-mixed-engines",
        version: Version::V9_7,
        options: NO_GTID,
        before: SHOP,
        statements: MIXED_ENGINES,
    },
    Recording {
        name: "9.7-xa-mixed-engines",
        version: Version::V9_7,
        options: NO_GTID,
        before: SHOP,
        statements: XA_MIXED_ENGINES,
    },
    Recording {
        name: "9.7-savepoints-mixed-engines",
        version: Version::V9_7,
        options: NO_GTID,
        before: SHOP,
        statements: SAVEPOINTS_MIXED_ENGINES,
    },
    Recording {
        name: "5.7-mixed-engines",
        version: Version::V5_7,
        options: NO_GTID,
        before: SHOP,
        statements: MIXED_ENGINES,
    },
    Recording {
        name: "5.7-xa-mixed-engines",
        version: Version::V5_7,
        options: NO_GTID,
        before: SHOP,
        statements: XA_MIXED_ENGINES,
    },
    Recording {
        name: "5.7-savepoints-mixed-engines",
        version: Version::V5_7,
        options: NO_GTID,
        before: SHOP,
        statements: SAVEPOINTS_MIXED_ENGINES,
    },
    Recording {
        name: "9.7-kept-log",
        version: Version::V9_7,
        options: NO_GTID,
        before: SHOP,
        statements: KEPT_LOG,
    },
    Recording {
        name: "8.0-kept-log",
        version: Version::V8_0,
        options: NO_GTID,
        before: SHOP,
        statements: KEPT_LOG,
    },
    Recording {
        name: "5.7-kept-log",
        version: Version::V5_7,
        options: NO_GTID,
        before: SHOP,
        statements: KEPT_LOG,
    },
    Recording { name: "9.7-ddl", version: Version::V9_7, options: &[], before: SHOP, statements: DDL },
    Recording { name: "5.7-ddl", version: Version::V5_7, options: NO_GTID, before: SHOP, statements: DDL },
    Recording {
        name: "9.7-types",
        version: Version::V9_7,
        options: FULL,
        before: SHOP,
        statements: TYPES_8_0,
    },
    Recording {
        name: "9.7-types-minimal",
        version: Version::V9_7,
        options: &[],
        before: SHOP,
        statements: TYPES_8_0,
    },
    Recording {
        name: "8.0-types",
        version: Version::V8_0,
        options: FULL,
        before: SHOP,
        statements: TYPES_8_0,
    },
    Recording {
        name: "9.7-types-new",
        version: Version::V9_7,
        options: FULL,
        before: SHOP,
        statements: TYPES_9_7,
    },
    Recording { name: "8.0-gtid", version: Version::V8_0, options: FULL, before: SHOP, statements: CHANGES },
    Recording { name: "5.7-gtid", version: Version::V5_7, options: &[], before: SHOP, statements: CHANGES },
    Recording {
        name: "5.7-anonymous",
        version: Version::V5_7,
        options: NO_GTID,
        before: SHOP,
        statements: CHANGES,
    },
    Recording {
        name: "9.7-statement",
        version: Version::V9_7,
        options: &[],
        before: SHOP,
        statements: STATEMENTS,
    },
    Recording {
        name: "9.7-memory-table",
        version: Version::V9_7,
        options: &[],
        before: &[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.cache (id INT) ENGINE=MEMORY",
            "INSERT INTO shop.cache VALUES (1)",
        ],
        statements: &["@restart", "SELECT * FROM shop.cache", "INSERT INTO shop.cache VALUES (2)"],
    },
    Recording {
        name: "5.7-memory-table",
        version: Version::V5_7,
        options: &[],
        before: &[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.cache (id INT) ENGINE=MEMORY",
            "INSERT INTO shop.cache VALUES (1)",
        ],
        statements: &["@restart", "SELECT * FROM shop.cache", "INSERT INTO shop.cache VALUES (2)"],
    },
    Recording {
        name: "9.7-empty-groups",
        version: Version::V9_7,
        options: &[],
        before: SHOP,
        statements: &[
            "SET gtid_next = 'aaaaaaaa-0000-0000-0000-00000000007f:1'",
            "BEGIN",
            "COMMIT",
            "SET gtid_next = 'aaaaaaaa-0000-0000-0000-00000000007f:2'",
            "DROP TABLE IF EXISTS shop.nothing",
            "SET gtid_next = 'AUTOMATIC'",
        ],
    },
];

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for recording in RECORDINGS {
        if wanted.is_empty() || wanted.iter().any(|name| name == recording.name) {
            record(recording, &folder).await.with_context(|| recording.name)?;
        }
    }
    for (name, version) in [("9.7-replica", Version::V9_7), ("8.0-replica", Version::V8_0)] {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            record_replica(name, version, &folder).await.with_context(|| name)?;
        }
    }
    Ok(())
}

/// The log of a replica on which a primary's changes were applied: two commit times in each GTID event, rows of the
/// primary's minimal images logged in full.
async fn record_replica(name: &str, version: Version, folder: &Path) -> Result<()> {
    let minimal = |primary: ServerBuilder| primary.option("binlog-row-image", "MINIMAL");
    let pair = Replicated::start_with(version, minimal, |replica| replica).await?;
    pair.primary.run(SHOP).await?;
    pair.wait_caught_up().await?;
    let mut conn = pair.replica.conn().await?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    let file = current_file(&mut conn).await?;
    pair.primary.run(CHANGES).await?;
    pair.wait_caught_up().await?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    save(&pair.replica.datadir().join(&file), folder, name)
}

async fn record(recording: &Recording, folder: &Path) -> Result<()> {
    let mut builder = MysqlServer::builder(recording.version);
    for (name, value) in recording.options {
        builder = builder.option(name, value);
    }
    let mut server = builder.start().await?;
    server.run(recording.before).await?;
    server.run(&["FLUSH BINARY LOGS"]).await?;
    let mut conn = utf8(&server).await?;
    let mut second = utf8(&server).await?;
    let mut file = current_file(&mut conn).await?;
    let mut in_second = false;
    for statement in recording.statements {
        match *statement {
            "@second" => in_second = true,
            "@restart" => {
                drop((conn, second));
                server.restart().await?;
                conn = utf8(&server).await?;
                second = utf8(&server).await?;
                file = current_file(&mut conn).await?;
            }
            statement => {
                let session = if std::mem::take(&mut in_second) { &mut second } else { &mut conn };
                session.query_drop(statement).await.with_context(|| statement.to_owned())?;
                if statement == "FLUSH BINARY LOGS" {
                    let last = current_file(&mut conn).await?;
                    save(&server.datadir().join(&file), folder, &format!("{}-before", recording.name))?;
                    file = last;
                }
            }
        }
    }
    conn.query_drop("FLUSH BINARY LOGS").await?;
    save(&server.datadir().join(&file), folder, recording.name)
}

fn save(from: &Path, folder: &Path, name: &str) -> Result<()> {
    let to: PathBuf = folder.join(format!("{name}.binlog"));
    let bytes = std::fs::read(from).with_context(|| from.display().to_string())?;
    std::fs::write(&to, &bytes)?;
    println!("{} {} bytes", to.display(), bytes.len());
    Ok(())
}

async fn utf8(server: &MysqlServer) -> Result<Conn> {
    let mut conn = server.conn().await?;
    conn.query_drop("SET NAMES utf8mb4").await?;
    Ok(conn)
}

async fn current_file(conn: &mut Conn) -> Result<String> {
    let logs: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await?;
    let last = logs.last().context("no binary log")?;
    last.get(0).context("no name")
}
