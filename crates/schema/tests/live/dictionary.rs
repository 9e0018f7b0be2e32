//! What statements make of tables against what the server made of them.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use becauselog_model::{TableMap, TableName};
use becauselog_schema::{
    Catalog, Dictionary, Index, KeyColumn, Known, ServerFacts, Session, TableDefinition, check,
};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, Row, prelude::Queryable};

use crate::{
    generate::Generator,
    log::{self, Entry},
};

/// What may be left to the server.
const DOUBTS: [&str; 3] = [
    "charsets whose texts are kept in other ways",
    "converts it to one character set and sets another",
    "and defines a BLOB or TEXT",
];

const DATABASES: [(&str, &str); 3] =
    [("shop", "utf8mb4"), ("old", "latin1"), ("bytes", "utf8 COLLATE utf8_bin")];

/// Runs statements and keeps what the server made of each.
pub struct Run {
    pub conn: Conn,
    facts: ServerFacts,
    generator: Generator,
    /// What tables are like after a statement, by its number.
    after: HashMap<usize, Vec<(TableName, Option<TableDefinition>)>>,
    tables: Vec<TableDefinition>,
    run: usize,
    refused: usize,
}

impl Run {
    pub async fn begin(server: &MysqlServer, seed: u64) -> Result<Self> {
        let mut conn = server.conn().await?;
        for (name, charset) in DATABASES {
            conn.query_drop(format!("CREATE DATABASE {name} CHARACTER SET {charset}")).await?;
        }
        conn.query_drop("USE shop").await?;
        let facts = Catalog::new(&mut conn).server().await?;
        let generator = Generator::new(seed, facts.flavor, facts.version);
        let (after, tables) = (HashMap::new(), Vec::new());
        Ok(Self { conn, facts, generator, after, tables, run: 0, refused: 0 })
    }

    async fn table(&mut self, name: &TableName) -> Result<Option<TableDefinition>> {
        let found = Catalog::new(&mut self.conn).definition(&self.facts, name).await?;
        anyhow::ensure!(found.unknown.is_empty(), "{:?}", found.unknown);
        let Some(mut table) = found.tables.into_iter().next() else { return Ok(None) };
        let order: Vec<Row> =
            self.conn.query(format!("SHOW INDEX FROM {}.`{}`", name.database, name.table)).await?;
        let order: Vec<String> = order.iter().filter_map(|row| row.get("Key_name")).collect();
        table.indexes.sort_by_key(|index| order.iter().position(|name| **name == *index.name));
        Ok(Some(table))
    }

    /// Runs a statement; if the server takes it, keeps how these tables are now.
    pub async fn statement(&mut self, sql: &str, names: &[TableName]) -> Result<bool> {
        self.run += 1;
        let number = self.run;
        if let Err(error) = self.conn.query_drop(format!("/* {number} */ {sql}")).await {
            anyhow::ensure!(matches!(error, mysql_async::Error::Server(_)), "{sql}: {error}");
            self.refused += 1;
            return Ok(false);
        }
        self.keep(names).await?;
        Ok(true)
    }

    /// Keeps how these tables are behind the last statement.
    pub async fn keep(&mut self, names: &[TableName]) -> Result<()> {
        let mut after = Vec::new();
        for name in names {
            let table = self.table(name).await?;
            self.tables.retain(|known| known.name != *name);
            self.tables.extend(table.clone());
            after.push((name.clone(), table));
        }
        for (name, _) in after.iter().filter(|(_, table)| table.is_some()) {
            // A row, for its table map.
            let insert = format!("INSERT IGNORE INTO {}.`{}` () VALUES ()", name.database, name.table);
            if let Err(error) = self.conn.query_drop(insert).await {
                anyhow::ensure!(matches!(error, mysql_async::Error::Server(_)), "{error}");
            }
        }
        self.after.insert(self.run, after);
        Ok(())
    }

