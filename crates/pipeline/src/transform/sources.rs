//! Whose transactions are delivered: by the server that committed them first.

use std::{collections::HashMap, sync::Arc};

use becauselog_model::{Gtid, ServerUuid, Transaction};

/// Says which servers' transactions are wanted.
pub type SourceFilter = Arc<dyn Fn(ServerUuid) -> bool + Send + Sync>;

/// The most answers that are remembered.
const ANSWERS_MAX: usize = 1024;

/// The filter with its answers: there are few servers, and many transactions.
#[derive(Default)]
pub(super) struct Sources {
    filter: Option<SourceFilter>,
    answers: HashMap<ServerUuid, bool>,
}

impl Sources {
    pub(super) fn new(filter: Option<SourceFilter>) -> Self {
        Self { filter, answers: HashMap::new() }
    }

    /// Whether rows of a transaction are wanted. One without a server's uuid (it has no GTID, or is MariaDB's) is nobody's,
    /// and wanted.
    pub(super) fn want(&mut self, transaction: &Transaction) -> bool {
        let source = transaction.gtid.as_ref().and_then(Gtid::source);
        let (Some(filter), Some(source)) = (&self.filter, source) else { return true };
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.clear();
        }
        *self.answers.entry(source).or_insert_with(|| filter(source))
    }
}
