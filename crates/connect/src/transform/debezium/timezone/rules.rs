//! `include.list` and `exclude.list`: whose times are converted.

use crate::options::Options;

/// Which of a rule's fields are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selection {
    All,
    Include,
    Exclude,
}

/// What a rule's name is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Topic,
    Table,
    Either,
}

/// The rules.
pub(super) struct Rules {
    mode: Selection,
    rules: Vec<Rule>,
}

struct Rule {
    scope: Scope,
    name: String,
    fields: Vec<String>,
}

impl Rules {
    /// Reads the options.
    pub(super) fn read(options: &mut Options) -> Self {
        let include = options.list("include.list");
        let exclude = options.list("exclude.list");
        if !include.is_empty() && !exclude.is_empty() {
            options.fail("exclude.list", "cannot be set together with include.list");
        }
        let (list, name, mode) = match (include.is_empty(), exclude.is_empty()) {
            (true, true) => return Self { mode: Selection::All, rules: Vec::new() },
            (false, _) => (include, "include.list", Selection::Include),
            (true, false) => (exclude, "exclude.list", Selection::Exclude),
        };
        let mut rules = Vec::new();
        let mut scope = Scope::Either;
        for (at, item) in list.iter().enumerate() {
            if !is_well_formed(item, at == 0) {
                let forms = "source:table:field, topic:name:field or name:field; after the first, the prefix stays away";
                options.fail(name, format!("{item:?} is not of the form {forms}"));
                continue;
            }
            add(&mut rules, &mut scope, item);
        }
        Self { mode, rules }
    }

    /// What is converted of a record; nothing where no rule is for it.
    pub(super) fn of(&self, topic: &str, table: Option<&str>) -> Option<(Selection, &[String])> {
        if self.mode == Selection::All {
            return Some((Selection::All, &[]));
        }
        let find = |scope, name: Option<&str>| {
            self.rules.iter().find(|rule| rule.scope == scope && Some(rule.name.as_str()) == name)
        };
        let found = find(Scope::Topic, Some(topic))
            .or_else(|| find(Scope::Table, table))
            .or_else(|| find(Scope::Either, Some(topic)))
            .or_else(|| find(Scope::Either, table));
        match (found, self.mode) {
            (None, Selection::Exclude) => Some((Selection::All, &[])),
            (None, _) => None,
            (Some(rule), Selection::Include) if rule.fields.is_empty() => Some((Selection::All, &[])),
            (Some(rule), _) if rule.fields.is_empty() => None,
            (Some(rule), mode) => Some((mode, &rule.fields)),
        }
    }
}

/// The first has one or two colons, the others at most one.
fn is_well_formed(item: &str, first: bool) -> bool {
    let pieces: Vec<&str> = item.split(':').collect();
    let count = if first { 2..=3 } else { 1..=2 };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '"' | ' ');
    count.contains(&pieces.len()) && pieces.iter().all(|piece| !piece.is_empty() && piece.chars().all(fine))
}

/// A prefix is kept for the items that follow.
fn add(rules: &mut Vec<Rule>, scope: &mut Scope, item: &str) {
    let pieces: Vec<&str> = item.split(':').collect();
    let (name, field) = match pieces.as_slice() {
        [prefix, name, rest @ ..] if is_prefix(prefix) => {
            *scope = match *prefix {
                "topic" => Scope::Topic,
                "source" => Scope::Table,
                _ => Scope::Either,
            };
            (*name, rest.first())
        }
        [name, rest @ ..] => (*name, rest.first()),
        [] => return,
    };
    let known = rules.iter().position(|rule| rule.scope == *scope && rule.name == name);
    let rule = match known.and_then(|at| rules.get_mut(at)) {
        Some(rule) => rule,
        None => {
            rules.push(Rule { scope: *scope, name: name.to_owned(), fields: Vec::new() });
            let Some(rule) = rules.last_mut() else { return };
            rule
        }
    };
    rule.fields.extend(field.map(|field| (*field).to_owned()));
}

fn is_prefix(text: &str) -> bool {
    text.eq_ignore_ascii_case("source") || text.eq_ignore_ascii_case("topic")
}
