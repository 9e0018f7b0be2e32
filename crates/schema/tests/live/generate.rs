//! DDL statements at random: all types, clauses and forms, many of which a server refuses.

use becauselog_model::Flavor;
use becauselog_schema::TableDefinition;

/// Numbers that look random and come again with the same seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `splitmix64`
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Makes statements for one kind of server.
#[derive(Debug)]
pub struct Generator {
    pub dice: Dice,
    flavor: Flavor,
    version: u32,
}

const NAMES: [&str; 22] = [
    "id",
    "a",
    "b",
    "c",
    "name",
    "Total",
    "`key`",
    "`order`",
    "`with space`",
    "`ünï`",
    "`back``tick`",
    "status",
    "type",
    "value",
    "date",
    "comment",
    "`unique`",
    "`primary`",
    "x1",
    "_y",
    "`1z`",
    "position",
];

const CHARSETS: [&str; 14] = [
    "utf8mb4", "utf8", "latin1", "ascii", "binary", "ucs2", "utf16", "utf32", "cp1251", "gbk", "sjis",
    "utf8mb3", "latin2", "big5",
];

const COLLATIONS: [&str; 10] = [
    "utf8mb4_bin",
    "utf8mb4_general_ci",
    "utf8mb4_unicode_ci",
    "latin1_bin",
    "latin1_general_cs",
    "utf8_bin",
    "ascii_bin",
    "binary",
    "cp1251_bin",
    "ucs2_bin",
];

/// Integers, with all that stands behind them.
const INTEGERS: [&str; 16] = [
    "TINYINT",
    "tinyint(1)",
    "SMALLINT",
    "MEDIUMINT",
    "INT",
    "INTEGER",
    "INT(11)",
    "BIGINT",
    "BIGINT(20)",
    "INT1",
    "INT2",
    "INT3",
    "INT4",
    "INT8",
    "MIDDLEINT",
    "BOOL",
];

const NUMBERS: [&str; 19] = [
    "DECIMAL",
    "DECIMAL(10)",
    "DECIMAL(12,4)",
    "DECIMAL(65,30)",
    "DEC(5)",
    "NUMERIC(8,3)",
    "FIXED(7,2)",
    "DECIMAL(0)",
    "FLOAT",
    "FLOAT(10)",
    "FLOAT(24)",
    "FLOAT(25)",
    "FLOAT(7,3)",
    "DOUBLE",
    "DOUBLE(10,4)",
    "DOUBLE PRECISION",
    "REAL",
    "FLOAT4",
    "FLOAT8",
];

const OTHERS: [&str; 24] = [
    "BIT",
    "BIT(1)",
    "BIT(64)",
    "BIT(9)",
    "YEAR",
    "YEAR(4)",
    "DATE",
    "TIME",
    "TIME(3)",
    "TIME(6)",
    "DATETIME",
    "DATETIME(1)",
    "DATETIME(6)",
    "TIMESTAMP",
    "TIMESTAMP(2)",
    "JSON",
    "GEOMETRY",
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
];

const BYTES: [&str; 16] = [
    "BINARY",
    "BINARY(16)",
    "VARBINARY(40)",
    "VARBINARY(300)",
    "TINYBLOB",
    "BLOB",
    "BLOB(10)",
    "BLOB(300)",
    "BLOB(70000)",
    "MEDIUMBLOB",
    "LONGBLOB",
    "LONG VARBINARY",
    "CHAR(3) BYTE",
    "VARBINARY(70000)",
    "BLOB(20000000)",
    "BLOB(0)",
];

const TEXTS: [&str; 25] = [
    "CHAR",
    "CHAR(10)",
    "CHARACTER(7)",
    "CHAR(255)",
    "VARCHAR(20)",
    "VARCHAR(255)",
    "VARCHAR(256)",
    "VARCHAR(2000)",
    "CHARACTER VARYING(9)",
    "CHAR VARYING(8)",
    "TEXT",
    "TEXT(10)",
    "TEXT(100)",
    "TEXT(30000)",
    "TEXT(70000)",
    "TINYTEXT",
    "MEDIUMTEXT",
    "LONGTEXT",
    "LONG",
    "LONG VARCHAR",
    "ENUM('a','b','c')",
    "SET('x','y')",
    "ENUM('it''s','b,c',' d ')",
    "VARCHAR(30000)",
    "CHAR(0)",
];

const NATIONALS: [&str; 6] = [
    "NCHAR(5)",
    "NATIONAL CHAR(6)",
    "NVARCHAR(12)",
    "NATIONAL VARCHAR(13)",
    "NCHAR VARYING(4)",
    "NATIONAL CHARACTER VARYING(3)",
];

impl Generator {
    pub const fn new(seed: u64, flavor: Flavor, version: u32) -> Self {
        Self { dice: Dice::new(seed), flavor, version }
    }

