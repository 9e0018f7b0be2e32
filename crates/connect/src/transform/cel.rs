//! `Filter` and `ContentBasedRouter`: conditions in CEL. Debezium runs Groovy or JavaScript here; we do not.

mod expression;
mod hint;
mod values;

use std::sync::Arc;

use crate::options::Options;
use crate::regex::JavaRegex;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record};
use expression::Expression;

/// What both have in common: whether a record is looked at at all.
struct Scope {
    topics: Option<JavaRegex>,
    nulls: Nulls,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Keep,
    Drop,
    Evaluate,
}

/// What to do with a record before the expression is asked.
enum Verdict {
    Pass,
    Drop,
    Ask,
}

impl Scope {
    fn read(options: &mut Options) -> Self {
        let pattern = options.text("topic.regex").filter(|pattern| !pattern.is_empty());
        let topics = pattern.and_then(|pattern| options.compile("topic.regex", &pattern));
        let nulls = match options.choice("null.handling.mode", &["keep", "drop", "evaluate"], "keep") {
            "drop" => Nulls::Drop,
            "evaluate" => Nulls::Evaluate,
            _ => Nulls::Keep,
        };
        Self { topics, nulls }
    }

    fn verdict(&self, record: &Record) -> Result<Verdict, DataError> {
        if let Some(topics) = &self.topics
            && !topics.matches(&record.topic)?
        {
            return Ok(Verdict::Pass);
        }
        Ok(match self.nulls {
            Nulls::Keep if record.value.is_null() => Verdict::Pass,
            Nulls::Drop if record.value.is_null() => Verdict::Drop,
            _ => Verdict::Ask,
        })
    }
}

/// Keeps the records for which a condition holds.
pub(crate) struct Filter {
    scope: Scope,
    condition: Option<Expression>,
}

impl Filter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        Box::new(Self { scope: Scope::read(options), condition: Expression::read(options, "condition") })
    }
}

impl Transform for Filter {
    fn apply(&mut self, record: Record) -> Result<Option<Record>, DataError> {
        let Some(condition) = &self.condition else { return Ok(Some(record)) };
        let kept = match self.scope.verdict(&record)? {
            Verdict::Pass => true,
            Verdict::Drop => false,
            Verdict::Ask => condition.is_true(&record)?,
        };
        Ok(kept.then_some(record))
    }
}

/// Sends records to the topic that an expression names; null leaves them where they are.
pub(crate) struct ContentBasedRouter {
    scope: Scope,
    topic: Option<Expression>,
}

impl ContentBasedRouter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        Box::new(Self { scope: Scope::read(options), topic: Expression::read(options, "topic.expression") })
    }
}

impl Transform for ContentBasedRouter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let Some(expression) = &self.topic else { return Ok(Some(record)) };
        match self.scope.verdict(&record)? {
            Verdict::Pass => {}
            Verdict::Drop => return Ok(None),
            Verdict::Ask => {
                if let Some(topic) = expression.text(&record)? {
                    record.topic = Arc::from(topic);
                }
            }
        }
        Ok(Some(record))
    }
}
