//! Files of servers that no machine runs any more, after the layouts that the servers' documents give.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{events, inspect, inspect_one, notes};

/// A file that is being written.
struct Log {
    bytes: Vec<u8>,
    header_len: usize,
}

impl Log {
    /// Of 3.23 to 4.1: begins with START_V3.
    fn old(binlog_version: u8, server_version: &str) -> Self {
        let header_len = if binlog_version == 1 { 13 } else { 19 };
        let mut log = Self { bytes: b"\xfebin".to_vec(), header_len };
        let mut body = vec![binlog_version, 0];
        body.extend(server_version.as_bytes());
        body.resize(56, 0);
        log.event(1, &body);
        log
    }

    /// Since 5.0: begins with a format description.
    fn new(server_version: &str, header_len: u8) -> Self {
        let mut log = Self { bytes: b"\xfebin".to_vec(), header_len: 19 };
        let mut body = vec![4, 0];
        body.extend(server_version.as_bytes());
        body.resize(56, 0);
        // The lengths of kinds' fixed parts, as 5.1 has them.
        body.push(header_len);
        body.extend([56, 13, 0, 8, 0, 18, 0, 4, 4, 4, 4, 18, 0, 0, 83, 0, 4, 26, 8, 0, 0, 0, 8, 8, 8, 2]);
        log.event(15, &body);
        log.header_len = usize::from(header_len);
        log
    }

    fn event(&mut self, kind: u8, body: &[u8]) -> &mut Self {
        let size = (self.header_len + body.len()) as u32;
        let end = self.bytes.len() as u32 + size;
        let mut header = 1_200_000_000_u32.to_le_bytes().to_vec();
        header.push(kind);
        header.extend(1_u32.to_le_bytes());
        header.extend(size.to_le_bytes());
        header.extend(end.to_le_bytes());
        header.resize(self.header_len.max(19), 0);
        header.truncate(self.header_len);
        self.bytes.extend(header);
        self.bytes.extend(body);
        self
    }

    /// A statement; before 5.0 there is no length of a session's state.
    fn query(&mut self, statement: &str, is_old: bool) -> &mut Self {
        let mut body = vec![7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0];
        if !is_old {
            body.extend([0, 0]);
        }
        body.extend(b"shop\0");
        body.extend(statement.as_bytes());
        self.event(2, &body)
    }

    fn inspect(&self) -> Result<(i32, Value)> {
        let folder = tempfile::tempdir()?;
        let path: PathBuf = folder.path().join("bin.000001");
        std::fs::write(&path, &self.bytes)?;
        let (code, survey) = inspect_one(&path)?;
        ensure!(survey["files"][0]["bytes"] == self.bytes.len(), "{survey:#}");
        Ok((code, survey))
    }
}

/// A table map of `shop.t` with one INT column that may be NULL.
fn table_map(has_metadata: bool) -> Vec<u8> {
    let mut body = b"\x10\0\0\0\0\0\x01\0\x04shop\0\x01t\0\x01\x03".to_vec();
    if has_metadata {
        body.extend([0, 1]);
    }
    body
}

/// A row event of version 1 that ends its statement, with rows 1, 2 and NULL.
fn rows_v1() -> Vec<u8> {
    let mut body = b"\x10\0\0\0\0\0\x01\0\x01\x01".to_vec();
    body.extend(b"\0\x01\0\0\0\0\x02\0\0\0\x01");
    body
}

fn count(survey: &Value, kind: &str) -> u64 {
    events(survey).get(kind).copied().unwrap_or_default()
}

#[test]
fn files_of_3_23_4_0_and_4_1_are_counted() -> Result<()> {
    for (version, server) in [(1, "3.23.58-log"), (2, "4.0.0-alpha"), (3, "4.1.24-log")] {
        let mut log = Log::old(version, server);
        log.query("CREATE TABLE t (id INT)", true).query("BEGIN", true);
        log.event(5, b"\x02\x01\0\0\0\0\0\0\0").query("INSERT INTO t VALUES (1)", true);
        log.query("COMMIT", true);
        log.event(8, b"\x02\0\0\0file").event(9, b"\x02\0\0\0file").event(10, b"\x02\0\0\0");
        log.event(3, b"");
        let (code, survey) = log.inspect()?;
        ensure!(code == 0 && survey["files"][0]["server_version"] == server, "{survey:#}");
        ensure!(count(&survey, "QUERY") == 4 && count(&survey, "START_V3") == 1, "{survey:#}");
        let transactions = &survey["transactions"];
        ensure!(transactions["committed"] == 1 && transactions["ddl"] == 1, "{survey:#}");
        ensure!(
            survey["files"][0]["end"] == "stopped" && notes(&survey) == ["E_STATEMENT_FORMAT"],
            "{survey:#}"
        );
    }
    Ok(())
}

