//! A connector's column filters and masks.

use toml::Value;

/// A mask by its key: native keys and values.
pub fn mask(key: &str) -> Result<Vec<(&'static str, Value)>, String> {
    let text = |text: &str| Value::String(text.to_owned());
    let number = |digits: &str| {
        digits.strip_suffix(".chars").and_then(|digits| digits.parse::<i64>().ok()).map(Value::Integer)
    };
    if let Some(count) = key.strip_prefix("column.truncate.to.").and_then(number) {
        return Ok(vec![("truncate", count)]);
    }
    if let Some(count) = key.strip_prefix("column.mask.with.").and_then(number) {
        return Ok(vec![("stars", count)]);
    }
    let hash = key.strip_prefix("column.mask.hash.").ok_or(
        "there are column.truncate.to.N.chars, column.mask.with.N.chars and \
         column.mask.hash.v2.ALGORITHM.with.salt.SALT",
    )?;
    let (of, rest) = hash.strip_prefix("v2.").map_or(("java_object", hash), |rest| ("utf8", rest));
    let (algorithm, salt) =
        rest.split_once(".with.salt.").ok_or("expected ALGORITHM.with.salt.SALT after column.mask.hash.")?;
    Ok(vec![("hash", text(algorithm)), ("salt", text(salt)), ("hash_of", text(of))])
}