    fn is_mariadb(&self) -> bool {
        self.flavor == Flavor::MariaDb
    }

    fn is_mysql_from(&self, version: u32) -> bool {
        self.flavor == Flavor::MySql && self.version >= version
    }

    fn name(&mut self) -> &'static str {
        self.dice.pick(&NAMES)
    }

    /// A type, and whether it is one of numbers without fractions.
    fn data_type(&mut self) -> (String, bool) {
        match self.dice.below(100) {
            0..=24 => {
                let mut integer = self.dice.pick(&INTEGERS).to_owned();
                if integer != "BOOL" {
                    integer += self.dice.pick(&[
                        "",
                        "",
                        "",
                        " UNSIGNED",
                        " unsigned zerofill",
                        " SIGNED",
                        " ZEROFILL",
                    ]);
                }
                (integer, true)
            }
            25..=39 => (
                self.dice.pick(&NUMBERS).to_owned() + self.dice.pick(&["", "", " UNSIGNED", " ZEROFILL"]),
                false,
            ),
            40..=57 => {
                let new = self.is_mysql_from(90_000) && self.dice.chance(10);
                if new {
                    return (self.dice.pick(&["VECTOR", "VECTOR(3)"]).to_owned(), false);
                }
                if self.is_mariadb() && self.dice.chance(10) {
                    return (
                        self.dice
                            .pick(&[
                                "VARCHAR(30) COMPRESSED",
                                "TEXT COMPRESSED",
                                "BLOB COMPRESSED",
                                "VARBINARY(9) COMPRESSED=zlib",
                            ])
                            .to_owned(),
                        false,
                    );
                }
                if self.is_mariadb() && self.dice.chance(10) {
                    return (self.dice.pick(&["UUID", "INET4", "INET6"]).to_owned(), false);
                }
                (self.dice.pick(&OTHERS).to_owned(), false)
            }
            58..=67 => (self.dice.pick(&BYTES).to_owned(), false),
            68..=72 => (self.dice.pick(&NATIONALS).to_owned(), false),
            _ => (self.dice.pick(&TEXTS).to_owned() + &self.text_suffix(), false),
        }
    }

    fn text_suffix(&mut self) -> String {
        match self.dice.below(12) {
            0 | 1 => format!(" CHARACTER SET {}", self.dice.pick(&CHARSETS)),
            2 => format!(" CHARSET {}", self.dice.pick(&["utf8mb4", "latin1"])),
            3 => format!(" COLLATE {}", self.dice.pick(&COLLATIONS)),
            4 => " BINARY".to_owned(),
            5 => " CHARACTER SET latin1 BINARY".to_owned(),
            6 => " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin".to_owned(),
            7 => self.dice.pick(&[" ASCII", " UNICODE", " ASCII BINARY", " BINARY ASCII"]).to_owned(),
            _ => String::new(),
        }
    }

    /// What stands behind a type.
    fn attributes(&mut self, data_type: &str, integer: bool) -> String {
        let mut out = String::new();
        let upper = data_type.to_ascii_uppercase();
        out += self.dice.pick(&["", "", " NULL", " NOT NULL", " NOT NULL"]);
        if upper.starts_with("TIMESTAMP") || upper.starts_with("DATETIME") {
            let fsp = upper.split_once('(').map_or(String::new(), |(_, rest)| format!("({rest}"));
            if self.dice.chance(30) {
                out += &format!(" DEFAULT CURRENT_TIMESTAMP{fsp}");
            }
            if self.dice.chance(20) {
                out += &format!(" ON UPDATE NOW{}", if fsp.is_empty() { "()" } else { &fsp });
            }
        } else if integer && self.dice.chance(30) {
            out += self.dice.pick(&[" DEFAULT 1", " DEFAULT '2'", " DEFAULT 0", " DEFAULT TRUE"]);
        } else if (upper.starts_with("VARCHAR") || upper.starts_with("CHAR(1")) && self.dice.chance(30) {
            out += self.dice.pick(&[
                " DEFAULT 'x'",
                " DEFAULT ''",
                " DEFAULT 'a''b, c) NOT NULL'",
                " DEFAULT \"q\"",
            ]);
        }
        if self.dice.chance(12) {
            out += self.dice.pick(&[
                " COMMENT 'PRIMARY KEY, ADD COLUMN z INT'",
                " COMMENT 'it''s'",
                " COLUMN_FORMAT DEFAULT",
                " STORAGE DEFAULT",
                " CHECK (1 > 0)",
                " REFERENCES t0 (id) ON DELETE SET NULL ON UPDATE CASCADE",
            ]);
        }
        if self.dice.chance(6) && (self.is_mysql_from(80_023) || self.is_mariadb()) {
            out += " INVISIBLE";
        }
        if self.dice.chance(7) {
            out += self.dice.pick(&[" UNIQUE", " UNIQUE KEY", " KEY", " PRIMARY KEY"]);
        }
        out
    }

    fn generated(&mut self) -> String {
        let data_type = self.dice.pick(&[
            "INT",
            "VARCHAR(30)",
            "BIGINT UNSIGNED",
            "DATETIME",
            "CHAR(5) CHARACTER SET latin1",
        ]);
        let always = self.dice.pick(&["", "GENERATED ALWAYS "]);
        let kind =
            self.dice.pick(&["", " VIRTUAL", if self.is_mariadb() { " PERSISTENT" } else { " STORED" }]);
        let null = if self.is_mariadb() { "" } else { self.dice.pick(&["", " NULL", " NOT NULL"]) };
        format!("{data_type} {always}AS (1 + (2)){kind}{null}")
    }

    /// A type with its attributes.
    pub fn definition(&mut self) -> String {
        if self.dice.chance(5) {
            return self.generated();
        }
        if self.dice.chance(2) {
            return "SERIAL".to_owned();
        }
        let (data_type, integer) = self.data_type();
        let attributes = self.attributes(&data_type, integer);
        format!("{data_type}{attributes}")
    }

    fn key_parts(&mut self, columns: &[String]) -> String {
        let mut parts = Vec::new();
        for _ in 0..=self.dice.below(2) {
            let column = self.dice.pick(&columns.iter().map(String::as_str).collect::<Vec<_>>()).to_owned();
            let prefix = if self.dice.chance(12) { self.dice.pick(&["(3)", "(10)", "(20)"]) } else { "" };
            let order = self.dice.pick(&["", "", "", " DESC", " ASC"]);
            let part = format!("{column}{prefix}{order}");
            if !parts.iter().any(|other: &String| other.starts_with(&column)) {
                parts.push(part);
            }
        }
        parts.join(", ")
    }

    fn key(&mut self, columns: &[String]) -> String {
        let parts = self.key_parts(columns);
        let named = self.dice.pick(&["", "k1", "`k 2`", "a"]);
        match self.dice.below(8) {
            0 | 1 => format!("PRIMARY KEY ({parts})"),
            2 => format!("UNIQUE KEY {named} ({parts})"),
            3 => format!("UNIQUE ({parts})"),
            4 => format!("CONSTRAINT c1 UNIQUE ({parts})"),
            5 => format!("UNIQUE INDEX {named} USING BTREE ({parts}) COMMENT 'k'"),
            6 => format!("INDEX {named} ({parts})"),
            _ => format!("CONSTRAINT PRIMARY KEY USING BTREE ({parts})"),
        }
    }

    fn table_options(&mut self) -> String {
        let mut out = String::new();
        if self.dice.chance(50) {
            out += self.dice.pick(&[
                " DEFAULT CHARSET=latin1",
                " CHARSET utf8",
                " CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin",
                " COLLATE latin1_bin",
                " DEFAULT CHARACTER SET ascii",
                " CHARSET binary",
                " CHARSET=ucs2",
                " ENGINE=InnoDB, CHARSET=gbk",
                " CHARACTER SET DEFAULT",
            ]);
        }
        if self.dice.chance(30) {
            out += self.dice.pick(&[
                " ENGINE=InnoDB",
                " COMMENT='CHARSET=latin1'",
                " ROW_FORMAT=DYNAMIC",
                " AUTO_INCREMENT=7 ENGINE InnoDB",
                " /*!50100 STATS_PERSISTENT=0 */",
                " CHECKSUM=1, DELAY_KEY_WRITE=0",
                " MIN_ROWS=1 MAX_ROWS 10",
            ]);
        }
        if self.is_mariadb() && self.dice.chance(6) {
            out += " WITH SYSTEM VERSIONING";
        }
        if self.dice.chance(5) {
            out += " PARTITION BY HASH (1 + 1) PARTITIONS 2";
        }
        out
    }

    pub fn create(&mut self, table: &str) -> String {
        let mut columns: Vec<String> = Vec::new();
        let mut items = Vec::new();
        for _ in 0..=self.dice.below(6) {
            let name = self.name().to_owned();
            if columns.contains(&name) {
                continue;
            }
            items.push(format!("{name} {}", self.definition()));
            columns.push(name);
        }
        for _ in 0..self.dice.below(3) {
            items.push(self.key(&columns));
        }
        if self.is_mariadb() && self.dice.chance(4) {
            items.push("rs TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE".to_owned());
            items.push("re TIMESTAMP(6) GENERATED ALWAYS AS ROW END".to_owned());
            items.push("PERIOD FOR SYSTEM_TIME (rs, re)".to_owned());
            return format!("CREATE TABLE {table} ({}) WITH SYSTEM VERSIONING", items.join(", "));
        }
        let verb = self.dice.pick(&[
            "CREATE TABLE",
            "create table",
            "CREATE TABLE IF NOT EXISTS",
            "CREATE /* why */ TABLE",
        ]);
        let separator = self.dice.pick(&[", ", ",\n  ", " /* c */, ", ", -- x\n"]);
        format!("{verb} {table} ({}){}", items.join(separator), self.table_options())
    }

    /// One part of an `ALTER TABLE`.
    fn spec(&mut self, columns: &[String]) -> String {
        let borrowed: Vec<&str> = columns.iter().map(String::as_str).collect();
        let old = self.dice.pick(&borrowed).to_owned();
        let other = self.dice.pick(&borrowed).to_owned();
        let new = self.name();
        let place = match self.dice.below(6) {
            0 => " FIRST".to_owned(),
            1 | 2 => format!(" AFTER {other}"),
            _ => String::new(),
        };
        let column = self.dice.pick(&["", "COLUMN "]);
        match self.dice.below(27) {
            0..=4 => format!("ADD {column}{new} {}{place}", self.definition()),
            5 => format!("ADD {column}({new} {}, zz {})", self.definition(), self.definition()),
            6..=8 => format!("MODIFY {column}{old} {}{place}", self.definition()),
            9..=11 => format!("CHANGE {column}{old} {new} {}{place}", self.definition()),
            12 | 13 => format!("DROP {column}{old}"),
            14 if self.is_mysql_from(80_003) || self.is_mariadb() => format!("RENAME COLUMN {old} TO {new}"),
            15 => format!(
                "CONVERT TO CHARACTER SET {}",
                self.dice.pick(&["utf8mb4", "latin1", "utf8", "ucs2", "DEFAULT"])
            ),
            16 => self
                .dice
                .pick(&[
                    "DEFAULT CHARSET latin1",
                    "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                    "COLLATE=utf8_bin",
                ])
                .to_owned(),
            17 | 18 => format!("ADD {}", self.key(columns)),
            19 => self
                .dice
                .pick(&["DROP PRIMARY KEY", "DROP INDEX a", "DROP KEY k1", "DROP INDEX c1", "DROP INDEX id"])
                .to_owned(),
            20 => "RENAME INDEX k1 TO a".to_owned(),
            21 => format!("ALTER {column}{old} {}", self.dice.pick(&["SET DEFAULT 1", "DROP DEFAULT"])),
            22 => self
                .dice
                .pick(&[
                    "ENGINE=InnoDB",
                    "COMMENT='x, DROP COLUMN a'",
                    "AUTO_INCREMENT 5",
                    "FORCE",
                    "ROW_FORMAT=COMPACT",
                ])
                .to_owned(),
            23 => {
                self.dice.pick(&["ALGORITHM=COPY", "LOCK=SHARED", "DISABLE KEYS", "ENABLE KEYS"]).to_owned()
            }
            24 if self.is_mariadb() => format!("ADD COLUMN IF NOT EXISTS {new} INT{place}"),
            24 if self.is_mysql_from(80_023) => {
                format!("ALTER COLUMN {old} SET {}", self.dice.pick(&["INVISIBLE", "VISIBLE"]))
            }
            25 if self.is_mariadb() && self.dice.chance(40) => {
                self.dice.pick(&["ADD SYSTEM VERSIONING", "DROP SYSTEM VERSIONING"]).to_owned()
            }
            25 if self.is_mariadb() => format!("DROP COLUMN IF EXISTS {new}"),
            25 => format!("ORDER BY {old}, {other} DESC"),
            _ => format!("ADD INDEX ({old})"),
        }
    }

    pub fn alter(&mut self, table: &TableDefinition) -> String {
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("`{}`", column.name.replace('`', "``"))).collect();
        let count = 1 + self.dice.below(3);
        let specs: Vec<String> = (0..count).map(|_| self.spec(&columns)).collect();
        format!("ALTER TABLE {}.`{}` {}", table.name.database, table.name.table, specs.join(", "))
    }

    /// An index made or dropped by a statement of its own.
    pub fn index(&mut self, table: &TableDefinition) -> String {
        let name = format!("{}.`{}`", table.name.database, table.name.table);
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("`{}`", column.name.replace('`', "``"))).collect();
        let parts = self.key_parts(&columns);
        match self.dice.below(4) {
            0 => format!("CREATE UNIQUE INDEX u1 ON {name} ({parts})"),
            1 => format!("CREATE INDEX k1 USING BTREE ON {name} ({parts}) COMMENT 'ON x'"),
            2 => format!("DROP INDEX u1 ON {name}"),
            _ => format!("DROP INDEX `PRIMARY` ON {name}"),
        }
    }
}
