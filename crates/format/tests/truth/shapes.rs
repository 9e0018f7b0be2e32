//! What `information_schema` said of the tables of a recorded log.

use std::sync::Arc;

use becauselog_format::DeclaredTables;
use becauselog_model::TableName;
use becauselog_schema::{ColumnAnswer, ColumnRow, Described, TableRows};
use becauselog_testkit::debezium::case::{END_MARK, MARKS};
use becauselog_testkit::version::Flavor;
use serde_json::{Value, json};

use crate::replay::Told;

/// The lines of a `shapes.jsonl`, and the table of the marks, which is not in it.
pub fn told(lines: &str, flavor: Flavor) -> Vec<Told> {
    let marks = json!({ "pos": 4, "db": MARKS, "name": END_MARK, "columns": [{ "COLUMN_NAME": "id", "DATA_TYPE": "int",
        "COLUMN_TYPE": "int", "IS_NULLABLE": "NO", "EXTRA": "" }] });
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.chain([marks]).map(|line| table(&line, flavor)).collect()
}

fn table(line: &Value, flavor: Flavor) -> Told {
    let all = |name: &str| line[name].as_array().cloned().unwrap_or_default();
    let answered = |line: &Value| match flavor {
        Flavor::MySql => column(line),
        Flavor::MariaDb => column(line).of_mariadb(),
    };
    let columns = all("columns").iter().map(answered).collect();
    Told {
        pos: line["pos"].as_u64().unwrap(),
        name: TableName::new(&text(line, "db").unwrap(), &text(line, "name").unwrap()),
        described: Described::from_answers(columns, key(&all("indexes"))),
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    of[name].as_str().map(str::to_owned)
}

fn column(column: &Value) -> ColumnAnswer {
    let number = |name| text(column, name).map(|text| text.parse().unwrap());
    ColumnAnswer {
        name: text(column, "COLUMN_NAME").unwrap(),
        data_type: text(column, "DATA_TYPE").unwrap(),
        column_type: text(column, "COLUMN_TYPE").unwrap(),
        nullable: text(column, "IS_NULLABLE").unwrap() == "YES",
        extra: text(column, "EXTRA").unwrap(),
        octets_max: number("CHARACTER_OCTET_LENGTH"),
        precision: number("NUMERIC_PRECISION"),
        scale: number("NUMERIC_SCALE"),
        fsp: number("DATETIME_PRECISION"),
        charset: text(column, "CHARACTER_SET_NAME"),
        default: text(column, "COLUMN_DEFAULT"),
    }
}

/// The primary key; else the first unique index that identifies a row.
fn key(indexes: &[Value]) -> Option<Vec<Arc<str>>> {
    let is = |part: &&Value, name: &str| part["INDEX_NAME"].as_str() == Some(name);
    let of = |name: &str| indexes.iter().filter(|part| is(part, name)).collect::<Vec<_>>();
    let identifies =
        |part: &&Value| part["NON_UNIQUE"] == "0" && part["NULLABLE"] != "YES" && part["SUB_PART"].is_null();
    let names = indexes.iter().filter_map(|part| part["INDEX_NAME"].as_str());
    let found = std::iter::once("PRIMARY").chain(names).map(of).find(|parts| {
        let primary = parts.first().is_some_and(|part| is(part, "PRIMARY"));
        !parts.is_empty() && (primary || parts.iter().all(identifies))
    });
    found?.iter().map(|part| part["COLUMN_NAME"].as_str().map(Arc::from)).collect()
}

/// The tables before the first statement, as statements make them.
pub fn tables(setup: &[String], lines: &str, flavor: Flavor) -> DeclaredTables {
    let mut tables = DeclaredTables::new("utf8mb4");
    for statement in setup.iter().filter(|text| text.starts_with("CREATE DATABASE")) {
        tables.learn("", statement);
    }
    for told in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if told["pos"].as_u64() == Some(4) {
            tables.learn(told["db"].as_str().unwrap(), &rows(&told, flavor).create_statement());
        }
    }
    tables
}

fn rows(told: &Value, flavor: Flavor) -> TableRows {
    let column = |column: &Value| ColumnRow {
        name: text(column, "COLUMN_NAME").unwrap(),
        column_type: text(column, "COLUMN_TYPE").unwrap(),
        charset: text(column, "CHARACTER_SET_NAME"),
        nullable: column["IS_NULLABLE"] == "YES",
        default: text(column, "COLUMN_DEFAULT"),
        extra: text(column, "EXTRA").unwrap_or_default(),
        // The engine read the schema once, without comments.
        comment: String::new(),
    };
    let in_words = |row: ColumnRow| if flavor == Flavor::MariaDb { row.of_mariadb() } else { row };
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for part in told["indexes"].as_array().unwrap().iter().filter(|part| part["NON_UNIQUE"] == "0") {
        let (key, Some(column)) = (text(part, "INDEX_NAME").unwrap(), text(part, "COLUMN_NAME")) else {
            continue;
        };
        match keys.iter_mut().find(|(name, _)| *name == key) {
            Some((_, columns)) => columns.push(column),
            None => keys.push((key, vec![column])),
        }
    }
    let primary = keys.iter().position(|(name, _)| name == "PRIMARY").map(|place| keys.remove(place).1);
    let collation = text(&told["table"][0], "TABLE_COLLATION");
    let rows = TableRows {
        name: text(told, "name").unwrap(),
        charset: collation.and_then(|name| name.split('_').next().map(str::to_owned)),
        comment: String::new(),
        columns: told["columns"].as_array().unwrap().iter().map(column).map(in_words).collect(),
        primary_key: primary.unwrap_or_default(),
        unique_keys: keys.into_iter().map(|(_, columns)| columns).collect(),
        shown: None,
    };
    let shown = text(told, "create").filter(|_| rows.hides_a_default());
    TableRows { shown, ..rows }
}
