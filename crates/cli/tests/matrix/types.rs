//! Every type: inserted, updated, deleted, each value compared with the server's own text.

use anyhow::{Result, ensure};
use becauselog_testkit::{Version, dialect::Dialect};
use mysql_async::{Conn, prelude::Queryable};

use super::run::{PLAIN, changes, scenario, server, text, texts};

/// A type, two values of it, and the SQL of a value's text, `@` being the column.
struct Type {
    sql: &'static str,
    values: [&'static str; 2],
    text: &'static str,
    is_in: fn(Dialect) -> bool,
}

const fn of(sql: &'static str, values: [&'static str; 2], text: &'static str) -> Type {
    Type { sql, values, text, is_in: |_| true }
}

const CHAR: &str = "CAST(@ AS CHAR)";
const BASE64: &str = "TO_BASE64(@)";
const GEOMETRY: &str =
    "CONCAT('{\"srid\":', ST_SRID(@), ',\"wkb\":\"', REPLACE(TO_BASE64(ST_AsBinary(@)), '\\n', ''), '\"}')";

const TYPES: &[Type] = &[
    of("TINYINT", ["-128", "127"], CHAR),
    of("TINYINT UNSIGNED", ["0", "255"], CHAR),
    of("BOOL", ["FALSE", "TRUE"], CHAR),
    of("SMALLINT", ["-32768", "32767"], CHAR),
    of("MEDIUMINT UNSIGNED", ["0", "16777215"], CHAR),
    of("INT", ["-2147483648", "2147483647"], CHAR),
    of("BIGINT", ["-9223372036854775808", "9223372036854775807"], CHAR),
    of("BIGINT UNSIGNED", ["0", "18446744073709551615"], CHAR),
    of("DECIMAL(65,30)", ["-0.000000000000000000000000000001", "12345678901234567890.5"], CHAR),
    of("FLOAT", ["1.5", "-0.25"], CHAR),
    of("DOUBLE", ["12345678.5", "-2.5"], CHAR),
    of("BIT(12)", ["b'0'", "b'101010101010'"], "CAST(@ + 0 AS CHAR)"),
    of("YEAR", ["1901", "2155"], CHAR),
    of("DATE", ["'1000-01-01'", "'9999-12-31'"], CHAR),
    of("TIME(3)", ["'-838:59:58.999'", "'12:00:00.001'"], CHAR),
    of("DATETIME(6)", ["'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"], CHAR),
    of("TIMESTAMP(2) NULL", ["'1970-01-01 00:00:01.01'", "'2038-01-19 03:14:07.99'"], "CONCAT(@, 'Z')"),
    of("CHAR(5)", ["'é'", "''"], CHAR),
    of("VARCHAR(300)", ["'😀'", "REPEAT('x', 300)"], CHAR),
    of("VARCHAR(20) CHARACTER SET latin1", ["'ÿ€'", "'a'"], CHAR),
    of("CHAR(3) CHARACTER SET utf16", ["'é😀'", "'a'"], CHAR),
    of("TEXT", ["REPEAT('t', 1000)", "'\\n\\t\"\\\\'"], CHAR),
    of("ENUM('a','b,c')", ["'a'", "'b,c'"], CHAR),
    of("SET('x','y','z')", ["'x,z'", "''"], CHAR),
    of("BINARY(4)", ["x'0001ff00'", "x'01'"], BASE64),
    of("VARBINARY(300)", ["x'00ff'", "''"], BASE64),
    of("BLOB", ["x'ff00'", "x'00'"], BASE64),
    of("JSON", ["'{\"a\": 1, \"b\": [true, null, \"é\"]}'", "'\"text\"'"], CHAR),
    of("POINT", ["ST_GeomFromText('POINT(1 2.5)')", "ST_GeomFromText('POINT(-1 0)')"], GEOMETRY),
    of("GEOMETRY", ["ST_GeomFromText('LINESTRING(0 0, 1 1)')", "ST_GeomFromText('POINT(3 4)')"], GEOMETRY),
    Type {
        sql: "VECTOR(3)",
        values: ["STRING_TO_VECTOR('[1,2.5,-3]')"; 2],
        text: "IF(@ IS NULL, NULL, '[1.0,2.5,-3.0]')",
        is_in: Dialect::has_vector,
    },
];

