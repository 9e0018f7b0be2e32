//! What people do in the shop. Each action is one transaction.

use anyhow::{Context, Result};
use mysql_async::prelude::Queryable;
use rand::RngExt;

use super::session::{Kind, Session};

const NAMES: [&str; 6] = ["Ada", "Grace", "Zoë", "李雷", "O'Brien", "Łukasz"];
const NOTES: [&str; 5] =
    ["NULL", "'leave at the door'", "''", "'gift: \"for you\" 🎁\\nsecond line'", "'tab\\there'"];

impl Session {
    /// One statement, several rows.
    pub(super) async fn register(&mut self) -> Result<()> {
        let count = self.rng.random_range(1..=4_u32);
        let rows: Vec<String> = (0..count).map(|_| self.new_customer()).collect();
        let statement = format!(
            "/* action='register' */ INSERT INTO shop.customers \
             (email, name, tier, flags, balance, preferences, birthday, member_since) VALUES {}",
            rows.join(", ")
        );
        self.change(Kind::Insert, &statement).await?;
        self.settle();
        let first = self.conn.last_insert_id().context("no id for a new customer")?;
        self.customers.extend((0..u64::from(count)).map(|offset| first + offset));
        Ok(())
    }

    fn new_customer(&mut self) -> String {
        let serial = self.next_serial();
        let name = NAMES[self.rng.random_range(0..NAMES.len())].replace('\'', "''");
        let tier = self.rng.random_range(1..=3_u32);
        let flags = self.rng.random_range(0..8_u32);
        let cents = self.rng.random_range(-500_000..5_000_000_i64);
        let score = self.rng.random_range(-1000..1000_i32);
        let year = self.rng.random_range(1901..2010_u32);
        let (month, day) = (self.rng.random_range(1..=12_u32), self.rng.random_range(1..=28_u32));
        format!(
            "('c{serial}@example.test', '{name}', {tier}, {flags}, {cents} / 100, \
             JSON_OBJECT('lang', 'de', 'score', {score}, 'nested', JSON_ARRAY(1, NULL, TRUE, 1.5, 'x')), \
             '{year}-{month:02}-{day:02}', {year})"
        )
    }

    /// Several tables, one transaction.
    pub(super) async fn check_out(&mut self) -> Result<()> {
        self.begin().await?;
        let order = self.place_order().await?;
        self.audit("check out", &format!("JSON_OBJECT('order', {order})")).await?;
        self.commit().await?;
        self.open_orders.push(order);
        Ok(())
    }

    /// An order with its lines; the stock goes down.
    async fn place_order(&mut self) -> Result<u64> {
        let customer = self.any_customer().unwrap_or(1);
        let note = NOTES[self.rng.random_range(0..NOTES.len())];
        let cents = self.rng.random_range(100..100_000_u32);
        let (column, value) = if self.altered { (", channel", ", 'store'") } else { ("", "") };
        self.change(
            Kind::Insert,
            &format!(
                "/* action='checkout' */ INSERT INTO shop.orders (customer_id, total, placed_at, note{column}) \
                 VALUES ({customer}, {cents} / 100, NOW(6), {note}{value})"
            ),
        )
        .await?;
        let order = self.conn.last_insert_id().context("no id for a new order")?;
        let lines = self.rng.random_range(1..=5_u32);
        let shelf = [1, -2, 300][self.rng.random_range(0..3_usize)];
        self.change(
            Kind::Insert,
            &format!(
                "INSERT INTO shop.order_lines (order_id, line_no, sku, quantity, unit_price, gift) \
                 SELECT {order}, n, sku, n * 2, price, n % 2 FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL \
                 SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS numbers, \
                 (SELECT sku, price FROM shop.stock WHERE shelf = {shelf} ORDER BY sku LIMIT 1) AS article \
                 WHERE n <= {lines}"
            ),
        )
        .await?;
        self.change(
            Kind::Update,
            &format!("UPDATE shop.stock SET quantity = quantity - {lines} WHERE shelf = {shelf}"),
        )
        .await?;
        Ok(order)
    }

    pub(super) async fn pay(&mut self) -> Result<()> {
        let Some(order) = self.take_order() else { return self.check_out().await };
        let serial = self.next_serial();
        let method = self.rng.random_range(1..=3_u32);
        let fee = f64::from(self.rng.random_range(0..100_000_u32)) / 7000.0;
        self.begin().await?;
        self.change(
            Kind::Insert,
            &format!(
                "/* action='pay' */ INSERT INTO shop.payments \
                 (id, order_id, amount, method, fee, reference, receipt, paid_at) \
                 SELECT UNHEX(LEFT(SHA2('{serial}', 256), 32)), id, total, {method}, {fee:?}, LPAD('{serial}', 12, '0'), \
                 IF({method} = 1, UNHEX(SHA2('{serial}', 224)), NULL), NOW(6) FROM shop.orders WHERE id = {order}"
            ),
        )
        .await?;
        self.change(Kind::Update, &format!("UPDATE shop.orders SET status = 'paid' WHERE id = {order}"))
            .await?;
        self.change(
            Kind::Update,
            &format!(
                "UPDATE shop.customers SET balance = balance + 1.05, updated_at = NOW(3) \
                 WHERE id = (SELECT customer_id FROM shop.orders WHERE id = {order})"
            ),
        )
        .await?;
        self.audit("pay", &format!("JSON_OBJECT('order', {order}, 'fee', {fee:?})")).await?;
        self.commit().await
    }

