//! JSON text taken apart without being changed: what is compared is bytes, not values.

use anyhow::{Context, Result, bail};

/// The members of an object as they stand: names with their quotes, values.
///
/// # Errors
/// The text is no object.
pub fn members(text: &str) -> Result<Vec<(&str, &str)>> {
    let mut rest = text.strip_prefix('{').with_context(|| format!("no JSON object: {}", start(text)))?;
    let mut found = Vec::new();
    while !rest.starts_with('}') {
        let (name, after) = split(rest)?;
        let after = after.strip_prefix(':').with_context(|| format!("no colon: {}", start(after)))?;
        let (value, after) = split(after)?;
        found.push((name, value));
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    if rest != "}" {
        bail!("text after a JSON object: {}", start(rest));
    }
    Ok(found)
}

/// The elements of an array as they stand.
///
/// # Errors
/// The text is no array.
pub fn elements(text: &str) -> Result<Vec<&str>> {
    let mut rest = text.strip_prefix('[').with_context(|| format!("no JSON array: {}", start(text)))?;
    let mut found = Vec::new();
    while !rest.starts_with(']') {
        let (value, after) = split(rest)?;
        found.push(value);
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(found)
}

/// A string's characters.
///
/// # Errors
/// The text is no JSON string.
pub fn unquoted(text: &str) -> Result<String> {
    serde_json::from_str(text).with_context(|| format!("no JSON string: {}", start(text)))
}

/// A JSON string of these characters.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The value with which a text begins, and what follows it.
fn split(text: &str) -> Result<(&str, &str)> {
    let end = value_end(text.as_bytes()).with_context(|| format!("no JSON value: {}", start(text)))?;
    Ok(text.split_at(end))
}

fn value_end(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
            b'}' | b']' => (depth, at) = (depth.checked_sub(1)?, at + 1),
            b',' | b':' => at += 1,
            _ => at += bytes.get(at..)?.iter().take_while(|byte| !b",:]}[{\"".contains(byte)).count(),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_comes_apart_into_its_own_bytes() -> Result<()> {
        let text = r#"{"a":1,"b}":{"c":[1,{"d":"]\"}"}],"e":null},"f":"x,y","g":-1.5E10,"h":{},"i":[]}"#;
        let found = members(text)?;
        let again: Vec<String> = found.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        assert_eq!(format!("{{{}}}", again.join(",")), text);
        assert_eq!(found.len(), 6);
        assert_eq!(found[1], ("\"b}\"", r#"{"c":[1,{"d":"]\"}"}],"e":null}"#));
        Ok(())
    }

    #[test]
    fn arrays_come_apart_and_broken_text_is_an_error() -> Result<()> {
        assert_eq!(elements(r#"[1,[2,3],"]",{"a":[]}]"#)?, ["1", "[2,3]", "\"]\"", "{\"a\":[]}"]);
        for text in ["", "{", "{\"a\":", "[1]", "{\"a\":1}x", "{\"a", "{}}"] {
            assert!(members(text).is_err(), "{text}");
        }
        Ok(())
    }
}
