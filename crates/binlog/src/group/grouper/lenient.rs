//! The same for whoever counts what is in a log and delivers nothing: what a strict reading stops at is told, and the
//! reading goes on behind it.

use super::{Event, EventKind, GroupFault, Grouper, Mark, Query, State};
use crate::{
    event::{FormatDescription, RowsHeader},
    group::{GroupError, StatementKind},
};

/// What an event means for its group, whatever is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// What it means.
    pub mark: Mark,
    /// The group that was open before it is cut: its end is not in the log.
    pub cuts: bool,
    /// What a strict reading stops at.
    pub fault: Option<GroupError>,
}

impl Grouper {
    /// Takes note of the next event as [`Grouper::push`] does, but always tells a meaning: a change as a statement is a
    /// statement, a begin inside of a group cuts that, rows outside of any group begin one, and what is not known means
    /// nothing.
    pub fn survey(&mut self, event: &Event) -> Surveyed {
        let (mark, cuts, fault) = match self.push(event) {
            Ok(mark) => (mark, false, None),
            Err(error) => {
                let (mark, cuts) = self.resolve(event, &error.fault);
                (mark, cuts, Some(error).filter(|error| !self.is_of_its_time(&error.fault)))
            }
        };
        let is_inside = mark == Mark::Member || self.began;
        let ends = is_inside && self.lacks_begin && self.ends_lone_rows(event);
        let mark = if ends { Mark::Commit } else { mark };
        if mark.ends_group() {
            self.state = State::Idle;
            self.end = Some(event.end_position());
        }
        Surveyed { mark, cuts, fault }
    }

    fn resolve(&mut self, event: &Event, fault: &GroupFault) -> (Mark, bool) {
        match fault {
            GroupFault::Inside { .. } => {
                self.reset();
                (self.push(event).unwrap_or(Mark::Outside), true)
            }
            GroupFault::StatementFormat { .. } | GroupFault::XaId => (self.statement(event), false),
            GroupFault::BeforeRows { .. } => self.begin_old_file(event),
            GroupFault::Outside { .. } | GroupFault::PreGaRows { .. } if holds_rows(event.kind()) => {
                (self.enter_without_begin(event), false)
            }
            _ => (self.member_or_outside(), false),
        }
    }

    /// A change as a statement: by itself if no transaction is open; a part of a file for `LOAD DATA` means nothing.
    fn statement(&mut self, event: &Event) -> Mark {
        if matches!(self.state, State::Inside | State::InsideXa) {
            return Mark::Member;
        }
        let is_part = matches!(
            event.kind(),
            EventKind::CREATE_FILE
                | EventKind::APPEND_BLOCK
                | EventKind::DELETE_FILE
                | EventKind::BEGIN_LOAD_QUERY
        );
        if is_part {
            return self.member_or_outside();
        }
        let mark = Mark::Statement(StatementKind::Other);
        let query = Query::parse_of(self.format.as_deref(), &event.body);
        match query.ok().filter(|_| event.kind() == EventKind::QUERY) {
            Some(query) => self.on_lone(event, &query, mark),
            None => {
                if !self.is_open() {
                    self.open(event);
                }
                mark
            }
        }
    }

    /// The first event of a file of a server before 5.0. In a file of version 4 it is none.
    fn begin_old_file(&mut self, event: &Event) -> (Mark, bool) {
        if self.format.as_ref().is_some_and(|format| format.is_version_4() && *event.file == *self.file()) {
            return (self.member_or_outside(), false);
        }
        (self.on_format_description(event).unwrap_or(Mark::Outside), false)
    }

    /// The file in which the last group ended, or the log stood between two.
    fn file(&self) -> &str {
        self.end.as_ref().map_or("", |end| &end.file)
    }

    fn enter_without_begin(&mut self, event: &Event) -> Mark {
        if self.is_open() {
            return Mark::Member;
        }
        let mark = self.open(event);
        self.state = State::Inside;
        self.lacks_begin = true;
        mark
    }

    /// Whether the rows that began a group by themselves end here.
    fn ends_lone_rows(&self, event: &Event) -> bool {
        let is_rows = event.kind().is_rows() || event.kind().is_pre_ga_rows();
        is_rows && self.writes_rows_without_begin() && ends_statement(self.format.as_deref(), event)
    }

    /// Servers before the release of 5.1 wrote the rows of a statement outside of a transaction without BEGIN and COMMIT.
    fn writes_rows_without_begin(&self) -> bool {
        self.format.as_ref().is_some_and(|format| format.is_before_5_1())
    }

    /// Whether it is no fault in a file of that server.
    fn is_of_its_time(&self, fault: &GroupFault) -> bool {
        matches!(fault, GroupFault::Outside { .. }) && self.writes_rows_without_begin() && self.lacks_begin
    }
}

fn holds_rows(kind: EventKind) -> bool {
    kind == EventKind::TABLE_MAP || kind == EventKind::ROWS_QUERY || kind.is_rows() || kind.is_pre_ga_rows()
}

/// Whether a row event of any version has the flag: behind the table's number of 6 or 4 bytes.
fn ends_statement(format: Option<&FormatDescription>, event: &Event) -> bool {
    let is_short = format.and_then(|format| format.post_header_len(event.kind())) == Some(6);
    let at: usize = if is_short { 4 } else { 6 };
    let flags = event.body.get(at..).and_then(|rest| rest.first_chunk::<2>());
    flags.is_some_and(|flags| u16::from_le_bytes(*flags) & RowsHeader::STATEMENT_END != 0)
}

#[cfg(test)]
#[path = "lenient_tests.rs"]
mod tests;
