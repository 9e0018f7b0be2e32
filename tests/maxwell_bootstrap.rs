//! Bootstraps where things go wrong: a kill in the middle, writes meanwhile, tables that are gone, rights that are missing,
//! a target that takes nothing.

#[path = "maxwell/rig.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod rig;

use std::{
    collections::{BTreeMap, HashSet},
    io::Read,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Replicated, Version, becauselog::usage_of, users};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::Value;

use self::rig::{Rig, ask, completed, make_requests, request};

const COMPLETE: &str = "bootstrap-complete";

/// A server with Maxwell's table and one of so many rows.
async fn server_with_rows(version: Version, rows: u32) -> Result<(MysqlServer, Conn)> {
    let server =
        MysqlServer::builder(version).option("gtid-mode", "ON").option("enforce-gtid-consistency", "ON");
    let server = server.start().await?;
    let mut conn = server.conn().await?;
    make_requests(&mut conn).await?;
    server
        .run(&["CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, n INT, pad VARCHAR(700))"])
        .await?;
    fill(&mut conn, rows).await?;
    Ok((server, conn))
}

async fn fill(conn: &mut Conn, rows: u32) -> Result<()> {
    for from in (0..rows).step_by(500) {
        let rows: Vec<String> =
            (from..(from + 500).min(rows)).map(|id| format!("({id},0,REPEAT('x',600))")).collect();
        conn.query_drop(format!("INSERT INTO d.t VALUES {}", rows.join(","))).await?;
    }
    Ok(())
}

fn kind(message: &Value) -> &str {
    message["type"].as_str().unwrap_or_default()
}

/// The messages of `d.t`, one applied after the other.
fn fold(messages: &[Value]) -> BTreeMap<i64, i64> {
    let mut table = BTreeMap::new();
    for message in messages.iter().filter(|message| message["table"] == "t") {
        let data = &message["data"];
        let id = data["id"].as_i64().unwrap_or(-1);
        match kind(message) {
            "delete" => drop(table.remove(&id)),
            "insert" | "update" | "bootstrap-insert" => {
                table.insert(id, data["n"].as_i64().unwrap_or(-1));
            }
            _ => {}
        }
    }
    table
}

/// Writes to `d.t` until told to stop.
async fn writes(mut conn: Conn, stop: Arc<AtomicBool>) -> Result<()> {
    let mut round = 0u32;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let id = round.wrapping_mul(7_919) % 6_000;
        conn.query_drop(format!("UPDATE d.t SET n=n+1 WHERE id BETWEEN {id} AND {id}+3")).await?;
        conn.query_drop(format!("DELETE FROM d.t WHERE id={}", (id + 17) % 6_000)).await?;
        conn.query_drop(format!("INSERT IGNORE INTO d.t VALUES ({},{round},'new')", (id + 23) % 6_000))
            .await?;
    }
    Ok(())
}

