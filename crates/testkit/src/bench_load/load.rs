//! Generating the workload, and asking the server what it was.

use anyhow::{Context, Result};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use super::schema::{self, Table};
use super::{Expected, LogFile, RowSum, Size, TableExpectation};
use crate::server::MysqlServer;

/// Rows of one ordinary statement.
const STATEMENT_ROWS: u32 = 1000;

struct Loader {
    conn: Conn,
    expected: Expected,
    /// Row changes since the last commit.
    open: u64,
    /// Whether each statement is a transaction of its own.
    autocommit: bool,
}

pub(super) async fn run(server: &MysqlServer, seed: u64, size: Size) -> Result<Expected> {
    let mut conn = server.conn().await?;
    conn.query_drop("SET SESSION sql_log_bin = 0").await?;
    for statement in schema::numbers(330_000) {
        conn.query_drop(statement).await?;
    }
    conn.query_drop("SET SESSION sql_log_bin = 1").await?;
    conn.query_drop(format!("SET @seed = {seed}, SESSION time_zone = '+00:00'")).await?;
    let (narrow, medium, wide) = (schema::narrow(), schema::medium(), schema::wide());
    for table in [&narrow, &medium, &wide] {
        conn.query_drop(table.create()).await?;
    }
    conn.query_drop("FLUSH BINARY LOGS").await?;
    let gtids_before = server.gtid_executed().await?;
    let expected = Expected {
        tables: [&narrow, &medium, &wide]
            .map(|table| {
                let empty = TableExpectation { columns: table.width(), ..TableExpectation::default() };
                (table.name.to_owned(), empty)
            })
            .into(),
        transactions: 0,
        largest_transaction: 0,
        files: Vec::new(),
        gtids_before,
        gtids_after: String::new(),
    };
    let mut loader = Loader { conn, expected, open: 0, autocommit: true };
    loader.changes(&narrow, &medium, &wide, size).await?;
    loader.finish(server).await
}

impl Loader {
    async fn changes(&mut self, narrow: &Table, medium: &Table, wide: &Table, size: Size) -> Result<()> {
        self.insert(narrow, 0, size.of(250_000), STATEMENT_ROWS).await?;
        self.insert(wide, 0, size.of(80_000), STATEMENT_ROWS / 2).await?;
        self.insert(medium, 300_000, 300_000 + size.of(30_000), 10).await?;
        self.one_transaction(medium, size.of(300_000)).await?;
        self.single_rows(narrow, 800_000, size.of(15_000)).await?;
        self.update(narrow, 0, size.of(100_000), STATEMENT_ROWS).await?;
        self.update(medium, 0, size.of(140_000), STATEMENT_ROWS).await?;
        self.update(wide, 0, size.of(40_000), STATEMENT_ROWS).await?;
        self.update(medium, 300_000, 300_000 + size.of(5_000), 1).await?;
        self.delete(medium, 0, size.of(40_000), STATEMENT_ROWS).await
    }

    async fn insert(&mut self, table: &Table, from: u32, to: u32, step: u32) -> Result<()> {
        for (from, to) in ranges(from, to, step) {
            let affected = self.apply(&table.insert(from, to)).await?;
            let sum = self.sum(table, from, to).await?;
            self.table(table)?.inserts.add(sum);
            self.changed(sum.rows, affected)?;
        }
        Ok(())
    }

    async fn update(&mut self, table: &Table, from: u32, to: u32, step: u32) -> Result<()> {
        for (from, to) in ranges(from, to, step) {
            let sum = self.sum(table, from, to).await?;
            let set = table.update;
            let name = table.name;
            let affected = self
                .apply(&format!("UPDATE bench.{name} SET {set} WHERE id >= {from} AND id < {to}"))
                .await?;
            self.table(table)?.updates.add(sum);
            self.changed(sum.rows, affected)?;
        }
        Ok(())
    }

