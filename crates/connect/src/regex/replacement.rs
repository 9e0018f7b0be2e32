//! Java's replacement texts: `$1`, `${name}`, and `\` before a character that is meant as it is.

use fancy_regex::Captures;

use super::JavaRegex;

/// A replacement, checked against its pattern.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// Reads a replacement for a pattern.
    pub(crate) fn new(text: &str, regex: &JavaRegex) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            match character {
                '\\' => plain.push(rest.next().ok_or("a backslash at the end of a replacement")?),
                '$' => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Group(group(&mut rest, regex)?));
                }
                _ => plain.push(character),
            }
        }
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    /// Appends the replacement for a match; a group that took no part is empty.
    pub(super) fn expand(&self, captures: &Captures<str>, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(group) => out.push_str(captures.get(*group).map_or("", |found| found.as_str())),
            }
        }
    }
}

fn group(rest: &mut std::str::Chars, regex: &JavaRegex) -> Result<usize, String> {
    if let Some(after) = rest.as_str().strip_prefix('{') {
        let (name, after) = after.split_once('}').ok_or("a group's name without its }")?;
        *rest = after.chars();
        return regex.group_named(name).ok_or_else(|| format!("there is no group named {name:?}"));
    }
    let digit = |rest: &std::str::Chars| rest.clone().next().and_then(|c| c.to_digit(10)).map(|d| d as usize);
    let mut number = digit(rest).ok_or("a $ that is meant as it is must be written \\$")?;
    rest.next();
    if number >= regex.group_count() {
        return Err(format!("there is no group {number}"));
    }
    // As many digits as make a group that there is.
    while let Some(next) = digit(rest) {
        let longer = number.saturating_mul(10).saturating_add(next);
        if longer >= regex.group_count() {
            break;
        }
        number = longer;
        rest.next();
    }
    Ok(number)
}
