//! A connector's settings as our encoder has them. What is not here is not built yet: its cases are pending.

use becauselog_format::{
    Adjustment, BigintUnsigned, BinaryMode, Connect, Converters, DebeziumConfig, DecimalMode, HashAlgorithm,
    HashOf, JavaPatterns, Mask, SchemaChange, TimePrecision, TopicCharacters, TopicNaming,
};
use becauselog_model::{Flavor, TableName, Transaction};
use becauselog_testkit::debezium::case::Case;
use regex::{Regex, RegexBuilder};

/// What a case asks of us.
pub struct Settings {
    pub config: DebeziumConfig,
    pub connect: Connect,
    pub tables: Tables,
    pub sources: Sources,
}

/// Whose transactions are captured.
#[derive(Default)]
pub struct Sources {
    includes: Option<Vec<Regex>>,
    excludes: Vec<Regex>,
    unfiltered: bool,
}

impl Sources {
    pub fn want(&self, transaction: &Transaction) -> bool {
        let Some(gtid) = &transaction.gtid else { return true };
        let any = |list: &[Regex]| {
            list.iter().any(|regex| gtid.source().is_some_and(|source| regex.is_match(&source.to_string())))
        };
        self.unfiltered || (self.includes.as_ref().is_none_or(|list| any(list)) && !any(&self.excludes))
    }
}

/// Which tables are captured.
#[derive(Default)]
pub struct Tables {
    databases: Option<Vec<Regex>>,
    tables: Option<Vec<Regex>>,
    not_tables: Vec<Regex>,
    not_databases: Vec<Regex>,
    builtin: bool,
}

const BUILTIN: [&str; 4] = ["mysql", "performance_schema", "sys", "information_schema"];

impl Tables {
    pub fn wants_database(&self, db: &str) -> bool {
        let any = |list: &[Regex]| list.iter().any(|regex| regex.is_match(db));
        self.databases.as_ref().is_none_or(|list| any(list)) && !any(&self.not_databases)
    }

    pub fn wants(&self, db: &str, table: &str) -> bool {
        let full = format!("{db}.{table}");
        let any = |list: &[Regex], text: &str| list.iter().any(|regex| regex.is_match(text));
        (self.builtin || !BUILTIN.contains(&db))
            && self.databases.as_ref().is_none_or(|list| any(list, db))
            && self.tables.as_ref().is_none_or(|list| any(list, &full))
            && !any(&self.not_databases, db)
            && !any(&self.not_tables, &full)
    }
}

impl Settings {
    /// Whether a schema change is told.
    pub fn tells(&self, change: &SchemaChange) -> bool {
        let table = |name: &TableName| self.tables.wants(&name.database, &name.table);
        self.config.schema_scope.tells(change, table, |database| self.tables.wants_database(database))
    }

