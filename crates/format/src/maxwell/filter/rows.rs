//! Rows by the values of their columns.

use becauselog_model::{RowChange, RowImage, TableShape};

use super::{ColumnRule, Effect, Filter, Rule, ValuePattern};
use crate::{
    FormatError, Losses,
    maxwell::{
        config::MaxwellConfig,
        row::Row,
        table::{Column, Table},
    },
    tables::Tables,
};

/// Tells for each row whether it passes.
#[derive(Debug)]
pub struct RowFilter {
    filter: Filter,
    config: MaxwellConfig,
    tables: Tables<Prepared>,
    row: Row,
}

/// What is looked up once for each table.
#[derive(Debug)]
struct Prepared {
    table: Table,
    steps: Vec<Step>,
}

/// A rule that fits the table.
#[derive(Debug)]
struct Step {
    include: bool,
    /// The column whose value is asked for: its place, and the rule's place in the filter.
    column: Option<(usize, usize)>,
}

impl RowFilter {
    /// With the configuration that the values are rendered by.
    #[must_use]
    pub fn new(filter: Filter, config: MaxwellConfig) -> Self {
        let config = MaxwellConfig { exclude_columns: Vec::new(), output_nulls: true, ..config };
        Self { filter, config, tables: Tables::new(), row: Row::default() }
    }

    /// The rules.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether a row passes: as it is now, or as it was where it is deleted. A column that the log does not have of the
    /// row fits no rule.
    ///
    /// # Errors
    /// When a value cannot be read.
    pub fn passes<'a, I: RowImage<'a>>(&mut self, change: &RowChange<'a, I>) -> Result<bool, FormatError> {
        let Self { filter, config, tables, row } = self;
        let at = tables.find(change.shape, |shape| prepare(filter, shape, config));
        let no_image = || FormatError::NoImage { table: change.shape.name.clone() };
        let prepared = tables.get_mut(at).ok_or_else(no_image)?;
        let mut include = true;
        let mut rendered = false;
        for step in &prepared.steps {
            let Some((column, rule)) = step.column else {
                include = step.include;
                continue;
            };
            if !std::mem::replace(&mut rendered, true) {
                row.render(change, &prepared.table, config, &mut Losses::default())?;
            }
            let rule = filter.rules.get(rule).and_then(|rule| rule.column.as_ref());
            let name = prepared.table.columns.get(column);
            let value = row.value_of(column);
            if rule.zip(name).zip(value).is_some_and(|((rule, name), value)| fits(rule, name, value)) {
                include = step.include;
            }
        }
        Ok(include)
    }
}

fn prepare(filter: &Filter, shape: &TableShape, config: &MaxwellConfig) -> Prepared {
    let fits = |rule: &&(usize, &Rule)| rule.1.fits(&shape.name.database, Some(&shape.name.table));
    let step = |(place, rule): (usize, &Rule)| {
        let include = rule.effect == Effect::Include;
        let Some(wanted) = &rule.column else { return Some(Step { include, column: None }) };
        let column = shape.columns.iter().position(|column| *column.name == *wanted.name)?;
        Some(Step { include, column: Some((column, place)) })
    };
    let steps = filter.rules.iter().enumerate().filter(|rule| fits(&rule)).filter_map(step).collect();
    Prepared { table: Table::prepare(shape, config, false), steps }
}

/// Whether a row's value of a column is one that the rule means.
fn fits(rule: &ColumnRule, column: &Column, value: &[u8]) -> bool {
    let text = java_text(value, !column.texts.is_empty());
    match (&rule.value, text) {
        (ValuePattern::Null, text) => text.is_none_or(|text| text == "null" || text == "NULL"),
        (ValuePattern::Anything, _) => true,
        (ValuePattern::Like(pattern), Some(text)) => pattern.is_match(&text),
        (ValuePattern::Like(_), None) => false,
    }
}

/// A rendered value as Java's `toString` has it: texts without quotes, sets as `[a, b]`; nothing for NULL.
pub(in crate::maxwell) fn java_text(json: &[u8], of_texts: bool) -> Option<String> {
    let text = str::from_utf8(json).unwrap_or_default();
    match json.first() {
        _ if json == b"null" => None,
        Some(b'"') => Some(unquoted(text)),
        Some(b'[') if of_texts => Some(set_text(text)),
        _ => Some(text.to_owned()),
    }
}

/// A JSON string's text.
fn unquoted(json: &str) -> String {
    let mut out: Vec<u16> = Vec::with_capacity(json.len());
    let mut chars = json.trim_matches('"').chars();
    let mut buffer = [0; 2];
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf16(&mut buffer));
            continue;
        }
        match chars.next() {
            Some('u') => {
                let (digits, rest) = chars.as_str().split_at_checked(4).unwrap_or(("", ""));
                out.extend(u16::from_str_radix(digits, 16));
                chars = rest.chars();
            }
            Some('n') => out.push(0x0a),
            Some('r') => out.push(0x0d),
            Some('t') => out.push(0x09),
            Some('b') => out.push(0x08),
            Some('f') => out.push(0x0c),
            Some(other) => out.extend_from_slice(other.encode_utf16(&mut buffer)),
            None => {}
        }
    }
    String::from_utf16_lossy(&out)
}

/// Java's text of a list: the members without quotes.
fn set_text(json: &str) -> String {
    let inner = json.trim_start_matches('[').trim_end_matches(']');
    let members: Vec<String> =
        inner.split("\",\"").filter(|member| !member.is_empty()).map(unquoted).collect();
    format!("[{}]", members.join(", "))
}
