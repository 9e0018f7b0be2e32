//! A Java pattern as one for our engine. What differs is written out; what has no exact counterpart is refused.

use super::classes;

/// A line's end, for `.`.
const NOT_A_LINE_END: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
/// `$` and `\Z`: the end, or before the line end that is last.
const END: &str = r"(?=\z|\r\n\z|[\r\u{85}\u{2028}\u{2029}]\z|(?<!\r)\n\z)";
const WORD_EDGE: &str = "(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))";
const NO_WORD_EDGE: &str = "(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))";

/// A pattern for our engine.
pub(super) struct Translated {
    pub(super) text: String,
    pub(super) ignores_case: bool,
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    ignores_case: bool,
    dot_all: bool,
}

/// Translates a pattern.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut this = Translator { rest: pattern, out: String::new(), ignores_case: false, dot_all: false };
    this.flags()?;
    while let Some(character) = this.next() {
        this.one(character).map_err(|problem| format!("{pattern:?}: {problem}"))?;
    }
    Ok(Translated { text: this.out, ignores_case: this.ignores_case })
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = self.rest.get(character.len_utf8()..).unwrap_or_default();
        Some(character)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Flags, at the very start alone.
    fn flags(&mut self) -> Result<(), String> {
        loop {
            if self.take("(?i)") {
                self.ignores_case = true;
            } else if self.take("(?s)") {
                self.dot_all = true;
            } else if self.take("(?is)") || self.take("(?si)") {
                (self.ignores_case, self.dot_all) = (true, true);
            } else {
                break;
            }
        }
        if self.ignores_case && !self.rest.is_ascii() {
            return Err("(?i) with letters beyond ASCII".to_owned());
        }
        if self.ignores_case {
            self.out.push_str("(?i)");
        }
        Ok(())
    }

    fn one(&mut self, character: char) -> Result<(), String> {
        match character {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            '{' => self.repetition(),
            '.' if self.dot_all => {
                self.out.push_str("(?s:.)");
                Ok(())
            }
            '.' => {
                self.out.push_str(NOT_A_LINE_END);
                Ok(())
            }
            '$' => {
                self.out.push_str(END);
                Ok(())
            }
            _ => {
                self.literal_or_operator(character);
                Ok(())
            }
        }
    }

    fn literal_or_operator(&mut self, character: char) {
        match character {
            '^' | '|' | ')' | '*' | '+' | '?' => self.out.push(character),
            _ => push_literal(&mut self.out, character),
        }
    }

    fn group(&mut self) -> Result<(), String> {
        const TAKEN: [&str; 6] = ["?:", "?=", "?!", "?<=", "?<!", "?>"];
        self.out.push('(');
        if let Some(kind) = TAKEN.iter().find(|kind| self.rest.starts_with(**kind)) {
            self.take(kind);
            self.out.push_str(kind);
            return Ok(());
        }
        if self.take("?<") {
            let (name, after) = self.rest.split_once('>').ok_or("a group's name without its >")?;
            let fine = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !fine {
                return Err(format!("{name:?} is no name of a group"));
            }
            self.out.push_str("?<");
            self.out.push_str(name);
            self.out.push('>');
            self.rest = after;
            return Ok(());
        }
        if self.rest.starts_with('?') {
            return Err("flags other than (?i) and (?s) at the start are not supported".to_owned());
        }
        Ok(())
    }

    fn repetition(&mut self) -> Result<(), String> {
        let (inside, after) = self.rest.split_once('}').ok_or("{ without }")?;
        let (from, to) = inside.split_once(',').unwrap_or((inside, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if from.is_empty() || !digits(from) || !digits(to) {
            return Err(format!("{{{inside}}} is no repetition"));
        }
        self.rest = after;
        self.out.push_str(&format!("{{{inside}}}"));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let letter = self.next().ok_or("a backslash at the end")?;
        if let Some((inside, negated)) = classes::escape(letter) {
            let caret = if negated { "^" } else { "" };
            self.out.push_str(&format!("[{caret}{inside}]"));
            return Ok(());
        }
        match letter {
            'Q' => self.quoted(),
            'p' | 'P' => {
                let (inside, negated) = self.property(letter == 'P')?;
                let caret = if negated { "^" } else { "" };
                self.out.push_str(&format!("[{caret}{inside}]"));
            }
            'b' if !self.rest.starts_with('{') => self.out.push_str(WORD_EDGE),
            'B' => self.out.push_str(NO_WORD_EDGE),
            'A' => self.out.push_str(r"\A"),
            'z' => self.out.push_str(r"\z"),
            'Z' => self.out.push_str(END),
            '1'..='9' if !self.rest.starts_with(|c: char| c.is_ascii_digit()) => {
                self.out.push_str(&format!("(?:\\{letter})"));
            }
            _ => {
                let literal = self.escaped_literal(letter)?;
                push_literal(&mut self.out, literal);
            }
        }
        Ok(())
    }

    fn quoted(&mut self) {
        let (text, after) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
        text.chars().for_each(|character| push_literal(&mut self.out, character));
        self.rest = after;
    }

    /// The character that an escape stands for.
    fn escaped_literal(&mut self, letter: char) -> Result<char, String> {
        let code = match letter {
            't' => return Ok('\t'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            'f' => return Ok('\u{c}'),
            'a' => return Ok('\u{7}'),
            'e' => return Ok('\u{1b}'),
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            _ if letter.is_ascii_alphanumeric() => return Err(format!("\\{letter} is not supported")),
            _ => return Ok(letter),
        };
        char::from_u32(code).ok_or_else(|| format!("\\{letter} of no character"))
    }

    fn hex(&mut self, digits: usize) -> Result<u32, String> {
        let text = self.rest.get(..digits).ok_or("too few hexadecimal digits")?;
        self.rest = self.rest.get(digits..).unwrap_or_default();
        u32::from_str_radix(text, 16).map_err(|_| format!("{text:?} is not hexadecimal"))
    }

    fn property(&mut self, negated: bool) -> Result<(String, bool), String> {
        let name = if self.take("{") {
            let (name, after) = self.rest.split_once('}').ok_or("a property without its }")?;
            self.rest = after;
            name.to_owned()
        } else {
            self.next().ok_or("a property without a name")?.to_string()
        };
        let inside = classes::property(&name).ok_or_else(|| format!("\\p{{{name}}} is not supported"))?;
        Ok((inside, negated))
    }

    /// A bracketed class, without intersections.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        if self.rest.starts_with(']') {
            return Err("a class that begins with ] is not supported; write \\]".to_owned());
        }
        loop {
            let character = self.next().ok_or("a class without its ]")?;
            if ["&&", "--", "~~"]
                .iter()
                .any(|operator| operator.starts_with(character) && self.rest.starts_with(character))
            {
                return Err(format!("{character}{character} in a class is not supported"));
            }
            match character {
                ']' => break,
                '[' => self.class()?,
                '\\' => self.class_escape()?,
                '-' => self.out.push('-'),
                _ => push_in_class(&mut self.out, character),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn class_escape(&mut self) -> Result<(), String> {
        let letter = self.next().ok_or("a backslash at the end")?;
        let class = match (classes::escape(letter), letter) {
            (Some((inside, negated)), _) => Some((inside.to_owned(), negated)),
            (None, 'p' | 'P') => Some(self.property(letter == 'P')?),
            _ => None,
        };
        if let Some((inside, negated)) = class {
            let caret = if negated { "^" } else { "" };
            self.out.push_str(&format!("[{caret}{inside}]"));
            return Ok(());
        }
        let literal = self.escaped_literal(letter)?;
        push_in_class(&mut self.out, literal);
        Ok(())
    }
}

fn push_literal(out: &mut String, character: char) {
    if r"\.+*?()|[]{}^$#&-~".contains(character) {
        out.push('\\');
    }
    out.push(character);
}

fn push_in_class(out: &mut String, character: char) {
    if r"\[]^-&~".contains(character) {
        out.push('\\');
    }
    out.push(character);
}
