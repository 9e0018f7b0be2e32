//! A config file: its text, and which of the shapes it has.

use std::path::Path;

use toml::Table;

use super::{error::ConfigError, native::Config};

/// A file that was read.
#[derive(Debug)]
pub struct ConfigFile {
    /// Its name as it was given.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it is.
    pub shape: Shape,
}

/// What a config file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Our own TOML.
    Native,
    /// Java properties: a connector's, a worker's, or Debezium Server's.
    Properties,
    /// JSON: a connector's, with or without its name around it.
    Json,
    /// YAML: Strimzi's resources.
    Yaml,
}

/// Reads a file and tells its shape, by its ending, else by its content.
pub fn read(path: &Path) -> Result<ConfigFile, ConfigError> {
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Read { file: name.clone(), source })?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let shape = match ending.as_str() {
        "toml" => Shape::Native,
        "json" => Shape::Json,
        "properties" => Shape::Properties,
        "yaml" | "yml" => Shape::Yaml,
        _ => shape_of(&text),
    };
    Ok(ConfigFile { name, text, shape })
}

fn shape_of(text: &str) -> Shape {
    if text.trim_start().starts_with('{') {
        return Shape::Json;
    }
    let keys: Vec<&str> = Config::SECTIONS[0].keys.iter().map(|key| key.name).collect();
    let native = toml::from_str::<Table>(text).is_ok_and(|table| {
        let nested = table.values().any(|value| value.is_table() || value.is_array());
        nested && table.keys().any(|key| keys.contains(&key.as_str()))
    });
    if native { Shape::Native } else { Shape::Properties }
}

/// The file as TOML. An error tells line and column, never the line's text.
pub fn parse_toml(file: &ConfigFile) -> Result<Table, ConfigError> {
    toml::from_str(&file.text).map_err(|error| {
        let (line, column) = place(&file.text, error.span().map_or(0, |span| span.start));
        ConfigError::Syntax {
            file: format!("{}:{line}:{column}", file.name),
            what: error.message().to_owned(),
        }
    })
}

/// Line and column, from 1, of an offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}
