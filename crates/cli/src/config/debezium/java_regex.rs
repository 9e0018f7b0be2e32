//! Lists of Java regular expressions, as the peer splits and matches them, for Rust's `regex`.
//!
//! The two dialects agree on nearly all of what such lists hold. What Rust's cannot take (look-around, back-references,
//! possessive quantifiers) is refused; what both take and read differently is rewritten or refused, never guessed.

/// Splits a list at commas that no backslash stands before, and translates each pattern.
///
/// # Errors
/// The first pattern that cannot be taken, with why.
pub fn list(text: &str) -> Result<Vec<String>, String> {
    split(text)?.iter().map(|pattern| translate(pattern)).collect()
}

fn split(text: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ',' => parts.push(String::new()),
            '\\' => {
                let next = chars.next().ok_or("ends in a single backslash")?;
                let part = parts.last_mut().ok_or("is empty")?;
                if next != ',' {
                    part.push('\\');
                }
                part.push(next);
            }
            other => parts.last_mut().ok_or("is empty")?.push(other),
        }
    }
    let parts = parts.iter().map(|part| part.trim().to_owned());
    Ok(parts.filter(|part| !part.is_empty()).collect())
}

/// A Java pattern as Rust's `regex` takes it.
pub fn translate(pattern: &str) -> Result<String, String> {
    let refuse = |what: &str| Err(format!("the pattern {pattern:?} {what}; write it without"));
    let mut out = String::with_capacity(pattern.len());
    let mut class_depth = 0usize;
    let mut quantified = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let was_quantified = std::mem::take(&mut quantified);
        match c {
            '\\' => {
                let (text, left) =
                    escape(after, class_depth > 0).map_err(|what| refuse(what).unwrap_err())?;
                out.push_str(&text);
                rest = left;
                continue;
            }
            '[' => class_depth += 1,
            ']' => class_depth = class_depth.saturating_sub(1),
            '-' | '~' if class_depth > 0 && after.starts_with(c) => {
                return refuse("has `--` or `~~` in a class, which the two dialects read differently");
            }
            '+' if class_depth == 0 && was_quantified => return refuse("has a possessive quantifier"),
            '(' if class_depth == 0 && is_look_around(after) => return refuse("looks ahead or behind"),
            '(' if class_depth == 0 && after.starts_with("?>") => return refuse("has an atomic group"),
            '*' | '+' | '?' | '}' if class_depth == 0 => quantified = !was_quantified,
            _ => {}
        }
        out.push(c);
        rest = after;
    }
    regex::Regex::new(&out).map_err(|error| format!("the pattern {pattern:?} cannot be taken: {error}"))?;
    Ok(out)
}

fn is_look_around(after: &str) -> bool {
    ["?=", "?!", "?<=", "?<!"].iter().any(|start| after.starts_with(start))
}

/// What follows a backslash, translated, and what is left.
fn escape(after: &str, in_class: bool) -> Result<(String, &str), &'static str> {
    let Some(c) = after.chars().next() else { return Err("ends in a single backslash") };
    let left = after.get(c.len_utf8()..).unwrap_or_default();
    // Java's classes are ASCII; Rust's are Unicode.
    let text = match c {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => r"[ \t\n\x0B\f\r]",
        'S' => r"[^ \t\n\x0B\f\r]",
        'h' => r"[ \t\u{a0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}]",
        'e' => r"\x1B",
        'Q' => return Ok(quoted(left, in_class)),
        '1'..='9' | 'k' => return Err("refers back to a group"),
        '0' | 'c' | 'G' | 'X' | 'R' | 'N' | 'Z' | 'H' | 'V' | 'v' | 'p' | 'P' | 'b' | 'B' => {
            return Err("has an escape that the two dialects read differently");
        }
        't' | 'n' | 'r' | 'f' | 'a' | 'x' | 'u' | 'A' | 'z' => return Ok((format!("\\{c}"), left)),
        other if other.is_ascii_alphabetic() => return Err("has an escape that does not exist"),
        other => return Ok((regex::escape(other.encode_utf8(&mut [0; 4])), left)),
    };
    Ok((text.to_owned(), left))
}

/// Text up to `\E`, taken as it is.
fn quoted(left: &str, in_class: bool) -> (String, &str) {
    let (text, left) = left.split_once("\\E").unwrap_or((left, ""));
    let escaped = regex::escape(text);
    (if in_class { escaped } else { format!("(?:{escaped})") }, left)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_are_split_at_bare_commas() {
        assert_eq!(list("a\\.b , c\\.d{2\\,3},,").unwrap(), ["a\\.b", "c\\.d{2,3}"]);
        assert_eq!(list("").unwrap(), Vec::<String>::new());
        assert!(list("a\\").is_err());
    }

    #[test]
    fn classes_stay_ascii_and_quotes_are_taken_as_they_are() {
        assert_eq!(translate("db_\\d+\\.t").unwrap(), "db_[0-9]+\\.t");
        assert_eq!(translate("\\Qa.b\\E.*").unwrap(), "(?:a\\.b).*");
        assert_eq!(translate("[\\w-]+").unwrap(), "[[0-9A-Za-z_]-]+");
        assert_eq!(translate("a\\-b\\_c").unwrap(), "a\\-b_c");
        assert_eq!(translate("a+?b*?").unwrap(), "a+?b*?");
        let digits = regex::Regex::new(&translate("^\\d$").unwrap()).unwrap();
        assert!(digits.is_match("7") && !digits.is_match("٧"));
    }

    #[test]
    fn what_cannot_be_taken_is_refused() {
        for pattern in
            ["(?!x).*", "(?<=a)b", "(a)\\1", "a*+b", "a{2}+b", "(?>a)b", "[a--b]", "\\bx", "(", "\\y"]
        {
            assert!(translate(pattern).is_err(), "{pattern}");
        }
    }
}
