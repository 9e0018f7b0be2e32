//! The options of one transform, predicate or converter, each read by name. What nothing asked for is unknown.

use crate::ConfigError;
use crate::date_format::DateFormat;
use crate::regex::{JavaRegex, Rewrite};

/// How unlike a name may be to be proposed.
const NEAR: f64 = 0.6;

/// Options being read. Reading goes on after an error, so that all are told at once.
pub(crate) struct Options<'p> {
    prefix: String,
    properties: &'p [(String, String)],
    known: Vec<&'static str>,
    errors: Vec<ConfigError>,
    passed_over: Vec<ConfigError>,
}

impl<'p> Options<'p> {
    /// Options without their prefix; messages have it.
    pub(crate) fn new(prefix: &str, properties: &'p [(String, String)]) -> Self {
        Self {
            prefix: prefix.to_owned(),
            properties,
            known: Vec::new(),
            errors: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    /// Declares an option without reading it.
    pub(crate) fn note(&mut self, name: &'static str) {
        self.known.push(name);
    }

    /// An option of an earlier version, which the class passes over in silence; it is told, with what to write now.
    pub(crate) fn pass_over(&mut self, name: &'static str, now: &str) {
        self.note(name);
        if self.has(name) {
            let problem = format!("has no effect, as in Debezium 3.6: {now}");
            self.passed_over.push(ConfigError { key: format!("{}{name}", self.prefix), problem });
        }
    }

    /// What was passed over so far.
    pub(crate) fn take_passed_over(&mut self) -> Vec<ConfigError> {
        std::mem::take(&mut self.passed_over)
    }

    /// Adds an error about an option.
    pub(crate) fn fail(&mut self, name: &str, problem: impl Into<String>) {
        self.errors.push(ConfigError { key: format!("{}{name}", self.prefix), problem: problem.into() });
    }

    /// Adds an error about the property that the prefix is of.
    pub(crate) fn fail_role(&mut self, problem: impl Into<String>) {
        let key = self.prefix.trim_end_matches('.').to_owned();
        self.errors.push(ConfigError { key, problem: problem.into() });
    }

    /// All that is wrong, unknown options included.
    pub(crate) fn finish(mut self) -> Vec<ConfigError> {
        for (name, _) in self.properties {
            if !self.known.contains(&name.as_str()) {
                self.errors.push(unknown(&self.prefix, name, &self.known));
            }
        }
        self.errors
    }

    /// What is wrong so far, unknown options aside.
    pub(crate) fn errors(self) -> Vec<ConfigError> {
        self.errors
    }

    /// A text, without blanks around.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.raw(name).map(|text| text.trim().to_owned())
    }

    /// A text that must be there and have something in it.
    pub(crate) fn required(&mut self, name: &'static str) -> String {
        match self.text(name) {
            Some(text) if !text.is_empty() => text,
            Some(_) => {
                self.fail(name, "must not be empty");
                String::new()
            }
            None => {
                self.fail(name, "is required");
                String::new()
            }
        }
    }

    /// `true` or `false`, in any case.
    pub(crate) fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        match self.text(name) {
            None => default,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(text) if text.eq_ignore_ascii_case("false") => false,
            Some(text) => {
                self.fail(name, format!("{text:?} is neither true nor false"));
                default
            }
        }
    }

    /// A whole number.
    pub(crate) fn int(&mut self, name: &'static str) -> Option<i32> {
        let text = self.text(name)?;
        let int = text.parse().ok();
        if int.is_none() {
            self.fail(name, format!("{text:?} is no whole number of 32 bits"));
        }
        int
    }

    /// One of some words, in any case.
    pub(crate) fn choice(
        &mut self,
        name: &'static str,
        choices: &[&'static str],
        default: &'static str,
    ) -> &'static str {
        let Some(text) = self.text(name) else { return default };
        match choices.iter().find(|choice| choice.eq_ignore_ascii_case(&text)) {
            Some(choice) => choice,
            None => {
                self.fail(name, format!("{text:?} is none of {}", choices.join(", ")));
                default
            }
        }
    }

    /// A list with commas; empty when it is not given.
    pub(crate) fn list(&mut self, name: &'static str) -> Vec<String> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Vec::new() };
        let list: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if list.iter().any(String::is_empty) {
            self.fail(name, "has an empty element");
        }
        list
    }

    /// A list in which nothing is twice: what is repeated is left out, as Kafka does.
    pub(crate) fn distinct_list(&mut self, name: &'static str) -> Vec<String> {
        let mut distinct: Vec<String> = Vec::new();
        for item in self.list(name) {
            if !distinct.contains(&item) {
                distinct.push(item);
            }
        }
        distinct
    }

    /// A list with something in it.
    pub(crate) fn required_list(&mut self, name: &'static str) -> Vec<String> {
        let list = self.list(name);
        if list.is_empty() {
            self.fail(name, "is required: a list with commas");
        }
        list
    }

    /// A Java regular expression that must be there.
    pub(crate) fn regex(&mut self, name: &'static str) -> Option<JavaRegex> {
        let pattern = self.required(name);
        self.compile(name, &pattern)
    }

    /// Compiles a pattern for an option.
    pub(crate) fn compile(&mut self, name: &'static str, pattern: &str) -> Option<JavaRegex> {
        if pattern.is_empty() {
            return None;
        }
        match JavaRegex::new(pattern) {
            Ok(regex) => Some(regex),
            Err(problem) => {
                self.fail(name, problem);
                None
            }
        }
    }

    /// A pattern and its replacement, both required.
    pub(crate) fn rewrite(&mut self, pattern: &'static str, replacement: &'static str) -> Option<Rewrite> {
        let regex = self.regex(pattern);
        let text = self.text(replacement);
        if text.is_none() {
            self.fail(replacement, "is required");
        }
        self.rewrite_of(regex?, replacement, &text?)
    }

    /// A compiled pattern with its replacement.
    pub(crate) fn rewrite_of(&mut self, regex: JavaRegex, name: &'static str, text: &str) -> Option<Rewrite> {
        match Rewrite::new(regex, text) {
            Ok(rewrite) => Some(rewrite),
            Err(problem) => {
                self.fail(name, problem);
                None
            }
        }
    }

    /// A pattern of times for an option.
    pub(crate) fn date_format(&mut self, name: &'static str, pattern: &str) -> Option<DateFormat> {
        match DateFormat::new(pattern) {
            Ok(format) => Some(format),
            Err(problem) => {
                self.fail(name, problem);
                None
            }
        }
    }

    /// What an option says, without declaring it.
    pub(crate) fn given(&self, name: &str) -> Option<&'p str> {
        self.properties.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Whether it is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.properties.iter().any(|(key, _)| key == name)
    }

    fn raw(&mut self, name: &'static str) -> Option<&'p str> {
        self.note(name);
        self.properties.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The error about a name that nothing knows, with the nearest that is known.
pub(crate) fn unknown(prefix: &str, name: &str, known: &[&str]) -> ConfigError {
    let problem = match nearest(name, known) {
        Some(near) => format!("is not known; did you mean {prefix}{near}?"),
        None if known.is_empty() => "is not known: there are no options here".to_owned(),
        None => format!("is not known; known are {}", known.join(", ")),
    };
    ConfigError { key: format!("{prefix}{name}"), problem }
}

/// The most alike of some names, if any is.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let scored =
        known.iter().map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), *candidate));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= NEAR).then_some(best.1)
}
