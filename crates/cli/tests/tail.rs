//! `becauselog tail`, `position` and `status` against a real server.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version, becauselog::Becauselog};
use serde_json::Value;

fn becauselog(arguments: &[&str], env: &[(&str, &str)]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becauselog"));
    Ok(command.args(arguments).envs(env.iter().copied()).stdin(Stdio::null()).output()?)
}

fn text(output: &Output) -> Result<String> {
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout.clone())?)
}

async fn shop(version: Version) -> Result<MysqlServer> {
    let server = MysqlServer::builder(version).start().await?;
    server
        .run(&[
            "CREATE USER 'app'@'%' IDENTIFIED BY 'p@ss'",
            "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'app'@'%'",
            "CREATE DATABASE shop",
            "CREATE TABLE shop.orders (id INT PRIMARY KEY, status ENUM('new', 'paid'), total DECIMAL(9,2))",
            "CREATE TABLE shop.other (id INT PRIMARY KEY)",
            "INSERT INTO shop.orders VALUES (1, 'new', 9.90), (2, 'new', 1.00)",
            "INSERT INTO shop.other VALUES (5)",
            "UPDATE shop.orders SET status = 'paid', total = 12 WHERE id = 1",
            "DELETE FROM shop.orders WHERE id = 2",
        ])
        .await?;
    Ok(server)
}

