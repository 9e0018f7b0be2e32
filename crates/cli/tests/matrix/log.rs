//! What a log may have beside rows: the statements' texts, and compression.

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};

use super::run::{changes, scenario};

const STATEMENTS: [&str; 3] = [
    "INSERT INTO matrix.t VALUES (1, REPEAT('a', 1000)) /* because */",
    "UPDATE matrix.t SET a = REPEAT('b', 1000) WHERE id = 1 /* because */",
    "DELETE FROM matrix.t WHERE id = 1 /* because */",
];

/// Reads them.
pub async fn holds(version: Version) -> Result<String> {
    let builder = MysqlServer::builder(version).option("binlog-rows-query-log-events", "ON");
    let (builder, seen) = match version {
        Version::V9_7 => {
            (builder.option("binlog-transaction-compression", "ON"), "texts, compressed transactions")
        }
        Version::MariaDb10_11 => {
            let compressing =
                builder.option("log-bin-compress", "ON").option("log-bin-compress-min-len", "10");
            (compressing, "texts, compressed events")
        }
        Version::V8_0 | Version::V5_7 => (builder, "texts"),
    };
    let server = builder.start().await?;
    server.run(&["CREATE DATABASE matrix", "CREATE TABLE matrix.t (id INT PRIMARY KEY, a TEXT)"]).await?;
    server.run(&STATEMENTS).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], "[format]\nkind = \"plain\"\ninclude_query = true\n")?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    for (op, image, statement) in [
        ("insert", "after", STATEMENTS[0]),
        ("update", "after", STATEMENTS[1]),
        ("delete", "before", STATEMENTS[2]),
    ] {
        let lines = changes(&scenario, op)?;
        let line = lines.first().context(op)?;
        ensure!(lines.len() == 1 && line["query"] == statement, "{op}: {lines:?}");
        ensure!(line[image]["a"].as_str().map(str::len) == Some(1000), "{line}");
    }
    Ok(seen.to_owned())
}
