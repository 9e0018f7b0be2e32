//! Plays and their cases: data files in one folder.
//!
//! ```text
//! NAME.toml        server, settings, cases
//! NAME.setup.sql   what exists before the connector's first look at the schema (may be missing)
//! NAME.sql         what it then follows
//! ```
//!
//! A statement ends with a semicolon at the end of a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::version::{Flavor, Version};

/// The database of the tables that tell the recorder where to begin and to end. Not part of any case.
pub const MARKS: &str = "truth_marks";
/// The table at whose first record a recording ends.
pub const END_MARK: &str = "the_end";

/// Where plays are, unless [`FOLDER`] names another place: for plays that are tried and not kept.
#[must_use]
pub fn folder(own: PathBuf) -> PathBuf {
    std::env::var_os(FOLDER).map_or(own, PathBuf::from)
}

/// Whether the plays are others than our own: there a case that Debezium stops at need not say so.
#[must_use]
pub fn on_trial() -> bool {
    std::env::var_os(FOLDER).is_some()
}

/// The variable that names another folder of plays.
pub const FOLDER: &str = "BECAUSELOG_TRUTH";

/// A server's settings and statements.
#[derive(Clone, Debug)]
pub struct Play {
    /// The file's name.
    pub name: String,
    /// The server's version.
    pub version: Version,
    /// The server's options.
    pub server: BTreeMap<String, String>,
    /// Statements before the connector's first look.
    pub setup: Vec<String>,
    /// Statements that it follows.
    pub statements: Vec<String>,
    /// The cases in the order of their names.
    pub cases: Vec<Case>,
    folder: PathBuf,
}

/// Connector settings under which a play is followed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name within the play.
    #[serde(skip)]
    pub name: String,
    /// What it shows.
    pub about: String,
    /// How the topic of the record ends at which the recording ends, `.the_end` if nothing is said; empty: when nothing comes
    /// for two seconds.
    #[serde(default = "end_topic")]
    pub end: String,
    /// Endings of topics of which only the first record is kept, since how many come depends on the clock.
    #[serde(default)]
    pub once: Vec<String>,
    /// Places that differ between two runs over the same log, beyond the usual ones; see [`super::compare::Masks`].
    #[serde(default)]
    pub masks: Vec<String>,
    /// Places that differ besides between two recordings: of the same log they are compared.
    #[serde(default)]
    pub log_masks: Vec<String>,
    /// Debezium does not come to the end; then no record is kept, since how many it delivered depends on the clock.
    #[serde(default)]
    pub stops: bool,
    /// Whether the JSON converter writes schemas; `both` makes two cases, the second with `-schemas` in its name.
    #[serde(default)]
    pub schemas: Schemas,
    /// The connector's settings beyond the usual ones; an empty text takes one away.
    #[serde(default, deserialize_with = "texts")]
    pub options: BTreeMap<String, String>,
}

/// Whether keys and values have their schema beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schemas {
    /// They have not.
    #[default]
    Off,
    /// They have.
    On,
    /// Once so and once so.
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    #[serde(default = "newest")]
    version: String,
    #[serde(default, deserialize_with = "texts")]
    server: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "texts")]
    connector: BTreeMap<String, String>,
    cases: BTreeMap<String, Case>,
}

fn newest() -> String {
    Version::V9_7.number().to_owned()
}

fn end_topic() -> String {
    format!(".{END_MARK}")
}

/// Settings may be written as text, numbers or booleans.
fn texts<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, serde_json::Value>::deserialize(from)?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(values.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// The connector for servers of a family.
#[must_use]
pub fn connector_class(flavor: Flavor) -> &'static str {
    match flavor {
        Flavor::MySql => "io.debezium.connector.mysql.MySqlConnector",
        Flavor::MariaDb => "io.debezium.connector.mariadb.MariaDbConnector",
    }
}

