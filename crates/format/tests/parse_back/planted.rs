//! The comparer itself: a planted wrong digit turns it red.

use crate::{
    cases::{Column, Form},
    judge,
    play::text,
    told::Told,
    ways::{self, Meaning},
};

fn meaning(name: &str) -> Meaning {
    ways::all().into_iter().find(|way| way.name == name).unwrap().meaning
}

/// The mode, the column, what the server tells, what is written; and what is written with one thing wrong.
const PLANTED: &[(&str, &str, Form, &str, &str, &str)] = &[
    ("plain", "DECIMAL(5,2)", Form::Plain, "-12.30", r#""-12.30""#, r#""-12.31""#),
    ("debezium, defaults", "DECIMAL(5,2)", Form::Plain, "-12.30", r#""+zI=""#, r#""+zM=""#),
    ("maxwell", "DECIMAL(10,10)", Form::Plain, "0.0000000012", "1.2E-9", "1.3E-9"),
    ("debezium, connect, double, hex", "DECIMAL(5,2)", Form::Plain, "-12.30", "-12.3", "-12.4"),
    ("debezium, defaults", "BIGINT UNSIGNED", Form::Plain, "18446744073709551615", "-1", "-2"),
    ("exact", "BIGINT UNSIGNED", Form::Plain, "18446744073709551615", "18446744073709551615", "-1"),
    ("plain", "INT", Form::Plain, "7", "7", "8"),
    ("exact", "DATE", Form::Plain, "1970-01-02", "1", "2"),
    ("exact", "DATE", Form::Plain, "2024-02-31", r#""2024-02-31""#, "19784"),
    ("debezium, defaults", "DATE", Form::Plain, "0069-01-01", "36160", "-694324"),
    ("debezium, defaults", "DATETIME(3)", Form::Plain, "1969-12-31 23:59:59.999", "-1", "-2"),
    ("debezium, connect, double, hex", "TIME(6)", Form::Plain, "-00:00:00.000001", "-1", "0"),
    ("debezium, isostring", "TIME(2)", Form::Plain, "12:00:00.10", r#""12:00:00.1Z""#, r#""12:00:00.01Z""#),
    (
        "plain",
        "TIMESTAMP(0)",
        Form::Plain,
        "2020-01-01 00:00:00",
        r#""2020-01-01 00:00:00Z""#,
        r#""2020-01-01 00:00:00""#,
    ),
    ("debezium, defaults", "BIT(9)", Form::Bits, "256", r#""AAE=""#, r#""AQA=""#),
    ("debezium, connect, double, hex", "BLOB", Form::Hex, "00FF", r#""00ff""#, r#""00fe""#),
    ("maxwell", "BINARY(3)", Form::Hex, "410000", r#""QQ==""#, r#""Qg==""#),
    ("plain", "TEXT", Form::Text, "C3A4", r#""ä""#, r#""a""#),
    ("exact", "SET('a','b')", Form::Chosen, "612C62", r#""a,b""#, r#""a""#),
    ("exact", "JSON", Form::Json, r#"{"a": [1, "x"]}"#, r#""{\"a\":[1,\"x\"]}""#, r#""{\"a\":[2,\"x\"]}""#),
    (
        "plain",
        "JSON",
        Form::Json,
        "9223372036854775807",
        r#""9223372036854775807""#,
        r#""9223372036854775806""#,
    ),
    ("plain", "VECTOR(1)", Form::Hex, "0000803F", "[1.0]", "[1.0000001]"),
];

#[test]
fn a_wrong_digit_is_seen() {
    for (mode, sql, form, told, good, bad) in PLANTED {
        let column = Column {
            name: "c".to_owned(),
            sql: (*sql).to_owned(),
            form: *form,
            make: Box::new(|_| String::new()),
        };
        let verdict = |written: &str| judge::same(&meaning(mode), &column, "t", written, &text(told));
        assert_eq!(verdict(good), Ok(0), "{mode}: {sql} {good}");
        assert!(verdict(bad).is_err(), "{mode}: {sql} {bad} for {told}");
        assert!(verdict("null").is_err(), "{mode}: {sql}: null for {told}");
        assert!(judge::same(&meaning(mode), &column, "t", good, &Told::Null).is_err());
    }
}
