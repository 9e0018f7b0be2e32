//! Columns that the log leaves out.

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};
use serde_json::{Value, json};

use super::play::{header, play};

const STATEMENTS: [&str; 7] = [
    "CREATE DATABASE shop",
    "CREATE TABLE shop.t (id INT PRIMARY KEY, a VARCHAR(10), n INT, note TEXT)",
    "INSERT INTO shop.t VALUES (1, 'one', 1, 'text')",
    "INSERT INTO shop.t (id, a) VALUES (2, 'two')",
    "UPDATE shop.t SET a = 'uno' WHERE id = 1",
    "UPDATE shop.t SET id = 3, note = NULL WHERE id = 2",
    "DELETE FROM shop.t WHERE id = 1",
];

/// Before and after of each change, and what is said to be absent.
type Images = [(Value, Value, Value); 5];

fn minimal() -> Images {
    let rest = json!(["a", "n", "note"]);
    [
        (Value::Null, json!({"id": 1, "a": "one", "n": 1, "note": "text"}), Value::Null),
        (Value::Null, json!({"id": 2, "a": "two"}), json!({"after": ["n", "note"]})),
        (json!({"id": 1}), json!({"a": "uno"}), json!({"before": rest, "after": ["id", "n", "note"]})),
        (json!({"id": 2}), json!({"id": 3, "note": null}), json!({"before": rest, "after": ["a", "n"]})),
        (json!({"id": 1}), Value::Null, json!({"before": rest})),
    ]
}

fn noblob() -> Images {
    [
        (Value::Null, json!({"id": 1, "a": "one", "n": 1, "note": "text"}), Value::Null),
        (Value::Null, json!({"id": 2, "a": "two", "n": null}), json!({"after": ["note"]})),
        (
            json!({"id": 1, "a": "one", "n": 1}),
            json!({"id": 1, "a": "uno", "n": 1}),
            json!({"before": ["note"], "after": ["note"]}),
        ),
        (
            json!({"id": 2, "a": "two", "n": null}),
            json!({"id": 3, "a": "two", "n": null, "note": null}),
            json!({"before": ["note"]}),
        ),
        (json!({"id": 1, "a": "uno", "n": 1}), Value::Null, json!({"before": ["note"]})),
    ]
}

/// Of what a record lacks, what its own images lack: a change of the key is two records in Debezium's format.
fn absent_of(debezium: &[Value]) -> Result<Vec<Value>> {
    debezium.iter().map(|record| Ok(header(record, "becauselog.absent")?.unwrap_or_default())).collect()
}

async fn holds(version: Version, image: &str, expected: &Images) -> Result<()> {
    let server = MysqlServer::builder(version).option("binlog-row-image", image).start().await?;
    server.run(&STATEMENTS).await?;
    let played = play(&server).await?;
    ensure!(played.plain.len() == expected.len(), "{:#?}", played.plain);
    for (line, (before, after, absent)) in played.plain.iter().zip(expected) {
        let found = (&line["before"], &line["after"], &line["absent"]);
        ensure!(found == (before, after, absent), "{line:#}\nis not {before} {after} {absent}");
    }
    let [one, two, changed, moved, gone] = expected;
    let envelopes = [
        (&one.0, &one.1, &one.2),
        (&two.0, &two.1, &two.2),
        (&changed.0, &changed.1, &changed.2),
        // The old key is deleted, the new one created.
        (&moved.0, &Value::Null, &moved.2),
        (&Value::Null, &moved.1, &moved.2),
        (&gone.0, &gone.1, &gone.2),
    ];
    let said = absent_of(&played.debezium)?;
    ensure!(said.len() == envelopes.len(), "{:#?}", played.debezium);
    for ((record, said), (before, after, absent)) in played.debezium.iter().zip(&said).zip(envelopes) {
        let found = (&record["value"]["before"], &record["value"]["after"], said);
        ensure!(found == (before, after, absent), "{record:#}\nis not {before} {after} {absent}");
        ensure!(record["key"]["id"].is_number(), "{record:#}");
    }
    // Maxwell's messages have one row: what is after, and beside it what only the image before has.
    let update = played.maxwell.get(2).context("no update")?;
    let data = if image == "MINIMAL" { json!({"a": "uno", "id": 1}) } else { changed.1.clone() };
    ensure!(update["data"] == data, "{update:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_minimal_images_lack_is_said() -> Result<()> {
    for version in Version::SERVERS {
        holds(version, "MINIMAL", &minimal()).await.with_context(|| version.to_string())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_images_without_blobs_lack_is_said() -> Result<()> {
    for version in Version::SERVERS {
        holds(version, "NOBLOB", &noblob()).await.with_context(|| version.to_string())?;
    }
    Ok(())
}
