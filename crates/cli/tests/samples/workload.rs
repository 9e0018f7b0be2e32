//! Statements whose log has every kind of event that a server writes.

use std::path::Path;

use anyhow::Result;
use becauselog_testkit::{Dialect, MysqlServer};
use mysql_async::prelude::Queryable as _;

const TABLES: [&str; 5] = [
    "CREATE DATABASE shop",
    "CREATE TABLE shop.t (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(300), price DECIMAL(20,6), at DATETIME(3) NULL) \
     ENGINE=InnoDB",
    "CREATE TABLE shop.wide (a TINYINT, b SMALLINT UNSIGNED, c MEDIUMINT, d BIGINT UNSIGNED, e FLOAT, f DOUBLE, g YEAR, h DATE, \
     i TIME(6), j TIMESTAMP(2) NULL, k BIT(13), l ENUM('x','y'), m SET('p','q','r'), n CHAR(200) CHARACTER SET utf8mb4, \
     o VARBINARY(500), p TINYTEXT, q MEDIUMBLOB, s JSON) ENGINE=InnoDB",
    // The clients print no row behind one with a geometry.
    "CREATE TABLE shop.places (id INT PRIMARY KEY, place GEOMETRY) ENGINE=InnoDB",
    "CREATE TABLE shop.old (id INT PRIMARY KEY, note TEXT) ENGINE=MyISAM",
];

const ROWS: [&str; 15] = [
    "INSERT INTO shop.places VALUES (1, ST_GeomFromText('POINT(1 2)'))",
    "UPDATE shop.places SET place = ST_GeomFromText('LINESTRING(0 0, 3 4)')",
    "INSERT INTO shop.t (note, price, at) VALUES ('one', 1.5, '2026-01-02 03:04:05.678'), ('two', -99999.000001, NULL), (NULL, NULL, NULL)",
    "INSERT INTO shop.wide VALUES (-1, 65535, -8388608, 18446744073709551615, 1.25, -2.5, 2026, '2026-01-01', '-838:59:59', \
     '2026-01-01 00:00:01.25', b'1010', 'y', 'p,r', 'é', x'00ff', '', REPEAT('z', 70000), '{\"a\": [1, 2]}')",
    "INSERT INTO shop.wide (a) VALUES (NULL), (1), (2)",
    "UPDATE shop.wide SET a = 7, s = '[1]' WHERE a IS NULL OR a > 0",
    "INSERT INTO shop.old VALUES (1, 'a'), (2, 'b')",
    "UPDATE shop.t SET note = 'zwei' WHERE id = 2",
    "SET SESSION binlog_row_image = 'MINIMAL'",
    "UPDATE shop.t SET price = 3 WHERE id > 1",
    "DELETE FROM shop.t WHERE id = 3",
    "SET SESSION binlog_row_image = 'NOBLOB'",
    "UPDATE shop.wide SET b = 1",
    "SET SESSION binlog_row_image = 'FULL'",
    "DELETE FROM shop.old WHERE id = 1",
];

const MORE: [&str; 12] = [
    "BEGIN",
    "INSERT INTO shop.t (note) SELECT REPEAT('x', 200) FROM shop.wide a, shop.wide b, shop.wide c",
    "SAVEPOINT s",
    "UPDATE shop.t SET note = 'gone'",
    "ROLLBACK TO s",
    "COMMIT",
    "ALTER TABLE shop.t ADD COLUMN extra INT DEFAULT 5, ADD INDEX (note)",
    "TRUNCATE TABLE shop.old",
    "XA START 'x'",
    "INSERT INTO shop.t (note) VALUES ('xa')",
    "XA END 'x'",
    "XA PREPARE 'x'",
];

const STATEMENTS: [&str; 6] = [
    "XA COMMIT 'x'",
    "SET SESSION binlog_format = 'STATEMENT'",
    "SET @name = 'variable'",
    "INSERT INTO shop.t (note) VALUES (@name)",
    "UPDATE shop.t SET price = RAND() WHERE id = 1",
    "DELETE FROM shop.t WHERE id = 2",
];

/// Runs the workload: rows of many types and images, DDL, savepoints, XA, a second file, statements, `LOAD DATA`.
pub async fn run(server: &MysqlServer, folder: &Path, has_diffs: bool) -> Result<()> {
    let mut conn = server.conn().await?;
    for statement in TABLES.into_iter().chain(ROWS) {
        conn.query_drop(statement).await?;
    }
    if has_diffs {
        json_diffs(&mut conn, server.dialect()).await?;
    }
    conn.query_drop("FLUSH BINARY LOGS").await?;
    for statement in MORE.into_iter().chain(STATEMENTS) {
        conn.query_drop(statement).await?;
    }
    let data = folder.join("rows.csv");
    std::fs::write(&data, "100,first\n101,second\n")?;
    conn.query_drop(format!(
        "LOAD DATA INFILE '{}' INTO TABLE shop.t FIELDS TERMINATED BY ',' (id, note)",
        data.display()
    ))
    .await?;
    Ok(())
}

async fn json_diffs(conn: &mut mysql_async::Conn, dialect: Dialect) -> Result<()> {
    if !dialect.has_json_diffs() {
        return Ok(());
    }
    for statement in [
        "SET SESSION binlog_row_value_options = 'PARTIAL_JSON'",
        "UPDATE shop.wide SET s = JSON_SET(s, '$[0]', 99)",
        "SET SESSION binlog_row_value_options = ''",
    ] {
        conn.query_drop(statement).await?;
    }
    Ok(())
}