    /// An error names the first setting that we do not know.
    pub fn of(case: &Case) -> Result<Self, String> {
        let mut settings = Self {
            config: DebeziumConfig::peer("shop"),
            connect: Connect::default(),
            tables: Tables::default(),
            sources: Sources::default(),
        };
        settings.config.run_id = Some("masked".to_owned());
        for (name, value) in &case.options {
            if Converters::reads(case.options.get("converters").map_or("", String::as_str), name) {
                continue;
            }
            settings.set(name, value).ok_or_else(|| format!("{name}={value} is not built yet"))?;
        }
        let properties: Vec<(String, String)> =
            case.options.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let java = JavaPatterns { one: |text| Ok(text.to_owned()), list: |text| Ok(patterns(text)) };
        settings.config =
            settings.config.with_properties(&properties, java).map_err(|error| error.to_string())?;
        settings.connect = Connect::from_properties(&properties).map_err(|error| error.to_string())?;
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let Self { config, tables, sources, .. } = self;
        match name {
            "name" => {}
            "connector.class" => {
                let mariadb = value.ends_with("MariaDbConnector");
                config.flavor = Some(if mariadb { Flavor::MariaDb } else { Flavor::MySql });
            }
            "topic.prefix" => config.topic_prefix = value.to_owned(),
            "topic.delimiter" => config.topic_delimiter = value.to_owned(),
            name if Connect::reads(name) || DebeziumConfig::reads(name) => {}
            "topic.naming.strategy" => {
                (config.topic_naming, config.topic_characters) = match value.rsplit('.').next()? {
                    "DefaultTopicNamingStrategy" | "DefaultRegexTopicNamingStrategy" => {
                        (TopicNaming::Default, TopicCharacters::Underscore)
                    }
                    "SchemaTopicNamingStrategy" => (TopicNaming::Schema, TopicCharacters::Underscore),
                    "DefaultUnicodeTopicNamingStrategy" => (TopicNaming::Default, TopicCharacters::Unicode),
                    "SchemaUnicodeTopicNamingStrategy" => (TopicNaming::Schema, TopicCharacters::Unicode),
                    _ => return None,
                };
            }
            "schema.name.adjustment.mode" => config.schema_names = adjustment(value)?,
            "field.name.adjustment.mode" => config.field_names = adjustment(value)?,
            "database.include.list" => tables.databases = Some(regexes(value)?),
            "database.exclude.list" => tables.not_databases = regexes(value)?,
            "table.include.list" => tables.tables = Some(regexes(value)?),
            "table.exclude.list" => tables.not_tables = regexes(value)?,
            "table.ignore.builtin" => tables.builtin = value == "false",
            "gtid.source.includes" => sources.includes = Some(regexes(value)?),
            "gtid.source.excludes" => sources.excludes = regexes(value)?,
            "gtid.source.filter.dml.events" => sources.unfiltered = value == "false",
            "column.include.list" => {
                config.columns = config.columns.clone().with_include(&patterns(value)).ok()?;
            }
            "column.exclude.list" => {
                config.columns = config.columns.clone().with_exclude(&patterns(value)).ok()?;
            }
            name if name.starts_with("column.mask.") || name.starts_with("column.truncate.") => {
                config.columns = config.columns.clone().with_mask(&patterns(value), mask(name)?).ok()?;
            }
            "tombstones.on.delete" => config.tombstones_on_delete = value == "true",
            "include.query" => config.include_query = value == "true",
            "extended.headers.enabled" => config.extended_headers = value == "true",
            "decimal.handling.mode" => config.decimal = decimal(value)?,
            "time.precision.mode" => config.time_precision = time(value)?,
            "binary.handling.mode" => config.binary = binary(value)?,
            "bigint.unsigned.handling.mode" => {
                config.bigint_unsigned = match value {
                    "long" => BigintUnsigned::Long,
                    "precise" => BigintUnsigned::Precise,
                    _ => return None,
                };
            }
            _ => return None,
        }
        Some(())
    }
}

/// A list of expressions.
fn patterns(list: &str) -> Vec<String> {
    list.split(',').map(|text| text.trim().to_owned()).collect()
}

/// A mask by its key.
fn mask(name: &str) -> Option<Mask> {
    let number = |before: &str| name.strip_prefix(before)?.strip_suffix(".chars")?.parse().ok();
    if let Some(units) = number("column.truncate.to.") {
        return Some(Mask::Cut(units));
    }
    if let Some(stars) = number("column.mask.with.") {
        return Some(Mask::Stars(stars));
    }
    let rest = name.strip_prefix("column.mask.hash.")?;
    let (of, rest) = rest.strip_prefix("v2.").map_or((HashOf::JavaObject, rest), |rest| (HashOf::Utf8, rest));
    let (algorithm, salt) = rest.split_once(".with.salt.")?;
    Some(Mask::Hash { algorithm: HashAlgorithm::named(algorithm)?, salt: salt.to_owned(), of })
}

fn adjustment(value: &str) -> Option<Adjustment> {
    Some(match value {
        "none" => Adjustment::None,
        "avro" => Adjustment::Avro,
        "avro_unicode" => Adjustment::AvroUnicode,
        _ => return None,
    })
}

fn decimal(value: &str) -> Option<DecimalMode> {
    Some(match value {
        "precise" => DecimalMode::Precise,
        "double" => DecimalMode::Double,
        "string" => DecimalMode::String,
        _ => return None,
    })
}

fn time(value: &str) -> Option<TimePrecision> {
    Some(match value {
        "adaptive_time_microseconds" => TimePrecision::AdaptiveTimeMicroseconds,
        "connect" => TimePrecision::Connect,
        "isostring" => TimePrecision::IsoString,
        "microseconds" => TimePrecision::Microseconds,
        "nanoseconds" => TimePrecision::Nanoseconds,
        _ => return None,
    })
}

fn binary(value: &str) -> Option<BinaryMode> {
    Some(match value {
        "bytes" => BinaryMode::Bytes,
        "base64" => BinaryMode::Base64,
        "base64-url-safe" => BinaryMode::Base64UrlSafe,
        "hex" => BinaryMode::Hex,
        _ => return None,
    })
}

/// A list of expressions that must match the whole name, in any case.
fn regexes(list: &str) -> Option<Vec<Regex>> {
    let one =
        |text: &str| RegexBuilder::new(&format!("^(?:{})$", text.trim())).case_insensitive(true).build();
    list.split(',').map(|text| one(text).ok()).collect()
}
