//! Updates of parts of JSON documents.

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::{Value, json};

use super::play::{Played, header, play};

/// The versions that log them.
const VERSIONS: [Version; 2] = [Version::V9_7, Version::V8_0];

/// What a document is made into, one after another: each in place, so that the server logs a diff.
const CHANGES: [&str; 16] = [
    "JSON_SET(doc, '$.a', 99)",
    "JSON_REPLACE(doc, '$.list[1]', JSON_OBJECT('k', 'v'))",
    "JSON_SET(doc, '$.list[1].k', NULL)",
    "JSON_REMOVE(doc, '$.list[0]')",
    "JSON_SET(doc, '$.new', 1.5e0)",
    "JSON_SET(doc, '$.list[9]', 'last')",
    "JSON_SET(doc, '$.list[last]', TRUE)",
    "JSON_SET(doc, '$.\"a b\"', CAST('12:34:56.123456' AS TIME(6)))",
    "JSON_SET(doc, '$.\"a b\"', CAST(12.50 AS DECIMAL(9,2)), '$.a', -1, '$.deep.er.most', 'x')",
    "JSON_REMOVE(doc, '$.deep.er.most', '$.new')",
    "JSON_SET(doc, '$.\"\\\\\"é\\\\u0001\"', JSON_ARRAY(1, JSON_ARRAY()))",
    "JSON_SET(doc, '$.\"\\\\\"é\\\\u0001\"[1]', REPEAT('z', 300))",
    "JSON_SET(doc, '$.u', 18446744073709551615, '$.n', -9223372036854775808)",
    "JSON_SET(doc, '$.pad', 'shorter')",
    "JSON_REPLACE(doc, '$.deep', JSON_OBJECT())",
    "JSON_SET(doc, '$.a', JSON_ARRAY(1, 2), '$.a[0]', 5, '$.a[5]', 6)",
];

async fn server(version: Version, image: &str) -> Result<MysqlServer> {
    let server = MysqlServer::builder(version)
        .option("binlog-row-value-options", "PARTIAL_JSON")
        .option("binlog-row-image", image)
        .option("binlog-row-metadata", "FULL")
        .start()
        .await?;
    let document = "CONCAT('{\"a\": 1, \"list\": [1, 2, 3], \"deep\": {\"er\": {\"most\": 0}}, \"pad\": \"', \
                    REPEAT('p', 500), '\"}')";
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, doc JSON, v INT)",
            &format!("INSERT INTO shop.t SELECT 1, {document}, 0"),
        ])
        .await?;
    Ok(server)
}

/// Makes each change; the server's text of the document after each.
async fn change(conn: &mut Conn) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for change in CHANGES {
        conn.query_drop(format!("UPDATE shop.t SET doc = {change}, v = v + 1")).await.context(change)?;
        texts.push(conn.query_first("SELECT CAST(doc AS CHAR) FROM shop.t").await?.context("no row")?);
    }
    Ok(texts)
}

/// The messages of the updates: all but the first.
fn updates(played: &Played) -> Result<(&[Value], &[Value], &[Value])> {
    let after_first = |all: &'_ [Value]| -> Result<()> {
        ensure!(all.len() == CHANGES.len() + 1, "{} messages: {all:#?}", all.len());
        Ok(())
    };
    after_first(&played.plain)?;
    after_first(&played.debezium)?;
    after_first(&played.maxwell)?;
    Ok((&played.plain[1..], &played.debezium[1..], &played.maxwell[1..]))
}

/// A document that numbers may be written otherwise in.
fn document(text: &Value) -> Result<Value> {
    Ok(serde_json::from_str(text.as_str().context("no text")?)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn diffs_are_applied_to_the_document_before() -> Result<()> {
    for version in VERSIONS {
        // NOBLOB has the document before where it changes.
        for image in ["FULL", "NOBLOB"] {
            applied(version, image).await?;
        }
    }
    Ok(())
}

async fn applied(version: Version, image: &str) -> Result<()> {
    let server = server(version, image).await?;
    let texts = change(&mut server.conn().await?).await?;
    let played = play(&server).await?;
    let (plain, debezium, maxwell) = updates(&played)?;
    for (at, text) in texts.iter().enumerate() {
        let case = || format!("{version} {image}: {}", CHANGES[at]);
        ensure!(plain[at]["after"]["doc"] == *text, "{}: {:#} is not {text}", case(), plain[at]);
        ensure!(plain[at].get("json_diffs").is_none() && plain[at].get("absent").is_none(), "{}", case());
        let after = &debezium[at]["value"]["after"];
        let expected = document(&json!(text))?;
        ensure!(document(&after["doc"])? == expected, "{}: {after} is not {text}", case());
        ensure!(header(&debezium[at], "becauselog.json_diffs")?.is_none(), "{}", case());
        ensure!(maxwell[at]["data"]["doc"] == expected, "{}: {:#} is not {text}", case(), maxwell[at]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn diffs_without_the_document_before_are_delivered_as_diffs() -> Result<()> {
    for version in VERSIONS {
        let server = server(version, "MINIMAL").await?;
        change(&mut server.conn().await?).await?;
        let played = play(&server).await?;
        let (plain, debezium, maxwell) = updates(&played)?;
        let first = json!({"doc": [{"op": "replace", "path": "$.a", "value": "99"}]});
        let case = || format!("{version}: {:#}\n{:#}\n{:#}", plain[0], debezium[0], maxwell[0]);
        ensure!(plain[0]["json_diffs"] == first && plain[0]["after"] == json!({"v": 1}), "{}", case());
        ensure!(plain[0]["absent"] == json!({"before": ["doc", "v"], "after": ["id"]}), "{}", case());
        ensure!(header(&debezium[0], "becauselog.json_diffs")? == Some(first.clone()), "{}", case());
        ensure!(debezium[0]["value"]["after"] == json!({"v": 1}), "{}", case());
        ensure!(
            maxwell[0]["json_diffs"] == first && maxwell[0]["data"] == json!({"v": 1, "id": 1}),
            "{}",
            case()
        );
        let removed = json!({"doc": [{"op": "remove", "path": "$.list[0]"}]});
        ensure!(plain[3]["json_diffs"] == removed, "{version}: {:#}", plain[3]);
    }
    Ok(())
}
