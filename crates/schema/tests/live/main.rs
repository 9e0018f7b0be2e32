//! Shapes on real servers: keys, DDL while the log goes on, tables that are not there any more.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod dictionary;
mod generate;
mod log;
mod odd;

use std::sync::Arc;

use anyhow::{Result, ensure};
use becauselog_model::{TableMap, TableName, TableShape};
use becauselog_schema::{Catalog, ShapeError, Tracker, check, from_row_metadata};
use becauselog_testkit::{MysqlServer, Version};
use log::Entry;
use mysql_async::{Conn, prelude::Queryable};

async fn server(version: Version, metadata: &str) -> Result<(MysqlServer, Conn)> {
    let mut builder = MysqlServer::builder(version);
    if version != Version::V5_7 {
        builder = builder.option("binlog-row-metadata", metadata);
    }
    let server = builder.start().await?;
    server.run(&["CREATE DATABASE shop"]).await?;
    let mut conn = server.conn().await?;
    conn.query_drop("USE shop").await?;
    Ok((server, conn))
}

async fn ask(tracker: &mut Tracker, conn: &mut Conn, map: &TableMap) -> Result<Arc<TableShape>, ShapeError> {
    match tracker.shape_for(map) {
        Err(ShapeError::NeedsReload(table)) => {
            tracker.reload(conn, &table).await.unwrap();
            match tracker.shape_for(map) {
                // Once more for a map that did not agree with what was read before.
                Err(ShapeError::NeedsReload(table)) => {
                    tracker.reload(conn, &table).await.unwrap();
                    tracker.shape_for(map)
                }
                other => other,
            }
        }
        other => other,
    }
}

fn names(shape: &TableShape) -> Vec<&str> {
    shape.columns.iter().map(|column| &*column.name).collect()
}

fn key(shape: &TableShape) -> Option<Vec<&str>> {
    let names = names(shape);
    shape.key.as_ref().map(|key| key.iter().map(|at| names[*at]).collect())
}

/// Tables and the key that identifies their rows.
const KEYS: [(&str, &str, &[&str]); 9] = [
    ("pk", "a INT, b INT, PRIMARY KEY (b, a)", &["b", "a"]),
    ("pk_first", "a INT NOT NULL UNIQUE, b INT PRIMARY KEY", &["b"]),
    ("pk_prefix", "a VARCHAR(50), b INT, PRIMARY KEY (a(10), b)", &["a", "b"]),
    ("unique_one", "a INT, b INT NOT NULL, UNIQUE KEY z (b)", &["b"]),
    ("unique_order", "a INT NOT NULL, b INT NOT NULL, UNIQUE KEY z (b), UNIQUE KEY a (a)", &["b"]),
    ("unique_null_first", "a INT, b INT NOT NULL, UNIQUE KEY one (a), UNIQUE KEY two (b)", &["b"]),
    ("unique_part_null", "a INT, b INT NOT NULL, UNIQUE KEY one (b, a)", &[]),
    ("unique_prefix", "a VARCHAR(50) NOT NULL, UNIQUE KEY one (a(10))", &[]),
    ("none", "a INT NOT NULL, KEY (a)", &[]),
];

async fn keys_on(version: Version, metadata: &str) -> Result<()> {
    let (server, mut conn) = server(version, metadata).await?;
    for (table, columns, _) in KEYS {
        conn.query_drop(format!("CREATE TABLE {table} ({columns})")).await?;
        conn.query_drop(format!("INSERT IGNORE INTO {table} () VALUES ()")).await?;
    }
    let mut tracker = Tracker::online();
    let loaded = tracker.load(&mut conn, &["shop"]).await?;
    assert_eq!(loaded, KEYS.len());
    let maps = log::maps(&server)?;
    for (table, _, wanted) in KEYS {
        let map = maps.iter().rfind(|map| &*map.name.table == table).unwrap();
        let shape = tracker.shape_for(map)?;
        assert_eq!(key(&shape).unwrap_or_default(), wanted, "{version}, {metadata}, {table}");
    }
    Ok(())
}

#[tokio::test]
async fn the_key_is_the_primary_key_else_the_first_unique_index_that_identifies() -> Result<()> {
    keys_on(Version::V9_7, "FULL").await?;
    keys_on(Version::V9_7, "MINIMAL").await?;
    keys_on(Version::V8_0, "FULL").await?;
    keys_on(Version::V5_7, "").await
}