/// With writes to the table before, meanwhile and after, and a kill in the middle: the whole table comes again under the
/// same ids, nothing else comes twice, and whoever applies the messages has the table.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_begins_the_table_anew_and_loses_nothing() -> Result<()> {
    let (server, mut conn) = server_with_rows(Version::V9_7, 6_000).await?;
    let mut rig = Rig::new(&server, "becauselog.sink.0.content=records\n")?;
    let process = rig.start()?;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(writes(server.conn().await?, Arc::clone(&stop)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Slow enough to be killed in the middle, and to be overtaken by writes.
    ask(&mut conn, "d", "t", ", where_clause='SLEEP(0.0003)=0'").await?;
    rig.lines_with("bootstrap-insert", 500).await?;
    process.kill9()?;
    let before = rig.lines();
    ensure!(!request(&mut conn, 1).await?.0, "it is said to be complete");
    let process = rig.start()?;
    rig.lines_with(COMPLETE, 1).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::Relaxed);
    writing.await??;
    let read = completed(&mut conn, 1).await?;
    conn.query_drop("INSERT INTO d.t VALUES (1000000,1,'last')").await?;
    let lines = rig.lines_with("\"id\":1000000", 1).await?;
    process.stop()?;

    ensure!(lines[..before.len()] == before[..], "what was written before the kill is not there any more");
    let records: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?;
    let messages: Vec<Value> = records.iter().map(|record| record["value"].clone()).collect();
    let starts: Vec<usize> =
        (0..messages.len()).filter(|at| kind(&messages[*at]) == "bootstrap-start").collect();
    ensure!(starts.len() == 2, "it began {} times", starts.len());
    let end = messages.iter().position(|message| kind(message) == COMPLETE).context("no end")?;
    let between = |from: usize, to: usize| (from + 1..to).collect::<Vec<_>>();
    let (first, second) = (between(starts[0], starts[1]), between(starts[1], end));
    println!("{} rows before the kill, {} after it", first.len(), second.len());
    ensure!(!first.is_empty() && first.len() < second.len(), "the kill was not in the middle");
    ensure!(second.len() as u64 == read, "{} rows and {read} written down", second.len());
    for at in first.iter().chain(&second) {
        ensure!(kind(&messages[*at]) == "bootstrap-insert", "{} in the middle", messages[*at]);
    }
    let keys: Vec<i64> = second.iter().map(|at| messages[*at]["data"]["id"].as_i64().unwrap_or(-1)).collect();
    ensure!(keys.is_sorted(), "not in the order of the key");
    ids_are_the_same(&records, &starts, &first, &second, end)?;

    // Of all others each comes once.
    let mut seen = HashSet::new();
    for record in &records {
        let id = record["headers"]["becauselog.id"].as_str().context("no id")?;
        ensure!(id.contains("/bootstrap-") || seen.insert(id.to_owned()), "{id} comes twice");
    }
    let rows: Vec<(i64, i64)> = conn.query("SELECT id, n FROM d.t ORDER BY id").await?;
    // What was there before the run and was never touched comes from the bootstrap.
    ensure!(fold(&messages) == rows.into_iter().collect(), "applied, the messages are not the table");
    Ok(())
}

/// Ids hang beneath that of the insert that asked, and are the same each time.
fn ids_are_the_same(
    records: &[Value],
    starts: &[usize],
    first: &[usize],
    second: &[usize],
    end: usize,
) -> Result<()> {
    let id = |at: usize| records[at]["headers"]["becauselog.id"].as_str().unwrap_or_default().to_owned();
    let asked =
        records.iter().position(|record| record["value"]["table"] == "bootstrap").context("no request")?;
    let asked = id(asked);
    ensure!(
        id(starts[0]) == format!("{asked}/bootstrap-start") && id(starts[0]) == id(starts[1]),
        "{}",
        id(starts[0])
    );
    ensure!(id(end) == format!("{asked}/bootstrap-complete"), "{}", id(end));
    for at in first.iter().chain(second) {
        let key = &records[*at]["value"]["data"]["id"];
        ensure!(id(*at) == format!("{asked}/bootstrap-insert/[{key}]"), "{}", id(*at));
        ensure!(records[*at]["key"] == serde_json::json!({"database": "d", "table": "t", "pk.id": key}));
    }
    let distinct: HashSet<String> = second.iter().map(|at| id(*at)).collect();
    ensure!(distinct.len() == second.len(), "ids that are not distinct");
    Ok(())
}