    /// The names of all tables that there were.
    pub fn names(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.table.to_string()).collect()
    }

    async fn step(&mut self) -> Result<()> {
        self.change_session().await?;
        let dice = &mut self.generator.dice;
        let database = DATABASES[dice.below(DATABASES.len())].0;
        let fresh = TableName::new(database, &format!("t{}", dice.below(30)));
        let what = dice.below(100);
        let known = (!self.tables.is_empty()).then(|| dice.below(self.tables.len()));
        let Some(known) = known.map(|at| self.tables[at].clone()) else {
            let sql = self.generator.create(&fresh.to_string());
            self.statement(&sql, &[fresh]).await?;
            return Ok(());
        };
        let old = known.name.clone();
        let (sql, names) = match what {
            0..=29 => (self.generator.create(&fresh.to_string()), vec![fresh]),
            30..=79 => (self.generator.alter(&known), vec![old]),
            80..=85 => (self.generator.index(&known), vec![old]),
            86 | 87 => (format!("RENAME TABLE {old} TO {fresh}"), vec![old, fresh]),
            88 => (
                format!("RENAME TABLE {old} TO shop.swap, {fresh} TO {old}, shop.swap TO {fresh}"),
                vec![old, fresh],
            ),
            89 => (format!("ALTER TABLE {old} RENAME TO {fresh}"), vec![old, fresh]),
            90 | 91 => (format!("CREATE TABLE {fresh} LIKE {old}"), vec![fresh]),
            92 => (format!("CREATE TABLE {fresh} AS SELECT * FROM {old}"), vec![fresh]),
            93..=95 => (format!("DROP TABLE {old}"), vec![old]),
            96 => (format!("TRUNCATE {old}"), vec![old]),
            97 if known.by_mariadb => (format!("CREATE SEQUENCE {fresh} START WITH 5"), vec![fresh]),
            97 => (format!("CREATE OR REPLACE VIEW {database}.v AS SELECT 1 AS a"), vec![]),
            98 => (
                format!(
                    "ALTER DATABASE {database} CHARACTER SET {}",
                    ["latin1", "utf8mb4", "utf8"][known.columns.len() % 3]
                ),
                vec![],
            ),
            _ => (format!("DROP TABLE IF EXISTS {old}, {fresh}"), vec![old, fresh]),
        };
        self.statement(&sql, &names).await?;
        Ok(())
    }

    /// Another `sql_mode` or other variables that statements depend on.
    async fn change_session(&mut self) -> Result<()> {
        if !self.generator.dice.chance(10) {
            return Ok(());
        }
        let sql = self.generator.dice.pick(&[
            "SET SESSION sql_mode = ''",
            "SET SESSION sql_mode = 'STRICT_TRANS_TABLES'",
            "SET SESSION sql_mode = 'REAL_AS_FLOAT,STRICT_ALL_TABLES'",
            "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'",
            "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'",
            "SET SESSION explicit_defaults_for_timestamp = OFF",
            "SET SESSION explicit_defaults_for_timestamp = ON",
            "SET SESSION collation_server = latin1_swedish_ci",
            "SET SESSION collation_server = utf8mb4_bin",
            "USE old",
            "USE shop",
        ]);
        match self.conn.query_drop(sql).await {
            // 5.7 has explicit_defaults_for_timestamp for the whole server only.
            Ok(()) | Err(mysql_async::Error::Server(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Compares, and tells what was seen.
    pub fn tell(&self, server: &MysqlServer, version: Version) -> Result<()> {
        let (compared, doubted, wrong) = self.compare(server)?;
        println!(
            "{version}: {} statements, {} refused by the server, {compared} tables compared, {doubted} doubted, {} differ",
            self.run,
            self.refused,
            wrong.len()
        );
        for difference in wrong.iter().take(12) {
            println!("{difference}\n");
        }
        anyhow::ensure!(wrong.is_empty(), "{} of {compared} differ on {version}", wrong.len());
        anyhow::ensure!(compared * 3 > self.run, "too few were taken");
        Ok(())
    }

    /// Reads the log, and compares after each statement. Answers how many tables were compared, and what differs.
    fn compare(&self, server: &MysqlServer) -> Result<(usize, usize, Vec<String>)> {
        let mut dictionary = Dictionary::new(self.facts.clone());
        let (mut compared, mut doubted, mut wrong) = (0, 0, Vec::new());
        let mut maps = 0;
        for entry in log::entries(server)? {
            let (database, sql, status) = match entry {
                Entry::Statement { database, sql, status } => (database, sql, status),
                Entry::Map(map) => {
                    maps += 1;
                    wrong.extend(mismatch(&dictionary, &map));
                    continue;
                }
            };
            let session = Session {
                database: &database,
                sql_mode: status.sql_mode.unwrap_or_default(),
                collation_server: status.charset.map(|[_, _, server]| server),
                collation_database: status.collation_database,
                default_collation_utf8mb4: status.default_collation_utf8mb4,
                explicit_defaults_for_timestamp: status.explicit_defaults_for_timestamp,
                options: status.options,
                thread_id: 0,
            };
            let sql = String::from_utf8(sql)?;
            let outcome = dictionary.apply(&session, &sql);
            let may_be_doubted =
                outcome.doubt.as_ref().is_some_and(|doubt| DOUBTS.iter().any(|one| doubt.0.contains(one)));
            doubted += usize::from(may_be_doubted);
            if let Some(doubt) = outcome.doubt.filter(|_| !may_be_doubted) {
                wrong.push(format!("{sql}\n  {doubt}"));
            }
            for (name, expected) in
                number(&sql).and_then(|number| self.after.get(&number)).into_iter().flatten()
            {
                compared += 1;
                let found = dictionary.table(name).map(|table| &**table);
                if let Some(difference) = difference(found, expected.as_ref()) {
                    if !may_be_doubted {
                        wrong.push(format!("{sql}\n  {difference}"));
                    }
                    // Go on from what is right.
                    match expected {
                        Some(expected) => dictionary.put(expected.clone()),
                        None => dictionary.forget(name),
                    }
                }
            }
        }
        for table in &self.tables {
            compared += 1;
            let found = dictionary.table(&table.name).map(|table| &**table);
            wrong
                .extend(difference(found, Some(table)).map(|difference| format!("at the end: {difference}")));
        }
        let left = dictionary.tables().filter(|(_, known)| matches!(known, Known::Table(_))).count();
        anyhow::ensure!(left == self.tables.len(), "{left} tables, the server has {}", self.tables.len());
        println!("{maps} table maps checked");
        Ok((compared, doubted, wrong))
    }
}

/// The number in the comment before a statement.
fn number(sql: &str) -> Option<usize> {
    sql.strip_prefix("/* ")?.split(' ').next()?.parse().ok()
}

/// What a table map of the log has against the dictionary's shape.
fn mismatch(dictionary: &Dictionary, map: &TableMap) -> Option<String> {
    let Some(table) = dictionary.table(&map.name) else { return Some(format!("{} is not known", map.name)) };
    let plain = map.uncompressed();
    let map = plain.as_ref().unwrap_or(map);
    match table.shape_for(map) {
        Ok(shape) => check(map, &shape).err().map(|mismatch| {
            format!(
                "{}: {mismatch} {:?} {:?}",
                map.name,
                table.columns.iter().map(|c| c.data_type.to_string()).collect::<Vec<_>>(),
                table.indexes
            )
        }),
        Err((column, what)) => Some(format!("{}, {column}: {what}", map.name)),
    }
}

/// Unique indexes in their order.
fn unique(table: &TableDefinition) -> Vec<&str> {
    table.indexes.iter().filter(|index| index.is_unique).map(|index| &*index.name).collect()
}

fn difference(found: Option<&TableDefinition>, expected: Option<&TableDefinition>) -> Option<String> {
    let (found, expected) = match (found, expected) {
        (None, None) => return None,
        (Some(found), Some(expected)) => (found, expected),
        (found, _) => return Some(format!("there: {}", found.is_some())),
    };
    if found.columns.len() != expected.columns.len() {
        return Some(format!("columns {:?}, not {:?}", found.columns, expected.columns));
    }
    let columns = found.columns.iter().zip(&expected.columns).find(|(found, expected)| found != expected);
    if let Some((found, expected)) = columns {
        return Some(format!("{found:?}\n  {expected:?} expected"));
    }
    let by_name = |table: &TableDefinition| {
        // Other indexes are known for their names only, and foreign keys make some.
        let unique = table.indexes.iter().filter(|index| index.is_unique);
        let mut indexes: Vec<Index> = unique.cloned().collect();
        for index in &mut indexes {
            index.had_null = false;
            // How long a prefix is decides nothing.
            for part in &mut index.parts {
                if let KeyColumn::Prefix(_, length) = part {
                    *length = 0;
                }
            }
        }
        indexes.sort_by(|a, b| a.name.cmp(&b.name));
        indexes
    };
    if by_name(found) != by_name(expected) {
        return Some(format!("{:?}\n  {:?} expected", by_name(found), by_name(expected)));
    }
    // MariaDB's order of those that identify no row is its own.
    let same_order = expected.by_mariadb || unique(found) == unique(expected);
    if !same_order
        || found.key() != expected.key()
        || found.collation != expected.collation
        || found.primary_key != expected.primary_key
    {
        let columns: Vec<_> = expected
            .columns
            .iter()
            .map(|column| format!("{} {} {}", column.name, column.data_type, column.nullable))
            .collect();
        return Some(format!(
            "{columns:?}\n  {:?} {:?} {:?}\n  {:?} {:?} {:?} expected",
            found.indexes,
            found.key(),
            found.collation,
            expected.indexes,
            expected.key(),
            expected.collation
        ));
    }
    None
}

async fn differential(version: Version, seed: u64, statements: usize) -> Result<()> {
    let server = MysqlServer::builder(version).start().await?;
    let mut run = Run::begin(&server, seed).await?;
    for _ in 0..statements {
        run.step().await.context("a step")?;
    }
    run.tell(&server, version)?;
    Ok(())
}

/// `BECAUSELOG_SEED` makes other statements.
fn seed() -> u64 {
    number_of("BECAUSELOG_SEED").unwrap_or(1)
}

/// `BECAUSELOG_STATEMENTS` says how many; the long run has more.
fn count() -> usize {
    let usual = if std::env::var_os("BECAUSELOG_SOAK").is_some() { 10_000 } else { 1_500 };
    number_of("BECAUSELOG_STATEMENTS").and_then(|count| count.try_into().ok()).unwrap_or(usual)
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test]
async fn statements_make_of_tables_what_mysql_9_7_makes_of_them() -> Result<()> {
    differential(Version::V9_7, seed(), count()).await
}

#[tokio::test]
async fn statements_make_of_tables_what_mysql_8_0_makes_of_them() -> Result<()> {
    differential(Version::V8_0, seed(), count()).await
}

#[tokio::test]
async fn statements_make_of_tables_what_mysql_5_7_makes_of_them() -> Result<()> {
    differential(Version::V5_7, seed(), count()).await
}

#[tokio::test]
async fn statements_make_of_tables_what_mariadb_10_11_makes_of_them() -> Result<()> {
    differential(Version::MariaDb10_11, seed(), count()).await
}