#[tokio::test]
async fn many_tables_are_read_with_few_questions() -> Result<()> {
    let (server, mut conn) = server(Version::V9_7, "MINIMAL").await?;
    for number in 0..30 {
        conn.query_drop(format!("CREATE TABLE t{number} (id INT PRIMARY KEY, n{number} INT)")).await?;
        conn.query_drop(format!("INSERT INTO t{number} VALUES (1, 2)")).await?;
    }
    let mut tracker = Tracker::online();
    let mut questions = 0;
    for map in log::maps(&server)? {
        if matches!(tracker.shape_for(&map), Err(ShapeError::NeedsReload(_))) {
            tracker.reload(&mut conn, &map.name).await?;
            questions += 1;
        }
        let number = map.name.table.trim_start_matches('t');
        assert_eq!(names(&*tracker.shape_for(&map)?), ["id", &format!("n{number}")]);
    }
    assert_eq!(questions, 9, "eight tables one by one, then all at once");
    Ok(())
}

async fn ddl_on(version: Version) -> Result<()> {
    let (server, mut conn) = server(version, "MINIMAL").await?;
    conn.query_drop("CREATE TABLE orders (id INT PRIMARY KEY, total DECIMAL(10,2), note VARCHAR(20))")
        .await?;
    let mut tracker = Tracker::online();
    tracker.load(&mut conn, &["shop"]).await?;
    let mut at = 0;
    let mut shapes = vec![];
    let steps = [
        "INSERT INTO orders VALUES (1, 1.5, 'a')",
        "INSERT INTO orders VALUES (2, 2.5, 'b')",
        "ALTER TABLE orders CHANGE note remark VARCHAR(20)",
        "INSERT INTO orders VALUES (3, 3.5, 'c')",
        "ALTER TABLE orders MODIFY total DECIMAL(12,2), ADD added BIGINT UNSIGNED FIRST",
        "INSERT INTO orders VALUES (4, 4, 4.5, 'd')",
        "RENAME TABLE orders TO sales",
        "INSERT INTO sales VALUES (5, 5, 5.5, 'e')",
    ];
    // The log is followed closely: what information_schema says is what held at the position.
    for step in steps {
        conn.query_drop(step).await?;
        let entries = log::entries(&server)?;
        for entry in entries.iter().skip(at) {
            match entry {
                Entry::Statement { database, sql, .. } => drop(tracker.note_statement(database, sql)),
                Entry::Map(map) => shapes.push(ask(&mut tracker, &mut conn, map).await?),
            }
        }
        at = entries.len();
    }
    let seen: Vec<String> =
        shapes.iter().map(|shape| format!("{}: {}", shape.name, names(shape).join(" "))).collect();
    assert_eq!(
        seen,
        [
            "shop.orders: id total note",
            "shop.orders: id total note",
            "shop.orders: id total remark",
            "shop.orders: added id total remark",
            "shop.sales: added id total remark",
        ]
    );
    ensure!(Arc::ptr_eq(&shapes[0], &shapes[1]), "the same map, the same Arc");
    Ok(())
}

#[tokio::test]
async fn shapes_follow_ddl_where_the_log_has_no_names() -> Result<()> {
    for version in Version::SERVERS {
        ddl_on(version).await?;
    }
    Ok(())
}

/// MariaDB's kinds of tables, with what makes rows of each.
const MARIADB: [&str; 12] = [
    "CREATE TABLE versioned (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING",
    "INSERT INTO versioned VALUES (1, 1)",
    "CREATE TABLE period (id INT PRIMARY KEY, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, \
     e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
    "INSERT INTO period (id) VALUES (1)",
    "CREATE TABLE application (id INT, s DATE, e DATE, PERIOD FOR p (s, e), PRIMARY KEY (id, s))",
    "INSERT INTO application VALUES (1, '2020-01-01', '2021-01-01')",
    "DELETE FROM application FOR PORTION OF p FROM '2020-03-01' TO '2020-04-01'",
    "CREATE SEQUENCE numbers",
    "SELECT NEXTVAL(numbers)",
    "CREATE TABLE own (u UUID PRIMARY KEY, a4 INET4, a6 INET6, b BINARY(16), hidden INT INVISIBLE DEFAULT 5)",
    "INSERT INTO own VALUES (UUID(), '10.0.0.1', '::1', x'00')",
    "INSERT INTO own VALUES (UUID(), NULL, NULL, NULL)",
];

