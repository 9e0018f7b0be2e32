//! Truncates: a record without images on the table's topic.

use std::sync::Arc;

use becauselog_model::{EncodedBatch, TableName};

use super::{
    Debezium, TsSource,
    names::Names,
    prepared::Prepared,
    source::{Origin, push_block},
};
use crate::{
    DdlChange, FormatError,
    batch::{self, span},
    records::Id,
};

impl Debezium {
    /// Appends the record of a truncate. Without transforms and schemas the table's shape need not be known.
    pub(super) fn truncate(
        &mut self,
        ddl: &DdlChange<'_>,
        table: &TableName,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.work.records.of(ddl.transaction);
        let Some(shape) = ddl.shape else {
            return self.truncate_unknown(ddl, table, now_ns, out);
        };
        let Self { config, tables, connect, .. } = self;
        let place = tables.find(shape, |shape| Prepared::of(shape, config, connect));
        let unknown = || FormatError::NoShape { table: table.clone() };
        let prepared = tables.get_mut(place).ok_or_else(unknown)?.as_mut().map_err(|error| error.clone())?;
        let (topic, opening) = (Arc::clone(&prepared.texts.topic), prepared.value_opening.clone());
        let Some(schemas) = prepared.schemas.clone().filter(|_| self.through.is_some()) else {
            self.append_truncate(ddl, table, (&topic, &opening), now_ns, out);
            return Ok(());
        };
        let Some(mut through) = self.through.take() else { return Ok(()) };
        self.append_truncate(ddl, table, (&topic, &opening), now_ns, through.emptied(&out.range));
        let passed = through.pass(&mut self.connect, &schemas, out);
        self.through = Some(through);
        passed.map_err(|source| FormatError::Connect { table: table.clone(), source })
    }

    fn truncate_unknown(
        &mut self,
        ddl: &DdlChange<'_>,
        table: &TableName,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        if self.connect.has_schemas() {
            return Err(FormatError::NoShape { table: table.clone() });
        }
        let failed = |source| FormatError::Connect { table: table.clone(), source };
        let topic = Names::new(&self.config).topic(table).map_err(failed)?;
        self.append_truncate(ddl, table, (&topic, &[]), now_ns, out);
        Ok(())
    }

    fn append_truncate(
        &mut self,
        ddl: &DdlChange<'_>,
        table: &TableName,
        (topic, opening): (&Arc<str>, &[u8]),
        now_ns: u64,
        out: &mut EncodedBatch,
    ) {
        let origin = Origin::of_statement(&self.config, ddl, &table.database, Some(&table.table));
        let time_ns = match self.config.ts {
            TsSource::Processing => now_ns,
            TsSource::Commit => ddl.committed_ns(),
        };
        let topic = batch::topic(out, topic, &mut 0);
        let start = out.values.len();
        out.values.extend_from_slice(opening);
        out.values.extend_from_slice(b"{\"before\":null,\"after\":null,\"source\":");
        push_block(&mut out.values, &self.config, !self.connect.fills_defaults(), &origin);
        out.values.extend_from_slice(b",\"transaction\":null,\"op\":\"t\"");
        self.work.times.push(&mut out.values, time_ns);
        let value = span(start, out.values.len().saturating_sub(1));
        self.work.records.push_beside(out, Id::OfTransaction("truncate"), (topic, None), None, value, true);
    }
}
