//! Transactions by the server that committed them first: left out or delivered, counted, and passed by the position.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::{Conn, prelude::Queryable};

const ONE: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
const OTHER: &str = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";

/// Runs statements as one transaction of a server.
async fn as_server(conn: &mut Conn, gtid: &str, statements: &[&str]) -> Result<()> {
    conn.query_drop(format!("SET gtid_next = '{gtid}'")).await?;
    conn.query_drop("BEGIN").await?;
    for statement in statements {
        conn.query_drop(*statement).await?;
    }
    conn.query_drop("COMMIT").await?;
    Ok(conn.query_drop("SET gtid_next = 'AUTOMATIC'").await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_excluded_server_are_left_out_counted_and_passed_by_the_position() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, v INT)"]).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let text = std::fs::read_to_string(&config)?;
    let filtered = format!("start = \"earliest\"\ngtid_source_excludes = [\"{OTHER}\"]");
    std::fs::write(&config, text.replace("start = \"earliest\"", &filtered))?;
    for round in 0..2 {
        let row = |n: i32| format!("INSERT INTO shop.t VALUES ({}, 1)", round * 10 + n);
        let update = format!("UPDATE shop.t SET v = 2 WHERE id = {}", round * 10 + 1);
        // The other server's come first: what is learnt of a table there must not hold for the next transaction.
        as_server(&mut conn, &format!("{OTHER}:{}", round * 2 + 1), &[&row(1), &update]).await?;
        as_server(&mut conn, &format!("{ONE}:{}", round + 1), &[&row(2)]).await?;
        as_server(&mut conn, &format!("{OTHER}:tag:{}", round + 1), &[&row(3)]).await?;
        conn.query_drop(row(4)).await?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        if round == 0 { process.kill9()? } else { process.stop()? }
    }
    let lines = scenario.lines()?;
    let ids: Vec<i64> = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|change| change["source"]["table"] == "t")
        .filter_map(|change| change["after"]["id"].as_i64())
        .collect();
    ensure!(ids == [2, 4, 12, 14], "{ids:?}\n{lines}");
    let checkpoint = std::fs::read_to_string(scenario.state().join("checkpoint.json"))?;
    ensure!(checkpoint.contains(&format!("{OTHER}:1:3:tag:1-2")), "{checkpoint}");
    let log = std::fs::read_to_string(scenario.log())?;
    ensure!(log.contains("changes_of_other_sources"), "{log}");
    Ok(())
}

/// As with Debezium, their transactions begin and end, without any event.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_an_excluded_server_begin_and_end() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, v INT)"]).await?;
    as_server(&mut conn, &format!("{OTHER}:1"), &["INSERT INTO shop.t VALUES (1, 1), (2, 1)"]).await?;
    as_server(&mut conn, &format!("{ONE}:1"), &["INSERT INTO shop.t VALUES (3, 1), (4, 1)"]).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let properties =
        "[format]\nvalues = \"debezium\"\nproperties = { \"provide.transaction.metadata\" = \"true\" }";
    let config = scenario.config(&[server.port()], properties)?;
    let text = std::fs::read_to_string(&config)?;
    let filtered = format!("start = \"earliest\"\ngtid_source_includes = [\"{ONE}\"]");
    std::fs::write(&config, text.replace("start = \"earliest\"", &filtered))?;
    let mut process = scenario.start(&config, &[])?;
    let last = format!("\"status\":\"END\",\"id\":\"{ONE}:1\",\"event_count\":2");
    scenario.wait_for_mark(&last, 0, &mut process).await?;
    process.stop()?;
    let lines = scenario.lines()?;
    let of = |id: &str| lines.lines().filter(|line| line.contains(id)).collect::<Vec<_>>();
    let (other, one) = (of(OTHER), of(ONE));
    ensure!(other.len() == 2 && one.len() == 4, "{lines}");
    let end = "\"event_count\":0,\"data_collections\":[]";
    ensure!(other[0].contains("BEGIN") && other[1].contains(end), "{lines}");
    Ok(())
}
