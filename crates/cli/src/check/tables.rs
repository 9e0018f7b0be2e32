//! The tables that are captured: which are there, which patterns match none, keys, cascades.

use becauselog_model::Flavor;

use super::{
    Findings,
    facts::{Cascade, Facts},
    statements,
};
use crate::plan::TableFilter;

/// Checks the tables that the account can see.
pub fn check(facts: &Facts, filter: &TableFilter, findings: &mut Findings) {
    let (wanted, others): (Vec<_>, Vec<_>) =
        facts.tables.iter().cloned().partition(|(database, table)| filter.wants(database, table));
    let names =
        |tables: &[(String, String)]| tables.iter().map(|(d, t)| format!("{d}.{t}")).collect::<Vec<_>>();
    if wanted.is_empty() {
        let what = "no table that the account can see is captured";
        findings.warning("tables_matched", what, ["in the config: tables.include".to_owned()]);
    } else {
        findings.ok("tables_matched", format!("{} tables are captured", wanted.len()));
        findings.with_names(names(&wanted));
    }
    let own = |(database, _): &(String, String)| !is_builtin(database);
    let others: Vec<_> = others.into_iter().filter(own).collect();
    findings.ok("tables_not_matched", format!("{} tables are not captured", others.len()));
    findings.with_names(names(&others));
    let unmatched = filter.unmatched(&facts.tables);
    if !unmatched.is_empty() {
        let what = "patterns that match no table (patterns match the whole name)";
        let owned = unmatched.into_iter().map(str::to_owned).collect();
        findings.warning("patterns", what, []);
        findings.with_names(owned);
    }
    keys(facts, filter, findings);
    cascades(facts, filter, findings);
}

fn is_builtin(database: &str) -> bool {
    crate::plan::tables::BUILTIN_DATABASES.contains(&database)
}

fn keys(facts: &Facts, filter: &TableFilter, findings: &mut Findings) {
    let without: Vec<&(String, String)> = facts.keyless.iter().filter(|(d, t)| filter.wants(d, t)).collect();
    if without.is_empty() {
        return;
    }
    let what = "captured tables without a key: their events have none, and equal rows cannot be told apart";
    let add = |(database, table): &&(String, String)| {
        let name = format!("{}.{}", statements::name(database), statements::name(table));
        format!("ALTER TABLE {name} ADD PRIMARY KEY (…);")
    };
    findings.warning("keys", what, without.iter().map(add).collect::<Vec<_>>());
    findings.with_names(without.iter().map(|(database, table)| format!("{database}.{table}")).collect());
}

/// Before MySQL 9.6, and in MariaDB, the storage engine runs cascades, and what they change is in no log.
fn cascades(facts: &Facts, filter: &TableFilter, findings: &mut Findings) {
    let captured: Vec<&Cascade> =
        facts.cascades.iter().filter(|one| filter.wants(&one.database, &one.table)).collect();
    if captured.is_empty() {
        findings.ok("cascades", "no captured table is changed by a foreign key");
        return;
    }
    let names = captured
        .iter()
        .map(|one| format!("{}.{} ({} {})", one.database, one.table, one.constraint, one.rule));
    let names: Vec<String> = names.collect();
    if facts.version.is_mysql_since((9, 6, 0)) {
        if facts.is_on("innodb_native_foreign_keys") {
            let what = "changes that foreign keys make are not logged, as innodb_native_foreign_keys is on";
            let fix = "SET PERSIST_ONLY innodb_native_foreign_keys = OFF;   -- then a restart".to_owned();
            findings.warning("cascades", what, [fix]);
        } else {
            findings.ok("cascades", "changes that foreign keys make are logged by this version");
        }
    } else {
        let what = match facts.version.flavor {
            Flavor::MySql => {
                "changes that these foreign keys make are not logged before MySQL 9.6: they are missing from the events"
            }
            Flavor::MariaDb => {
                "changes that these foreign keys make are not logged by MariaDB: they are missing from the events"
            }
        };
        findings.warning(
            "cascades",
            what,
            captured.iter().flat_map(|one| without_cascade(one)).collect::<Vec<_>>(),
        );
    }
    findings.with_names(names);
}

/// The statements that make a foreign key refuse what it now carries out: the application then does it itself, and logs it.
fn without_cascade(one: &Cascade) -> [String; 2] {
    let qualified =
        |database: &str, table: &str| format!("{}.{}", statements::name(database), statements::name(table));
    let table = qualified(&one.database, &one.table);
    let constraint = statements::name(&one.constraint);
    [
        format!("ALTER TABLE {table} DROP FOREIGN KEY {constraint};"),
        format!(
            "ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY ({}) REFERENCES {} ({});   -- and the \
             application changes the rows itself",
            one.columns,
            qualified(&one.parent.0, &one.parent.1),
            one.parent_columns
        ),
    ]
}
