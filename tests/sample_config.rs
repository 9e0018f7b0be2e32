//! The connector config that every introduction shows runs as it is, but for the address.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, becauselog::Becauselog, scenario::mark};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_connector_config_runs_unchanged() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    let mut conn = server.conn().await?;
    server
        .run(&[
            "CREATE DATABASE inventory",
            "CREATE TABLE inventory.customers (id INT PRIMARY KEY, name VARCHAR(40))",
            "CREATE TABLE inventory.other (id INT PRIMARY KEY)",
            "CREATE USER 'debezium'@'%' IDENTIFIED WITH mysql_native_password BY 'dbz'",
            "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'debezium'@'%'",
        ])
        .await?;
    let folder = tempfile::tempdir()?;
    let sample = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../config/debezium-sample.properties"
    ))?;
    let replaced: Vec<String> = sample
        .lines()
        .map(|line| match line.split_once('=').map_or(line, |(key, _)| key.trim()) {
            "database.hostname" => "database.hostname=127.0.0.1".to_owned(),
            "database.port" => format!("database.port={}", server.port()),
            "database.user" => "database.user=debezium".to_owned(),
            "database.password" => "database.password=dbz".to_owned(),
            _ => line.to_owned(),
        })
        .collect();
    let config = folder.path().join("sample.properties");
    std::fs::write(&config, replaced.join("\n"))?;
    let (log, state) = (folder.path().join("log"), folder.path().join("state"));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_becauselog"));
    let arguments = ["run", "-c", config.to_str().unwrap_or(""), "--state", state.to_str().unwrap_or("")];
    let mut process = Becauselog::start(program, &log, &arguments, &[])?;
    process.wait_logged("streaming", 1)?;
    conn.query_drop("INSERT INTO inventory.other VALUES (1)").await?;
    conn.query_drop("INSERT INTO inventory.customers VALUES (1001, 'Sally')").await?;
    let _elsewhere = mark(&mut conn).await?;
    let out = folder.path().join("log.out");
    for _ in 0..500 {
        if std::fs::read_to_string(&out)?.contains("Sally") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    process.stop()?;
    let lines = std::fs::read_to_string(&out)?;
    ensure!(lines.contains("\"after\":{\"id\":1001,\"name\":\"Sally\"}"), "{lines}");
    let tables: Vec<&str> = lines.lines().filter(|line| line.contains("\"table\":\"other\"")).collect();
    println!("lines of the other table: {}", tables.len());
    let log = std::fs::read_to_string(&log)?;
    ensure!(!log.contains("dbz\""), "the password is in the log");
    ensure!(log.contains("snapshot"), "nothing says that there is no snapshot: {log}");
    Ok(())
}
