//! One clerk at work: a connection, what it knows of the shop, and what it has done.

use anyhow::{Context, Result};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Pool};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::schema;
use super::{Counts, RowCounts};

/// What a statement does to its rows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Insert,
    Update,
    Delete,
}

/// A session of the workload.
pub(super) struct Session {
    pub(super) conn: Conn,
    pub(super) rng: StdRng,
    pub(super) counts: Counts,
    /// Row changes of the open transaction.
    pub(super) pending: RowCounts,
    pub(super) customers: Vec<u64>,
    /// Orders that can still be paid or cancelled.
    pub(super) open_orders: Vec<u64>,
    pub(super) altered: bool,
    pub(super) serial: u64,
}

impl Session {
    pub(super) async fn open(pool: &Pool, seed: u64) -> Result<Self> {
        let mut conn = pool.get_conn().await?;
        let customers = conn.query("SELECT id FROM shop.customers ORDER BY id").await?;
        let open_orders = conn.query("SELECT id FROM shop.orders WHERE status = 'new' ORDER BY id").await?;
        let altered: Option<u64> = conn.query_first(schema::ALTERED).await?;
        Ok(Self {
            conn,
            rng: StdRng::seed_from_u64(seed),
            counts: Counts::default(),
            pending: RowCounts::default(),
            customers,
            open_orders,
            altered: altered != Some(0),
            serial: seed.wrapping_mul(1_000_003),
        })
    }

    /// One transaction, chosen by chance.
    pub(super) async fn step(&mut self) -> Result<()> {
        match self.rng.random_range(0..100_u32) {
            0..14 => self.register().await,
            14..44 => self.check_out().await,
            44..62 => self.pay().await,
            62..70 => self.restock().await,
            70..75 => self.cancel().await,
            75..79 => self.change_mind().await,
            79..84 => self.second_thoughts().await,
            84..92 => self.change_customer().await,
            92..94 => self.rename_article().await,
            94..97 => self.forget_customers().await,
            _ => self.trim_log().await,
        }
    }

    /// The change of a table in the middle of the run, once.
    pub(super) async fn alter_once(&mut self) -> Result<()> {
        if !self.altered {
            self.conn.query_drop(schema::ALTER).await?;
            self.altered = true;
            self.counts.alters += 1;
        }
        Ok(())
    }

    pub(super) async fn close(self) -> Result<Counts> {
        self.conn.disconnect().await?;
        Ok(self.counts)
    }

    /// Runs a statement and books its rows to the open transaction.
    pub(super) async fn change(&mut self, kind: Kind, statement: &str) -> Result<u64> {
        self.conn.query_drop(statement).await.with_context(|| statement.to_owned())?;
        let rows = self.conn.affected_rows();
        match kind {
            Kind::Insert => self.pending.inserts += rows,
            Kind::Update => self.pending.updates += rows,
            Kind::Delete => self.pending.deletes += rows,
        }
        Ok(rows)
    }

    pub(super) async fn begin(&mut self) -> Result<()> {
        Ok(self.conn.query_drop("START TRANSACTION").await?)
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        self.conn.query_drop("COMMIT").await?;
        self.settle();
        Ok(())
    }

    /// Books the rows of a transaction that is committed (by itself, where there was no `START TRANSACTION`).
    pub(super) fn settle(&mut self) {
        let rows = std::mem::take(&mut self.pending);
        if rows.total() > 0 {
            self.counts.transactions += 1;
            self.counts.rows.add(rows);
        }
    }

    pub(super) async fn roll_back(&mut self) -> Result<()> {
        self.conn.query_drop("ROLLBACK").await?;
        self.pending = RowCounts::default();
        self.counts.rolled_back += 1;
        Ok(())
    }

    /// A number that no other step of this run has.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    pub(super) fn any_customer(&mut self) -> Option<u64> {
        let index = self.rng.random_range(0..self.customers.len().max(1));
        self.customers.get(index).copied()
    }

    /// Takes an open order out of the list.
    pub(super) fn take_order(&mut self) -> Option<u64> {
        if self.open_orders.is_empty() {
            return None;
        }
        let index = self.rng.random_range(0..self.open_orders.len());
        Some(self.open_orders.swap_remove(index))
    }
}
