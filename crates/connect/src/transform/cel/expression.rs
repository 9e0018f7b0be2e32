//! A compiled CEL expression over a record.

use std::sync::Arc;

use cel::{Context, Env, ExecutionError, Program, Value as Cel};

use super::{hint, values};
use crate::options::{Options, nearest};
use crate::{DataError, Record};

/// The language's name in `language`.
const LANGUAGE: &str = "cel";
/// What an expression sees of a record.
pub(super) const VARIABLES: [&str; 6] = ["key", "value", "keySchema", "valueSchema", "topic", "header"];

/// An expression.
pub(super) struct Expression {
    env: Arc<Env>,
    program: Program,
    variables: Vec<&'static str>,
}

impl Expression {
    /// Reads `language` and the option with the expression.
    pub(super) fn read(options: &mut Options, name: &'static str) -> Option<Self> {
        let language = options.required("language");
        let source = options.required(name);
        if language.is_empty() || source.is_empty() {
            return None;
        }
        if language != LANGUAGE {
            options.fail("language", hint::other_language(&language, name, &source));
            return None;
        }
        match Self::compile(&source) {
            Ok(expression) => Some(expression),
            Err(problem) => {
                options.fail(name, problem);
                None
            }
        }
    }

    /// Compiles an expression.
    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let program = env.compile(source).map_err(|error| format!("is no CEL expression: {error}"))?;
        let references = program.references();
        let variables = VARIABLES.into_iter().filter(|name| references.has_variable(name)).collect();
        if let Some(unknown) = references.variables().into_iter().find(|name| !is_known(source, name)) {
            let known = VARIABLES.join(", ");
            let near = nearest(unknown, &VARIABLES)
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(format!("{unknown} is not known: there are {known}{near}"));
        }
        drop(references);
        Ok(Self { env, program, variables })
    }

    /// The result as a condition.
    pub(super) fn is_true(&self, record: &Record) -> Result<bool, DataError> {
        match self.evaluate(record)? {
            Cel::Bool(yes) => Ok(yes),
            other => {
                Err(DataError::new(format!("the condition gives {}, not true or false", other.type_of())))
            }
        }
    }

    /// The result as a text, or null.
    pub(super) fn text(&self, record: &Record) -> Result<Option<String>, DataError> {
        match self.evaluate(record)? {
            Cel::Null => Ok(None),
            Cel::String(text) => Ok(Some(text.to_string())),
            other => Err(DataError::new(format!("the expression gives {}, not a text", other.type_of()))),
        }
    }

    fn evaluate(&self, record: &Record) -> Result<Cel, DataError> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        for name in &self.variables {
            context.add_variable_from_value(*name, values::variable(record, name));
        }
        self.program.execute(&context).map_err(|error| DataError::new(told(&error)))
    }
}

/// Whether a variable is one of ours, or one that a macro makes (`.exists(x, …)`).
fn is_known(source: &str, name: &str) -> bool {
    let made_by_macro = || {
        ["all", "exists", "exists_one", "map", "filter"].iter().any(|makro| {
            source.split(&format!(".{makro}(")).skip(1).any(|after| {
                after.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(','))
            })
        })
    };
    VARIABLES.contains(&name) || name.starts_with('@') || made_by_macro()
}

/// What went wrong, without the values that it went wrong with.
fn told(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("the expression asks for {key}, which is not there; has(…) and == null ask first")
        }
        ExecutionError::UndeclaredReference(name) => {
            format!("the expression uses {name}, which is not known")
        }
        ExecutionError::NoSuchOverload(_) => {
            "the expression's operator or function does not take values of these types, or null".to_owned()
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("the expression has {got} where {want} is wanted")
        }
        _ => "the expression cannot be evaluated on this record".to_owned(),
    }
}
