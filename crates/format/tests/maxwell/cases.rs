//! What a real Maxwell 1.45 wrote, class by class.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// One recorded case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// Maxwell's options.
    #[serde(default)]
    pub options: BTreeMap<String, Value>,
    #[serde(default)]
    pub session: Session,
    /// The JVM's time zone, where it was not UTC.
    pub jvm_time_zone: Option<String>,
    pub kafka: Option<Value>,
    /// Fields that are never the same twice.
    #[serde(default)]
    pub masked: Vec<String>,
    /// Maxwell ended by itself: the lines are those before.
    #[serde(default)]
    pub stops: bool,
    pub sql: Vec<String>,
    pub lines: Vec<String>,
    #[serde(default)]
    pub keys: Vec<Option<String>>,
    #[serde(default)]
    pub topics: Vec<String>,
    #[serde(default)]
    pub partitions: Vec<u32>,
}

/// How the session was set up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    pub sql_mode: Option<String>,
    pub charset: String,
    /// The charset that the client encodes its statements in, where it is another.
    pub connect_charset: Option<String>,
    pub time_zone: String,
    pub timestamp: f64,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            sql_mode: None,
            charset: "utf8mb4".into(),
            connect_charset: None,
            time_zone: "+00:00".into(),
            timestamp: 1_700_000_000.123_456,
        }
    }
}

/// The cases of a class.
pub fn of(class: &str) -> Result<Vec<Case>> {
    // From another crate too.
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../format/tests/maxwell/recorded/{class}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

impl Case {
    /// An option that is a text.
    pub fn text(&self, option: &str) -> Option<&str> {
        self.options.get(option).and_then(Value::as_str)
    }
}
