//! `becauselog check` against real servers of four versions: what it finds, and that its statements fix it.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Replicated, Version};
use serde_json::Value;

/// The exit code and the report.
struct Checked {
    code: i32,
    report: Value,
}

impl Checked {
    fn of(folder: &Path, config: &str) -> Result<Self> {
        let path = folder.join("check.toml");
        std::fs::write(&path, config)?;
        let output = Command::new(env!("CARGO_BIN_EXE_becauselog"))
            .args(["check", "--json", "-c"])
            .arg(&path)
            .env("HOME", folder)
            .output()?;
        let report = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        Ok(Self { code: output.status.code().unwrap_or(-1), report })
    }

    fn lines(&self) -> impl Iterator<Item = &Value> {
        self.report["checks"].as_array().into_iter().flatten()
    }

    /// The worst level of a check; nothing when it is not there.
    fn level(&self, id: &str) -> Option<&str> {
        let levels = self.lines().filter(|line| line["id"] == id).filter_map(|line| line["level"].as_str());
        levels.max_by_key(|level| ["ok", "warning", "error"].iter().position(|known| known == level))
    }

    fn line(&self, id: &str) -> Result<&Value> {
        self.lines().find(|line| line["id"] == id).with_context(|| format!("no line {id}: {}", self.report))
    }

    fn fixes(&self, id: &str) -> Vec<String> {
        let lines = self.lines().filter(|line| line["id"] == id);
        let fixes = lines.flat_map(|line| line["fix"].as_array().into_iter().flatten());
        fixes.filter_map(|fix| fix.as_str().map(str::to_owned)).collect()
    }

    fn expect(&self, expected: &[(&str, &str)]) -> Result<()> {
        for (id, level) in expected {
            ensure!(self.level(id) == Some(level), "{id} is not {level}: {:#}", self.report);
        }
        Ok(())
    }
}

fn config(port: u16, user: &str, password: &str, more: &str) -> String {
    format!(
        "name = \"checked\"\n[source]\nhosts = [\"127.0.0.1:{port}\"]\nuser = \"{user}\"\npassword = \"{password}\"\n\
         server_id = 4711\nconnect_timeout_ms = 5000\n{more}\n"
    )
}

