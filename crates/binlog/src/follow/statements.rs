//! Reads a server's log ahead for its DDL statements: whoever asked the server how its tables are now has to know which of them
//! changed between a place in the log and now.

use becauselog_model::BinlogPosition;
use tracing::info;

use super::{
    scan::{PATIENCE, Scanner},
    stream::Step,
};
use crate::{
    connection::{ConnectOptions, Endpoint},
    event::{EventKind, Query},
    group::{Statement, classify},
    source::SourceError,
};

/// After so many bytes it is told that it goes on.
const TELL_EVERY: u64 = 256 << 20;

/// All DDL statements from a place between two groups up to the end of the log as it is now.
///
/// It is read with a connection of its own, once, without waiting for more.
///
/// # Errors
/// When the server cannot be reached or does not have the place any more.
pub async fn statements_from(
    endpoint: &Endpoint,
    connect: &ConnectOptions,
    from: &BinlogPosition,
) -> Result<Vec<Query>, SourceError> {
    let scanner = Scanner { endpoint, connect };
    let mut stream = scanner.open_at(from).await?;
    let mut statements = Vec::new();
    let mut told = 0;
    loop {
        match stream.step()? {
            Step::Nothing => stream.wait(PATIENCE).await?,
            Step::End => return Ok(statements),
            Step::Event(event, _) if event.kind() == EventKind::QUERY => {
                // One that cannot be read has ended the stream already.
                let Ok(query) = Query::parse(&event.body) else { continue };
                if classify(&query.statement, &query.schema) == Statement::Ddl {
                    statements.push(query);
                }
            }
            Step::Event(..) => {}
        }
        let bytes = stream.bytes_read();
        if bytes.saturating_sub(told) >= TELL_EVERY {
            told = bytes;
            info!(server = %endpoint, from = %from, bytes, "reading the log ahead for statements that change tables");
        }
    }
}
