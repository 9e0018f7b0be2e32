//! What is written to a server's binlog for one case: nothing else is in it.

use anyhow::Result;
use becauselog_testkit::MysqlServer;
use mysql_async::{Conn, prelude::Queryable};

/// Rows of each transaction where the tables are many.
const ROWS_IN_SMALL: u32 = 10;

/// One case.
#[derive(Debug, Clone, Copy)]
pub enum Load {
    /// Rows of one table in transactions of one size.
    Sizes { size: u32, rows: u32 },
    /// Small transactions, each of the next one of so many tables.
    Tables { tables: u32, rows: u32, metadata: &'static str },
}

impl Load {
    /// What its line says.
    pub fn name(self) -> String {
        match self {
            Self::Sizes { size, .. } => size.to_string(),
            Self::Tables { tables, .. } => tables.to_string(),
        }
    }

    /// How many row changes it has.
    pub const fn rows(self) -> u32 {
        match self {
            Self::Sizes { size, rows } => rows / size * size,
            Self::Tables { rows, .. } => rows / ROWS_IN_SMALL * ROWS_IN_SMALL,
        }
    }

    /// Writes it. Tables are made out of the log's sight, and the log begins with the first row.
    pub async fn make(self, server: &MysqlServer) -> Result<()> {
        println!("making {self:?}");
        let mut conn = server.conn().await?;
        conn.query_drop("SET sql_log_bin = 0").await?;
        conn.query_drop("DROP DATABASE IF EXISTS scaling").await?;
        conn.query_drop("CREATE DATABASE scaling").await?;
        match self {
            Self::Sizes { rows, .. } => numbers(&mut conn, rows).await?,
            Self::Tables { tables, metadata, .. } => {
                conn.query_drop(format!("SET GLOBAL binlog_row_metadata = '{metadata}'")).await?;
                for table in 0..tables {
                    conn.query_drop(create(&format!("t{table}"))).await?;
                }
            }
        }
        conn.query_drop("RESET BINARY LOGS AND GTIDS").await?;
        conn.query_drop("SET sql_log_bin = 1").await?;
        match self {
            Self::Sizes { size, rows } => by_size(&mut conn, size, rows).await?,
            Self::Tables { tables, rows, .. } => by_table(&mut conn, tables, rows).await?,
        }
        conn.disconnect().await?;
        Ok(())
    }
}

fn create(table: &str) -> String {
    format!("CREATE TABLE scaling.{table} (id INT PRIMARY KEY, name VARCHAR(64), amount BIGINT)")
}

/// A table of the numbers from 0 to `rows`, and an empty one for what is measured.
async fn numbers(conn: &mut Conn, rows: u32) -> Result<()> {
    conn.query_drop("CREATE TABLE scaling.seq (n INT PRIMARY KEY)").await?;
    conn.query_drop("INSERT INTO scaling.seq VALUES (0)").await?;
    let mut there = 1;
    while there < rows {
        let sql =
            format!("INSERT INTO scaling.seq SELECT n + {there} FROM scaling.seq WHERE n + {there} < {rows}");
        conn.query_drop(sql).await?;
        there = there.saturating_mul(2);
    }
    conn.query_drop(create("one")).await?;
    Ok(())
}

async fn by_size(conn: &mut Conn, size: u32, rows: u32) -> Result<()> {
    for from in (0..rows / size).map(|number| number * size) {
        let to = from + size;
        let sql = format!(
            "INSERT INTO scaling.one SELECT n, CONCAT('a name with a number ', n), n * 7 FROM scaling.seq \
             WHERE n >= {from} AND n < {to}"
        );
        conn.query_drop(sql).await?;
    }
    Ok(())
}

async fn by_table(conn: &mut Conn, tables: u32, rows: u32) -> Result<()> {
    for number in 0..rows / ROWS_IN_SMALL {
        let ids = (number * ROWS_IN_SMALL)..((number + 1) * ROWS_IN_SMALL);
        let values: Vec<String> = ids.map(|id| format!("({id},'a name with a number {id}',{id})")).collect();
        let sql = format!("INSERT INTO scaling.t{} VALUES {}", number % tables, values.join(","));
        conn.query_drop(sql).await?;
    }
    Ok(())
}
