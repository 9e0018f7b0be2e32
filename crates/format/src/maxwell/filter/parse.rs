//! Reads rules.

use regex::Regex;

use super::{
    ColumnRule, Effect, FilterError, Pattern, Rule, ValuePattern,
    words::{Word, Words},
};

type Compile<'c> = &'c dyn Fn(&str) -> Result<Regex, String>;

pub(super) fn rules(text: &str, compile: Compile<'_>) -> Result<Vec<Rule>, FilterError> {
    let mut parser = Parser { words: Words::new(text), at: 1, word: Word::End, compile };
    parser.step()?;
    let mut rules = Vec::new();
    while parser.word != Word::End {
        rules.push(parser.rule()?);
    }
    Ok(rules)
}

struct Parser<'a> {
    words: Words<'a>,
    /// Where the word at hand begins.
    at: usize,
    word: Word,
    compile: Compile<'a>,
}

impl Parser<'_> {
    /// Goes on to the next word and answers the one before.
    fn step(&mut self) -> Result<Word, FilterError> {
        self.words.skip_blanks();
        self.at = self.words.at();
        let next = self.words.next()?;
        Ok(std::mem::replace(&mut self.word, next))
    }

    fn wrong<T>(&self, what: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError { at: self.at, what: what.into() })
    }

    fn mark(&mut self, mark: char) -> Result<(), FilterError> {
        if self.word != Word::Mark(mark) {
            return self.wrong(format!("`{mark}` is missing; a rule is `exclude: database.table`"));
        }
        self.step().map(|_mark| ())
    }

    fn rule(&mut self) -> Result<Rule, FilterError> {
        let effect = match &self.word {
            Word::Plain(word) => match word.to_ascii_lowercase().as_str() {
                "include" => Effect::Include,
                "exclude" => Effect::Exclude,
                "blacklist" => Effect::Blacklist,
                other => {
                    return self.wrong(format!("`{other}` is no rule; write include, exclude or blacklist"));
                }
            },
            _ => return self.wrong(
                "a rule begins with include, exclude or blacklist; put names with other characters in quotes",
            ),
        };
        self.step()?;
        self.mark(':')?;
        let database = self.pattern()?;
        self.mark('.')?;
        let table = self.pattern()?;
        let column = if self.word == Word::Mark('.') { Some(self.column()?) } else { None };
        if self.word == Word::Mark(',') {
            self.step()?;
        }
        Ok(Rule { effect, database, table, column })
    }

    fn column(&mut self) -> Result<ColumnRule, FilterError> {
        self.mark('.')?;
        let Word::Plain(name) = &self.word else { return self.wrong("a column's name is missing") };
        let name = name.clone();
        self.step()?;
        self.mark('=')?;
        let is_null = match &self.word {
            Word::Plain(word) | Word::Quoted(word) => word.eq_ignore_ascii_case("null"),
            _ => false,
        };
        let value = self.pattern()?;
        if self.word == Word::Mark('.') {
            return self.wrong("put a value that has a dot in quotes");
        }
        let value = match value {
            _ if is_null => ValuePattern::Null,
            Pattern::Anything => ValuePattern::Anything,
            Pattern::Like(regex) => ValuePattern::Like(regex),
        };
        Ok(ColumnRule { name, value })
    }

    /// A name is a regular expression too, for the whole text.
    fn pattern(&mut self) -> Result<Pattern, FilterError> {
        let text = match &self.word {
            Word::Mark('*') => None,
            Word::Plain(name) | Word::Quoted(name) => Some(format!("^{name}$")),
            Word::Regex(regex) => Some(regex.clone()),
            Word::Mark(mark) => {
                return self.wrong(format!("a name, `*` or /regex/ is missing before `{mark}`"));
            }
            Word::End => return self.wrong("a name, `*` or /regex/ is missing"),
        };
        let pattern = match text.as_deref() {
            None | Some("") => Pattern::Anything,
            Some(text) => match (self.compile)(text) {
                Ok(regex) => Pattern::Like(regex),
                Err(what) => return self.wrong(what),
            },
        };
        self.step()?;
        Ok(pattern)
    }
}
