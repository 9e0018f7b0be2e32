//! The state machine that tells for each event what it means for its group.

use std::{ops::Range, sync::Arc};

use becauselog_model::{BinlogPosition, Gtid, ServerUuid, Transaction};

use super::{
    error::{GroupError, GroupFault},
    mark::{Mark, StatementKind},
    savepoints::Savepoints,
    statement::{Statement, classify},
};
use crate::event::{
    AlterPart, Event, EventError, EventFlags, EventKind, FormatDescription, GtidEvent, Incident,
    MariaDbGtidEvent, Query, Rotate, XaPrepare,
};

/// A group whose end was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the log says of it.
    pub transaction: Transaction,
    /// Where it ends.
    pub end: BinlogPosition,
    /// Of the group's row events, counted from 0, those that never happened: a ROLLBACK TO a savepoint undid them. Servers
    /// before 8.0 leave them in the log where the transaction dropped a temporary table. Sorted, disjoint, mostly none.
    pub undone: Vec<Range<u64>>,
    /// How the file is written: needed to read table maps.
    pub format: Option<Arc<FormatDescription>>,
}

/// How far an open group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No group is open.
    Idle,
    /// Its GTID was seen, nothing else.
    Opened,
    /// Its BEGIN was seen.
    Inside,
    /// Its XA START was seen.
    InsideXa,
}

/// Tells for each event what it means for its group, and describes the open group.
#[derive(Debug, Clone)]
pub struct Grouper {
    state: State,
    transaction: Transaction,
    began: bool,
    /// The open group's statement changes nothing: it is a part of an ALTER TABLE that is not, or not yet, done (MariaDB).
    is_void: bool,
    end: Option<BinlogPosition>,
    savepoints: Savepoints,
    format: Option<Arc<FormatDescription>>,
    /// A lenient reading opened the group at its rows: its begin is not in the log.
    lacks_begin: bool,
}

impl Grouper {
    /// A grouper before any group. `server_uuid` is the server that the log is read from, if it is known.
    #[must_use]
    pub fn new(server_uuid: Option<ServerUuid>) -> Self {
        let begin = BinlogPosition { file: "".into(), pos: 0 };
        let transaction = Transaction {
            gtid: None,
            server_uuid,
            begin,
            thread_id: None,
            original_commit_us: None,
            immediate_commit_us: None,
        };
        Self {
            state: State::Idle,
            transaction,
            began: false,
            is_void: false,
            end: None,
            savepoints: Savepoints::default(),
            format: None,
            lacks_begin: false,
        }
    }

    /// Takes note of the next event and tells what it means.
    ///
    /// # Errors
    /// When it cannot stand where it stands, is of a kind that must be known and is not, or says that changes are missing
    /// from the log. The state is then as before the event.
    pub fn push(&mut self, event: &Event) -> Result<Mark, GroupError> {
        self.began = false;
        let mark = self.mark(event).map_err(|fault| GroupError { at: event.position(), fault })?;
        if mark.ends_group() {
            self.state = State::Idle;
            self.end = Some(event.end_position());
        }
        Ok(mark)
    }

    /// Forgets an open group: the connection was renewed and the group comes again.
    pub fn reset(&mut self) {
        self.state = State::Idle;
        self.began = false;
    }

    /// Sets the server that the log is read from: it may be another after a reconnect.
    pub fn set_server_uuid(&mut self, server_uuid: Option<ServerUuid>) {
        self.transaction.server_uuid = server_uuid;
    }

