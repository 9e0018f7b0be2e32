//! Reads events as they stand, unfolds compressed transactions beside them, and counts.

use anyhow::Context as _;
use becauselog_binlog::{
    FileEvents, SourceError, commit_time_us,
    event::{ChecksumAlgorithm, Event, EventKind, FormatDescription, PreviousGtids, TransactionPayload},
    group::{Grouper, Mark, StatementKind},
    payload::Unfold,
};

use crate::{exit::Exit, run::source_exit};

use super::{
    survey::{End, FileSummary, Group, Stopped, Survey},
    tables::Tables,
};

/// Counts what comes out of files.
#[derive(Debug)]
pub struct Reader {
    survey: Survey,
    tables: Tables,
    grouper: Grouper,
    /// How many of the biggest transactions and tables are named.
    top: usize,
    /// Bytes of the open transaction in the file.
    group_bytes: u64,
    group_time_us: u64,
}

impl Reader {
    /// A reader that names so many of the biggest.
    pub fn new(top: usize) -> Self {
        Self {
            survey: Survey::default(),
            tables: Tables::default(),
            grouper: Grouper::new(None),
            top,
            group_bytes: 0,
            group_time_us: 0,
        }
    }

    /// Reads everything. What stops it early is part of the result: what was read before it counts.
    pub async fn read(mut self, mut events: FileEvents) -> Survey {
        let outcome = self.read_all(&mut events).await;
        if let Err(error) = outcome {
            let source = error.downcast_ref::<SourceError>();
            let code = source.map_or("E_DATA", SourceError::code).to_owned();
            let exit_code = source.map_or(Exit::Data, source_exit).code();
            self.survey.error = Some(Stopped { code, what: format!("{error:#}"), exit_code });
        }
        self.finish()
    }

    async fn read_all(&mut self, events: &mut FileEvents) -> anyhow::Result<()> {
        while let Some(event) = events.next().await? {
            self.outer(&event)?;
        }
        Ok(())
    }

    /// An event as it stands in the file.
    fn outer(&mut self, event: &Event) -> anyhow::Result<()> {
        let bytes = length(event);
        self.survey.events.entry(name(event.kind())).or_default().add(bytes);
        match event.kind() {
            EventKind::FORMAT_DESCRIPTION => self.file(event)?,
            EventKind::PREVIOUS_GTIDS => {
                let previous =
                    PreviousGtids::parse(&event.body).with_context(|| event.position().to_string())?;
                self.current().gtids_before = Some(previous.gtids.to_string());
            }
            EventKind::ROTATE => self.current().end = End::Rotated,
            EventKind::STOP => self.current().end = End::Stopped,
            _ => {}
        }
        self.current().bytes = event.end();
        self.group_bytes += bytes;
        self.inner(event)?;
        if event.kind() == EventKind::TRANSACTION_PAYLOAD {
            self.unfold(event, bytes)?;
        }
        Ok(())
    }

    fn unfold(&mut self, event: &Event, bytes: u64) -> anyhow::Result<()> {
        let payload = TransactionPayload::parse(&event.body).with_context(|| event.position().to_string())?;
        self.survey.compression.transactions += 1;
        self.survey.compression.compressed_bytes += bytes;
        self.survey.compression.unfolded_bytes += payload.uncompressed_size;
        let mut unfold = Unfold::new(event).map_err(SourceError::from)?;
        while let Some(event) = unfold.next_event().map_err(SourceError::from)? {
            self.survey.compressed_events.entry(name(event.kind())).or_default().add(length(&event));
            self.inner(&event)?;
        }
        Ok(())
    }

    /// An event of a transaction, from inside a compressed one too.
    fn inner(&mut self, event: &Event) -> anyhow::Result<()> {
        match event.kind() {
            EventKind::TABLE_MAP => self.tables.map(event)?,
            kind if kind.is_rows() => self.tables.rows(event)?,
            _ => {}
        }
        let mark = self.grouper.push(event).map_err(SourceError::from)?;
        if self.grouper.began() {
            self.group_bytes = length(event);
            self.group_time_us = commit_time_us(event, self.grouper.transaction());
        }
        self.mark(&mark);
        Ok(())
    }

    fn mark(&mut self, mark: &Mark) {
        let transactions = &mut self.survey.transactions;
        let keep = match mark {
            Mark::Outside | Mark::Begin | Mark::Member => return,
            Mark::Commit => {
                transactions.committed += 1;
                true
            }
            Mark::Rollback => {
                transactions.rolled_back += 1;
                false
            }
            Mark::Statement(StatementKind::Ddl) => {
                transactions.ddl += 1;
                true
            }
            Mark::Statement(StatementKind::Other) => {
                transactions.statements += 1;
                true
            }
            Mark::XaPrepare(_) => {
                transactions.xa_prepared += 1;
                true
            }
            Mark::XaCommit(_) => {
                transactions.xa_committed += 1;
                true
            }
            Mark::XaRollback(_) => {
                transactions.xa_rolled_back += 1;
                true
            }
            Mark::Cuts => {
                transactions.unfinished += 1;
                self.tables.end(false);
                return;
            }
        };
        let rows = self.tables.end(keep);
        if *mark == Mark::Commit && rows == 0 {
            self.survey.transactions.empty += 1;
        }
        self.ended(rows);
    }

    /// Notes the transaction that has just ended.
    fn ended(&mut self, rows: u64) {
        let transaction = self.grouper.transaction();
        if let Some(gtid) = &transaction.gtid {
            self.survey.gtids.insert(gtid);
        }
        let time = self.group_time_us;
        let first = self.survey.first_commit_us.get_or_insert(time);
        *first = (*first).min(time);
        let last = self.survey.last_commit_us.get_or_insert(time);
        *last = (*last).max(time);
        let group = Group {
            gtid: transaction.gtid.as_ref().map(ToString::to_string),
            begin: transaction.begin.clone(),
            rows,
            bytes: self.group_bytes,
        };
        let at = self.survey.biggest.partition_point(|other| other.bytes >= group.bytes);
        if at < self.top {
            self.survey.biggest.insert(at, group);
            self.survey.biggest.truncate(self.top);
        }
    }

    fn file(&mut self, event: &Event) -> anyhow::Result<()> {
        let format = FormatDescription::parse(&event.body).with_context(|| event.position().to_string())?;
        // A second one in the same file is a server's that was restarted without rotating: only the first counts.
        if self.survey.files.last().is_some_and(|file| file.file == *event.file) {
            return Ok(());
        }
        self.survey.files.push(FileSummary {
            file: event.file.to_string(),
            server_version: format.server_version.clone(),
            checksums: format.checksum == ChecksumAlgorithm::Crc32,
            server_started_s: (format.created_s > 0).then_some(format.created_s),
            ..FileSummary::default()
        });
        Ok(())
    }

    fn current(&mut self) -> &mut FileSummary {
        if self.survey.files.is_empty() {
            self.survey.files.push(FileSummary::default());
        }
        let last = self.survey.files.len() - 1;
        &mut self.survey.files[last]
    }

    fn finish(mut self) -> Survey {
        if self.grouper.is_open() {
            self.survey.transactions.unfinished += 1;
        }
        let (rows, mut tables) = self.tables.summary();
        tables.truncate(self.top.max(1));
        self.survey.rows = rows;
        self.survey.tables = tables;
        self.survey
    }
}

fn length(event: &Event) -> u64 {
    u64::try_from(event.len()).unwrap_or(u64::MAX)
}

fn name(kind: EventKind) -> String {
    kind.name().map_or_else(|| format!("UNKNOWN_{}", kind.0), str::to_owned)
}
