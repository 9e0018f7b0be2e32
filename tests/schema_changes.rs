//! Debezium's schema changes and truncates on a real server: in their place among the rows, once each, across kills.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    scenario::{MARKS, Scenario},
};
use mysql_async::prelude::Queryable;
use serde_json::Value;

const CONFIG: &str = "content = \"records\"\n[tables]\nexclude = [\"shop.hidden\"]\n[format]\nvalues = \"debezium\"\n\
    properties = { \"include.schema.changes\" = \"true\", \"skipped.operations\" = \"none\"SCHEMAS }\n";

const STATEMENTS: [&str; 14] = [
    "INSERT INTO shop.t VALUES (1, 'a')",
    "ALTER TABLE shop.t ADD COLUMN price DECIMAL(10,2) NOT NULL DEFAULT 1.5 AFTER id",
    "INSERT INTO shop.t VALUES (2, 3.25, 'b')",
    "CREATE TABLE shop.u LIKE shop.t",
    "INSERT INTO shop.u SELECT * FROM shop.t",
    "ALTER TABLE shop.u RENAME COLUMN v TO w, DROP PRIMARY KEY",
    "TRUNCATE TABLE shop.u",
    "TRUNCATE TABLE shop.hidden",
    "INSERT INTO shop.u VALUES (9, 9, 'z')",
    "RENAME TABLE shop.u TO shop.r",
    "CREATE TABLE shop.made (PRIMARY KEY (id)) AS SELECT id, v FROM shop.t",
    "CREATE EVENT shop.ev ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    "CREATE VIEW shop.seen AS SELECT id FROM shop.t",
    "DROP TABLE shop.r, shop.made",
];

/// The columns of each table in the output after each schema change; each row is looked at under the last of them.
fn walk(lines: &str) -> Result<Vec<String>> {
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    columns.insert("shop.t".to_owned(), vec!["id".to_owned(), "v".to_owned()]);
    let mut told = Vec::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        if line.contains(MARKS) {
            continue;
        }
        let value = record["value"].get("payload").unwrap_or(&record["value"]);
        if record["topic"] == "shop" {
            ensure!(record["partition"] == 0, "{line}");
            told.push(value["ddl"].as_str().context("no statement")?.to_owned());
            for change in value["tableChanges"].as_array().context("no changes")? {
                let id = change["id"].as_str().context("no id")?.replace('"', "");
                let names = change["table"]["columns"].as_array().into_iter().flatten();
                columns.insert(
                    id,
                    names.filter_map(|column| Some(column["name"].as_str()?.to_owned())).collect(),
                );
            }
        } else if value["op"] == "t" {
            ensure!(
                value["before"].is_null() && value["after"].is_null() && record["key"].is_null(),
                "{line}"
            );
            told.push(format!("truncate {}", record["topic"]));
        } else {
            let source = &value["source"];
            let table =
                format!("{}.{}", source["db"].as_str().unwrap_or(""), source["table"].as_str().unwrap_or(""));
            let row: Vec<&String> = value["after"].as_object().context("no row")?.keys().collect();
            let expected = columns.get(&table).with_context(|| format!("{table} was never told of"))?;
            ensure!(row.into_iter().eq(expected), "{table}: {line} under {expected:?}");
        }
    }
    Ok(told)
}

async fn play(schemas: bool) -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(20))",
            "CREATE TABLE shop.hidden (id INT PRIMARY KEY)",
        ])
        .await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let more = ", \"key.converter.schemas.enable\" = \"true\", \"value.converter.schemas.enable\" = \"true\"";
    let config =
        scenario.config(&[server.port()], &CONFIG.replace("SCHEMAS", if schemas { more } else { "" }))?;
    let mut process = scenario.start_streaming(&config, &[])?;
    let mut conn = server.conn().await?;
    for (number, statement) in STATEMENTS.into_iter().enumerate() {
        conn.query_drop(statement).await.with_context(|| statement.to_owned())?;
        if number % 4 == 3 {
            process.kill9()?;
            process = scenario.start(&config, &[])?;
            process.wait_logged("streaming", 1)?;
        }
    }
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let lines = scenario.lines()?;
    let told = walk(&lines)?;
    let told: Vec<&str> =
        told.iter().map(|text| text.split(['\n', '(']).next().unwrap_or_default().trim()).collect();
    let expected = [
        "CREATE DATABASE shop",
        "CREATE TABLE shop.t",
        "CREATE TABLE shop.hidden",
        "ALTER TABLE shop.t ADD COLUMN price DECIMAL",
        "CREATE TABLE shop.u LIKE shop.t",
        "ALTER TABLE shop.u RENAME COLUMN v TO w, DROP PRIMARY KEY",
        "truncate \"shop.shop.u\"",
        "RENAME TABLE shop.u TO shop.r",
        "CREATE TABLE `shop`.`made`",
        "CREATE DEFINER=`root`@`localhost` EVENT shop.ev ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
        "DROP TABLE `shop`.`r`",
        "DROP TABLE `shop`.`made`",
    ];
    let without_account = |text: &str| text.split('@').next().unwrap_or_default().to_owned();
    let told: Vec<String> = told.into_iter().map(without_account).collect();
    let expected: Vec<String> = expected.into_iter().map(without_account).collect();
    ensure!(told == expected, "{told:#?}");
    let ids: Vec<String> = lines
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).ok()?["headers"]["becauselog.id"].as_str().map(str::to_owned)
        })
        .collect();
    let different: std::collections::HashSet<&String> = ids.iter().collect();
    ensure!(ids.len() == lines.lines().count() && different.len() == ids.len(), "ids are not one a record");
    println!("{} schema changes and truncates among {} records, each once", told.len(), ids.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_changes_stand_among_the_rows_that_they_are_about() -> Result<()> {
    play(false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_schemas() -> Result<()> {
    play(true).await
}
