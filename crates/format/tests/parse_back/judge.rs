//! Whether a field, by the documented meaning of its mode, is what the server holds.

use becauselog_format::{BigintUnsigned, DecimalMode};

use crate::{
    bytes_back,
    cases::{Column, Form},
    documents, numbers, times,
    told::Told,
    ways::Meaning,
};

/// How many times of a document are garbled as documented, or what is wrong.
pub type Verdict = Result<u64, String>;

pub fn equal(back: &str, told: &str) -> Verdict {
    if back == told { Ok(0) } else { Err(format!("it means {back:.200}")) }
}

/// A JSON string's text.
pub fn unquoted(written: &str) -> Result<String, String> {
    serde_json::from_str(written).map_err(|error| error.to_string())
}

/// Compares one field.
pub fn same(meaning: &Meaning, column: &Column, table: &str, written: &str, told: &Told) -> Verdict {
    let told = match told {
        Told::Null if written == "null" => return Ok(0),
        Told::Null => return Err("NULL is null".to_owned()),
        Told::Real(value) => return numbers::real(&column.sql, written, *value),
        Told::Text(text) => text,
    };
    let sql = column.sql.as_str();
    match column.form {
        Form::Plain if sql.starts_with("DECIMAL") => decimal(meaning, sql, written, told),
        Form::Plain if times::is_temporal(sql) => times::same(meaning, sql, written, told),
        Form::Plain => integer(meaning, sql, written, told),
        Form::Real => Err("a number was asked for as text".to_owned()),
        Form::Bits => bytes_back::bits(meaning, sql, written, told),
        Form::Hex if table == "geometry" => bytes_back::geometry(meaning, sql, written, told),
        Form::Hex if sql.starts_with("VECTOR") => bytes_back::vector(written, told),
        Form::Hex => bytes_back::binary(meaning, sql, written, told),
        Form::Text => equal(&bytes_back::hex(unquoted(written)?.as_bytes()), told),
        Form::Chosen => bytes_back::chosen(meaning, sql, written, told),
        Form::Json => documents::same(meaning, written, told),
    }
}

fn integer(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    let Meaning::Debezium(config) = meaning else { return equal(written, told) };
    if sql != "BIGINT UNSIGNED" {
        return equal(written, told);
    }
    match config.bigint_unsigned {
        BigintUnsigned::Precise => equal(&numbers::unscaled(written, 0)?, told),
        BigintUnsigned::Long if !meaning.is_peer() => equal(written, told),
        BigintUnsigned::Long => {
            let wrapped: i64 = written.parse().map_err(|error| format!("{error}"))?;
            equal(&wrapped.cast_unsigned().to_string(), told)
        }
    }
}

fn decimal(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    let scale = sql.trim_end_matches(')').rsplit(',').next().and_then(|scale| scale.parse().ok()).unwrap();
    match meaning {
        Meaning::Plain => equal(&unquoted(written)?, told),
        Meaning::Maxwell => equal(&numbers::without_exponent(written, scale)?, told),
        Meaning::Debezium(config) => match config.decimal {
            DecimalMode::Precise => equal(&numbers::unscaled(written, scale)?, told),
            DecimalMode::String => equal(&unquoted(written)?, told),
            DecimalMode::Double => numbers::real("DOUBLE", written, told.parse().unwrap()),
        },
    }
}