type Texts = Vec<Option<String>>;

/// The row's own texts, without its id.
async fn row(conn: &mut Conn, types: &[&Type], id: u8) -> Result<Texts> {
    let list: Vec<String> =
        types.iter().enumerate().map(|(at, one)| one.text.replace('@', &format!("c{at}"))).collect();
    let row =
        conn.query_first(format!("SELECT {} FROM matrix.types WHERE id = {id}", list.join(", "))).await?;
    row.map_or_else(|| Ok(Vec::new()), texts)
}

async fn write(conn: &mut Conn, types: &[&Type]) -> Result<[Texts; 4]> {
    let columns: Vec<String> =
        types.iter().enumerate().map(|(at, one)| format!("c{at} {}", one.sql)).collect();
    let values = |which: usize| types.iter().map(|one| one.values[which]).collect::<Vec<_>>().join(", ");
    let nulls = vec!["NULL"; types.len()].join(", ");
    let set: Vec<String> =
        types.iter().enumerate().map(|(at, one)| format!("c{at} = {}", one.values[1])).collect();
    let statements = [
        "SET time_zone = '+00:00', NAMES utf8mb4".to_owned(),
        "CREATE DATABASE matrix CHARACTER SET utf8mb4".to_owned(),
        format!("CREATE TABLE matrix.types (id INT PRIMARY KEY, {})", columns.join(", ")),
        format!("INSERT INTO matrix.types VALUES (1, {})", values(0)),
        format!("INSERT INTO matrix.types VALUES (2, {})", values(1)),
        format!("INSERT INTO matrix.types VALUES (3, {nulls})"),
    ];
    for statement in statements {
        conn.query_drop(statement).await?;
    }
    let rows = [row(conn, types, 1).await?, row(conn, types, 2).await?, row(conn, types, 3).await?];
    conn.query_drop(format!("UPDATE matrix.types SET {} WHERE id = 1", set.join(", "))).await?;
    let updated = row(conn, types, 1).await?;
    conn.query_drop("DELETE FROM matrix.types WHERE id = 2").await?;
    let [one, two, three] = rows;
    Ok([one, two, three, updated])
}

/// Writes rows of all types of the version and compares what comes out.
pub async fn hold(version: Version) -> Result<String> {
    let server = server(version).await?;
    let types: Vec<&Type> = TYPES.iter().filter(|one| (one.is_in)(server.dialect())).collect();
    let [one, two, three, updated] = write(&mut server.conn().await?, &types).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], PLAIN)?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let of = |op: &str, image: &str| -> Result<Vec<Texts>> {
        let column = |line: &serde_json::Value, at: usize| text(&line[image][format!("c{at}")]);
        let rows = changes(&scenario, op)?;
        Ok(rows.iter().map(|line| (0..types.len()).map(|at| column(line, at)).collect()).collect())
    };
    same(&types, &of("insert", "after")?, &[&one, &two, &three])?;
    same(&types, &of("update", "before")?, &[&one])?;
    same(&types, &of("update", "after")?, &[&updated])?;
    same(&types, &of("delete", "before")?, &[&two])?;
    Ok(format!("{} types", types.len()))
}

fn same(types: &[&Type], found: &[Texts], expected: &[&Texts]) -> Result<()> {
    ensure!(found.len() == expected.len(), "{} rows, not {}", found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        for (at, one) in types.iter().enumerate() {
            ensure!(found[at] == expected[at], "{}: {:?} is not {:?}", one.sql, found[at], expected[at]);
        }
    }
    Ok(())
}