/// Runs the statements among the fixes; what is for the configuration file is left out.
async fn apply(server: &MysqlServer, fixes: &[String]) -> Result<()> {
    for fix in fixes.iter().filter(|fix| fix.contains(';')) {
        let statement = fix.split(';').next().unwrap_or_default();
        server.run(&[statement]).await.with_context(|| fix.clone())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_logs_everything_passes_on_every_version() -> Result<()> {
    for version in Version::SERVERS {
        let pair = Replicated::start(version).await?;
        pair.primary.run(&["CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)"]).await?;
        pair.wait_caught_up().await?;
        let folder = tempfile::tempdir()?;
        let checked = Checked::of(folder.path(), &config(pair.replica.port(), "root", "", ""))?;
        ensure!(checked.code == 0, "{version}: {:#}", checked.report);
        let all_ok = [
            "reachable",
            "login",
            "grants",
            "select",
            "log_bin",
            "log_replica_updates",
            "binlog_format",
            "row_image",
            "gtid_mode",
            "retention",
            "server_id",
            "charset",
            "binlog_filters",
            "replication_filters",
            "replica_threads",
            "replica_lag",
            "tables_matched",
            "tables_not_matched",
            "cascades",
            "position",
        ];
        for id in all_ok {
            // MariaDB tells its replicas' ids to administrators only.
            let untold = id == "server_id" && version == Version::MariaDb10_11;
            let level = if untold { "warning" } else { "ok" };
            ensure!(checked.level(id) == Some(level), "{version}: {id}: {:#}", checked.report);
        }
        let metadata = if version == Version::V5_7 { "warning" } else { "ok" };
        ensure!(checked.level("row_metadata") == Some(metadata), "{version}: {:#}", checked.report);
        ensure!(checked.line("tables_matched")?["names"][0] == "shop.orders");
        let absent = checked.line("features")?["names"].as_array().map_or(0, Vec::len);
        let expected = match version {
            Version::V9_7 => 0,
            Version::V8_0 => 4,
            Version::V5_7 | Version::MariaDb10_11 => 7,
        };
        ensure!(absent == expected, "{version}: {:#}", checked.report);
        ensure!(checked.line("statements")?["level"] == "ok");

        pair.replica.run(&[pair.replica.dialect().stop_replica()]).await?;
        let stopped = Checked::of(folder.path(), &config(pair.replica.port(), "root", "", ""))?;
        stopped.expect(&[("replica_threads", "error")])?;
        ensure!(stopped.code == 3 && stopped.level("replica_lag").is_none(), "{:#}", stopped.report);
        apply(&pair.replica, &stopped.fixes("replica_threads")).await?;
        pair.wait_caught_up().await?;
        Checked::of(folder.path(), &config(pair.replica.port(), "root", "", ""))?
            .expect(&[("replica_threads", "ok")])?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_checked_in_its_own_words() -> Result<()> {
    let pair = Replicated::start_with(
        Version::MariaDb10_11,
        |primary| primary,
        |replica| replica.option("gtid-strict-mode", "ON"),
    )
    .await?;
    pair.primary.run(&["CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)"]).await?;
    pair.wait_caught_up().await?;
    // As `check` itself advises, with the old names of privileges.
    let grant = "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'reader'@'%'";
    pair.replica.run(&["CREATE USER 'reader'@'%' IDENTIFIED BY ''", grant]).await?;
    let folder = tempfile::tempdir()?;
    let port = pair.replica.port();
    let checked = Checked::of(folder.path(), &config(port, "reader", "", ""))?;
    ensure!(checked.code == 0, "{:#}", checked.report);
    let all_ok = [
        "reachable",
        "login",
        "grants",
        "select",
        "log_bin",
        "log_replica_updates",
        "binlog_format",
        "row_image",
        "row_metadata",
        "gtid_strict_mode",
        "retention",
        "binlog_filters",
        "tables_matched",
        "position",
    ];
    for id in all_ok {
        ensure!(checked.level(id) == Some("ok"), "{id}: {:#}", checked.report);
    }
    ensure!(checked.line("tables_matched")?["names"][0] == "shop.orders");
    pair.replica
        .run(&["SET GLOBAL gtid_strict_mode = OFF", "GRANT SLAVE MONITOR ON *.* TO 'reader'@'%'"])
        .await?;
    let checked = Checked::of(folder.path(), &config(port, "reader", "", ""))?;
    checked.expect(&[
        ("gtid_strict_mode", "warning"),
        ("replica_threads", "ok"),
        ("server_id", "warning"),
    ])?;
    apply(&pair.replica, &checked.fixes("gtid_strict_mode")).await?;
    Checked::of(folder.path(), &config(port, "reader", "", ""))?.expect(&[("gtid_strict_mode", "ok")])?;

    let as_mysql = Checked::of(folder.path(), &config(port, "reader", "", "flavor = \"mysql\""))?;
    as_mysql.expect(&[("flavor", "error")])?;
    ensure!(as_mysql.code == 3, "{:#}", as_mysql.report);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_wrong_is_found_and_the_statements_fix_it() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version)
            .option("gtid-mode", "OFF")
            .option("enforce-gtid-consistency", "OFF")
            .start()
            .await?;
        let since_8 = version != Version::V5_7;
        server
            .run(&["SET GLOBAL binlog_row_image = 'MINIMAL'", "SET GLOBAL binlog_format = 'MIXED'"])
            .await?;
        if since_8 {
            server.run(&["SET GLOBAL binlog_expire_logs_seconds = 3600"]).await?;
        }
        let folder = tempfile::tempdir()?;
        let config = config(server.port(), "root", "", "");
        let wrong = Checked::of(folder.path(), &config)?;
        wrong.expect(&[("binlog_format", "error"), ("row_image", "warning"), ("gtid_mode", "warning")])?;
        wrong.expect(&[("row_metadata", "warning")])?;
        ensure!(wrong.code == 3, "{version}: {}", wrong.code);
        let mut ids = vec!["binlog_format", "row_image", "gtid_mode"];
        if since_8 {
            ids.extend(["row_metadata", "retention"]);
        }
        for id in &ids {
            ensure!(wrong.level(id) != Some("ok"), "{version}: {id}");
            apply(&server, &wrong.fixes(id)).await?;
        }
        let right = Checked::of(folder.path(), &config)?;
        for id in ids {
            ensure!(right.level(id) == Some("ok"), "{version}: {id}: {:#}", right.report);
        }
        ensure!(right.code == 0, "{version}: {:#}", right.report);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mariadb_has_otherwise_is_found_and_the_statements_fix_it() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11).start().await?;
    server.run(&["SET GLOBAL binlog_row_image = 'MINIMAL'", "SET GLOBAL binlog_format = 'MIXED'"]).await?;
    let folder = tempfile::tempdir()?;
    let config = config(server.port(), "root", "", "");
    let wrong = Checked::of(folder.path(), &config)?;
    wrong.expect(&[("binlog_format", "error"), ("row_image", "warning"), ("row_metadata", "warning")])?;
    wrong.expect(&[("gtid_mode", "ok"), ("gtid_strict_mode", "warning")])?;
    for id in ["binlog_format", "row_image", "row_metadata", "gtid_strict_mode"] {
        apply(&server, &wrong.fixes(id)).await?;
    }
    let right = Checked::of(folder.path(), &config)?;
    right.expect(&[("binlog_format", "ok"), ("row_image", "ok"), ("row_metadata", "ok")])?;
    right.expect(&[("gtid_strict_mode", "ok")])?;
    ensure!(right.code == 0, "{:#}", right.report);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_without_privileges_are_found_and_the_grants_fix_it() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        server
            .run(&[
                "CREATE USER 'r'@'%' IDENTIFIED BY 'pw'",
                "CREATE DATABASE shop",
                "CREATE TABLE shop.t (a INT)",
            ])
            .await?;
        let folder = tempfile::tempdir()?;
        let tls = if version == Version::V5_7 { "[source.tls]\nmode = \"disabled\"" } else { "" };
        let with = |password: &str| config(server.port(), "r", password, tls);
        let refused = Checked::of(folder.path(), &with("hunter2"))?;
        refused.expect(&[("reachable", "ok"), ("login", "error")])?;
        ensure!(refused.code == 3 && !refused.report.to_string().contains("hunter2"), "{:#}", refused.report);

        let bare = Checked::of(folder.path(), &with("pw"))?;
        bare.expect(&[
            ("login", "ok"),
            ("grants", "error"),
            ("select", "error"),
            ("tables_matched", "warning"),
        ])?;
        apply(&server, &bare.fixes("grants")).await?;
        apply(&server, &bare.fixes("select")).await?;
        let granted = Checked::of(folder.path(), &with("pw"))?;
        granted.expect(&[
            ("grants", "ok"),
            ("select", "ok"),
            ("tables_matched", "ok"),
            ("keys", "warning"),
        ])?;
        ensure!(granted.line("keys")?["names"][0] == "shop.t", "{:#}", granted.report);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn cascades_patterns_and_ids_are_found() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        server
            .run(&[
                "CREATE DATABASE shop",
                "CREATE TABLE shop.p (a INT, b INT, PRIMARY KEY (a, b))",
                "CREATE TABLE shop.`c``x` (id INT PRIMARY KEY, a INT, b INT, \
                 CONSTRAINT `f``k` FOREIGN KEY (a, b) REFERENCES shop.p (a, b) ON DELETE CASCADE ON UPDATE SET NULL)",
            ])
            .await?;
        let folder = tempfile::tempdir()?;
        let more = "[tables]\ninclude = ['shop\\..*', 'shop\\.nothing']\n";
        let checked = Checked::of(folder.path(), &config(server.port(), "root", "", more))?;
        let untold = version == Version::MariaDb10_11;
        checked.expect(&[("patterns", "warning"), ("server_id", if untold { "warning" } else { "ok" })])?;
        ensure!(checked.line("patterns")?["names"][0] == "shop\\.nothing", "{:#}", checked.report);
        if version == Version::V9_7 {
            checked.expect(&[("cascades", "ok")])?;
        } else {
            checked.expect(&[("cascades", "warning")])?;
            let name = checked.line("cascades")?["names"][0].as_str().unwrap_or_default().to_owned();
            ensure!(name == "shop.c`x (f`k ON DELETE CASCADE ON UPDATE SET NULL)", "{name}");
            apply(&server, &checked.fixes("cascades")).await?;
            let fixed = Checked::of(folder.path(), &config(server.port(), "root", "", more))?;
            fixed.expect(&[("cascades", "ok")])?;
        }
        server.run(&["SET GLOBAL server_id = 4711"]).await?;
        let clash = Checked::of(folder.path(), &config(server.port(), "root", "", ""))?;
        clash.expect(&[("server_id", "error")])?;
        ensure!(clash.code == 3);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_and_tls_that_it_does_not_have_are_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let gone = Checked::of(folder.path(), &config(1, "root", "", ""))?;
    gone.expect(&[("reachable", "error")])?;
    ensure!(gone.code == 3 && gone.level("login").is_none());
    let server = MysqlServer::builder(Version::V5_7).option("skip-ssl", "1").start().await?;
    let tls = config(server.port(), "root", "", "[source.tls]\nmode = \"verify_identity\"");
    Checked::of(folder.path(), &tls)?.expect(&[("tls", "error")])?;
    let plain = Checked::of(folder.path(), &config(server.port(), "root", "", ""))?;
    plain.expect(&[("tls", "warning"), ("login", "ok")])?;
    ensure!(plain.code == 0, "{:#}", plain.report);
    Ok(())
}
