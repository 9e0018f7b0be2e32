//! Tables of a log that does not name its columns: right at every position, whatever became of them since.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Replicated, Version, scenario::Scenario};
use mysql_async::prelude::Queryable as _;
use serde_json::{Value, json};

fn scenario() -> Result<Scenario> {
    Scenario::new(env!("CARGO_BIN_EXE_becauselog"))
}

/// The rows that tables were given, in order: of updates and inserts what is there afterwards, of deletes what was.
fn rows(lines: &str, database: &str) -> Result<Vec<(String, Value)>> {
    let mut rows = Vec::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line)?;
        if event["source"]["db"] == database {
            let table = event["source"]["table"].as_str().unwrap_or_default().to_owned();
            let row = if event["after"].is_null() { &event["before"] } else { &event["after"] };
            rows.push((table, row.clone()));
        }
    }
    Ok(rows)
}

fn row(table: &str, row: Value) -> (String, Value) {
    (table.to_owned(), row)
}

/// A server whose log does not name columns; before 8.0 none does.
async fn minimal(version: Version) -> Result<MysqlServer> {
    let builder = MysqlServer::builder(version);
    let builder =
        if version == Version::V5_7 { builder } else { builder.option("binlog-row-metadata", "MINIMAL") };
    builder.start().await
}

/// Statements that change tables in all ways, with rows before and behind each. `n` makes them differ from round to round.
fn workload(n: usize) -> Vec<String> {
    let t = format!("shop.t{n}");
    let g = format!("shop.orders{n}");
    [
        format!("CREATE TABLE {t} (id INT UNSIGNED PRIMARY KEY, e ENUM('a','b') NOT NULL, v VARCHAR(9) CHARACTER SET latin1, n INT)"),
        format!("INSERT INTO {t} VALUES (4294967295, 'b', 'caf\u{e9}', -1)"),
        format!("ALTER TABLE {t} ADD added BIGINT UNSIGNED NOT NULL DEFAULT 7 AFTER id"),
        format!("INSERT INTO {t} VALUES (1, 18446744073709551615, 'a', NULL, 2)"),
        format!("ALTER TABLE {t} CHANGE n renamed INT, MODIFY e ENUM('z','a','b') NOT NULL FIRST"),
        format!("UPDATE {t} SET renamed = 5, e = 'z'"),
        format!("RENAME TABLE {t} TO shop.other{n}, shop.other{n} TO {t}"),
        format!("ALTER TABLE {t} DROP v, ADD s SET('x','y','z') DEFAULT 'x,z', ADD UNIQUE u (renamed, id)"),
        format!("INSERT INTO {t} (e, id, added, renamed, s) VALUES ('a', 2, 3, 4, 'y,z')"),
        format!("DELETE FROM {t} WHERE id = 1"),
        // The swap of gh-ost.
        format!("CREATE TABLE {g} (id INT PRIMARY KEY, a INT, b INT)"),
        format!("INSERT INTO {g} VALUES (1, 2, 3)"),
        format!("CREATE TABLE {g}_gho LIKE {g}"),
        format!("ALTER TABLE {g}_gho ADD c INT FIRST, DROP a"),
        format!("INSERT INTO {g}_gho SELECT 9, id, b FROM {g}"),
        format!("INSERT INTO {g} VALUES (2, 4, 5)"),
        format!("RENAME TABLE {g} TO {g}_del, {g}_gho TO {g}"),
        format!("INSERT INTO {g} VALUES (8, 3, 6)"),
        format!("INSERT INTO {g}_del VALUES (3, 1, 1)"),
        format!("DROP TABLE {g}_del"),
        // Made anew under the same name, of the same types.
        format!("DROP TABLE {g}"),
        format!("CREATE TABLE {g} (x INT PRIMARY KEY, y INT, z INT UNSIGNED)"),
        format!("INSERT INTO {g} VALUES (1, 2, 4000000000)"),
        format!("CREATE TABLE shop.copy{n} (UNIQUE (k)) SELECT x + 1 AS k, 'text' AS what, y FROM {g}"),
        format!("INSERT INTO shop.copy{n} VALUES (9, 'more', NULL)"),
        format!("TRUNCATE TABLE {g}"),
        format!("ALTER TABLE {g} CONVERT TO CHARACTER SET latin1, COMMENT 'RENAME TO x'"),
        format!("INSERT INTO {g} VALUES (7, 8, 9)"),
    ]
    .to_vec()
}