/// Settings of every case that it may change: Debezium's defaults, but for what makes records hard to compare or is not the
/// subject of most cases.
fn usual(flavor: Flavor) -> BTreeMap<String, String> {
    [
        ("name", "golden-connector"),
        ("connector.class", connector_class(flavor)),
        ("topic.prefix", "shop"),
        ("include.schema.changes", "false"),
        ("key.converter.schemas.enable", "false"),
        ("value.converter.schemas.enable", "false"),
        ("header.converter.schemas.enable", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

impl Play {
    /// All plays of a folder, in the order of their names.
    ///
    /// # Errors
    /// A file cannot be read or understood; the error names it.
    pub fn all(folder: &Path) -> Result<Vec<Self>> {
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        if files.is_empty() {
            bail!("{} holds no plays", folder.display());
        }
        files.iter().map(|path| Self::read(path).with_context(|| path.display().to_string())).collect()
    }

    fn read(path: &Path) -> Result<Self> {
        let file: File = toml::from_str(&fs::read_to_string(path)?)?;
        let named = |version: &Version| version.number() == file.version;
        let version = Version::SERVERS.into_iter().find(named);
        let version = version.with_context(|| format!("no server of version {}", file.version))?;
        let usual = usual(version.flavor());
        let setup = path.with_extension("setup.sql");
        Ok(Self {
            name: path.file_stem().and_then(|name| name.to_str()).context("a name in UTF-8")?.to_owned(),
            version,
            server: file.server,
            setup: if setup.exists() { statements(&fs::read_to_string(setup)?)? } else { Vec::new() },
            statements: statements(&fs::read_to_string(path.with_extension("sql"))?)?,
            cases: cases(file.cases, &usual, &file.connector),
            folder: path.parent().context("a file in no folder")?.to_owned(),
        })
    }

    /// The folder of what was recorded of this play.
    #[must_use]
    pub fn golden_folder(&self) -> PathBuf {
        self.folder.join("golden").join(&self.name)
    }

    /// A case's golden file.
    #[must_use]
    pub fn golden_path(&self, case: &Case) -> PathBuf {
        self.golden_folder().join(format!("{}.jsonl", case.name))
    }

    /// `types/schemas`.
    #[must_use]
    pub fn full_name(&self, case: &Case) -> String {
        format!("{}/{}", self.name, case.name)
    }

    /// The binlog that was recorded, unpacked, and its file's name, which is in the records.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn binlog(&self) -> Result<(String, Vec<u8>)> {
        let folder = self.golden_folder();
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        let mut paths = entries.flatten().map(|entry| entry.path());
        let packed = paths.find(|path| path.extension().is_some_and(|extension| extension == "zst"));
        let path = packed.with_context(|| format!("{} holds no binlog", folder.display()))?;
        let name = path.file_stem().and_then(|name| name.to_str()).context("a name in UTF-8")?;
        let bytes = zstd::decode_all(fs::read(&path)?.as_slice());
        Ok((name.to_owned(), bytes.with_context(|| path.display().to_string())?))
    }
}

/// The cases of a file with all their settings.
fn cases(
    listed: BTreeMap<String, Case>,
    usual: &BTreeMap<String, String>,
    connector: &BTreeMap<String, String>,
) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, case) in listed {
        let mut options = usual.clone();
        options.extend(connector.clone());
        options.extend(case.options.clone());
        options.retain(|_, value| !value.is_empty());
        let plain = Case { name: name.clone(), options: options.clone(), ..case.clone() };
        for part in ["key", "value"] {
            options.insert(format!("{part}.converter.schemas.enable"), "true".to_owned());
        }
        let typed = |name| Case { name, options, ..case.clone() };
        match case.schemas {
            Schemas::Off => all.push(plain),
            Schemas::On => all.push(typed(name)),
            Schemas::Both => all.extend([plain, typed(format!("{name}-schemas"))]),
        }
    }
    all
}

/// Statements of a text: each ends with a semicolon at a line's end. Lines of comments between them are left out.
fn statements(text: &str) -> Result<Vec<String>> {
    let (mut found, mut open) = (Vec::new(), String::new());
    for line in text.lines() {
        if open.is_empty() && (line.trim().is_empty() || line.starts_with("--")) {
            continue;
        }
        open.push_str(line);
        if let Some(statement) = open.strip_suffix(';') {
            found.push(statement.to_owned());
            open.clear();
        } else {
            open.push('\n');
        }
    }
    if !open.is_empty() {
        bail!("the last statement does not end with a semicolon: {}", open.trim());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_a_semicolon_that_ends_a_line() -> Result<()> {
        let found = statements("-- first\nSELECT 1;\n\nSELECT ';',\n -- inside\n 2;\n")?;
        assert_eq!(found, ["SELECT 1", "SELECT ';',\n -- inside\n 2"]);
        assert!(statements("SELECT 1").is_err());
        Ok(())
    }
}