    /// One statement that changes many rows.
    pub(super) async fn restock(&mut self) -> Result<()> {
        let more = self.rng.random_range(1..50_u32);
        self.change(
            Kind::Update,
            &format!(
                "/* job='restock' */ UPDATE shop.stock SET quantity = quantity + {more}, restocked = NOW(3) \
                 WHERE quantity < 100000"
            ),
        )
        .await?;
        self.settle();
        Ok(())
    }

    pub(super) async fn cancel(&mut self) -> Result<()> {
        let Some(order) = self.take_order() else { return self.restock().await };
        self.begin().await?;
        self.change(
            Kind::Delete,
            &format!("/* action='cancel' */ DELETE FROM shop.order_lines WHERE order_id = {order}"),
        )
        .await?;
        self.change(Kind::Delete, &format!("DELETE FROM shop.orders WHERE id = {order}")).await?;
        self.audit("cancel", &format!("JSON_OBJECT('order', {order})")).await?;
        self.commit().await
    }

    /// Everything is undone: nothing of it may be seen by a reader of the log.
    pub(super) async fn change_mind(&mut self) -> Result<()> {
        self.begin().await?;
        self.place_order().await?;
        self.roll_back().await
    }

    /// A part is undone, the rest is committed.
    pub(super) async fn second_thoughts(&mut self) -> Result<()> {
        self.begin().await?;
        let order = self.place_order().await?;
        let kept = self.pending;
        self.conn.query_drop("SAVEPOINT before_gift").await?;
        self.change(
            Kind::Update,
            &format!("UPDATE shop.order_lines SET gift = 1 - gift WHERE order_id = {order}"),
        )
        .await?;
        self.audit("gift", "NULL").await?;
        self.conn.query_drop("ROLLBACK TO SAVEPOINT before_gift").await?;
        self.pending = kept;
        self.counts.to_savepoint += 1;
        self.audit("no gift", "JSON_ARRAY()").await?;
        self.commit().await?;
        self.open_orders.push(order);
        Ok(())
    }

    pub(super) async fn change_customer(&mut self) -> Result<()> {
        let Some(customer) = self.any_customer() else { return self.register().await };
        let score = self.rng.random_range(0..1_000_000_u32);
        let name = NAMES[self.rng.random_range(0..NAMES.len())].replace('\'', "''");
        self.change(
            Kind::Update,
            &format!(
                "/* action='profile' */ UPDATE shop.customers SET name = '{name}', updated_at = NOW(3), \
                 preferences = JSON_SET(COALESCE(preferences, JSON_OBJECT()), '$.score', {score}) \
                 WHERE id = {customer}"
            ),
        )
        .await?;
        self.settle();
        Ok(())
    }

    /// A primary key changes.
    pub(super) async fn rename_article(&mut self) -> Result<()> {
        let serial = self.next_serial() % 1_000_000_000;
        let rows = self
            .change(
                Kind::Update,
                &format!("UPDATE shop.stock SET sku = 'BAG-{serial}' WHERE sku LIKE 'BAG-%' LIMIT 1"),
            )
            .await?;
        self.counts.key_changes += rows;
        self.settle();
        Ok(())
    }

    /// One statement that deletes several rows.
    pub(super) async fn forget_customers(&mut self) -> Result<()> {
        let Some(customer) = self.any_customer() else { return self.register().await };
        let first = customer.saturating_sub(2);
        self.change(
            Kind::Delete,
            &format!("/* job='gdpr' */ DELETE FROM shop.customers WHERE id BETWEEN {first} AND {customer}"),
        )
        .await?;
        self.settle();
        self.customers.retain(|id| !(first..=customer).contains(id));
        Ok(())
    }

    /// Rows of a table without a key go.
    pub(super) async fn trim_log(&mut self) -> Result<()> {
        self.change(Kind::Delete, "/* job='trim' */ DELETE FROM shop.audit_log ORDER BY at LIMIT 3").await?;
        self.settle();
        Ok(())
    }

    /// Two equal rows now and then: the table has no key.
    async fn audit(&mut self, action: &str, detail: &str) -> Result<()> {
        let twice = self.rng.random_bool(0.2);
        let millis = self.rng.random_range(-5000..59_000_i32);
        let sign = if millis < 0 { "-" } else { "" };
        let (seconds, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
        let row = format!("(NOW(6), 'clerk', '{action}', {detail}, '{sign}00:00:{seconds:02}.{rest:03}')");
        let rows = if twice { format!("{row}, {row}") } else { row };
        self.change(
            Kind::Insert,
            &format!("INSERT INTO shop.audit_log (at, actor, action, detail, took) VALUES {rows}"),
        )
        .await?;
        Ok(())
    }
}