/// Without what tells where and when an event was read.
fn masked(lines: &str) -> Result<Vec<String>> {
    let mut masked = Vec::new();
    for line in lines.lines().filter(|line| !line.contains("becauselog_marks")) {
        let mut event: Value = serde_json::from_str(line)?;
        let event = if event["payload"].is_object() { &mut event["payload"] } else { &mut event };
        for field in ["ts_ms", "ts_us", "ts_ns"] {
            event[field] = Value::Null;
        }
        // The thread is that of the server whose log it is.
        for field in ["file", "pos", "row", "thread"] {
            event["source"][field] = Value::Null;
        }
        masked.push(event.to_string());
    }
    Ok(masked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_names_gives_the_bytes_of_one_with_names_through_kills_and_changes() -> Result<()> {
    let pair = Replicated::start_with(
        Version::V9_7,
        |primary| primary.option("binlog-row-metadata", "MINIMAL"),
        |replica| replica,
    )
    .await?;
    let mut conn = pair.primary.conn().await?;
    conn.query_drop("CREATE DATABASE shop").await?;
    let more = "[tables]\nexclude_databases = [\"becauselog_marks\"]\n[format]\nvalues = \"debezium\"\n\
                [format.properties]\n\"value.converter.schemas.enable\" = \"true\"\n";
    let killed = scenario()?;
    let config = killed.config(&[pair.primary.port()], more)?;
    let mut process = killed.start(&config, &[])?;
    let mut kills = 0;
    for n in 0..4 {
        for (at, sql) in workload(n).iter().enumerate() {
            conn.query_drop(sql).await.with_context(|| sql.clone())?;
            if (at + n) % 3 == 0 {
                process.kill9()?;
                kills += 1;
                // Down while some of the statements run.
                if (at + n) % 6 == 0 {
                    process = killed.start_streaming(&config, &[])?;
                } else {
                    process = killed.start(&config, &[])?;
                }
            }
        }
    }
    settle(&killed, &pair.primary, &mut process).await?;
    process.stop()?;
    pair.wait_caught_up().await?;
    let named = scenario()?;
    let config = named.config(&[pair.replica.port()], more)?;
    let mut process = named.start(&config, &[])?;
    settle(&named, &pair.replica, &mut process).await?;
    process.stop()?;
    ensure!(killed.lines()?.contains("\"schema\":{\"type\":\"struct\""), "schemas are not on");
    let (found, expected) = (masked(&killed.lines()?)?, masked(&named.lines()?)?);
    ensure!(found.len() == expected.len() && found.len() >= 60, "{} lines, {}", found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        ensure!(found == expected, "{found}\n{expected}");
    }
    println!("{kills} kills, {} changes the same", found.len());
    Ok(())
}

/// Waits until all that the server has committed is behind the checkpoint.
async fn settle(
    scenario: &Scenario,
    server: &MysqlServer,
    process: &mut becauselog_testkit::becauselog::Becauselog,
) -> Result<()> {
    let executed = server.gtid_executed().await?;
    let wanted = executed.replace(['\n', ' '], "");
    let started = std::time::Instant::now();
    loop {
        let kept = fs::read_to_string(scenario.state().join("checkpoint.json")).unwrap_or_default();
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        if kept["gtids"].as_str().unwrap_or_default().replace(['\n', ' '], "") == wanted {
            return Ok(());
        }
        if let Some(status) = process.ended()? {
            anyhow::bail!("it ended ({status}):\n{}", process.tail());
        }
        ensure!(started.elapsed() < becauselog_testkit::becauselog::PATIENCE, "{}", process.tail());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Rows from before a change of a table that nothing is known of: the server tells how it is now, and that is not how it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_known_stops_or_has_ordinal_names_and_all_else_is_right() -> Result<()> {
    for version in [Version::V9_7, Version::V5_7] {
        let server = minimal(version).await?;
        server
            .run(&[
                "CREATE DATABASE shop",
                "CREATE TABLE shop.swapped (id INT PRIMARY KEY, a INT, b INT)",
                "CREATE TABLE shop.same (id INT PRIMARY KEY, e ENUM('x','y'))",
                "CREATE TABLE shop.gone (id INT UNSIGNED PRIMARY KEY, t VARCHAR(5) CHARACTER SET latin1)",
                "FLUSH BINARY LOGS",
            ])
            .await?;
        // The statements that made the tables are no longer in the log.
        let files: Vec<String> =
            fs::read_to_string(server.datadir().join("binlog.index"))?.lines().map(str::to_owned).collect();
        let last = files.last().context("no files")?.trim_start_matches("./");
        server
            .run(&[
                &format!("PURGE BINARY LOGS TO '{last}'"),
                "INSERT INTO shop.same VALUES (1, 'y')",
                "INSERT INTO shop.swapped VALUES (1, 2, 3)",
                "INSERT INTO shop.gone VALUES (5, 'caf\u{e9}')",
                "ALTER TABLE shop.swapped CHANGE a b INT, CHANGE b a INT",
                "INSERT INTO shop.swapped VALUES (2, 4, 6)",
                "DROP TABLE shop.gone",
                "CREATE TABLE shop.made (id INT PRIMARY KEY, z INT UNSIGNED)",
                "INSERT INTO shop.made VALUES (1, 4000000000)",
            ])
            .await?;
        let stopped = scenario()?;
        let config = stopped.config(&[server.port()], "")?;
        let mut process = stopped.start(&config, &[])?;
        ensure!(process.wait()?.code() == Some(4), "{}", process.tail());
        let told = process.tail();
        ensure!(
            told.contains("E_SHAPE_DOUBTFUL") && told.contains("shop.swapped") && told.contains("ordinal"),
            "{told}"
        );
        let ordinal = scenario()?;
        let config =
            ordinal.config(&[server.port()], "[tables]\nordinal_names = [\"shop\\\\.(swapped|gone)\"]\n")?;
        let mut process = ordinal.start(&config, &[])?;
        ordinal.settle(&server, &mut process).await?;
        process.stop()?;
        let gone = match version {
            // Neither sign nor charset is in its log.
            Version::V5_7 => json!({"@1": 5, "@2": "Y2Fm6Q=="}),
            _ => json!({"@1": 5, "@2": "caf\u{e9}"}),
        };
        let expected = [
            row("same", json!({"id": 1, "e": "y"})),
            row("swapped", json!({"@1": 1, "@2": 2, "@3": 3})),
            row("gone", gone),
            // The server tells it again from there on.
            row("swapped", json!({"id": 2, "b": 4, "a": 6})),
            row("made", json!({"id": 1, "z": 4_000_000_000_u32})),
        ];
        let found = rows(&ordinal.lines()?, "shop")?;
        ensure!(found == expected, "{version}: {found:#?}");
    }
    Ok(())
}

/// What an earlier run kept is used for a table that changed while nobody followed, and without it the server is asked.
#[tokio::test(flavor = "multi_thread")]
async fn changes_while_it_was_down_are_followed_and_a_lost_or_foreign_state_is_told() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        for harm in ["", "lost", "cut", "foreign"] {
            let server = minimal(version).await?;
            server
                .run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, a INT, b INT)"])
                .await?;
            let scenario = scenario()?;
            let config = scenario.config(&[server.port()], "")?;
            let config_text = fs::read_to_string(&config)?.replace("earliest", "latest");
            fs::write(&config, config_text)?;
            let mut process = scenario.start_streaming(&config, &[])?;
            server.run(&["INSERT INTO shop.t VALUES (1, 2, 3)"]).await?;
            scenario.settle(&server, &mut process).await?;
            process.stop()?;
            server
                .run(&[
                    "INSERT INTO shop.t VALUES (2, 3, 4)",
                    "ALTER TABLE shop.t CHANGE a b INT, CHANGE b a INT",
                    "INSERT INTO shop.t VALUES (3, 4, 5)",
                ])
                .await?;
            let kept = scenario.state().join("shapes.jsonl");
            let text = fs::read_to_string(&kept)?;
            match harm {
                "lost" => fs::remove_file(&kept)?,
                "cut" => fs::write(&kept, &text[..text.len() / 2])?,
                "foreign" => fs::write(&kept, text.replace("\"mysql\"", "\"mariadb\""))?,
                _ => {}
            }
            let mut process = scenario.start(&config, &[])?;
            if harm.is_empty() {
                scenario.settle(&server, &mut process).await?;
                process.stop()?;
                let expected = [
                    row("t", json!({"id": 1, "a": 2, "b": 3})),
                    row("t", json!({"id": 2, "a": 3, "b": 4})),
                    row("t", json!({"id": 3, "b": 4, "a": 5})),
                ];
                let found = rows(&scenario.lines()?, "shop")?;
                ensure!(found == expected, "{version}: {found:#?}");
            } else {
                // Two columns of one type that changed places: nothing but what was kept tells it.
                ensure!(process.wait()?.code() == Some(4), "{version}, {harm}: {}", process.tail());
                let told = process.tail();
                ensure!(told.contains("E_SHAPE_DOUBTFUL"), "{version}, {harm}: {told}");
                ensure!(told.contains("asked of the server where the log does not tell them"), "{told}");
            }
        }
    }
    Ok(())
}

/// Columns of one type in another order: only the new server tells it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_order_of_columns_is_read_by_its_own() -> Result<()> {
    for version in [Version::V9_7, Version::MariaDb10_11] {
        in_another_order(version).await?;
    }
    Ok(())
}

