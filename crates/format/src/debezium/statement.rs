//! DDL statements: schema changes on a topic of their own, truncates on their table's.

use becauselog_model::EncodedBatch;

use super::{Debezium, declared::ChangeKind, transaction::Making};
use crate::{DdlChange, FormatError, batch::Mark};

impl Debezium {
    /// Appends the records of a statement: of each change that it made to the peer's tables, in order.
    ///
    /// # Errors
    /// When a record cannot be transformed or converted; the batch is then as it was.
    pub fn encode_ddl(
        &mut self,
        ddl: &DdlChange<'_>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let mark = Mark::of(out);
        for (number, change) in ddl.changes.iter().enumerate() {
            let told = match &change.kind {
                ChangeKind::Truncate(table) if !self.config.skips_truncates => {
                    self.truncate(ddl, table, now_ns, out)
                }
                ChangeKind::Truncate(_) => Ok(()),
                _ => self.schema_change(ddl, number, now_ns, out),
            };
            if let Err(error) = told {
                mark.restore(out);
                return Err(error);
            }
        }
        Ok(())
    }

    fn schema_change(
        &mut self,
        ddl: &DdlChange<'_>,
        number: usize,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, work, connect, through, schema_changes, .. } = self;
        let (Some(topic), Some(change)) = (schema_changes, ddl.changes.get(number)) else { return Ok(()) };
        let topic = topic.as_mut().map_err(|error| error.clone())?;
        let making = Making { records: &mut work.records, connect, through: through.as_mut() };
        topic.tell(config, ddl, (number, change), now_ns, making, out)
    }
}