#[tokio::test]
async fn mariadbs_tables_have_the_same_shapes_with_and_without_names_in_the_log() -> Result<()> {
    let mut told: Vec<Vec<String>> = vec![];
    for metadata in ["FULL", "MINIMAL"] {
        let (server, mut conn) = server(Version::MariaDb10_11, metadata).await?;
        for statement in MARIADB {
            conn.query_drop(statement).await?;
        }
        let mut tracker = Tracker::online();
        let mut seen = vec![];
        for map in log::maps(&server)? {
            let shape = ask(&mut tracker, &mut conn, &map).await?;
            let kinds = shape.columns.iter().map(|column| format!("{:?}", column.kind));
            let kinds = kinds.collect::<Vec<_>>().join(" ");
            seen.push(format!("{} {:?} {kinds} key {:?}", shape.name.table, names(&shape), key(&shape)));
        }
        seen.dedup();
        told.push(seen);
    }
    assert_eq!(told[0], told[1]);
    let begins = [
        "versioned [\"id\", \"a\", \"row_start\", \"row_end\"]",
        "period [\"id\", \"s\", \"e\"]",
        "application [\"id\", \"s\", \"e\"]",
        "numbers [\"next_not_cached_value\", ",
        "own [\"u\", \"a4\", \"a6\", \"b\", \"hidden\"] MariaDb(Uuid) MariaDb(Inet4) MariaDb(Inet6) Binary",
    ];
    for (told, begin) in told[0].iter().zip(begins) {
        assert!(told.starts_with(begin), "{told}");
    }
    assert_eq!(told[0].len(), begins.len());
    assert!(told[0][0].ends_with("key Some([\"id\", \"row_end\"])"), "{}", told[0][0]);
    Ok(())
}

#[tokio::test]
async fn mariadbs_defaults_are_told_as_mysqls() -> Result<()> {
    let (server, mut conn) = server(Version::MariaDb10_11, "FULL").await?;
    conn.query_drop(
        r"CREATE TABLE d (a VARCHAR(20) DEFAULT 'it''s', b VARCHAR(20) DEFAULT 'back\\slash', c INT DEFAULT 5,
          d DATETIME DEFAULT CURRENT_TIMESTAMP, e VARCHAR(5) DEFAULT NULL, f VARCHAR(5) DEFAULT 'NULL')",
    )
    .await?;
    conn.query_drop("INSERT INTO d (c) VALUES (1)").await?;
    let mut tracker = Tracker::online().with_declarations();
    let shape = ask(&mut tracker, &mut conn, &log::maps(&server)?[0]).await?;
    let told: Vec<_> = shape
        .columns
        .iter()
        .map(|column| column.declared.as_ref().unwrap())
        .map(|declared| (declared.default.as_deref(), declared.default_is_expression))
        .collect();
    let expected = [
        (Some("it's"), false),
        (Some(r"back\slash"), false),
        (Some("5"), false),
        (Some("current_timestamp()"), true),
        (None, false),
        (Some("NULL"), false),
    ];
    assert_eq!(told, expected);
    Ok(())
}

#[tokio::test]
async fn rows_from_before_a_change_stop_their_table_and_say_why() -> Result<()> {
    for version in Version::ALL {
        let (server, mut conn) = server(version, "MINIMAL").await?;
        for statement in [
            "CREATE TABLE orders (id INT PRIMARY KEY, total DECIMAL(10,2))",
            "CREATE TABLE gone (id INT)",
            "CREATE TABLE narrow (id INT)",
            "INSERT INTO orders VALUES (1, 1)",
            "INSERT INTO gone VALUES (1)",
            "INSERT INTO narrow VALUES (1)",
            "ALTER TABLE orders MODIFY total DECIMAL(12,2)",
            "ALTER TABLE narrow ADD more INT",
            "DROP TABLE gone",
        ] {
            conn.query_drop(statement).await?;
        }
        let mut tracker = Tracker::online();
        let maps = log::maps(&server)?;
        let mut errors = vec![];
        for map in &maps {
            errors.push(ask(&mut tracker, &mut conn, map).await.unwrap_err());
        }
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(
            texts[0].contains(
                "shop.orders: column total is logged as DECIMAL(10,2), on the server it is DECIMAL(12,2)"
            ),
            "{texts:?}"
        );
        assert_eq!(errors[1], ShapeError::Missing { table: TableName::new("shop", "gone") });
        assert!(
            texts[2].contains("shop.narrow: the log has 1 columns, the server's table has 2"),
            "{texts:?}"
        );
        assert!(texts.iter().all(|text| text.contains("binlog_row_metadata=FULL")), "{texts:?}");
    }
    Ok(())
}