async fn in_another_order(version: Version) -> Result<()> {
    let mut pair = Replicated::start_with(
        version,
        |primary| primary.option("binlog-row-metadata", "MINIMAL"),
        |replica| replica.option("binlog-row-metadata", "MINIMAL"),
    )
    .await?;
    pair.primary
        .run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, a INT, b INT)"])
        .await?;
    pair.wait_caught_up().await?;
    let mut replica = pair.replica.conn().await?;
    replica.query_drop("SET sql_log_bin = 0").await?;
    replica.query_drop("SET GLOBAL read_only = OFF").await?;
    replica.query_drop("ALTER TABLE shop.t MODIFY b INT AFTER id").await?;
    let scenario = scenario()?;
    let config = scenario.config(
        &[pair.primary.port(), pair.replica.port()],
        "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\n",
    )?;
    let mut process = scenario.start(&config, &[])?;
    pair.primary.run(&["INSERT INTO shop.t (id, a, b) VALUES (1, 10, 20)"]).await?;
    scenario.settle(&pair.primary, &mut process).await?;
    pair.wait_caught_up().await?;
    pair.primary.kill9()?;
    pair.promote().await?;
    pair.replica.run(&["INSERT INTO shop.t (id, a, b) VALUES (2, 11, 21)"]).await?;
    scenario.settle(&pair.replica, &mut process).await?;
    ensure!(process.logged().contains("has other columns than the last one"), "{}", process.tail());
    process.stop()?;
    // What was taken from the new server is kept.
    let mut process = scenario.start(&config, &[])?;
    pair.replica.run(&["INSERT INTO shop.t (id, a, b) VALUES (3, 12, 22)"]).await?;
    scenario.settle(&pair.replica, &mut process).await?;
    process.stop()?;
    let found = rows(&scenario.lines()?, "shop")?;
    let expected = [(1, 10, 20), (2, 11, 21), (3, 12, 22)];
    let expected = expected.map(|(id, a, b)| row("t", json!({"id": id, "a": a, "b": b})));
    ensure!(found == expected, "{found:#?}");
    Ok(())
}