/// The lines without their time.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(|line| line.get(24..).unwrap_or(line)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_shown_line_by_line_on_every_version() -> Result<()> {
    for version in Version::SERVERS {
        let server = shop(version).await?;
        let tls = if version == Version::V5_7 { "disabled" } else { "preferred" };
        let url = format!("mysql://app@127.0.0.1:{}/shop.orders", server.port());
        let all = ["tail", &url, "--from", "earliest", "--until", "now", "--tls", tls];
        let shown = text(&becauselog(&all, &[("MYSQL_PWD", "p@ss")])?)?;
        let changes: Vec<&str> = lines(&shown).into_iter().filter(|line| !line.starts_with("DDL")).collect();
        let expected = [
            "INSERT shop.orders id=1  status='new' total=9.90",
            "INSERT shop.orders id=2  status='new' total=1.00",
            "UPDATE shop.orders id=1  status 'new' -> 'paid', total 9.90 -> 12.00",
            "DELETE shop.orders id=2  status='new' total=1.00",
        ];
        ensure!(changes == expected, "{version}: {shown}");
        let deletes =
            text(&becauselog(&[&all[..], &["--where", "op=delete"]].concat(), &[("MYSQL_PWD", "p@ss")])?)?;
        ensure!(lines(&deletes) == [expected[3]], "{version}: {deletes}");
        let one = text(&becauselog(
            &[&all[..], &["--where", "op=insert", "-n", "1"]].concat(),
            &[("MYSQL_PWD", "p@ss")],
        )?)?;
        ensure!(lines(&one) == [expected[0]], "{version}: {one}");
        let json = text(&becauselog(
            &[&all[..], &["--json", "--where", "op=update"]].concat(),
            &[("MYSQL_PWD", "p@ss")],
        )?)?;
        let value: Value = serde_json::from_str(json.trim())?;
        ensure!(value["after"]["status"] == "paid" && value["table"] == "orders", "{version}: {json}");
        let wrong = becauselog(&all, &[("MYSQL_PWD", "hunter2")])?;
        let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
        ensure!(
            wrong.status.code() == Some(3) && told.contains("E_LOGIN") && !told.contains("hunter2"),
            "{told}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn live_changes_come_and_ctrl_c_ends_it() -> Result<()> {
    let server = shop(Version::V8_0).await?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let url = format!("mysql://root:@127.0.0.1:{}", server.port());
    let program = Path::new(env!("CARGO_BIN_EXE_becauselog"));
    let mut process =
        Becauselog::start(program, &log, &["tail", &url, "--tables", "shop\\.o.*", "--log", "info"], &[])?;
    process.wait_logged("connected", 1)?;
    let out = folder.path().join("log.out");
    for id in 100..400 {
        server.run(&[&format!("INSERT INTO shop.other VALUES ({id})")]).await?;
        if std::fs::read_to_string(&out)?.contains("INSERT shop.other id=") {
            break;
        }
    }
    process.stop()?;
    let shown = std::fs::read_to_string(&out)?;
    ensure!(shown.contains("INSERT shop.other id=") && !shown.contains("orders"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_position_is_shown_set_and_recorded_and_an_instance_tells_its_status() -> Result<()> {
    let server = shop(Version::V9_7).await?;
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    let (out, config) = (folder.path().join("out.jsonl"), folder.path().join("c.toml"));
    let toml = format!(
        "name = \"shop\"\n[source]\nhosts = [\"127.0.0.1:{}\"]\nuser = \"root\"\nstart = \"earliest\"\n\
         [state]\ndir = {state:?}\ncheckpoint_interval_ms = 10\n[[sink]]\nkind = \"file\"\npath = {out:?}\nfsync = \"batch\"\n",
        server.port()
    );
    std::fs::write(&config, toml)?;
    let config = config.to_str().context("path")?;
    let executed = server.gtid_executed().await?;
    let program = Path::new(env!("CARGO_BIN_EXE_becauselog"));
    let log = folder.path().join("log");
    let mut process = Becauselog::start(program, &log, &["run", "-c", config], &[])?;
    // By the run itself: it answers from then on.
    process.wait_logged("\"streaming\",\"name\"", 1)?;
    let mut status = Value::Null;
    for _ in 0..200 {
        status = serde_json::from_str(&text(&becauselog(&["status", "-c", config, "--json"], &[])?)?)?;
        if status["checkpoint"]["gtids"] == executed.as_str() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    ensure!(status["checkpoint"]["gtids"] == executed.as_str(), "{executed}: {status:#}");
    ensure!(status["changes"] == 5 && status["sinks"][0]["state"] == "running", "{status:#}");
    let eyes = text(&becauselog(&["status", "-c", config], &[])?)?;
    ensure!(eyes.contains("changes       5 of 5"), "{eyes}");
    let refused = becauselog(&["position", "set", "-c", config, "bin.000001:4", "--reason", "no"], &[])?;
    ensure!(refused.status.code() == Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    let second = becauselog(&["run", "-c", config, "--sink", "stdout"], &[])?;
    ensure!(second.status.code() == Some(3), "{}", String::from_utf8_lossy(&second.stderr));
    ensure!(String::from_utf8_lossy(&second.stderr).contains("E_STATE_LOCKED"));
    process.stop()?;
    let gone = becauselog(&["status", "-c", config], &[])?;
    ensure!(gone.status.code() == Some(3) && String::from_utf8_lossy(&gone.stderr).contains("E_NOT_RUNNING"));

    let shown = text(&becauselog(&["position", "show", "-c", config], &[])?)?;
    ensure!(shown.contains(&executed), "{shown}");
    let uuid = executed.split(':').next().unwrap_or_default();
    let back = format!("{uuid}:1-2");
    text(&becauselog(
        &["position", "set", "--state", state.to_str().context("path")?, &back, "--reason", "once more"],
        &[],
    )?)?;
    let shown: Value =
        serde_json::from_str(&text(&becauselog(&["position", "show", "-c", config, "--json"], &[])?)?)?;
    ensure!(shown["set_and_waiting"]["gtids"] == back.as_str(), "{shown:#}");
    ensure!(shown["changes"][0]["reason"] == "once more", "{shown:#}");
    let before = std::fs::read_to_string(&out)?.lines().count();
    text(&becauselog(&["run", "-c", config, "--until", "now"], &[])?)?;
    let after = std::fs::read_to_string(&out)?.lines().count();
    ensure!((before, after) == (5, 10), "{before} lines, then {after}");
    Ok(())
}