#[tokio::test]
async fn changed_signs_and_charsets_are_seen_from_8_0_on() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0] {
        let (server, mut conn) = server(version, "MINIMAL").await?;
        for statement in [
            "CREATE TABLE signs (n INT)",
            "CREATE TABLE charsets (t VARCHAR(10) CHARACTER SET latin1)",
            "INSERT INTO signs VALUES (1)",
            "INSERT INTO charsets VALUES ('a')",
            "ALTER TABLE signs MODIFY n INT UNSIGNED",
            "ALTER TABLE charsets MODIFY t VARCHAR(10) CHARACTER SET latin2",
        ] {
            conn.query_drop(statement).await?;
        }
        let mut tracker = Tracker::online();
        let maps = log::maps(&server)?;
        let signs = ask(&mut tracker, &mut conn, &maps[0]).await.unwrap_err().to_string();
        assert!(signs.contains("column n is logged as signed, on the server it is UNSIGNED"), "{signs}");
        let charsets = ask(&mut tracker, &mut conn, &maps[1]).await.unwrap_err().to_string();
        assert!(charsets.contains("column t is logged with collation"), "{charsets}");
    }
    Ok(())
}

#[tokio::test]
async fn a_hidden_primary_key_is_a_column_and_the_key() -> Result<()> {
    let (server, mut conn) = server(Version::V9_7, "MINIMAL").await?;
    conn.query_drop("SET SESSION sql_generate_invisible_primary_key = ON").await?;
    conn.query_drop("CREATE TABLE t (a INT)").await?;
    conn.query_drop("INSERT INTO t VALUES (7)").await?;
    conn.query_drop("SET GLOBAL show_gipk_in_create_table_and_information_schema = OFF").await?;
    let mut fresh = server.conn().await?;
    let maps = log::maps(&server)?;
    let shape = ask(&mut Tracker::online(), &mut fresh, &maps[0]).await?;
    assert_eq!((names(&shape), key(&shape)), (vec!["my_row_id", "a"], Some(vec!["my_row_id"])));
    assert!(!shape.columns[0].visible && shape.columns[1].visible);
    Ok(())
}

#[tokio::test]
async fn indexes_on_expressions_leave_no_column_in_the_log() -> Result<()> {
    let (server, mut conn) = server(Version::V9_7, "FULL").await?;
    conn.query_drop("CREATE TABLE t (a INT NOT NULL, j JSON, UNIQUE KEY e ((a + 1)), KEY m ((CAST(j AS UNSIGNED ARRAY))))").await?;
    conn.query_drop("INSERT INTO t VALUES (7, '[1,2]')").await?;
    let map = log::maps(&server)?.remove(0);
    let own = from_row_metadata(&map)?.unwrap();
    let described = Catalog::new(&mut conn).table(&map.name).await?.unwrap().shape(&map)?;
    assert_eq!((names(&own), &own.columns, &own.key), (vec!["a", "j"], &described.columns, &described.key));
    assert_eq!(check(&map, &described), Ok(()));
    Ok(())
}

/// Its rows are in the log before its table is to be seen.
#[tokio::test]
async fn a_table_that_is_about_to_be_committed_is_waited_for() -> Result<()> {
    let (server, mut conn) = server(Version::V9_7, "FULL").await?;
    let mut maker = server.conn().await?;
    let making = tokio::spawn(async move {
        let sql = "CREATE TABLE shop.copy (UNIQUE KEY (a)) SELECT 1 AS a, SLEEP(3) AS b";
        maker.query_drop(sql).await
    });
    let sleeping = "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'";
    while conn.query_first::<u32, _>(sleeping).await? == Some(0) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let table = TableName { database: "shop".into(), table: "copy".into() };
    let described = Catalog::new(&mut conn).table(&table).await?;
    making.await??;
    ensure!(described.is_some(), "the table was not waited for");
    let missing = TableName { table: "nowhere".into(), ..table };
    ensure!(Catalog::new(&mut conn).table(&missing).await?.is_none());
    Ok(())
}