/// Tables that migrations make only where they are missing, read from the log's begin on.
#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_made_if_they_are_missing_are_known() -> Result<()> {
    let server = minimal(Version::V9_7).await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE IF NOT EXISTS shop.grown (id INT PRIMARY KEY, a INT)",
            "CREATE TABLE IF NOT EXISTS shop.same (id INT PRIMARY KEY, b INT UNSIGNED)",
            "INSERT INTO shop.grown VALUES (1, 2)",
            "INSERT INTO shop.same VALUES (1, 4000000000)",
            "ALTER TABLE shop.grown ADD c INT AFTER id",
            "CREATE TABLE IF NOT EXISTS shop.grown (id INT PRIMARY KEY, a INT)",
            "CREATE TABLE IF NOT EXISTS shop.same (other INT)",
            "INSERT INTO shop.grown VALUES (2, 3, 4)",
            "INSERT INTO shop.same VALUES (2, 5)",
        ])
        .await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], "")?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let expected = [
        row("grown", json!({"id": 1, "a": 2})),
        row("same", json!({"id": 1, "b": 4_000_000_000_u32})),
        row("grown", json!({"id": 2, "c": 3, "a": 4})),
        row("same", json!({"id": 2, "b": 5})),
    ];
    let found = rows(&scenario.lines()?, "shop")?;
    ensure!(found == expected, "{found:#?}");
    Ok(())
}

