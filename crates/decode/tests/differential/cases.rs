//! The tables: columns with their SQL types, how to make values for them, and how they are compared.

#[path = "cases/bytes.rs"]
mod bytes;
#[path = "cases/documents.rs"]
mod documents;
#[path = "cases/mariadb.rs"]
mod mariadb;
#[path = "cases/numbers.rs"]
mod numbers;
#[path = "cases/texts.rs"]
mod texts;
#[path = "cases/times.rs"]
mod times;

use becauselog_testkit::Dialect;

use crate::seeded::Seeded;

/// Makes an SQL expression for a value.
pub type Maker = Box<dyn Fn(&mut Seeded) -> String + Send + Sync>;

/// How a column's values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `CAST(… AS CHAR)`.
    Plain,
    /// The number as a double.
    Real,
    /// The number that BIT holds.
    Bits,
    /// Its bytes.
    Hex,
    /// Its bytes, and its text as the server converts it to UTF-8.
    Text,
    /// The number of an ENUM or SET, and its text.
    Chosen,
    /// A document: by structure, numbers by value, decimals and times by text.
    Json,
}

pub struct Column {
    pub name: String,
    pub sql: String,
    pub form: Form,
    pub make: Maker,
}

pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Rows for one unit of work.
    pub rows: usize,
}

impl Table {
    fn new(name: &str, rows: usize, columns: Vec<Column>) -> Self {
        Self { name: name.to_owned(), columns, rows }
    }

    pub fn create(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|c| format!("`{}` {}", c.name, c.sql)).collect();
        format!("CREATE TABLE `{}` (id INT NOT NULL PRIMARY KEY, {})", self.name, columns.join(", "))
    }

    /// Columns that can be written to.
    pub fn writable(&self) -> Vec<&Column> {
        self.columns.iter().filter(|column| !column.sql.contains(" AS (")).collect()
    }
}

fn column(name: impl Into<String>, sql: impl Into<String>, form: Form, make: Maker) -> Column {
    Column { name: name.into(), sql: sql.into(), form, make }
}

/// All tables that a server can have.
pub fn tables(dialect: Dialect, charsets: &[String]) -> Vec<Table> {
    let mut tables = vec![
        numbers::integers(),
        numbers::decimals(),
        numbers::reals(),
        numbers::bits(),
        times::times(),
        bytes::bytes(),
        bytes::chosen(),
        bytes::geometry(),
        bytes::generated(dialect),
        bytes::wide(),
    ];
    if dialect.is_mariadb() {
        // JSON is text there.
        tables.extend(mariadb::mariadb());
    } else {
        tables.extend([documents::documents(), documents::big()]);
    }
    if dialect.has_vector() {
        tables.push(bytes::vectors());
    }
    tables.extend(charsets.iter().map(|charset| texts::texts(charset)));
    tables
}
