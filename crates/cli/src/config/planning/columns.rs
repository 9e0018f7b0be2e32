//! `[columns]`: which columns are written, and how values are hidden.

use becauselog_format::{ColumnRules, HashAlgorithm, HashOf, Mask, MaskError};

use super::Problems;
use crate::{
    config::native::{ColumnsConfig, MaskConfig},
    plan::FormatPlan,
};

/// Puts the rules into the format's part of the plan.
pub fn put(config: ColumnsConfig, format: &mut FormatPlan, problems: &mut Problems) {
    let masks = config.mask.unwrap_or_default();
    let (include, exclude) = (config.include.unwrap_or_default(), config.exclude.unwrap_or_default());
    if masks.is_empty() && include.is_empty() && exclude.is_empty() {
        return;
    }
    let FormatPlan::Debezium(debezium) = format else {
        problems.add("columns", "has a meaning with kind = \"debezium\" only");
        return;
    };
    let mut rules = ColumnRules::none();
    take("columns.include", rules.clone().with_include(&include), &mut rules, problems);
    take("columns.exclude", rules.clone().with_exclude(&exclude), &mut rules, problems);
    for (number, one) in masks.into_iter().enumerate() {
        let at = format!("columns.mask.{number}");
        let columns = one.columns.clone().unwrap_or_default();
        if columns.is_empty() {
            problems.add(&format!("{at}.columns"), "is missing: say which columns are meant");
        }
        if let Some(mask) = mask(one, &at, problems) {
            take(&format!("{at}.columns"), rules.clone().with_mask(&columns, mask), &mut rules, problems);
        }
    }
    debezium.config.columns = rules;
}

fn take(path: &str, made: Result<ColumnRules, MaskError>, rules: &mut ColumnRules, problems: &mut Problems) {
    match made {
        Ok(made) => *rules = made,
        Err(error) => problems.add(path, error.to_string()),
    }
}

fn mask(config: MaskConfig, at: &str, problems: &mut Problems) -> Option<Mask> {
    if config.hash.is_none() && (config.salt.is_some() || config.hash_of.is_some()) {
        problems.add(at, "`salt` and `hash_of` are for `hash` only");
    }
    match (config.stars, config.truncate, config.hash) {
        (Some(stars), None, None) => Some(Mask::Stars(count(stars, 0, &format!("{at}.stars"), problems))),
        (None, Some(units), None) => Some(Mask::Cut(count(units, 1, &format!("{at}.truncate"), problems))),
        (None, None, Some(name)) => {
            let ways = [("utf8", HashOf::Utf8), ("java_object", HashOf::JavaObject)];
            let way = config.hash_of.as_deref();
            let of = problems.choose(&format!("{at}.hash_of"), way, HashOf::Utf8, &ways);
            let salt = config.salt.unwrap_or_default();
            let Some(algorithm) = HashAlgorithm::named(&name) else {
                let known = "not one of MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512";
                problems.add(&format!("{at}.hash"), known);
                return None;
            };
            Some(Mask::Hash { algorithm, salt: salt.expose().to_owned(), of })
        }
        _ => {
            problems.add(at, "give exactly one of `stars`, `truncate` and `hash`");
            None
        }
    }
}

fn count(number: u64, min: u64, path: &str, problems: &mut Problems) -> usize {
    usize::try_from(problems.ranged(path, number, min, 1 << 20)).unwrap_or(usize::MAX)
}
