//! Kafka Connect's part of a record's way: transforms, then a converter each for key, value and headers.

use becauselog_connect::{
    Chain, ConfigError, ConfigErrors, Converter, DecimalFormat, JsonConfig, JsonConverter,
};

const JSON_CLASS: &str = "org.apache.kafka.connect.json.JsonConverter";

/// The transforms and converters of a connector. Its default: no transform, JSON without schemas.
#[derive(Debug)]
pub struct Connect {
    pub(super) chain: Chain,
    pub(super) key: Converter,
    pub(super) value: Converter,
    pub(super) header: Converter,
}

/// Which way changes take to their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Straight, without schemas.
    Plain,
    /// Straight, with constant schemas around keys, values or both.
    Schemas { key: bool, value: bool },
    /// As records, through transforms and converters.
    Records,
}

impl Default for Connect {
    fn default() -> Self {
        Self { chain: Chain::default(), key: plain(false), value: plain(false), header: plain(false) }
    }
}

impl Connect {
    /// Reads `transforms…`, `predicates…`, `key.converter…`, `value.converter…` and `header.converter…` out of a
    /// connector's properties; others are not looked at. Where a side's options are given without a class, the class is
    /// `JsonConverter`; where neither is, that side is JSON without schemas.
    ///
    /// # Errors
    /// Everything wrong at once, each by its key.
    pub fn from_properties(properties: &[(String, String)]) -> Result<Self, ConfigErrors> {
        let mut errors = Vec::new();
        let mut side = |role| {
            converter(role, properties).unwrap_or_else(|wrong| {
                errors.extend(wrong.0);
                None
            })
        };
        let (key, value, header) = (side("key.converter"), side("value.converter"), side("header.converter"));
        // A side that is not named does with NULL as the other one.
        let fill = key.as_ref().or(value.as_ref()).is_some_and(fills);
        let or_plain = |named: Option<Converter>| named.unwrap_or_else(|| plain(fill));
        let (key, value, header) = (or_plain(key), or_plain(value), or_plain(header));
        let chain = Chain::from_config(properties).unwrap_or_else(|wrong| {
            errors.extend(wrong.0);
            Chain::default()
        });
        if errors.is_empty() { Ok(Self { chain, key, value, header }) } else { Err(ConfigErrors(errors)) }
    }

    /// Whether a property is one that [`Connect::from_properties`] reads.
    #[must_use]
    pub fn reads(key: &str) -> bool {
        ["transforms", "predicates", "key.converter", "value.converter", "header.converter"]
            .iter()
            .any(|name| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// Whether values are looked at under a schema: schemas are written, or records go through transforms.
    #[must_use]
    pub fn has_schemas(&self) -> bool {
        self.way() != Way::Plain
    }

    pub(super) fn way(&self) -> Way {
        let schemas = (schemas(&self.key), schemas(&self.value), schemas(&self.header));
        match schemas {
            _ if !self.chain.is_empty() || fills(&self.key) != fills(&self.value) => Way::Records,
            (Some(false), Some(false), Some(false)) => Way::Plain,
            (Some(key), Some(value), Some(false)) => Way::Schemas { key, value },
            _ => Way::Records,
        }
    }

    /// Options of transforms that have no effect, each with what to write now.
    #[must_use]
    pub fn passed_over(&self) -> &[ConfigError] {
        self.chain.passed_over()
    }

    /// Whether null in a field stands for the column's default, so that defaults must be known.
    #[must_use]
    pub fn fills_defaults(&self) -> bool {
        fills(&self.value)
    }

    /// Whether values are written straight, with their schema around them.
    pub(super) fn value_has_schema(&self) -> bool {
        matches!(self.way(), Way::Schemas { value: true, .. })
    }
}

fn plain(replace_null_with_default: bool) -> Converter {
    let config = JsonConfig { schemas: false, replace_null_with_default, ..JsonConfig::default() };
    Converter::Json(Box::new(JsonConverter::new(config)))
}

fn converter(role: &str, properties: &[(String, String)]) -> Result<Option<Converter>, ConfigErrors> {
    let given = |name: &str| properties.iter().any(|(key, _)| key == name);
    let prefix = format!("{role}.");
    if given(role) || !properties.iter().any(|(key, _)| key.starts_with(&prefix)) {
        return Converter::from_properties(role, properties);
    }
    let mut properties = properties.to_vec();
    properties.push((role.to_owned(), JSON_CLASS.to_owned()));
    Converter::from_properties(role, &properties)
}

fn fills(converter: &Converter) -> bool {
    matches!(converter, Converter::Json(json) if json.config().replace_null_with_default)
}

/// Whether a converter writes schemas; nothing for one that writes something else than the JSON written straight.
fn schemas(converter: &Converter) -> Option<bool> {
    match converter {
        Converter::Json(json) if json.config().decimal_format == DecimalFormat::Base64 => {
            Some(json.config().schemas)
        }
        _ => None,
    }
}
