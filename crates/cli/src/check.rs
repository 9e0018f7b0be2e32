//! The preflight: a plan tried against its live servers. Reads only, and asks through the same connection that a run uses.

mod distance;
mod facts;
mod features;
mod identity;
mod log;
mod privileges;
mod replica;
mod report;
mod statements;
mod tables;

use becauselog_binlog::{
    Follower,
    connection::{Connection, ConnectionError, Endpoint},
};
use becauselog_pipeline::state::show_checkpoint;

use self::facts::Facts;
pub use self::report::{Finding, Level, Report};
use crate::{exit::Failure, plan::RunPlan, run::source_failure};

/// Tries a plan against all its hosts.
pub async fn check(plan: &RunPlan) -> Result<Report, Failure> {
    let follower =
        Follower::new(plan.source.follow.clone()).map_err(|error| source_failure(&error.into()))?;
    let mut report = Report { name: plan.name.clone(), checks: Vec::new() };
    for endpoint in &plan.source.follow.hosts {
        let mut findings = Findings { host: endpoint.to_string(), list: Vec::new() };
        host(plan, endpoint, follower.server_id(), &mut findings).await;
        report.checks.extend(findings.list);
    }
    Ok(report)
}

/// What is found at one host.
pub struct Findings {
    host: String,
    list: Vec<Finding>,
}

impl Findings {
    /// Something that is as it should be.
    pub fn ok(&mut self, id: &'static str, what: impl Into<String>) {
        self.add(id, Level::Ok, what.into(), Vec::new());
    }

    /// Something that works, with a drawback.
    pub fn warning(
        &mut self,
        id: &'static str,
        what: impl Into<String>,
        fix: impl IntoIterator<Item = String>,
    ) {
        self.add(id, Level::Warning, what.into(), fix.into_iter().collect());
    }

    /// Something that must be changed.
    pub fn error(
        &mut self,
        id: &'static str,
        what: impl Into<String>,
        fix: impl IntoIterator<Item = String>,
    ) {
        self.add(id, Level::Error, what.into(), fix.into_iter().collect());
    }

    fn add(&mut self, id: &'static str, level: Level, what: String, fix: Vec<String>) {
        self.list.push(Finding { host: self.host.clone(), id, level, what, fix, names: Vec::new() });
    }

    /// Adds names to the last finding.
    pub fn with_names(&mut self, names: Vec<String>) {
        if let Some(last) = self.list.last_mut() {
            last.names = names;
        }
    }
}

async fn host(plan: &RunPlan, endpoint: &Endpoint, own_id: u32, findings: &mut Findings) {
    let connect = &plan.source.follow.connect;
    let mut connection = match Connection::connect(endpoint, connect).await {
        Ok(connection) => connection,
        Err(error) => return unreachable(&error, &connect.user, findings),
    };
    findings.ok("reachable", format!("{} {}", connection.flavor(), connection.version().text));
    identity::version(connection.version(), plan.source.follow.flavor, findings);
    findings.ok("login", format!("as {}", connect.user));
    identity::tls(connection.tls(), connect.tls.effective_mode(), endpoint, findings);
    let facts = match Facts::read(&mut connection).await {
        Ok(facts) => facts,
        Err(error) => {
            findings.error("state", format!("{error}"), []);
            return;
        }
    };
    privileges::check(&facts, &connect.user, findings);
    features::check(&facts, findings);
    log::check(&facts, findings);
    features::statements(&facts, findings);
    identity::server_id(&facts, own_id, findings);
    replica::check(&facts, findings);
    tables::check(&facts, &plan.tables, findings);
    match show_checkpoint(&plan.state.dir) {
        Ok(kept) => {
            log::position(&facts, kept.as_ref(), findings);
            if let Some(kept) = kept {
                distance::check(endpoint, connect, &kept, findings).await;
            }
        }
        Err(error) => findings.error("position", error.to_string(), []),
    }
}

/// Why nothing more can be asked.
fn unreachable(error: &ConnectionError, user: &str, findings: &mut Findings) {
    match error {
        ConnectionError::LoginRefused { .. } | ConnectionError::AuthPlugin { .. } => {
            findings.ok("reachable", "the server answers");
            findings.error("login", error.to_string(), statements::login(user));
        }
        ConnectionError::TlsNotOffered { .. }
        | ConnectionError::TlsFailed { .. }
        | ConnectionError::TlsMaterial { .. } => {
            findings.ok("reachable", "the server answers");
            findings.error("tls", error.to_string(), []);
        }
        other => findings.error("reachable", other.to_string(), []),
    }
}

#[cfg(test)]
mod tests;
