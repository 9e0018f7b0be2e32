//! Transforms one after another, as a connector's properties name them.

use std::collections::HashMap;

use crate::options::{Options, nearest};
use crate::predicate::{self, Predicate};
use crate::transform::{self, Transform};
use crate::{ConfigError, ConfigErrors, DataError, Header, Record};

/// The transforms of a connector.
#[derive(Default)]
pub struct Chain {
    stages: Vec<Stage>,
    added: Vec<Header>,
    passed_over: Vec<ConfigError>,
}

struct Stage {
    name: String,
    condition: Option<(Predicate, bool)>,
    transform: Box<dyn Transform>,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.stages.iter().map(|stage| &stage.name)).finish()
    }
}

type Properties = [(String, String)];

impl Chain {
    /// Reads `transforms`, `transforms.NAME.…`, `predicates` and `predicates.NAME.…` out of a connector's properties;
    /// others are not looked at. Without `transforms` the chain is empty.
    ///
    /// # Errors
    /// Everything wrong at once: a class or option that is not known (with the nearest that is), a value that cannot be
    /// used, settings for a transform that is not in the list.
    pub fn from_config(properties: &Properties) -> Result<Self, ConfigErrors> {
        let mut errors = Vec::new();
        let predicates = read_predicates(properties, &mut errors);
        let names = names(properties, "transforms", &mut errors);
        let mut chain = Self::default();
        for name in &names {
            chain.stages.extend(read_stage(
                properties,
                name,
                &predicates,
                &mut chain.passed_over,
                &mut errors,
            ));
        }
        if errors.is_empty() { Ok(chain) } else { Err(ConfigErrors(errors)) }
    }

    /// Options of earlier versions that have no effect, each with what to write now.
    pub fn passed_over(&self) -> &[ConfigError] {
        &self.passed_over
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Sends a record through; nothing where a transform drops it.
    ///
    /// # Errors
    /// A transform cannot be applied to the record. The error names the transform and the field, no value.
    pub fn apply(&mut self, record: Record) -> Result<Option<Record>, DataError> {
        let mut current = record;
        self.added.clear();
        let mut is_as_given = true;
        for stage in &mut self.stages {
            let in_stage =
                |source| DataError::Transform { transform: stage.name.clone(), source: Box::new(source) };
            if let Some((predicate, negate)) = &stage.condition
                && predicate.test(&current).map_err(in_stage)? == *negate
            {
                continue;
            }
            let headers = current.headers.len();
            match stage.transform.apply(current).map_err(in_stage)? {
                Some(changed) => current = changed,
                None => return Ok(None),
            }
            if is_as_given && stage.transform.adds_headers_in_place() {
                self.added.extend(current.headers.iter().skip(headers).cloned());
            }
            is_as_given &= stage.transform.adds_headers_in_place() || current.headers.len() == headers;
        }
        Ok(Some(current))
    }

    /// The headers that the last record was given in place. The peer's connector makes a delete and its tombstone with the
    /// same headers, so the tombstone has them too.
    pub fn added_in_place(&self) -> &[Header] {
        &self.added
    }
}

/// The names in a list of transforms or predicates; what is set for others is an error.
fn names(properties: &Properties, list: &'static str, errors: &mut Vec<ConfigError>) -> Vec<String> {
    let mut options = Options::new("", properties);
    let names = options.list(list);
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|before| before == name) {
            options.fail(list, format!("{name:?} is in the list twice"));
        }
    }
    errors.extend(options.errors());
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for (key, _) in properties {
        let Some(rest) = key.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) else { continue };
        // A name may have a dot in it.
        if !names
            .iter()
            .any(|name| rest.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.')))
        {
            let name = rest.split('.').next().unwrap_or_default();
            let hint = nearest(name, &known)
                .map_or_else(String::new, |near| format!("; did you mean {list}.{near}?"));
            errors.push(ConfigError {
                key: key.clone(),
                problem: format!("has no effect: {name:?} is not in the list {list}{hint}"),
            });
        }
    }
    names
}

/// The settings of one name, without their prefix.
fn settings(properties: &Properties, prefix: &str) -> Vec<(String, String)> {
    let own = properties
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone())));
    own.collect()
}

fn read_predicates(
    properties: &Properties,
    errors: &mut Vec<ConfigError>,
) -> HashMap<String, Option<Predicate>> {
    let mut predicates = HashMap::new();
    for name in names(properties, "predicates", errors) {
        let prefix = format!("predicates.{name}.");
        let settings = settings(properties, &prefix);
        let mut options = Options::new(&prefix, &settings);
        let class = options.required("type");
        let predicate = Predicate::build(&class, &mut options);
        if predicate.is_none() && !predicate::KNOWN.contains(&class.as_str()) {
            unknown_class(
                errors,
                &prefix,
                &class,
                predicate::KNOWN.iter().map(|known| (*known).to_owned()).collect(),
            );
        } else {
            errors.extend(options.finish());
        }
        predicates.insert(name, predicate);
    }
    predicates
}

fn read_stage(
    properties: &Properties,
    name: &str,
    predicates: &HashMap<String, Option<Predicate>>,
    passed_over: &mut Vec<ConfigError>,
    errors: &mut Vec<ConfigError>,
) -> Option<Stage> {
    let prefix = format!("transforms.{name}.");
    let settings = settings(properties, &prefix);
    let mut options = Options::new(&prefix, &settings);
    let class = options.required("type");
    let condition = read_condition(&mut options, predicates);
    let Some(transform) = transform::build(&class, &mut options) else {
        unknown_class(errors, &prefix, &class, transform::known());
        return None;
    };
    passed_over.extend(options.take_passed_over());
    errors.extend(options.finish());
    Some(Stage { name: name.to_owned(), condition, transform })
}

fn read_condition(
    options: &mut Options,
    predicates: &HashMap<String, Option<Predicate>>,
) -> Option<(Predicate, bool)> {
    let negate = options.boolean("negate", false);
    let Some(name) = options.text("predicate") else {
        if options.has("negate") {
            options.fail("negate", "has no effect without a predicate");
        }
        return None;
    };
    let Some(predicate) = predicates.get(&name) else {
        options.fail("predicate", format!("{name:?} is not in the list predicates"));
        return None;
    };
    Some((predicate.clone()?, negate))
}

fn unknown_class(errors: &mut Vec<ConfigError>, prefix: &str, class: &str, known: Vec<String>) {
    let key = format!("{prefix}type");
    if class.is_empty() {
        return errors.push(ConfigError { key, problem: "is required: the name of a class".to_owned() });
    }
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let hint = nearest(class, &names).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let list = names.join(", ");
    errors.push(ConfigError { key, problem: format!("{class} is not known{hint}; known are {list}") });
}
