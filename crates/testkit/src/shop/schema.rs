//! The shop's tables.

pub(super) const STATEMENTS: &[&str] = &[
    "DROP DATABASE IF EXISTS shop",
    "CREATE DATABASE shop CHARACTER SET utf8mb4",
    "CREATE TABLE shop.customers (
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        email VARCHAR(120) NOT NULL UNIQUE,
        name VARCHAR(80) NOT NULL,
        tier ENUM('bronze','silver','gold') NOT NULL DEFAULT 'bronze',
        flags SET('newsletter','sms','vip') NOT NULL DEFAULT '',
        balance DECIMAL(12,2) NOT NULL DEFAULT 0,
        preferences JSON,
        birthday DATE,
        member_since YEAR,
        created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        updated_at DATETIME(3) NULL)",
    "CREATE TABLE shop.stock (
        sku VARCHAR(20) CHARACTER SET latin1 NOT NULL PRIMARY KEY,
        title VARCHAR(100) NOT NULL,
        shelf MEDIUMINT NOT NULL,
        quantity INT NOT NULL,
        price DECIMAL(10,4) NOT NULL,
        weight_kg DOUBLE,
        discount FLOAT,
        barcode BINARY(8) NOT NULL,
        restocked TIMESTAMP(3) NULL)",
    "CREATE TABLE shop.orders (
        id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        customer_id BIGINT UNSIGNED NOT NULL,
        status ENUM('new','paid','shipped','cancelled') NOT NULL DEFAULT 'new',
        total DECIMAL(12,2) NOT NULL,
        placed_at DATETIME(6) NOT NULL,
        note TEXT,
        KEY (customer_id))",
    "CREATE TABLE shop.order_lines (
        order_id INT UNSIGNED NOT NULL,
        line_no TINYINT UNSIGNED NOT NULL,
        sku VARCHAR(20) CHARACTER SET latin1 NOT NULL,
        quantity SMALLINT NOT NULL,
        unit_price DECIMAL(10,4) NOT NULL,
        gift BIT(1) NOT NULL DEFAULT b'0',
        PRIMARY KEY (order_id, line_no))",
    "CREATE TABLE shop.payments (
        id BINARY(16) NOT NULL PRIMARY KEY,
        order_id INT UNSIGNED NOT NULL,
        amount DECIMAL(12,2) NOT NULL,
        method ENUM('card','transfer','cash') NOT NULL,
        fee DOUBLE NOT NULL,
        reference CHAR(12) NOT NULL,
        receipt BLOB,
        paid_at TIMESTAMP(6) NULL,
        KEY (order_id))",
    "CREATE TABLE shop.audit_log (
        at DATETIME(6) NOT NULL,
        actor VARCHAR(40) NOT NULL,
        action VARCHAR(40) NOT NULL,
        detail JSON,
        took TIME(3))",
    "INSERT INTO shop.stock (sku, title, shelf, quantity, price, weight_kg, discount, barcode) VALUES
        ('TEA-001', 'Green tea, 100 g', 1, 500, 4.9500, 0.1, NULL, UNHEX('0102030405060708')),
        ('TEA-002', 'Earl Grey — loose', 1, 400, 6.2500, 0.125, 0.1, UNHEX('0102030405060700')),
        ('MUG-001', 'Mug \"because\"', -2, 120, 12.0000, 0.33, NULL, UNHEX('FFFEFDFCFBFAF9F8')),
        ('POT-001', 'Teapot, cast iron', -2, 40, 79.9000, 1.85, 0.25, UNHEX('0000000000000000')),
        ('TIN-001', 'Tin 茶', 300, 250, 3.3333, 0.05, NULL, UNHEX('00FF00FF00FF00FF')),
        ('BAG-001', 'Paper filters ×100', 300, 1000, 2.1000, 0.07, 0.05, UNHEX('CAFEBABEDEADBEEF'))",
    "INSERT INTO shop.customers (email, name, tier, flags, preferences, birthday, member_since) VALUES
        ('ada@example.test', 'Ada', 'gold', 'newsletter,vip', '{\"lang\": \"en\", \"scores\": [1, 2.5]}', '1815-12-10', 2001),
        ('grace@example.test', 'Grace', 'silver', '', '{}', '1906-12-09', 2011),
        ('zoe@example.test', 'Zoë 🫖', 'bronze', 'sms', NULL, NULL, NULL)",
];

/// The change in the middle of a run.
pub(super) const ALTER: &str = "ALTER TABLE shop.orders \
    ADD COLUMN channel ENUM('web','store','phone') NOT NULL DEFAULT 'web', ADD COLUMN parcels TINYINT";

/// Whether it has been made already.
pub(super) const ALTERED: &str = "SELECT COUNT(*) FROM information_schema.COLUMNS \
    WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'orders' AND COLUMN_NAME = 'channel'";
