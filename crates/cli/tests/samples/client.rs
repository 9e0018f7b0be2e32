//! What a server's own binlog client says of a file.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, ensure};
use becauselog_testkit::{Version, provision};

/// What the client counts.
#[derive(Debug, Default)]
pub struct Counted {
    /// Events by the name that the client prints; of some kinds it prints none.
    pub events: BTreeMap<String, u64>,
    /// Where each event ends, and that name.
    pub listed: Vec<(u64, String)>,
    /// Rows: inserted, updated, deleted.
    pub rows: [u64; 3],
    /// Where the last event ends.
    pub end: u64,
}

/// Runs the client of a version over a file.
pub async fn read(version: Version, file: &Path) -> Result<Counted> {
    let program = match version {
        Version::MariaDb10_11 => provision::mariadb_binlog().await?,
        Version::V9_7 | Version::V8_0 | Version::V5_7 => provision::mysqlbinlog().await?,
    };
    let mut command = program.command();
    command.args(["--no-defaults", "-vv", "--base64-output=DECODE-ROWS"]).arg(file);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    Ok(count(&String::from_utf8_lossy(&output.stdout)))
}

/// Lines such as `#261123 20:09:08 server id 1  end_log_pos 277 CRC32 0x…  GTID …`, and `### INSERT INTO …` for each row.
fn count(text: &str) -> Counted {
    let mut counted = Counted::default();
    for line in text.lines() {
        for (row, verb) in counted.rows.iter_mut().zip(["INSERT INTO", "UPDATE", "DELETE FROM"]) {
            let found = line.strip_prefix("### ").is_some_and(|rest| rest.starts_with(verb));
            *row += u64::from(found);
        }
        let is_event = line.starts_with('#') && line.contains(" server id ");
        let Some((_, rest)) = line.split_once(" end_log_pos ").filter(|_| is_event) else { continue };
        let mut words = rest.split_whitespace();
        counted.end = words.next().and_then(|word| word.parse().ok()).unwrap_or(counted.end);
        let mut name = words.next().unwrap_or_default();
        if name == "CRC32" {
            words.next();
            name = words.next().unwrap_or_default();
        }
        let name = match name.trim_end_matches(':') {
            // MariaDB's word for the end of a prepared transaction.
            "XID" => "XA",
            // We count what it unfolds to.
            "Query_compressed" => "Query",
            "Write_compressed_rows" => "Write_rows",
            "Update_compressed_rows" => "Update_rows",
            "Delete_compressed_rows" => "Delete_rows",
            name => name,
        };
        *counted.events.entry(name.to_owned()).or_default() += 1;
        counted.listed.push((counted.end, name.to_owned()));
    }
    counted
}

/// The name that clients print for a kind of ours.
pub fn name(kind: &str) -> &str {
    match kind {
        "FORMAT_DESCRIPTION" => "Start",
        "PREVIOUS_GTIDS" => "Previous-GTIDs",
        "GTID" | "GTID_TAGGED" | "GTID (MariaDB)" => "GTID",
        "ANONYMOUS_GTID" => "Anonymous_GTID",
        "QUERY" => "Query",
        "TABLE_MAP" => "Table_map",
        "ROWS_QUERY" => "Rows_query",
        "WRITE_ROWS" | "WRITE_ROWS_V1" => "Write_rows",
        "UPDATE_ROWS" | "UPDATE_ROWS_V1" => "Update_rows",
        "PARTIAL_UPDATE_ROWS" => "Update_rows_partial",
        "DELETE_ROWS" | "DELETE_ROWS_V1" => "Delete_rows",
        "XID" => "Xid",
        "ROTATE" => "Rotate",
        "XA_PREPARE" => "XA",
        "TRANSACTION_PAYLOAD" => "Transaction_Payload",
        "RAND" => "Rand",
        "INTVAR" => "Intvar",
        "USER_VAR" => "User_var",
        "STOP" => "Stop",
        "EXECUTE_LOAD_QUERY" => "Execute_load_query",
        // They print what these hold on the next line.
        "BEGIN_LOAD_QUERY" | "APPEND_BLOCK" | "DELETE_FILE" => "",
        "ANNOTATE_ROWS (MariaDB)" => "Annotate_rows",
        "BINLOG_CHECKPOINT (MariaDB)" => "Binlog",
        "GTID_LIST (MariaDB)" => "Gtid",
        other => other,
    }
}
