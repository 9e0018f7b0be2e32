//! The result: lines that are ok, warnings or errors.

use std::fmt::Write as _;

use serde::Serialize;

use crate::exit::Exit;

/// How many names a line of text shows.
const NAMES_SHOWN: usize = 12;

/// Everything that was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The source's logical name.
    pub name: String,
    /// The lines, host by host.
    pub checks: Vec<Finding>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The server.
    pub host: String,
    /// What was looked at.
    pub id: &'static str,
    /// How it is.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// The statements (or lines of the server's configuration) that fix it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<String>,
    /// Names of tables or patterns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, with a drawback.
    Warning,
    /// Must be changed.
    Error,
}

impl Report {
    /// How many lines are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.checks.iter().filter(|finding| finding.level == level).count()
    }

    /// The exit code: errors make it 3.
    pub fn exit(&self) -> Exit {
        if self.count(Level::Error) > 0 { Exit::Operator } else { Exit::Ok }
    }

    /// The report for eyes.
    pub fn text(&self, colors: bool) -> String {
        let mut out = String::new();
        let mut host = "";
        for finding in &self.checks {
            if finding.host != host {
                host = &finding.host;
                out.push_str(host);
                out.push('\n');
            }
            finding.push_text(&mut out, colors);
        }
        let (errors, warnings) = (self.count(Level::Error), self.count(Level::Warning));
        // Writing to a `String` cannot fail.
        let _written = writeln!(out, "{errors} errors, {warnings} warnings");
        out
    }
}

impl Finding {
    fn push_text(&self, out: &mut String, colors: bool) {
        let (word, code) = match self.level {
            Level::Ok => ("ok", "32"),
            Level::Warning => ("warning", "33"),
            Level::Error => ("error", "31"),
        };
        let level = if colors { format!("\x1b[{code}m{word:<7}\x1b[0m") } else { format!("{word:<7}") };
        // Writing to a `String` cannot fail.
        let _written = writeln!(out, "  {level}  {:<20}  {}", self.id, self.what);
        if !self.names.is_empty() {
            let shown: Vec<&str> = self.names.iter().take(NAMES_SHOWN).map(String::as_str).collect();
            let more = self.names.len().saturating_sub(NAMES_SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _written = writeln!(out, "{:33}{}{more}", "", shown.join(", "));
        }
        for fix in &self.fix {
            let _written = writeln!(out, "{:33}fix: {fix}", "");
        }
    }
}
