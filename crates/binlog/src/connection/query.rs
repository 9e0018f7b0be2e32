//! SQL for our own look-ups, by the text protocol.

use std::collections::HashMap;

use super::{
    Connection,
    error::ConnectionError,
    field::Fields,
    packet::Wire,
    reply::{ERR, OK, ServerReply, is_eof},
};

const COM_QUERY: u8 = 0x03;
/// The server asks for a local file: never given.
const LOCAL_INFILE: u8 = 0xfb;

/// A small result set, all of it text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    columns: HashMap<String, usize>,
    rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A cell by row number and column name (in any case); nothing for NULL and for what is not there.
    #[must_use]
    pub fn get(&self, row: usize, column: &str) -> Option<&str> {
        let index = *self.columns.get(&column.to_ascii_lowercase())?;
        self.rows.get(row)?.get(index)?.as_deref()
    }

    /// The cells of one column; NULL as empty text.
    pub fn column<'a>(&'a self, column: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let index = self.columns.get(&column.to_ascii_lowercase()).copied().unwrap_or(usize::MAX);
        self.rows.iter().map(move |row| row.get(index).and_then(Option::as_deref).unwrap_or(""))
    }

    /// The first cell of the first row.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }
}

impl Connection {
    /// Runs one statement of ours and reads its whole result. Not cancel-safe. `doing` stands in errors in place of
    /// the statement, which never does.
    ///
    /// # Errors
    /// When the server refuses it, answers too late or is lost.
    pub async fn query(&mut self, sql: &str, doing: &'static str) -> Result<Rows, ConnectionError> {
        let limit = self.query_timeout;
        let asked = tokio::time::timeout(limit, run(&mut self.wire, sql, doing)).await;
        asked.map_err(|_| ConnectionError::TimedOut { doing, seconds: limit.as_secs() })?
    }
}

async fn run(wire: &mut Wire, sql: &str, doing: &'static str) -> Result<Rows, ConnectionError> {
    wire.begin_command();
    let mut command = vec![COM_QUERY];
    command.extend_from_slice(sql.as_bytes());
    wire.send(&command, doing).await?;
    let head = wire.receive(doing).await?;
    match head.first() {
        Some(&OK) => return Ok(Rows::default()),
        Some(&ERR) => return Err(ConnectionError::Refused { doing, reply: ServerReply::read(&head)? }),
        Some(&LOCAL_INFILE) | None => {
            return Err(ConnectionError::Protocol { what: "a result that is none" });
        }
        Some(_) => {}
    }
    let count = Fields::new(&head, SHORT).length()?.unwrap_or(0);
    let mut result = Rows::default();
    for index in 0..usize::try_from(count).unwrap_or(usize::MAX) {
        let name = column_name(&wire.receive(doing).await?)?;
        result.columns.insert(name.to_ascii_lowercase(), index);
    }
    if !is_eof(&wire.receive(doing).await?) {
        return Err(ConnectionError::Protocol { what: "columns without an end" });
    }
    read_rows(wire, doing, result).await
}

async fn read_rows(wire: &mut Wire, doing: &'static str, mut result: Rows) -> Result<Rows, ConnectionError> {
    loop {
        let packet = wire.receive(doing).await?;
        if is_eof(&packet) {
            return Ok(result);
        }
        if packet.first() == Some(&ERR) {
            return Err(ConnectionError::Refused { doing, reply: ServerReply::read(&packet)? });
        }
        let mut fields = Fields::new(&packet, SHORT);
        let mut row = Vec::with_capacity(result.columns.len());
        while !fields.is_empty() {
            row.push(fields.text()?.map(|text| String::from_utf8_lossy(text).into_owned()));
        }
        result.rows.push(row);
    }
}

const SHORT: &str = "a result that ends early";

/// The name in a column definition: after catalog, schema, table and original table.
fn column_name(packet: &[u8]) -> Result<String, ConnectionError> {
    let mut fields = Fields::new(packet, SHORT);
    for _ in 0..4 {
        fields.text()?;
    }
    Ok(String::from_utf8_lossy(fields.text()?.unwrap_or_default()).into_owned())
}

/// Text as an SQL literal, safe under every `sql_mode` and character set of the connection: hexadecimal.
#[must_use]
pub fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2).saturating_add(8));
    out.push_str("_utf8mb4 0x");
    for byte in text.bytes() {
        // Writing to a String cannot fail.
        let _infallible = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_so_that_nothing_in_it_counts() {
        assert_eq!(quoted("a'"), "_utf8mb4 0x6127");
        assert_eq!(quoted(""), "''");
    }
}
