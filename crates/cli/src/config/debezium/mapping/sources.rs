//! `gtid.source.…`: whose transactions are delivered.

use super::Mapping;
use crate::{config::error::ConfigError, plan::Note};

impl Mapping<'_> {
    /// Whose transactions are delivered. Without that filter the peer's lists have to do with its stored position only.
    pub(super) fn gtids(&mut self) -> Result<(), ConfigError> {
        const FILTER: &str = "gtid.source.filter.dml.events";
        match self.connector.get(FILTER).map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "true") => {
                self.patterns("gtid.source.includes", "source.gtid_source_includes")?;
                self.patterns("gtid.source.excludes", "source.gtid_source_excludes")
            }
            Some("false") => {
                let given = |key: &str| self.connector.get(key).is_some_and(|list| !list.is_empty());
                if !given("gtid.source.includes") && !given("gtid.source.excludes") {
                    return Ok(());
                }
                let text = "gtid.source.filter.dml.events=false: transactions of all servers are delivered, each once; the lists \
                    of gtid.source would only make Debezium deliver some again after a restart"
                    .to_owned();
                self.out.notes.push(Note { warn: true, text });
                Ok(())
            }
            Some(_) => {
                self.problem(FILTER, "expected true or false");
                Ok(())
            }
        }
    }
}