    async fn delete(&mut self, table: &Table, from: u32, to: u32, step: u32) -> Result<()> {
        for (from, to) in ranges(from, to, step) {
            let sum = self.sum(table, from, to).await?;
            let name = table.name;
            let affected =
                self.apply(&format!("DELETE FROM bench.{name} WHERE id >= {from} AND id < {to}")).await?;
            self.table(table)?.deletes.add(sum);
            self.changed(sum.rows, affected)?;
        }
        Ok(())
    }

    /// One transaction of many rows.
    async fn one_transaction(&mut self, table: &Table, rows: u32) -> Result<()> {
        self.conn.query_drop("START TRANSACTION").await?;
        self.autocommit = false;
        self.insert(table, 0, rows, 10_000).await?;
        self.conn.query_drop("COMMIT").await?;
        self.autocommit = true;
        self.committed();
        Ok(())
    }

    /// Transactions of one row, written out as an application writes them.
    async fn single_rows(&mut self, table: &Table, first: u32, rows: u32) -> Result<()> {
        for id in first..first + rows {
            let statement = format!(
                "/* request='{id}' */ INSERT INTO bench.{} (id, c01, c02) VALUES ({id}, {}, 'row {id}')",
                table.name,
                id % 1000
            );
            let affected = self.apply(&statement).await?;
            self.changed(1, affected)?;
        }
        let sum = self.sum(table, first, first + rows).await?;
        self.table(table)?.inserts.add(sum);
        Ok(())
    }

    async fn apply(&mut self, statement: &str) -> Result<u64> {
        self.conn.query_drop(statement).await?;
        Ok(self.conn.affected_rows())
    }

    fn changed(&mut self, rows: u64, affected: u64) -> Result<()> {
        anyhow::ensure!(rows > 0, "a statement of the workload changed nothing");
        anyhow::ensure!(rows == affected, "{affected} rows were affected, but {rows} are there");
        self.open += rows;
        if self.autocommit {
            self.committed();
        }
        Ok(())
    }

    fn committed(&mut self) {
        self.expected.transactions += 1;
        self.expected.largest_transaction = self.expected.largest_transaction.max(self.open);
        self.open = 0;
    }

    fn table(&mut self, table: &Table) -> Result<&mut TableExpectation> {
        self.expected.tables.get_mut(table.name).context("an unknown table")
    }

    /// Rows and sum of keys of a range, as the server counts them.
    async fn sum(&mut self, table: &Table, from: u32, to: u32) -> Result<RowSum> {
        let name = table.name;
        let sum: Option<(u64, u64)> = self
            .conn
            .query_first(format!(
                "SELECT COUNT(*), CAST(COALESCE(SUM(id), 0) AS UNSIGNED) FROM bench.{name} \
                 WHERE id >= {from} AND id < {to}"
            ))
            .await?;
        let (rows, key_sum) = sum.context("no sum")?;
        Ok(RowSum { rows, key_sum })
    }

    async fn finish(mut self, server: &MysqlServer) -> Result<Expected> {
        for table in [schema::narrow(), schema::medium(), schema::wide()] {
            let remaining = self.sum(&table, 0, u32::MAX).await?;
            self.table(&table)?.remaining = remaining;
        }
        self.conn.query_drop("FLUSH BINARY LOGS").await?;
        let logs: Vec<mysql_async::Row> = self.conn.query("SHOW BINARY LOGS").await?;
        // The first holds the tables' creation, the last is the one just begun.
        for row in logs.iter().skip(1).rev().skip(1).rev() {
            let name: String = row.get(0).context("a binlog without a name")?;
            let bytes: u64 = row.get(1).context("a binlog without a size")?;
            self.expected.files.push(LogFile { name, bytes });
        }
        self.expected.gtids_after = server.gtid_executed().await?;
        self.conn.disconnect().await?;
        Ok(self.expected)
    }
}

fn ranges(from: u32, to: u32, step: u32) -> impl Iterator<Item = (u32, u32)> {
    (from..to).step_by(step.max(1) as usize).map(move |start| (start, (start + step).min(to)))
}