/// Runs the binary to its end; its exit code and what it printed.
fn command(args: &[&str]) -> Result<(Option<i32>, String)> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_becauselog")).args(args).output()?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Ok((output.status.code(), text))
}

/// `schema show`, `diff` and `refresh`: a change that was not logged is seen, and taken.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_compares_and_refreshes_shapes() -> Result<()> {
    for version in [Version::V9_7, Version::MariaDb10_11] {
        let server = minimal(version).await?;
        server
            .run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, a INT, b INT)"])
            .await?;
        let scenario = scenario()?;
        let config = scenario.config(&[server.port()], "")?;
        let text = config.to_str().context("path")?;
        let mut process = scenario.start_streaming(&config, &[])?;
        server.run(&["INSERT INTO shop.t VALUES (1, 2, 3)"]).await?;
        scenario.settle(&server, &mut process).await?;
        server.run(&["ALTER TABLE shop.t ADD c VARCHAR(9) CHARACTER SET latin1"]).await?;
        scenario.settle(&server, &mut process).await?;
        ensure!(command(&["schema", "refresh", "-c", text])?.0 == Some(3), "it runs");
        process.stop()?;
        let (code, shown) = command(&["schema", "show", "-c", text, "shop\\.t"])?;
        ensure!(
            code == Some(0)
                && shown.contains("`c` varchar(9) latin1_swedish_ci")
                && shown.contains("key: id"),
            "{shown}"
        );
        let (code, same) = command(&["schema", "diff", "-c", text])?;
        ensure!(code == Some(0) && same.contains("no table differs"), "{version}: {same}");
        let mut conn = server.conn().await?;
        conn.query_drop("SET sql_log_bin = 0").await?;
        conn.query_drop("ALTER TABLE shop.t MODIFY b INT AFTER id").await?;
        let (code, differs) = command(&["schema", "diff", "-c", text])?;
        ensure!(code == Some(3) && differs.contains("in another order"), "{differs}");
        let (code, taken) = command(&["schema", "refresh", "-c", text, "shop\\.t"])?;
        ensure!(code == Some(0) && taken.contains("shop.t: taken from the server"), "{taken}");
        server.run(&["INSERT INTO shop.t (id, a, b) VALUES (2, 20, 30)"]).await?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        process.stop()?;
        let found = rows(&scenario.lines()?, "shop")?;
        let expected = json!({"id": 2, "b": 30, "a": 20, "c": null});
        ensure!(found.last().is_some_and(|(_, row)| *row == expected), "{version}: {found:#?}");
    }
    Ok(())
}