async fn runs_on(version: Version) -> Result<()> {
    let server = MysqlServer::builder(version).start().await?;
    let mut conn = server.conn().await?;
    make_requests(&mut conn).await?;
    server
        .run(&[
            "CREATE DATABASE d",
            "CREATE TABLE d.k (a INT, b VARCHAR(9) CHARACTER SET latin1, e ENUM('x','y'), s SET('p','q'), v INT, PRIMARY KEY (b, a))",
            "INSERT INTO d.k VALUES (2,'\u{e9}','y','p,q',1),(1,'\u{e9}','x','',2),(9,'a',NULL,NULL,3)",
            "CREATE TABLE d.u (id INT NOT NULL, UNIQUE KEY (id))",
            "INSERT INTO d.u VALUES (3)",
        ])
        .await?;
    // Two instances: each does what it is asked for.
    let mut one = Rig::new(&server, "output_primary_keys=true\nfilter=exclude: *.*\n")?;
    let mut two = Rig::new(&server, "client_id=two\nbootstrapper=sync\n")?;
    let (first, second) = (one.start()?, two.start()?);
    ask(&mut conn, "d", "k", "").await?;
    let lines = one.lines_with(COMPLETE, 1).await?;
    ensure!(completed(&mut conn, 1).await? == 3);
    let data: Vec<&str> =
        lines.iter().filter_map(|line| line.split_once("\"primary_key\":").map(|(_, rest)| rest)).collect();
    ensure!(
        data[1..]
            == [
                "[null,null],\"data\":{}}",
                "[\"a\",9],\"data\":{\"a\":9,\"b\":\"a\",\"e\":null,\"s\":null,\"v\":3}}",
                "[\"\u{e9}\",1],\"data\":{\"a\":1,\"b\":\"\u{e9}\",\"e\":\"x\",\"s\":[],\"v\":2}}",
                "[\"\u{e9}\",2],\"data\":{\"a\":2,\"b\":\"\u{e9}\",\"e\":\"y\",\"s\":[\"p\",\"q\"],\"v\":1}}",
                "[],\"data\":{}}",
            ],
        "{data:#?}"
    );
    ask(&mut conn, "d", "u", ", client_id='two', comment='c'").await?;
    let lines = two.lines_with(COMPLETE, 1).await?;
    ensure!(completed(&mut conn, 2).await? == 1);
    ensure!(lines.iter().filter(|line| line.contains("\"bootstrap-")).count() == 3, "{lines:#?}");
    // What Maxwell writes down for itself has no messages, nor have our own updates of requests.
    conn.query_drop("CREATE TABLE maxwell.heartbeats (id INT PRIMARY KEY)").await?;
    conn.query_drop("INSERT INTO maxwell.heartbeats VALUES (1)").await?;
    conn.query_drop("DELETE FROM maxwell.bootstrap").await?;
    conn.query_drop("INSERT INTO d.u VALUES (4)").await?;
    let lines = two.lines_with("\"id\":4", 1).await?;
    ensure!(lines.len() == 6, "{lines:#?}");
    first.stop()?;
    second.stop()?;
    ensure!(one.lines().len() == 7, "{:#?}", one.lines());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstraps_run_on_9_7() -> Result<()> {
    runs_on(Version::V9_7).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstraps_run_on_8_0() -> Result<()> {
    runs_on(Version::V8_0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstraps_run_on_5_7() -> Result<()> {
    runs_on(Version::V5_7).await
}

/// Read again from an old position, a request that is done is not done again, one whose table or row is gone or whose clause
/// is wrong is passed over, and what comes behind them comes.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_passed_over() -> Result<()> {
    let (server, mut conn) = server_with_rows(Version::V9_7, 10).await?;
    let mut rig = Rig::new(&server, "")?;
    let process = rig.start()?;
    ask(&mut conn, "d", "t", "").await?;
    completed(&mut conn, 1).await?;
    process.stop()?;

    conn.query_drop("CREATE TABLE d.gone (id INT)").await?;
    ask(&mut conn, "d", "gone", "").await?;
    ask(&mut conn, "d", "t", ", where_clause='nothing = ''secret'''").await?;
    ask(&mut conn, "d", "t", ", where_clause='id = ?'").await?;
    ask(&mut conn, "mysql", "user", "").await?;
    ask(&mut conn, "d", "t", ", comment='taken back'").await?;
    conn.query_drop("DELETE FROM maxwell.bootstrap WHERE comment='taken back'").await?;
    conn.query_drop("DROP TABLE d.gone").await?;
    ask(&mut conn, "d", "t", ", where_clause='id < 3', comment='last'").await?;
    let (file, _): (String, u64) = {
        let row: mysql_async::Row = conn.query_first("SHOW BINARY LOGS").await?.context("no log")?;
        (row.get(0).context("no name")?, 0)
    };
    let mut again = Rig::new(&server, &format!("init_position={file}:4\n"))?;
    let process = again.start()?;
    let lines = again.lines_with("\"comment\":\"last\",\"data\":{}", 2).await?;
    ensure!(completed(&mut conn, 7).await? == 3);
    let log = process.logged();
    process.stop()?;
    let bootstraps: Vec<&String> =
        lines.iter().filter(|line| line.contains("\"type\":\"bootstrap-")).collect();
    ensure!(bootstraps.len() == 5 && bootstraps.iter().all(|line| line.contains("last")), "{bootstraps:#?}");
    for (what, times) in [
        ("was done before", 1),
        ("no such table", 1),
        ("error 1054", 1),
        ("its row is gone", 1),
        ("not to be read", 1),
        ("is not done", 5),
    ] {
        ensure!(log.matches(what).count() == times, "{what}: {log}");
    }
    ensure!(!log.contains("secret"), "the clause is in the log");
    for id in 2..=5 {
        ensure!(!request(&mut conn, id).await?.0, "{id} is said to be complete");
    }
    Ok(())
}

/// An account that may not write, and a replica that must not be written: bootstraps are done all the same, and it is said.
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_may_be_written_nothing_is() -> Result<()> {
    let (server, mut conn) = server_with_rows(Version::V9_7, 3).await?;
    users::create(&mut conn, "reader", users::AuthPlugin::CachingSha2, "pw", "").await?;
    let mut rig = Rig::new(&server, "user=reader\npassword=pw\n")?;
    let mut process = rig.start()?;
    for comment in ["a", "b"] {
        ask(&mut conn, "d", "t", &format!(", comment='{comment}'")).await?;
    }
    rig.lines_with(COMPLETE, 2).await?;
    process.wait_logged("their rows are not updated", 1)?;
    let log = process.logged();
    process.stop()?;
    ensure!(log.matches("their rows are not updated").count() == 1 && log.contains("error 1142"), "{log}");
    ensure!(request(&mut conn, 1).await? == (false, 0, false));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_not_written_to() -> Result<()> {
    let servers = Replicated::start(Version::V9_7).await?;
    let mut conn = servers.primary.conn().await?;
    make_requests(&mut conn).await?;
    servers
        .primary
        .run(&["CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY)", "INSERT INTO d.t VALUES (1)"])
        .await?;
    servers.wait_caught_up().await?;
    let mut rig = Rig::new(&servers.replica, "")?;
    let mut process = rig.start()?;
    ask(&mut conn, "d", "t", "").await?;
    rig.lines_with(COMPLETE, 1).await?;
    process.wait_logged("their rows are not updated", 1)?;
    process.stop()?;
    let (primary, replica) = (servers.primary.gtid_executed().await?, servers.replica.gtid_executed().await?);
    ensure!(primary == replica, "the replica has {replica}, its source {primary}");
    Ok(())
}

/// A SELECT that takes long: its rows do not wait for each other, a stop does not wait for it, and whoever takes the
/// request away ends it.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_select_can_be_stopped_and_broken_off() -> Result<()> {
    let (server, mut conn) = server_with_rows(Version::V9_7, 2_000).await?;
    let mut rig = Rig::new(&server, "")?;
    let process = rig.start()?;
    ask(&mut conn, "d", "t", ", where_clause='SLEEP(0.02)=0'").await?;
    rig.lines_with("bootstrap-insert", 3).await?;
    let stopping = std::time::Instant::now();
    process.stop()?;
    ensure!(stopping.elapsed() < Duration::from_secs(20), "the stop took {:?}", stopping.elapsed());
    let before = rig.lines().len();

    let mut process = rig.start()?;
    rig.lines_with("bootstrap-start", 2).await?;
    conn.query_drop("DELETE FROM maxwell.bootstrap").await?;
    process.wait_logged("is broken off", 1)?;
    conn.query_drop("UPDATE d.t SET n=7 WHERE id=1999").await?;
    let lines = rig.lines_with("\"n\":7", 1).await?;
    ensure!(
        lines.len() > before && !lines.iter().any(|line| line.contains(COMPLETE)),
        "it was read to its end"
    );
    for _ in 0..200 {
        let sleeping = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT%SLEEP(0.02)=0%' \
                        AND id <> CONNECTION_ID()";
        if conn.query_first::<u64, _>(sleeping).await? == Some(0) {
            return process.stop();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("the SELECT goes on")
}

/// A target that takes nothing for longer than every timeout of the server costs neither the SELECT nor memory.
#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_target_stalls_the_select() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7)
        .option("net-write-timeout", "1")
        .option("net-read-timeout", "1")
        .start()
        .await?;
    let mut conn = server.conn().await?;
    make_requests(&mut conn).await?;
    server
        .run(&[
            "CREATE DATABASE d",
            "CREATE TABLE d.t (id INT PRIMARY KEY, text VARCHAR(4000))",
            "CREATE TABLE d.behind (id INT PRIMARY KEY)",
        ])
        .await?;
    conn.query_drop("SET cte_max_recursion_depth = 1000000").await?;
    conn.query_drop(
        "INSERT INTO d.t WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 40000) \
         SELECT n, REPEAT('stall', 600) FROM c",
    )
    .await?;
    let rig = Rig::new(&server, "producer=stdout\nbecauselog.source.heartbeat_ms=300\n")?;
    let log = tempfile::NamedTempFile::new()?;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_becauselog"))
        .args([
            "run",
            "-c",
            rig.config().to_str().context("path")?,
            "--state",
            rig.state().to_str().context("path")?,
        ])
        .stdout(Stdio::piped())
        .stderr(log.reopen()?)
        .spawn()?;
    let logged = || std::fs::read_to_string(log.path()).unwrap_or_default();
    while !logged().contains("streaming") {
        ensure!(child.try_wait()?.is_none(), "it ended: {}", logged());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ask(&mut conn, "d", "t", "").await?;
    conn.query_drop("INSERT INTO d.behind VALUES (1)").await?;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let (_, peak) = usage_of(child.id());
    ensure!(child.try_wait()?.is_none(), "it gave up: {}", logged());
    // Now somebody reads.
    let mut out = child.stdout.take().context("stdout")?;
    let reading = tokio::task::spawn_blocking(move || {
        const LAST: &[u8] = b"\"table\":\"behind\"";
        let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
        let mut looked = 0;
        while !text[looked..].windows(LAST.len()).any(|window| window == LAST) {
            looked = text.len().saturating_sub(LAST.len());
            let read = out.read(&mut buffer)?;
            ensure!(read > 0, "it ended");
            text.extend_from_slice(&buffer[..read]);
        }
        let text = String::from_utf8(text)?;
        Ok(text)
    });
    let text = reading.await??;
    let count = text.matches("\"type\":\"bootstrap-insert\"").count();
    ensure!(count == 40_000, "{count} rows: {}", logged());
    ensure!(text.matches("bootstrap-start").count() == 1, "it began more than once: {}", logged());
    ensure!(completed(&mut conn, 1).await? == 40_000);
    ensure!(peak < 96 << 20, "peak memory {} MiB", peak >> 20);
    child.kill()?;
    child.wait()?;
    Ok(())
}
