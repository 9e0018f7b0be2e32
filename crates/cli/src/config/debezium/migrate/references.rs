//! References in a connector's config: carried over where native texts take them, else looked up once.

use std::{cell::RefCell, collections::BTreeMap};

use toml::{Table, Value};

use crate::config::{ConfigError, Outside, reference};

/// The references that were carried over. A word that means nothing else stands in the place of each while the config is
/// translated.
#[derive(Debug, Default)]
pub struct References {
    /// Words and the native references that they stand for.
    words: RefCell<Vec<(String, String)>>,
    /// Keys whose references were looked up.
    said: BTreeMap<String, &'static str>,
}

/// The keys that become texts as they are.
const CARRIED: [&str; 9] = [
    "database.hostname",
    "database.user",
    "database.password",
    "topic.prefix",
    "database.server.name",
    "name",
    "becauselog.source.url",
    "becauselog.source.user",
    "becauselog.source.password",
];

const LOOKED_UP: &str = "its reference was looked up now: the value stands in its place";

impl References {
    /// The value that the translation works with.
    pub fn take(&mut self, key: &str, value: &str, outside: &Outside) -> Result<String, String> {
        let told = |error: ConfigError| match error {
            ConfigError::Reference { what, .. } => what,
            other => other.to_string(),
        };
        if CARRIED.contains(&key) {
            return reference::carry_connector(key, value, &|native| self.word(native)).map_err(told);
        }
        let resolved = reference::resolve_connector(key, value, outside).map_err(told)?;
        if resolved != value {
            self.said.insert(key.to_owned(), LOOKED_UP);
        }
        Ok(resolved)
    }

    /// What is to be said of a key's references.
    pub fn said_of(&self, key: &str) -> Option<&'static str> {
        self.said.get(key).copied()
    }

    fn word(&self, native: String) -> String {
        let mut words = self.words.borrow_mut();
        let word = format!("becauselogReference{}x", words.len());
        words.push((word.clone(), native));
        word
    }

    /// Puts the native references in the places of their words; what only looks like a reference is kept from being one.
    pub fn put_back(&self, table: &mut Table) {
        table.iter_mut().for_each(|(_, value)| self.put_into(value));
    }

    fn put_into(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                *text = text.replace("${", "$${");
                for (word, native) in self.words.borrow().iter() {
                    *text = text.replace(word, native);
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|one| self.put_into(one)),
            Value::Table(inner) => self.put_back(inner),
            _ => {}
        }
    }
}