#[test]
fn rows_of_5_1_are_counted_with_and_without_begin() -> Result<()> {
    for (server, has_begin) in [("5.1.73-log", true), ("5.5.62-log", true), ("5.1.23-rc-log", false)] {
        let mut log = Log::new(server, 19);
        if has_begin {
            log.query("BEGIN", false);
        }
        log.event(19, &table_map(true)).event(23, &rows_v1());
        if has_begin {
            log.event(16, &[0; 8]);
        }
        let (code, survey) = log.inspect()?;
        ensure!(code == 0 && notes(&survey).is_empty(), "{server}: {survey:#}");
        ensure!(survey["rows"]["inserted"] == 3 && survey["transactions"]["committed"] == 1, "{survey:#}");
        ensure!(survey["tables"][0]["table"] == "shop.t", "{survey:#}");
    }
    Ok(())
}

#[test]
fn rows_of_pre_releases_of_5_1_are_counted_as_events() -> Result<()> {
    // The trees before 5.1.6 numbered the kinds otherwise: 16 is TABLE_MAP, 17 to 19 are rows, 20 is XID.
    for (server, map, rows, xid) in [("5.1.17-beta-log", 19, 20, 16), ("5.2.2-a_drop6p13-log", 16, 17, 20)] {
        let mut log = Log::new(server, 19);
        log.event(map, &table_map(false)).event(rows, &rows_v1());
        log.query("BEGIN", false);
        log.event(map, &table_map(false)).event(rows, &rows_v1()).event(xid, &[0; 8]);
        let (code, survey) = log.inspect()?;
        ensure!(code == 0 && notes(&survey) == ["E_UNKNOWN_EVENT"], "{server}: {survey:#}");
        ensure!(count(&survey, "PRE_GA_WRITE_ROWS") == 2 && count(&survey, "XID") == 1, "{survey:#}");
        ensure!(survey["transactions"]["committed"] == 2, "{survey:#}");
    }
    Ok(())
}

#[test]
fn a_server_s_own_fields_in_headers_and_its_own_events_are_stepped_over() -> Result<()> {
    let mut log = Log::new("5.1.63-google-log", 27);
    log.query("BEGIN", false).event(100, b"padding").event(16, &[0; 8]);
    let (code, survey) = log.inspect()?;
    ensure!(code == 0 && survey["transactions"]["committed"] == 1, "{survey:#}");
    ensure!(count(&survey, "UNKNOWN_100") == 1 && notes(&survey) == ["E_UNKNOWN_EVENT"], "{survey:#}");
    Ok(())
}

#[test]
fn a_file_that_begins_in_the_middle_of_a_transaction_and_ends_in_one_is_told() -> Result<()> {
    let mut log = Log::new("5.5.62-log", 19);
    log.event(19, &table_map(true)).event(23, &rows_v1()).event(16, &[0; 8]);
    log.query("BEGIN", false).event(19, &table_map(true)).event(23, &rows_v1());
    log.query("BEGIN", false).event(19, &table_map(true)).event(23, &rows_v1());
    let (code, survey) = log.inspect()?;
    ensure!(code == 0 && notes(&survey) == ["E_GROUP"], "{survey:#}");
    ensure!(survey["rows"]["inserted"] == 3 && survey["transactions"]["unfinished"] == 2, "{survey:#}");
    Ok(())
}

#[test]
fn an_encrypted_file_is_refused_with_the_reason() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bin.000001");
    std::fs::write(&path, b"\xfdbin\x01\x02\x03\x04")?;
    let (code, survey) = inspect_one(&path)?;
    ensure!(code == 4 && survey["error"]["code"] == "E_ENCRYPTED", "{survey:#}");
    let mut log = Log::new("5.7.44-48-log", 19);
    log.event(164, &[1; 17]);
    std::fs::write(&path, &log.bytes)?;
    let (code, survey) = inspect_one(&path)?;
    ensure!(code == 4 && survey["error"]["code"] == "E_ENCRYPTED", "{survey:#}");
    Ok(())
}

#[test]
fn the_files_behind_one_that_cannot_be_read_are_counted() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut whole = Log::new("5.5.62-log", 19);
    whole.query("BEGIN", false).event(19, &table_map(true)).event(23, &rows_v1()).event(16, &[0; 8]);
    let torn = &whole.bytes[..whole.bytes.len() - 5];
    let contents = [&whole.bytes[..], torn, b"\xfdbin1234", b"no log", &whole.bytes];
    let mut paths = Vec::new();
    for (number, bytes) in contents.into_iter().enumerate() {
        paths.push(folder.path().join(format!("bin.{number:06}")));
        std::fs::write(&paths[number], bytes)?;
    }
    paths.insert(1, folder.path().join("missing.000001"));
    let (code, survey) = inspect(&paths)?;
    ensure!(code == 3 && survey["error"]["code"] == "E_FILE", "{survey:#}");
    ensure!(notes(&survey) == ["E_FILE", "E_TORN", "E_ENCRYPTED", "E_NOT_A_BINLOG"], "{survey:#}");
    // What the torn file began has no end.
    ensure!(survey["rows"]["inserted"] == 6 && survey["transactions"]["unfinished"] == 1, "{survey:#}");
    Ok(())
}
