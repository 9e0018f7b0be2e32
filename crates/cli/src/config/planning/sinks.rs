//! `[[sink]]`: where changes go.

use std::{collections::BTreeSet, time::Duration};

use becauselog_sink::{Content, FileConfig, Fsync, OnForeign, OnMissing, Rotation};

use super::{Problems, info};
use crate::{
    config::native::SinkConfig,
    plan::{Note, SinkPlan},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stdout,
    File,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Of(Content),
    Readable,
}

const LINES: [(&str, Lines); 3] = [
    ("values", Lines::Of(Content::Values)),
    ("records", Lines::Of(Content::Records)),
    ("readable", Lines::Readable),
];

/// The targets' part of the plan: at least one.
pub fn plan(sinks: Vec<SinkConfig>, notes: &mut Vec<Note>, problems: &mut Problems) -> Vec<SinkPlan> {
    if sinks.is_empty() {
        notes.push(info("no sink is named: values go to standard output (--sink names one)"));
        return vec![SinkPlan::Stdout { name: "stdout".to_owned(), content: Content::Values }];
    }
    let mut names = BTreeSet::new();
    let mut stdout = 0;
    let mut plans = Vec::new();
    for (number, config) in sinks.into_iter().enumerate() {
        let at = format!("sink.{number}");
        let name = name(&config, &at, &mut names, problems);
        let plan = one(config, name, &at, problems);
        stdout += usize::from(!matches!(plan, SinkPlan::File(_)));
        if stdout > 1 && !matches!(plan, SinkPlan::File(_)) {
            problems.add(&at, "only one sink can write to standard output");
        }
        plans.push(plan);
    }
    same_path(&plans, problems);
    plans
}

fn name(config: &SinkConfig, at: &str, names: &mut BTreeSet<String>, problems: &mut Problems) -> String {
    let given = config.name.clone();
    let kind = config.kind.clone().unwrap_or_default();
    let name = given.clone().unwrap_or_else(|| {
        let numbered = (2..).map(|number| format!("{kind}-{number}"));
        let mut free = std::iter::once(kind.clone()).chain(numbered).filter(|name| !names.contains(name));
        free.next().unwrap_or(kind)
    });
    if !names.insert(name.clone()) {
        problems.add(&format!("{at}.name"), "is another sink's name too");
    }
    name
}

fn one(config: SinkConfig, name: String, at: &str, problems: &mut Problems) -> SinkPlan {
    let kinds = [("stdout", Kind::Stdout), ("file", Kind::File)];
    if config.kind.is_none() {
        problems.add(&format!("{at}.kind"), "is missing: stdout or file");
    }
    let kind = problems.choose(&format!("{at}.kind"), config.kind.as_deref(), Kind::Stdout, &kinds);
    let default = Lines::Of(Content::Values);
    let lines = problems.choose(&format!("{at}.content"), config.content.as_deref(), default, &LINES);
    match (kind, lines) {
        (Kind::Stdout, lines) => {
            no_file_keys(&config, at, problems);
            match lines {
                Lines::Of(content) => SinkPlan::Stdout { name, content },
                Lines::Readable => SinkPlan::Readable { name },
            }
        }
        (Kind::File, Lines::Readable) => {
            problems.add(&format!("{at}.content"), "readable lines are for standard output only");
            SinkPlan::File(file(config, name, Content::Values, at, problems))
        }
        (Kind::File, Lines::Of(content)) => SinkPlan::File(file(config, name, content, at, problems)),
    }
}

fn no_file_keys(config: &SinkConfig, at: &str, problems: &mut Problems) {
    let keys = [
        ("path", config.path.is_some()),
        ("rotate_bytes", config.rotate_bytes.is_some()),
        ("rotate_age_s", config.rotate_age_s.is_some()),
        ("fsync", config.fsync.is_some()),
        ("on_missing", config.on_missing.is_some()),
        ("on_foreign", config.on_foreign.is_some()),
    ];
    for (key, _) in keys.into_iter().filter(|(_, given)| *given) {
        problems.add(&format!("{at}.{key}"), "is for kind = \"file\" only");
    }
}

fn file(config: SinkConfig, name: String, content: Content, at: &str, problems: &mut Problems) -> FileConfig {
    let path = config.path.unwrap_or_else(|| {
        problems.add(&format!("{at}.path"), "is missing: say where the file is");
        std::path::PathBuf::new()
    });
    let fsync = config.fsync.as_deref().map_or_else(|| Ok(Fsync::default()), str::parse);
    let fsync = fsync.map_err(|error| error.to_string());
    let missing = [("refuse", OnMissing::Refuse), ("start-new", OnMissing::StartNew)];
    let foreign = [("refuse", OnForeign::Refuse), ("append", OnForeign::Append)];
    FileConfig {
        content,
        fsync: problems.take(&format!("{at}.fsync"), fsync, Fsync::default()),
        rotation: Rotation {
            bytes_max: config.rotate_bytes.filter(|bytes| *bytes > 0),
            age_max: config.rotate_age_s.filter(|seconds| *seconds > 0).map(Duration::from_secs),
        },
        on_missing: problems.choose(
            &format!("{at}.on_missing"),
            config.on_missing.as_deref(),
            OnMissing::default(),
            &missing,
        ),
        on_foreign: problems.choose(
            &format!("{at}.on_foreign"),
            config.on_foreign.as_deref(),
            OnForeign::default(),
            &foreign,
        ),
        ..FileConfig::new(name, path)
    }
}

fn same_path(plans: &[SinkPlan], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (number, plan) in plans.iter().enumerate() {
        if let SinkPlan::File(file) = plan
            && !seen.insert(file.path.clone())
        {
            problems.add(&format!("sink.{number}.path"), "is another sink's file too");
        }
    }
}
