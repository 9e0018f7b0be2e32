//! The result as a table, and as the page `docs/compatibility.md`.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::{Area, Column};

const HEAD: &str = "# Which servers\n\n\
    This page is the result of the project's own matrix, `cargo xtask test --servers all`: the binary runs against real servers of each version, \
    and a test compares the page with what it saw. The servers are MySQL 9.7 as Debian unstable has it, 8.0.12 and 5.7.22, and MariaDB 10.11 as \
    Debian stable has it; others of these lines can be named (see [contributing](../CONTRIBUTING.md)).\n\n";

const TRIED: &str = "\n\
    - **types**: rows of all types are inserted, updated and deleted; each value equals the server's own text.\n\
    - **log**: the statements' texts are logged and delivered (`include_query`), and the log is compressed where the version can.\n\
    - **DDL**: each statement is followed by a row, whose columns and values are the server's: read while it is running without names in the log, and \
    from the beginning afterwards with them (`binlog_row_metadata=FULL`), where the version has them.\n\
    - **restart**: the process is killed and stopped, the server restarted; what came out folds to the server's tables, each change once and in order.\n\
    - **failover**: the primary is killed, its replica promoted; the same holds.\n\
    - **purge**: what was not read yet is purged: that is told, and nothing from behind the gap is delivered.\n\n\
    ## What versions lack\n\n\
    The line `features` of `becauselog check` says it of your server. What is not logged cannot be delivered; a replica of a newer version logs more \
    of what it applies (names of columns, whole rows), whatever its primary is.\n";

/// Where the rest stands.
const MORE: &str = "\nWhat is otherwise with MariaDB, and its own types: [MariaDB](mariadb.md).\n";

/// The areas and servers.
pub fn table(columns: &[Column]) -> String {
    let mut out = "| |".to_owned();
    for column in columns {
        out.push_str(&format!(" {} |", column.version));
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(columns.len()));
    out.push('\n');
    for (row, area) in Area::ALL.iter().enumerate() {
        out.push_str(&format!("| {} |", area.name()));
        for column in columns {
            let cell = match column.cells.get(row) {
                Some((_, Ok(seen))) => seen.as_str(),
                _ => "FAILED",
            };
            out.push_str(&format!(" {cell} |"));
        }
        out.push('\n');
    }
    out
}

fn page(columns: &[Column]) -> String {
    let mut out = format!("{HEAD}{}{TRIED}", table(columns));
    for column in columns {
        out.push_str(&format!("\n**{}**", column.version));
        if column.lacks.is_empty() {
            out.push_str(" lacks nothing that is made use of.\n");
            continue;
        }
        out.push_str(" lacks\n\n");
        for one in &column.lacks {
            out.push_str(&format!("- {one}\n"));
        }
    }
    out.push_str(MORE);
    out
}

/// Compares the page, or writes it.
pub fn compare(columns: &[Column]) -> Result<()> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/compatibility.md");
    let page = page(columns);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page)?;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    ensure!(there == page, "docs/compatibility.md is not what was seen: run this test with UPDATE_DOCS=1");
    Ok(())
}
