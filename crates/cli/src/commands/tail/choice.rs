//! Which changes are shown: by operation, by database, and how many.

use becauselog_decode::Image;
use becauselog_format::{DdlChange, FormatError};
use becauselog_model::{EncodedBatch, Op, RowChange};
use becauselog_pipeline::Encode;
use tokio_util::sync::CancellationToken;

use crate::exit::Failure;

/// The operations that are shown; nothing: all, and DDL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice(Option<Vec<Op>>);

/// An encoder of chosen changes only.
pub struct Chosen {
    inner: Box<dyn Encode>,
    choice: Choice,
    /// DDL of other databases is left out.
    database: Option<String>,
    left: Option<u64>,
    stop: CancellationToken,
}

impl Choice {
    /// Reads `op=insert`, `op=insert,delete`; several add up.
    pub fn parse(texts: &[String]) -> Result<Self, Failure> {
        let mut ops = Vec::new();
        for text in texts {
            let list = text.strip_prefix("op=").ok_or_else(|| {
                Failure::usage(format!(
                    "--where {text:?}: there is op=…, for example --where op=insert,delete"
                ))
            })?;
            for word in list.split(',') {
                ops.push(op(word.trim())?);
            }
        }
        Ok(Self((!texts.is_empty()).then_some(ops)))
    }

    fn takes(&self, op: Op) -> bool {
        self.0.as_ref().is_none_or(|ops| ops.contains(&op))
    }
}

fn op(word: &str) -> Result<Op, Failure> {
    match word {
        "insert" | "c" => Ok(Op::Insert),
        "update" | "u" => Ok(Op::Update),
        "delete" | "d" => Ok(Op::Delete),
        other => Err(Failure::usage(format!("--where op={other}: there are insert, update, delete"))),
    }
}

impl Chosen {
    /// Shows at most `limit` changes, then ends the run by `stop`.
    pub fn new(
        inner: Box<dyn Encode>,
        choice: Choice,
        database: Option<String>,
        limit: Option<u64>,
        stop: CancellationToken,
    ) -> Self {
        Self { inner, choice, database, left: limit, stop }
    }

    /// Takes one of what is left; false when nothing is.
    fn take(&mut self) -> bool {
        let Some(left) = &mut self.left else { return true };
        let Some(rest) = left.checked_sub(1) else {
            self.stop.cancel();
            return false;
        };
        *left = rest;
        if rest == 0 {
            self.stop.cancel();
        }
        true
    }
}

impl Encode for Chosen {
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        if !self.choice.takes(change.op) || !self.take() {
            return Ok(());
        }
        self.inner.change(change, now_ns, out)
    }

    fn ddl(&mut self, ddl: &DdlChange<'_>, now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let elsewhere = self.database.as_ref().is_some_and(|database| database != ddl.database);
        if self.choice.0.is_some() || elsewhere || self.left == Some(0) {
            return Ok(());
        }
        self.inner.ddl(ddl, now_ns, out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(texts: &[&str]) -> Result<Choice, Failure> {
        Choice::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn operations_are_read_and_others_refused() {
        assert!(parse(&[]).unwrap().takes(Op::Delete));
        let two = parse(&["op=insert", "op=delete"]).unwrap();
        assert_eq!(two, parse(&["op=insert, delete"]).unwrap());
        assert!(two.takes(Op::Insert) && !two.takes(Op::Update));
        assert!(parse(&["op=truncate"]).is_err() && parse(&["id=1"]).is_err());
    }
}
