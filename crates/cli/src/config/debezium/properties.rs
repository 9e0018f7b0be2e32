//! Java's `.properties` syntax, as `java.util.Properties.load` reads it.

/// All pairs in order; a later one of the same key wins.
///
/// # Errors
/// A `\u` without its four hexadecimal digits, with the line's number.
pub fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    for (number, line) in logical_lines(text) {
        let (key, value) = split(&line);
        let told = |what: &str| format!("line {number}: {what}");
        pairs.push((unescape(key).map_err(told)?, unescape(value).map_err(told)?));
    }
    Ok(pairs)
}

/// Lines without comments and blanks, continued ones joined, each with the number of its first line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in natural_lines(text).enumerate() {
        let start = line.trim_start_matches(is_blank);
        if open.is_none() && (start.is_empty() || start.starts_with(['#', '!'])) {
            continue;
        }
        let (number, mut joined) = open.take().unwrap_or((at + 1, String::new()));
        if ends_open(start) {
            joined.push_str(start.strip_suffix('\\').unwrap_or(start));
            open = Some((number, joined));
        } else {
            joined.push_str(start);
            lines.push((number, joined));
        }
    }
    lines.extend(open.filter(|(_, joined)| !joined.is_empty()));
    lines
}

/// Lines end with `\n`, `\r` or both.
fn natural_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

/// Whether a line ends in an odd number of backslashes.
fn ends_open(line: &str) -> bool {
    line.bytes().rev().take_while(|c| *c == b'\\').count() % 2 == 1
}

/// Key and value: at the first `=`, `:` or blank that no backslash stands before.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let stop = !escaped && (is_blank(c) || c == '=' || c == ':');
        escaped = !escaped && c == '\\';
        stop
    });
    let Some(end) = end else { return (line, "") };
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(is_blank);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, rest.trim_start_matches(is_blank))
}

fn unescape(text: &str) -> Result<String, &'static str> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    let push = |c: char, units: &mut Vec<u16>| units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(c, &mut units);
            continue;
        }
        match chars.next() {
            None => {}
            Some('t') => push('\t', &mut units),
            Some('n') => push('\n', &mut units),
            Some('r') => push('\r', &mut units),
            Some('f') => push('\u{c}', &mut units),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let fine = digits.len() == 4 && digits.bytes().all(|c| c.is_ascii_hexdigit());
                let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| fine);
                units.push(unit.ok_or("`\\u` takes four hexadecimal digits")?);
            }
            Some(other) => push(other, &mut units),
        }
    }
    String::from_utf16(&units).map_err(|_| "`\\u` gives half a character")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap()
    }

    fn one(text: &str) -> (String, String) {
        let mut all = pairs(text);
        assert_eq!(all.len(), 1, "{text:?}");
        all.remove(0)
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn every_separator_separates() {
        for text in [
            "Truth = Beauty",
            "  Truth:Beauty",
            "Truth                    :Beauty",
            "Truth Beauty",
            "Truth\tBeauty",
        ] {
            assert_eq!(one(text), pair("Truth", "Beauty"), "{text:?}");
        }
        assert_eq!(one("cheeses"), pair("cheeses", ""));
        assert_eq!(one("a==b"), pair("a", "=b"));
        assert_eq!(one(r"a\:b\=c\ d = e"), pair("a:b=c d", "e"));
        assert_eq!(one("url=jdbc:mysql://h:3306/x?a=b  "), pair("url", "jdbc:mysql://h:3306/x?a=b  "));
    }

    #[test]
    fn lines_go_on_after_a_backslash() {
        let text = "fruits   apple, banana, pear, \\\r\n      cantaloupe, watermelon, \\\n      kiwi\nx=1";
        let all = pairs(text);
        assert_eq!(all[0], pair("fruits", "apple, banana, pear, cantaloupe, watermelon, kiwi"));
        assert_eq!(all[1], pair("x", "1"));
        // An even number of backslashes ends nothing; a comment does not go on.
        assert_eq!(pairs("a=b\\\\\n# c \\\nd=e"), [pair("a", "b\\"), pair("d", "e")]);
        // In a line that goes on, a `#` is no comment.
        assert_eq!(one("a=1,\\\n#2"), pair("a", "1,#2"));
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(one(r"regex=shop\\.orders"), pair("regex", r"shop\.orders"));
        assert_eq!(one(r"regex=shop\.orders"), pair("regex", "shop.orders"));
        assert_eq!(one(r"k=\u00e9\t\uD83D\uDE00\q"), pair("k", "é\t😀q"));
        assert!(parse(r"k=\u00g0").unwrap_err().contains("line 1"));
        assert!(parse("a=b\nk=\\ud83d").unwrap_err().contains("line 2"));
    }

    #[test]
    fn comments_and_blank_lines_are_left_out() {
        assert_eq!(pairs("# a\n  ! b\n\n \t\nc=d"), [pair("c", "d")]);
        assert_eq!(pairs(""), []);
    }
}
