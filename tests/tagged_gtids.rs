//! GTIDs with tags: in the events, in the checkpoint, and as a start.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn tags_travel_and_resume() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)"]).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    for round in 0..3 {
        for (n, next) in ["AUTOMATIC:billing", "AUTOMATIC", "AUTOMATIC:admin_fix"].iter().enumerate() {
            conn.query_drop(format!("SET gtid_next = '{next}'")).await?;
            conn.query_drop(format!("INSERT INTO shop.t VALUES ({})", round * 10 + n)).await?;
        }
        conn.query_drop("SET gtid_next = 'AUTOMATIC'").await?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        if round == 1 { process.kill9()? } else { process.stop()? }
    }
    let lines = scenario.lines()?;
    for tag in ["billing", "admin_fix"] {
        let found = lines.lines().filter(|line| line.contains(&format!(":{tag}:"))).count();
        ensure!(found == 3, "{found} events with tag {tag}");
    }
    scenario.compare(&mut conn, "shop").await?;
    let checkpoint = std::fs::read_to_string(scenario.state().join("checkpoint.json"))?;
    ensure!(checkpoint.contains(":billing:1-3"), "{checkpoint}");
    Ok(())
}
