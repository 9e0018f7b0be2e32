//! Java's regular expressions, refused where they cannot be taken exactly.

mod classes;
mod renaming;
mod replacement;
mod rewrite;
mod translate;

use fancy_regex::{Captures, Regex, RegexBuilder};

use crate::DataError;
pub use renaming::Renaming;
use replacement::Replacement;
pub(crate) use rewrite::Rewrite;

/// How many steps back one match may take before it is given up.
const BACKTRACKS_MAX: usize = 1_000_000;

/// Letters that are equal to an ASCII letter in Unicode's case folding, and not in Java's.
const FOLDING_TRAPS: [char; 2] = ['\u{212a}', '\u{17f}'];

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct JavaRegex {
    whole: Regex,
    part: Regex,
    ignores_case: bool,
}

impl JavaRegex {
    /// Compiles a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let translated = translate::translate(pattern)?;
        let build = |text: &str| {
            RegexBuilder::new(text)
                .backtrack_limit(BACKTRACKS_MAX)
                .build()
                .map_err(|error| format!("{pattern:?} is no pattern that can be used here: {error}"))
        };
        let part = build(&translated.text)?;
        let whole = build(&format!(r"\A(?:{})\z", translated.text))?;
        Ok(Self { whole, part, ignores_case: translated.ignores_case })
    }

    /// `Matcher.matches`: whether all of the text matches.
    pub(crate) fn matches(&self, text: &str) -> Result<bool, DataError> {
        if self.ignores_case && text.contains(FOLDING_TRAPS) {
            return Err(DataError::new("a letter whose case Java's (?i) does not know"));
        }
        self.whole.is_match(text).map_err(|error| DataError::new(format!("a pattern: {error}")))
    }

    /// `Matcher.replaceFirst`, after [`Self::matches`]: the first match anywhere, which may be shorter than all.
    fn replace_first(&self, text: &str, replacement: &Replacement) -> Result<String, DataError> {
        let found =
            self.part.captures(text).map_err(|error| DataError::new(format!("a pattern: {error}")))?;
        Ok(found.map_or_else(|| text.to_owned(), |captures| replaced(text, &captures, replacement)))
    }

    /// How many groups there are, the whole included.
    fn group_count(&self) -> usize {
        self.part.captures_len()
    }

    fn group_named(&self, name: &str) -> Option<usize> {
        self.part.capture_names().position(|group| group == Some(name))
    }
}

fn replaced(text: &str, captures: &Captures<str>, replacement: &Replacement) -> String {
    let Some(whole) = captures.get(0) else { return text.to_owned() };
    let mut out = text.get(..whole.start()).unwrap_or_default().to_owned();
    replacement.expand(captures, &mut out);
    out.push_str(text.get(whole.end()..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(pattern: &str, replacement: &str, text: &str) -> Option<String> {
        let regex = JavaRegex::new(pattern).unwrap();
        let replacement = Replacement::new(replacement, &regex).unwrap();
        regex.matches(text).unwrap().then(|| regex.replace_first(text, &replacement).unwrap())
    }

    #[test]
    fn topics_are_rewritten() {
        assert_eq!(route(r"([^.]+)\.([^.]+)\.([^.]+)", "$3", "a.b.c").as_deref(), Some("c"));
        assert_eq!(route(r"(.*)shard\d+(.*)", "$1shard$2", "x.shard12.t").as_deref(), Some("x.shard.t"));
        assert_eq!(route("(?<db>[a-z]+)_(.*)", "${db}\\$-$2", "shop_t").as_deref(), Some("shop$-t"));
        assert_eq!(route("a|ab", "x", "ab").as_deref(), Some("xb"));
        assert_eq!(route("b", "x", "abc"), None);
        assert_eq!(route(r"\Qa.b\E(?=\.c)..", "x", "a.b.c").as_deref(), Some("x"));
        assert_eq!(route("(x)?a", "<$1>", "a").as_deref(), Some("<>"));
        assert_eq!(route("(?i)TOPIC[a-c]+$", "x", "topicAb").as_deref(), Some("x"));
        assert_eq!(route(r"\w+", "x", "é"), None);
        assert_eq!(route("(a)(b)$", "$10", "ab").as_deref(), Some("a0"));
    }

    #[test]
    fn what_cannot_be_taken_exactly_is_refused() {
        for pattern in
            ["(", "[a", r"\p{javaLowerCase}", r"\R", "(?x)a b", r"[a&&[^b]]", "*", r"\q", "a{,3}", r"[a--b]"]
        {
            assert!(JavaRegex::new(pattern).is_err(), "{pattern}");
        }
        let regex = JavaRegex::new("(a)").unwrap();
        for replacement in ["$2", "$", "${no}", "$x", "end\\", "${x"] {
            assert!(Replacement::new(replacement, &regex).is_err(), "{replacement}");
        }
    }
}
