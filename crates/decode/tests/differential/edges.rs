//! Rows that have next to nothing in them.

use anyhow::{Context, Result};
use becauselog_model::Cell;
use becauselog_schema::Tracker;
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::prelude::Queryable;

use crate::events;

/// What a log has of inserted rows that name no column, under `binlog_row_image=MINIMAL`.
///
/// Without AUTO_INCREMENT such a row takes no bytes at all. Servers log one of them in an event and refuse the statement
/// that inserts more.
pub async fn rows_without_columns(version: Version) -> Result<()> {
    let server = MysqlServer::builder(version).option("binlog-row-image", "MINIMAL").start().await?;
    let mut conn = server.conn().await?;
    conn.query_drop("CREATE DATABASE d").await?;
    conn.query_drop("USE d").await?;
    conn.query_drop("CREATE TABLE bare (a INT DEFAULT 5, b INT)").await?;
    conn.query_drop("CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, b INT)").await?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    conn.query_drop("INSERT INTO bare () VALUES ()").await?;
    let refused = conn.query_drop("INSERT INTO bare () VALUES (), (), ()").await;
    assert!(refused.is_err(), "{version}: {refused:?}");
    conn.query_drop("INSERT INTO counted () VALUES (), (), ()").await?;
    let files: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await?;
    let name: String = files.last().and_then(|row| row.get(0)).context("no binlog file")?;
    let mut rows = vec![];
    let file = server.datadir().join(name);
    let count = events::read(&file, &mut conn, &mut Tracker::online(), |change| {
        rows.push((change.shape.name.table.to_string(), format!("{:?}", change.after.as_ref().unwrap())));
        Ok(())
    })
    .await?;
    let of = |table: &str, cells: &[Cell<'_>]| (table.to_owned(), format!("{cells:?}"));
    let wanted = [
        of("bare", &[Cell::Absent, Cell::Absent]),
        of("counted", &[Cell::Int(1), Cell::Absent]),
        of("counted", &[Cell::Int(2), Cell::Absent]),
        of("counted", &[Cell::Int(3), Cell::Absent]),
    ];
    assert_eq!((count, rows.as_slice()), (4, &wanted[..]), "{version}");
    Ok(())
}
