//! The way to a field: a name, or with `field.syntax.version=V2` names with dots between.

use std::sync::Arc;

use crate::{DataError, Schema, Struct, Value};

/// A way to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    text: String,
    before: Vec<String>,
    last: String,
}

impl FieldPath {
    /// A field at the top.
    pub(crate) fn of(name: &str) -> Self {
        Self { text: name.to_owned(), before: Vec::new(), last: name.to_owned() }
    }

    /// Reads a way. Where names nest, one in backticks may have dots in it, and `` \` `` is a backtick before a dot.
    pub(crate) fn new(text: &str, nested: bool) -> Result<Self, String> {
        if !nested {
            return Ok(Self::of(text));
        }
        let mut steps = steps(text)?;
        let last = steps.pop().unwrap_or_default();
        Ok(Self { text: text.to_owned(), before: steps, last })
    }

    /// The field's schema.
    pub(crate) fn schema_in(&self, schema: &Arc<Schema>) -> Result<Arc<Schema>, DataError> {
        let missing = || DataError::new(format!("there is no field {:?}", self.text));
        let mut current = schema;
        for step in self.before.iter().chain([&self.last]) {
            current = &current.field(step).ok_or_else(missing)?.schema;
        }
        Ok(Arc::clone(current))
    }

    /// The field's value, moved out; null where a struct on the way is null.
    pub(crate) fn value_in(&self, inner: Struct, with_default: bool) -> Result<Value, DataError> {
        let mut current = inner;
        for step in &self.before {
            match take(current, step, true) {
                Value::Null => return Ok(Value::Null),
                Value::Struct(next) => current = *next,
                other => {
                    return Err(DataError::new(format!(
                        "field {step:?} is {}, no struct",
                        other.type_name()
                    )));
                }
            }
        }
        Ok(take(current, &self.last, with_default))
    }
}

fn take(inner: Struct, name: &str, with_default: bool) -> Value {
    let schema = Arc::clone(inner.schema());
    let Some(index) = schema.index_of(name) else { return Value::Null };
    match inner.into_values().into_iter().nth(index) {
        Some(Value::Null) | None if with_default => {
            schema.fields().get(index).and_then(|field| field.schema.default.clone()).unwrap_or_default()
        }
        Some(value) => value,
        None => Value::Null,
    }
}

fn steps(text: &str) -> Result<Vec<String>, String> {
    let mut steps = Vec::new();
    let mut rest = Some(text);
    while let Some(now) = rest {
        let (step, after) = match now.strip_prefix('`') {
            Some(inside) => quoted(inside).ok_or_else(|| {
                format!("{text:?} has a backtick without its pair; write \\` for one in a name")
            })?,
            None => match now.split_once('.') {
                Some((step, after)) => (step.to_owned(), Some(after)),
                None => (now.to_owned(), None),
            },
        };
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

/// The name up to the backtick that a dot or the end follows, and what comes after the dot.
fn quoted(inside: &str) -> Option<(String, Option<&str>)> {
    let mut name = String::new();
    let mut rest = inside;
    loop {
        let (before, after) = rest.split_once('`')?;
        name.push_str(before);
        let escaped = name.ends_with('\\');
        match (after.strip_prefix('.'), after.is_empty(), escaped) {
            (_, true, true) => return None,
            (_, true, false) => return Some((name, None)),
            (Some(_), _, true) => {
                name.pop();
                name.push('`');
            }
            (Some(after), _, false) => return Some((name, Some(after))),
            (None, false, _) => name.push('`'),
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nest() {
        let path = |text: &str| {
            let path = FieldPath::new(text, true)?;
            Ok::<_, String>([path.before, vec![path.last]].concat())
        };
        assert_eq!(path("a.b").unwrap(), ["a", "b"]);
        assert_eq!(path("`a.b`.c").unwrap(), ["a.b", "c"]);
        assert_eq!(path(r"`a\`.b`.c").unwrap(), ["a`.b", "c"]);
        assert_eq!(path("`a`b`").unwrap(), ["a`b"]);
        assert_eq!(path("a.").unwrap(), ["a", ""]);
        assert!(path("`a").is_err() && path(r"`a\`").is_err());
        assert_eq!(FieldPath::new("a.b", false).unwrap().last, "a.b");
    }
}
