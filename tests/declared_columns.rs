//! Columns as the log's statements declared them, on a real server: the peer takes them so, and so does a run with its values.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use serde_json::{Value, json};

fn config(values: &str) -> String {
    // With a converter that is named NULL stands for the default.
    let converter = "[format.properties]\n\"value.converter.schemas.enable\" = \"false\"\n";
    let more = if values == "debezium" { converter } else { "" };
    format!(
        "[tables]\ninclude_databases = [\"shop\", \"becauselog_marks\"]\n[format]\nvalues = \"{values}\"\n{more}"
    )
}

/// The rows that a table was given.
fn rows(lines: &str, table: &str) -> Result<Vec<Value>> {
    let all = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let of_table = all.iter().filter(|value| value["source"]["table"] == table);
    Ok(of_table.map(|value| value["after"].clone()).collect())
}

async fn played(values: &str, restarts: bool) -> Result<Vec<Value>> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, yes BOOL, r REAL, s VARCHAR(9) DEFAULT 'it\\'s', n INT DEFAULT 7)",
            "INSERT INTO shop.t VALUES (1, TRUE, 0.1, NULL, NULL)",
        ])
        .await?;
    let config = scenario.config(&[server.port()], &config(values))?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    let running = if restarts { process.stop().map(|()| None)? } else { Some(process) };
    server
        .run(&[
            "ALTER TABLE shop.t ADD no BOOLEAN NOT NULL DEFAULT FALSE, ALTER n SET DEFAULT 8",
            "INSERT INTO shop.t (id, yes, n) VALUES (2, 5, NULL)",
        ])
        .await?;
    let mut process = match running {
        Some(process) => process,
        None => scenario.start(&config, &[])?,
    };
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    rows(&scenario.lines()?, "t")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debezium_config_has_columns_as_statements_declared_them_after_a_restart_too() -> Result<()> {
    for restarts in [false, true] {
        let found = played("debezium", restarts).await?;
        let first = json!({"id": 1, "yes": true, "r": 0.1, "s": "it\\'s", "n": 7});
        let second = json!({"id": 2, "yes": true, "r": null, "s": "it's", "n": 8, "no": false});
        ensure!(found == [first, second], "restarts: {restarts}: {found:#?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn exact_values_are_what_the_server_has() -> Result<()> {
    let found = played("exact", false).await?;
    let first = json!({"id": 1, "yes": 1, "r": 0.1, "s": null, "n": null});
    let second = json!({"id": 2, "yes": 5, "r": null, "s": "it's", "n": null, "no": 0});
    ensure!(found == [first, second], "{found:#?}");
    Ok(())
}

/// What a first run with a Debezium config writes of all that the server has.
async fn followed(server: &MysqlServer) -> Result<String> {
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], &config("debezium"))?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(server, &mut process).await?;
    process.stop()?;
    scenario.lines()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_others_by_now_are_read_by_the_statements_that_made_them() -> Result<()> {
    for version in [Version::V9_7, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await?;
        server
            .run(&[
                "CREATE DATABASE shop",
                "CREATE TABLE shop.t (id INT UNSIGNED PRIMARY KEY, e ENUM('a', 'b'), v VARCHAR(9) CHARACTER SET latin1)",
                "INSERT INTO shop.t VALUES (4294967295, 'b', 'caf\u{e9}')",
                "ALTER TABLE shop.t ADD n BIGINT FIRST, DROP e, CHANGE v w VARCHAR(9)",
                "INSERT INTO shop.t VALUES (-1, 2, 'caf\u{e9}')",
                "ALTER TABLE shop.t CHANGE w z VARCHAR(9)",
                "INSERT INTO shop.t VALUES (-2, 3, NULL)",
                "CREATE TABLE shop.gone (k VARCHAR(5) PRIMARY KEY, b BINARY(2), yes BOOL)",
                "INSERT INTO shop.gone VALUES ('x', 'y', 1)",
                "DROP TABLE shop.gone",
            ])
            .await?;
        let lines = followed(&server).await?;
        let first = json!({"id": 4_294_967_295_u64, "e": "b", "v": "caf\u{e9}"});
        let second = json!({"n": -1, "id": 2, "w": "caf\u{e9}"});
        // The last name alone is the server's.
        let third = json!({"n": -2, "id": 3, "z": null});
        let found = rows(&lines, "t")?;
        ensure!(found == [first, second, third], "{version}: {found:#?}");
        let found = rows(&lines, "gone")?;
        ensure!(found == [json!({"k": "x", "b": "eQA=", "yes": true})], "{version}: {found:#?}");
    }
    Ok(())
}

/// `information_schema` ends such a default at its first zero byte: the server shows it in the table's own statement, and the
/// peer takes that for the default as it is written there: `a\0b` is four bytes.
#[tokio::test(flavor = "multi_thread")]
async fn defaults_of_tables_that_were_there_before_are_whole() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, zero VARBINARY(9) DEFAULT 'a\\0b', odd VARCHAR(9) DEFAULT 'why?')",
            "RESET BINARY LOGS AND GTIDS",
            "INSERT INTO shop.t VALUES (1, NULL, NULL)",
        ])
        .await?;
    let found = rows(&followed(&server).await?, "t")?;
    ensure!(found == [json!({"id": 1, "zero": "YVwwYg==", "odd": "why?"})], "{found:#?}");
    Ok(())
}
