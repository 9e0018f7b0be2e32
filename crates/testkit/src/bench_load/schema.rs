//! The benchmark's tables, and the expressions that fill their columns from a number `n`.

/// A table: its name, and each column's definition with the expression for row `n`. The key `id` is `n` itself.
pub(super) struct Table {
    pub(super) name: &'static str,
    columns: Vec<(String, String)>,
    /// What an update sets.
    pub(super) update: &'static str,
}

/// 3 columns.
pub(super) fn narrow() -> Table {
    Table { name: "narrow", columns: named(&["INT NOT NULL", "VARCHAR(20)"], 0), update: "c01 = c01 + 1" }
}

/// 12 columns of different types.
pub(super) fn medium() -> Table {
    Table {
        name: "medium",
        columns: named(
            &[
                "INT NOT NULL",
                "BIGINT UNSIGNED",
                "DECIMAL(12,2)",
                "VARCHAR(60)",
                "CHAR(8)",
                "DATETIME(3)",
                "TIMESTAMP(6) NULL",
                "DOUBLE",
                "TINYINT",
                "ENUM('new','paid','shipped')",
                "TEXT",
            ],
            0,
        ),
        update: "c01 = c01 + 1, c03 = c03 + 0.05, c11 = CONCAT('changed ', id)",
    }
}

/// 60 columns.
pub(super) fn wide() -> Table {
    const TYPES: [&str; 8] = [
        "INT",
        "VARCHAR(20)",
        "DECIMAL(12,2)",
        "DATETIME(3)",
        "BIGINT UNSIGNED",
        "CHAR(8)",
        "DOUBLE",
        "TINYINT",
    ];
    let types: Vec<&str> = TYPES.into_iter().cycle().take(59).collect();
    Table {
        name: "wide",
        columns: named(&types, 5),
        update: "c01 = c01 + 1, c02 = 'changed', c59 = c59 + 0.5",
    }
}

/// Columns `c01`, `c02`, …; every `nulls`-th is NULL in some rows (0: none).
fn named(types: &[&str], nulls: usize) -> Vec<(String, String)> {
    let mut columns = Vec::with_capacity(types.len());
    for (index, kind) in (1_usize..).zip(types) {
        let mut value = value(kind, index);
        if nulls > 0 && index.is_multiple_of(nulls) {
            value = format!("IF(n % 3 = 0, NULL, {value})");
        }
        columns.push((format!("c{index:02} {kind}"), value));
    }
    columns
}

/// An expression of the type over `n` and the user variable `@seed`.
fn value(kind: &str, index: usize) -> String {
    let mixed = format!("((n * 2654435761 + @seed + {index}) % 1000000007)");
    match kind.split(['(', ' ']).next().unwrap_or_default() {
        "INT" => format!("{mixed} - 500000000"),
        "BIGINT" => format!("{mixed} * 4000000000"),
        "DECIMAL" => format!("({mixed} - 500000000) / 100"),
        "VARCHAR" => format!("CONCAT('value ', {mixed})"),
        "CHAR" => format!("LPAD({mixed} % 100000000, 8, '0')"),
        "DATETIME" => format!(
            "'2024-01-01' + INTERVAL {mixed} % 40000000 SECOND + INTERVAL n % 1000 * 1000 MICROSECOND"
        ),
        "TIMESTAMP" => format!("'2024-01-01' + INTERVAL {mixed} % 40000000 SECOND + INTERVAL n MICROSECOND"),
        "DOUBLE" => format!("{mixed} / 7e0"),
        "TINYINT" => format!("CAST({mixed} % 256 AS SIGNED) - 128"),
        "ENUM" => "1 + n % 3".to_owned(),
        _ => format!("CONCAT('a longer text with a number in it, \"quoted\" and umläuted: ', {mixed})"),
    }
}

impl Table {
    pub(super) fn create(&self) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|(column, _)| column.as_str()).collect();
        format!(
            "CREATE TABLE bench.{} (id INT UNSIGNED NOT NULL PRIMARY KEY, {})",
            self.name,
            columns.join(", ")
        )
    }

    /// Inserts the rows `from..to` in one statement.
    pub(super) fn insert(&self, from: u32, to: u32) -> String {
        let values: Vec<&str> = self.columns.iter().map(|(_, value)| value.as_str()).collect();
        format!(
            "INSERT INTO bench.{} SELECT n, {} FROM bench.seq WHERE n >= {from} AND n < {to}",
            self.name,
            values.join(", ")
        )
    }

    /// How many columns, the key included.
    pub(super) fn width(&self) -> usize {
        self.columns.len() + 1
    }
}

/// Numbers from 0, kept out of the log; `@seed` is the session's.
pub(super) fn numbers(count: u32) -> [String; 3] {
    let digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
    [
        "CREATE DATABASE bench CHARACTER SET utf8mb4".to_owned(),
        "CREATE TABLE bench.seq (n BIGINT NOT NULL PRIMARY KEY)".to_owned(),
        format!(
            "INSERT INTO bench.seq SELECT n FROM (SELECT a.d + b.d * 10 + c.d * 100 + d.d * 1000 + e.d * 10000 + \
             f.d * 100000 AS n FROM {digits} a, {digits} b, {digits} c, {digits} d, {digits} e, {digits} f) AS numbers \
             WHERE n < {count} ORDER BY n"
        ),
    ]
}
