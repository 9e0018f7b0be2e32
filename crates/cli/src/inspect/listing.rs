//! The events of files one by one.

use std::io::{self, Write};

use becauselog_binlog::{
    FileEvents, SourceError,
    event::{Event, EventHeader, EventKind},
    payload::Unfold,
};
use becauselog_model::BinlogPosition;
use serde::Serialize;

use super::{reader::name, text::time};

/// One event; its JSON is a line of `inspect --events --json`.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    file: &'a str,
    /// Where it begins; in a compressed transaction where that begins.
    pos: u64,
    /// Where the next one begins.
    end: u64,
    /// Where its header says that the next one begins: in a relay log the place in the primary's file.
    log_pos: u32,
    kind: String,
    server_id: u32,
    /// When its statement began, in seconds since 1970 UTC.
    time_s: u32,
    /// Its length.
    bytes: u32,
    /// Whether it is inside a compressed transaction.
    nested: bool,
    /// Whether its checksum is wrong.
    unsound: bool,
}

/// Writes each event as a line, and gives what could not be read: the first, where there are several.
///
/// # Errors
/// When a line cannot be written.
pub async fn list(
    events: &mut FileEvents,
    as_json: bool,
    out: &mut impl Write,
) -> io::Result<Option<SourceError>> {
    let mut first = None;
    loop {
        let event = match events.next().await {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(first),
            Err(error) => {
                let at = events.position();
                first.get_or_insert(error);
                match events.step_over_unsound() {
                    Some(header) => unsound(&header, &at).write(as_json, out)?,
                    None if events.leave_file() => {}
                    None => return Ok(first),
                }
                continue;
            }
        };
        sound(&event).write(as_json, out)?;
        if event.kind() == EventKind::TRANSACTION_PAYLOAD
            && let Err(error) = nested(&event, as_json, out)?
        {
            first.get_or_insert(error);
        }
    }
}

/// The events of a compressed transaction.
fn nested(event: &Event, as_json: bool, out: &mut impl Write) -> io::Result<Result<(), SourceError>> {
    let mut unfold = match Unfold::new(event) {
        Ok(unfold) => unfold,
        Err(error) => return Ok(Err(error.into())),
    };
    loop {
        match unfold.next_event() {
            Ok(Some(event)) => sound(&event).write(as_json, out)?,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error.into())),
        }
    }
}

fn sound(event: &Event) -> Listed<'_> {
    let EventHeader { kind, server_id, timestamp_s, event_size, log_pos, .. } = event.header;
    Listed {
        file: &event.file,
        pos: event.start,
        end: event.end,
        log_pos,
        kind: name(kind),
        server_id,
        time_s: timestamp_s,
        bytes: event_size,
        nested: event.nested,
        unsound: false,
    }
}

fn unsound<'a>(header: &EventHeader, at: &'a BinlogPosition) -> Listed<'a> {
    Listed {
        file: &at.file,
        pos: at.pos,
        end: at.pos + u64::from(header.event_size),
        log_pos: header.log_pos,
        kind: name(header.kind),
        server_id: header.server_id,
        time_s: header.timestamp_s,
        bytes: header.event_size,
        nested: false,
        unsound: true,
    }
}

impl Listed<'_> {
    fn write(&self, as_json: bool, out: &mut impl Write) -> io::Result<()> {
        if as_json {
            serde_json::to_writer(&mut *out, self)?;
            return writeln!(out);
        }
        let place = format!("{}:{}", self.file, self.pos);
        let kind = if self.nested { format!("  {}", self.kind) } else { self.kind.clone() };
        let unsound = if self.unsound { "  wrong checksum" } else { "" };
        let time = time(u64::from(self.time_s) * 1_000_000);
        writeln!(
            out,
            "{place:<32} {:>12}  {kind:<26} {:>10} bytes  server {:<11} {time}{unsound}",
            self.end, self.bytes, self.server_id
        )
    }
}
