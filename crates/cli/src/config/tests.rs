//! Whole configs, from files to plans.
#![allow(clippy::unwrap_used, clippy::panic)]

mod debezium;
mod debezium_kind;
mod debezium_options;
mod examples;
mod maxwell;
mod migrate;
mod native;

use std::path::PathBuf;

use super::*;

/// A folder with config files in it.
struct Files {
    folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
    outside: Outside,
    overrides: Overrides,
}

/// One config file of this name and text.
fn file(name: &str, text: &str) -> Files {
    let variables = [("HOME".to_owned(), "/home/someone".to_owned())].into();
    let outside = Outside { variables, now: "2026-05-01T12:00:00Z".parse().unwrap() };
    let folder = tempfile::tempdir().unwrap();
    let files = Files { folder, paths: Vec::new(), outside, overrides: Overrides::default() };
    files.and(name, text)
}

impl Files {
    fn and(mut self, name: &str, text: &str) -> Self {
        let path = self.beside(name, text);
        self.paths.push(path);
        self
    }

    /// Writes a file that is no config.
    fn beside(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.outside.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn set(mut self, pair: &str) -> Self {
        self.overrides.set.push(pair.to_owned());
        self
    }

    fn sink(mut self, text: &str) -> Self {
        self.overrides.sinks.push(text.to_owned());
        self
    }

    fn lenient(mut self) -> Self {
        self.overrides.lenient = true;
        self
    }

    fn load(&self) -> Result<RunPlan, ConfigError> {
        load(&self.paths, &self.overrides, &self.outside)
    }

    fn plan(&self) -> RunPlan {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The error's code and text.
    fn error(&self) -> (&'static str, String) {
        let error = self.load().expect_err("a config that should be refused");
        (error.code(), error.to_string())
    }
}

/// All notes as one text.
fn notes(plan: &RunPlan) -> String {
    plan.notes.iter().map(|note| format!("{}\n", note.text)).collect()
}

fn password(plan: &RunPlan) -> &str {
    plan.source.follow.connect.password.reveal()
}

fn user(plan: &RunPlan) -> &str {
    &plan.source.follow.connect.user
}

fn server_id(plan: &RunPlan) -> Option<u32> {
    match plan.source.follow.replica_id {
        becauselog_binlog::ReplicaId::Given(id) => Some(id),
        _ => None,
    }
}

fn port(plan: &RunPlan) -> u16 {
    match plan.source.follow.hosts[0] {
        becauselog_binlog::connection::Endpoint::Tcp { port, .. } => port,
        becauselog_binlog::connection::Endpoint::Unix { .. } => 0,
    }
}

fn tls(plan: &RunPlan) -> becauselog_binlog::connection::TlsMode {
    plan.source.follow.connect.tls.effective_mode()
}