    /// Whether a group is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != State::Idle
    }

    /// Whether the last event was a group's first. It may have been its last as well (a DDL statement without GTID).
    #[must_use]
    pub const fn began(&self) -> bool {
        self.began
    }

    /// The open group; between groups the last one.
    #[must_use]
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The group that has just ended at an event: all that is known of it.
    #[must_use]
    pub fn group(&self, last: &Event) -> Group {
        Group {
            transaction: self.transaction.clone(),
            end: last.end_position(),
            undone: self.savepoints.undone().to_vec(),
            format: self.format.clone(),
        }
    }

    /// The last place between two groups: where reading may go on. Nothing before the first group's end or file begin.
    #[must_use]
    pub const fn end_position(&self) -> Option<&BinlogPosition> {
        self.end.as_ref()
    }

    /// After a group's end: its GTID, and where it ends.
    #[must_use]
    pub fn progress(&self) -> Option<(Option<&Gtid>, &BinlogPosition)> {
        let end = self.end.as_ref().filter(|_| !self.is_open())?;
        Some((self.transaction.gtid.as_ref(), end))
    }

    fn mark(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        let kind = event.kind();
        match kind {
            EventKind::GTID | EventKind::ANONYMOUS_GTID | EventKind::GTID_TAGGED => self.on_gtid(event),
            EventKind::QUERY => self.on_query(event),
            EventKind::XID => self.on_end(Mark::Commit, "XID event"),
            EventKind::XA_PREPARE => self.on_xa_prepare(event),
            EventKind::TRANSACTION_PAYLOAD if !self.is_open() => Ok(self.open(event)),
            EventKind::MARIADB_GTID => self.on_mariadb_gtid(event),
            EventKind::MARIADB_ANNOTATE_ROWS => Ok(self.member_or_outside()),
            EventKind::TABLE_MAP | EventKind::ROWS_QUERY | EventKind::TRANSACTION_PAYLOAD => {
                self.on_member("row event")
            }
            EventKind::VIEW_CHANGE | EventKind::TRANSACTION_CONTEXT => Ok(self.member_or_outside()),
            EventKind::INTVAR | EventKind::RAND | EventKind::USER_VAR => Ok(self.member_or_outside()),
            EventKind::FORMAT_DESCRIPTION => self.on_format_description(event),
            EventKind::ROTATE => self.on_rotate(event),
            EventKind::STOP | EventKind::PREVIOUS_GTIDS => Ok(self.on_outside(event)),
            EventKind::MARIADB_GTID_LIST | EventKind::MARIADB_BINLOG_CHECKPOINT => Ok(self.on_outside(event)),
            EventKind::MARIADB_START_ENCRYPTION => Ok(Mark::Outside),
            EventKind::HEARTBEAT | EventKind::HEARTBEAT_V2 | EventKind::IGNORABLE => Ok(Mark::Outside),
            EventKind::INCIDENT => {
                Err(GroupFault::Incident { message: Incident::parse(&event.body)?.message })
            }
            _ if kind.is_rows() => self.on_rows(),
            _ => self.on_rare(event),
        }
    }

    /// The kinds that no server of today writes, other servers' kinds and unknown ones.
    fn on_rare(&self, event: &Event) -> Result<Mark, GroupFault> {
        let kind = event.kind();
        match kind {
            EventKind::LOAD
            | EventKind::CREATE_FILE
            | EventKind::APPEND_BLOCK
            | EventKind::EXEC_LOAD
            | EventKind::DELETE_FILE
            | EventKind::NEW_LOAD
            | EventKind::BEGIN_LOAD_QUERY
            | EventKind::EXECUTE_LOAD_QUERY => Err(GroupFault::StatementFormat { what: kind.to_string() }),
            EventKind::START_V3 => Err(before_rows(event)?),
            _ if kind.is_pre_ga_rows() => Err(GroupFault::PreGaRows { kind }),
            _ if event.header.flags.has(EventFlags::IGNORABLE) => Ok(Mark::Outside),
            _ => Err(GroupFault::UnknownEvent { kind }),
        }
    }

    /// Opens a group at an event.
    fn open(&mut self, event: &Event) -> Mark {
        self.state = State::Opened;
        self.began = true;
        self.is_void = false;
        self.lacks_begin = false;
        self.savepoints = Savepoints::default();
        self.transaction = Transaction {
            gtid: None,
            server_uuid: self.transaction.server_uuid,
            begin: event.position(),
            thread_id: None,
            original_commit_us: None,
            immediate_commit_us: None,
        };
        Mark::Begin
    }

    /// A BEGIN or XA START: inside from here on, whether a GTID opened the group or this does.
    fn enter(
        &mut self,
        event: &Event,
        query: &Query,
        inside: State,
        what: &'static str,
    ) -> Result<Mark, GroupFault> {
        let mark = match self.state {
            State::Idle => self.open(event),
            State::Opened => Mark::Member,
            State::Inside | State::InsideXa => return Err(self.inside(what)),
        };
        self.state = inside;
        self.transaction.thread_id = Some(query.thread_id);
        Ok(mark)
    }

    /// The end of a group that must be open.
    fn on_end(&self, mark: Mark, what: &'static str) -> Result<Mark, GroupFault> {
        if self.is_open() { Ok(mark) } else { Err(GroupFault::Outside { what }) }
    }

    /// Something that must be inside a group.
    fn on_member(&self, what: &'static str) -> Result<Mark, GroupFault> {
        if self.is_open() { Ok(Mark::Member) } else { Err(GroupFault::Outside { what }) }
    }

    fn on_rows(&mut self) -> Result<Mark, GroupFault> {
        let mark = self.on_member("row event")?;
        self.savepoints.count_row_event();
        Ok(mark)
    }

    fn member_or_outside(&self) -> Mark {
        if self.is_open() { Mark::Member } else { Mark::Outside }
    }

    /// The last event of a group that may be its first as well.
    fn on_lone(&mut self, event: &Event, query: &Query, mark: Mark) -> Mark {
        if !self.is_open() {
            self.open(event);
        }
        self.transaction.thread_id = Some(query.thread_id);
        mark
    }

    fn inside(&self, what: &'static str) -> GroupFault {
        GroupFault::Inside { what, begin: self.transaction.begin.clone() }
    }

    fn on_gtid(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        let gtid = GtidEvent::parse(event.kind(), &event.body)?;
        if self.is_open() {
            return Err(self.inside("GTID event"));
        }
        let mark = self.open(event);
        self.transaction.gtid = gtid.gtid;
        self.transaction.original_commit_us = gtid.original_commit_us;
        self.transaction.immediate_commit_us = gtid.immediate_commit_us;
        Ok(mark)
    }

    /// MariaDB's GTID event is the BEGIN, or the XA START, of a group that is not a statement of its own.
    fn on_mariadb_gtid(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        let gtid = MariaDbGtidEvent::parse(event.header.server_id, &event.body)?;
        if self.is_open() {
            return Err(self.inside("GTID event"));
        }
        let mark = self.open(event);
        self.transaction.gtid = Some(gtid.gtid.into());
        self.is_void = matches!(gtid.alter, Some(AlterPart::Start | AlterPart::Rollback));
        self.state = match (gtid.standalone, gtid.prepares_xa) {
            (true, _) => State::Opened,
            (false, true) => State::InsideXa,
            (false, false) => State::Inside,
        };
        Ok(mark)
    }

    fn on_xa_prepare(&self, event: &Event) -> Result<Mark, GroupFault> {
        let prepare = XaPrepare::parse(&event.body)?;
        let mark = if prepare.one_phase { Mark::Commit } else { Mark::XaPrepare(prepare.xid) };
        self.on_end(mark, "XA_PREPARE event")
    }

    fn on_query(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        let query = Query::parse_of(self.format.as_deref(), &event.body)?;
        let within = matches!(self.state, State::Inside | State::InsideXa);
        match classify(&query.statement, &query.schema) {
            Statement::Begin => self.enter(event, &query, State::Inside, "BEGIN"),
            Statement::XaStart => self.enter(event, &query, State::InsideXa, "XA START"),
            Statement::Commit => self.on_end(Mark::Commit, "COMMIT"),
            Statement::Rollback => self.on_end(Mark::Rollback, "ROLLBACK"),
            Statement::XaCommitOnePhase => self.on_end(Mark::Commit, "XA COMMIT … ONE PHASE"),
            Statement::XaEnd => self.on_member("XA END"),
            Statement::XaPrepare(xid) => self.on_end(Mark::XaPrepare(xid), "XA PREPARE"),
            Statement::XaRollback(_) if within => Ok(Mark::Rollback),
            Statement::XaCommit(_) if within => Err(self.inside("XA COMMIT")),
            Statement::XaCommit(xid) => Ok(self.on_lone(event, &query, Mark::XaCommit(xid))),
            Statement::XaRollback(xid) => Ok(self.on_lone(event, &query, Mark::XaRollback(xid))),
            Statement::XaUnreadable => Err(GroupFault::XaId),
            Statement::Savepoint(_) | Statement::RollbackTo(_) | Statement::Release(_) if !self.is_open() => {
                Ok(Mark::Outside)
            }
            Statement::Savepoint(name) => Ok(self.savepoints.set(name)),
            Statement::RollbackTo(name) => self.savepoints.roll_back_to(&name),
            Statement::Release(name) => Ok(self.savepoints.release(&name)),
            Statement::Dml { word, in_server_schema, empties_table } => {
                self.on_dml(event, &query, word, in_server_schema, empties_table)
            }
            // In a transaction: CREATE TABLE … SELECT (atomic, 8.0), temporary tables.
            Statement::Ddl | Statement::Other if within => Ok(Mark::Member),
            Statement::Ddl | Statement::Other if self.is_void && self.is_open() => Ok(Mark::Rollback),
            Statement::Ddl => Ok(self.on_lone(event, &query, Mark::Statement(StatementKind::Ddl))),
            Statement::Other => Ok(self.on_lone(event, &query, Mark::Statement(StatementKind::Other))),
        }
    }

    /// A change in statement format is an error, but for the server's own tables, and for the DELETE that servers before
    /// 8.0 write after their start for an in-memory table that is empty now (later ones write TRUNCATE).
    fn on_dml(
        &mut self,
        event: &Event,
        query: &Query,
        word: &'static str,
        in_server_schema: bool,
        empties_table: bool,
    ) -> Result<Mark, GroupFault> {
        let is_emptied =
            empties_table && self.format.as_ref().is_some_and(|format| empties_by_delete(format));
        if is_emptied {
            let table = String::from_utf8_lossy(&query.statement);
            tracing::warn!(at = %event.position(), %table, "an in-memory table was empty after the server's start");
        }
        match self.state {
            State::Inside | State::InsideXa if in_server_schema || is_emptied => Ok(Mark::Member),
            State::Idle | State::Opened if in_server_schema => {
                Ok(self.on_lone(event, query, Mark::Statement(StatementKind::Other)))
            }
            State::Idle | State::Opened if is_emptied => {
                Ok(self.on_lone(event, query, Mark::Statement(StatementKind::Ddl)))
            }
            _ => Err(GroupFault::StatementFormat { what: word.to_owned() }),
        }
    }

    /// A format description begins a file: what was open before it has no end.
    fn on_format_description(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        self.format = Some(Arc::new(FormatDescription::parse_kind(event.kind(), &event.body)?));
        if !self.is_open() {
            return Ok(self.on_outside(event));
        }
        self.reset();
        Ok(Mark::Cuts)
    }

    fn on_rotate(&mut self, event: &Event) -> Result<Mark, GroupFault> {
        let rotate = Rotate::parse_of(self.format.as_deref(), &event.body)?;
        if !self.is_open() && !event.header.flags.has(EventFlags::ARTIFICIAL) {
            self.end = Some(rotate.target());
        }
        Ok(Mark::Outside)
    }

    /// An event of the file between groups: reading may go on after it.
    fn on_outside(&mut self, event: &Event) -> Mark {
        if !self.is_open() && event.end > event.start {
            self.end = Some(BinlogPosition { file: Arc::clone(&event.file), pos: event.end });
        }
        Mark::Outside
    }
}

/// A file of a server that could log nothing but statements.
fn before_rows(event: &Event) -> Result<GroupFault, EventError> {
    let FormatDescription { server_version, binlog_version, .. } =
        FormatDescription::parse_start(&event.body)?;
    Ok(GroupFault::BeforeRows { server_version, binlog_version })
}

/// Whether the server that wrote the file writes a DELETE for an in-memory table that is empty after its start.
fn empties_by_delete(format: &FormatDescription) -> bool {
    format.is_mariadb() || format.version_numbers() < [8, 0, 0]
}

mod lenient;

pub use lenient::Surveyed;

#[cfg(test)]
#[path = "grouper_tests.rs"]
mod tests;
