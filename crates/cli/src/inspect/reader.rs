//! Reads events as they stand, unfolds compressed transactions beside them, and counts.

use becauselog_binlog::{
    FileEvents, SourceError, commit_time_us,
    event::{
        ChecksumAlgorithm, Event, EventError, EventFlags, EventHeader, EventKind, FormatDescription,
        GtidList, PreviousGtids,
    },
    group::{GroupFault, Grouper, Mark, StatementKind, Surveyed},
    payload::Unfold,
};

use crate::{exit::Exit, run::source_exit};

use super::{
    survey::{End, FileSummary, Group, Stopped, Survey},
    tables::{Tables, Uncounted},
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

    /// Reads everything. What cannot be read is part of the result: the reading goes on behind it where it can, at the latest
    /// with the next file.
    pub async fn read(mut self, mut events: FileEvents) -> Survey {
        loop {
            let event = match events.next().await {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => {
                    self.unreadable(error.code(), source_exit(&error).code(), &error.to_string());
                    match events.step_over_unsound() {
                        Some(header) => self.unsound(&header),
                        None if events.leave_file() => {}
                        None => break,
                    }
                    continue;
                }
            };
            self.outer(events.format().map(|format| &**format), &event);
        }
        self.finish()
    }

    /// Something that cannot be read: the first is what the reading ends with.
    fn unreadable(&mut self, code: &str, exit_code: u8, what: &str) {
        self.survey.note(code, || what.to_owned());
        let stopped = || Stopped { code: code.to_owned(), what: what.to_owned(), exit_code };
        self.survey.error.get_or_insert_with(stopped);
    }

    /// An event whose bytes are not those that were written: it is there, but says nothing.
    fn unsound(&mut self, header: &EventHeader) {
        let bytes = u64::from(header.event_size);
        self.survey.events.entry(name(header.kind)).or_default().add(bytes);
        self.current().bytes += bytes;
        self.group_bytes += bytes;
    }

    /// An event as it stands in the file.
    fn outer(&mut self, format: Option<&FormatDescription>, event: &Event) {
        let bytes = length(event);
        self.survey.events.entry(name(event.kind())).or_default().add(bytes);
        match event.kind() {
            EventKind::FORMAT_DESCRIPTION | EventKind::START_V3 => self.file(format, event),
            EventKind::PREVIOUS_GTIDS => match PreviousGtids::parse(&event.body) {
                Ok(previous) => self.current().gtids_before = Some(previous.gtids.to_string()),
                Err(error) => self.damaged(event, &error),
            },
            EventKind::MARIADB_GTID_LIST if !is_artificial(event) => match GtidList::parse(&event.body) {
                Ok(list) => self.current().gtids_before = Some(list.gtids.to_string()),
                Err(error) => self.damaged(event, &error),
            },
            EventKind::ROTATE if is_artificial(event) => {}
            EventKind::ROTATE => self.current().end = End::Rotated,
            EventKind::STOP => self.current().end = End::Stopped,
            _ => {}
        }
        self.current().bytes = event.end();
        self.group_bytes += bytes;
        self.inner(format, event);
        if event.kind() == EventKind::TRANSACTION_PAYLOAD {
            self.survey.compression.transactions += 1;
            self.survey.compression.compressed_bytes += bytes;
            if let Err(error) = self.unfold(format, event) {
                self.unreadable(error.code(), source_exit(&error).code(), &error.to_string());
            }
        }
    }

    fn unfold(&mut self, format: Option<&FormatDescription>, event: &Event) -> Result<(), SourceError> {
        let mut unfold = Unfold::new(event)?;
        while let Some(event) = unfold.next_event()? {
            let bytes = length(&event);
            self.survey.compressed_events.entry(name(event.kind())).or_default().add(bytes);
            self.survey.compression.unfolded_bytes += bytes;
            self.inner(format, &event);
        }
        Ok(())
    }

    /// An event of a transaction, from inside a compressed one too.
    fn inner(&mut self, format: Option<&FormatDescription>, event: &Event) {
        let Surveyed { mark, cuts, fault } = self.grouper.survey(event);
        if let Some(error) = fault {
            let (code, what) = (error.code(), error.to_string());
            if matches!(error.fault, GroupFault::Malformed(_)) {
                self.unreadable(code, Exit::Data.code(), &what);
            } else {
                self.survey.note(code, || what);
            }
        }
        if cuts {
            self.mark(&Mark::Cuts);
        }
        let counted = match event.kind() {
            EventKind::TABLE_MAP => self.tables.map(format, event),
            kind if kind.is_rows() => self.tables.rows(format, event),
            _ => Ok(()),
        };
        if let Err(Uncounted { code, what }) = counted {
            self.unreadable(code, Exit::Data.code(), &what);
        }
        if self.grouper.began() {
            self.group_bytes = length(event);
            self.group_time_us = commit_time_us(event, self.grouper.transaction());
        }
        self.mark(&mark);
    }

    fn damaged(&mut self, event: &Event, error: &EventError) {
        self.unreadable("E_DAMAGED", Exit::Data.code(), &format!("{}: {error}", event.position()));
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

    fn file(&mut self, format: Option<&FormatDescription>, event: &Event) {
        let Some(format) = format else { return };
        // A second one in the same file is a server's that was restarted without rotating, or the primary's in a relay
        // log: only the first counts.
        if self.survey.files.last().is_some_and(|file| file.file == *event.file) {
            return;
        }
        self.survey.files.push(FileSummary {
            file: event.file.to_string(),
            server_version: format.server_version.clone(),
            checksums: format.checksum == ChecksumAlgorithm::Crc32,
            server_started_s: (format.created_s > 0).then_some(format.created_s),
            ..FileSummary::default()
        });
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

/// The bytes of an event as it stands, with header and checksum.
fn length(event: &Event) -> u64 {
    event.header.event_size.into()
}

/// Whether the event is made up by a server, as a relay log has them: it ends no file.
fn is_artificial(event: &Event) -> bool {
    event.header.flags.has(EventFlags::ARTIFICIAL)
}

/// The name of a kind, or its number.
pub fn name(kind: EventKind) -> String {
    kind.name().map_or_else(|| format!("UNKNOWN_{}", kind.0), str::to_owned)
}
