//! Our messages against those of a real Maxwell 1.45, for the same statements on a real server.
//!
//! The recordings are in `recorded/`, one file a class. `BECAUSELOG_CASE=name` plays one case only.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

mod any_cells;
mod bootstraps;
mod cases;
mod compare;
mod configure;
mod differences;
mod log;
mod play;
#[path = "../formats/rows.rs"]
mod rows;

use std::path::PathBuf;

use anyhow::{Result, bail};
use becauselog_format::FormatError;
use becauselog_model::EncodedBatch;

use self::{cases::Case, compare::Comparer, log::Encoding};

async fn class(name: &str) -> Result<()> {
    let server = play::server().await?;
    let only = std::env::var("BECAUSELOG_CASE").ok();
    let (mut equal, mut wrong) = (0, Vec::new());
    for case in cases::of(name)?.iter().filter(|case| only.as_ref().is_none_or(|only| *only == case.name)) {
        let files = play::play(&server, case).await?;
        let encoding = encoded(case, files.clone(), false).await?;
        let exact = judge(case, &encoded(case, files, true).await?.out);
        if exact.is_empty() == differences::EXACT.contains(&case.name.as_str()) {
            wrong.push(format!("{}: exact values: {}", case.name, exact.join("\n")));
        }
        let mut found = judge(case, &encoding.out);
        found.extend(partitions(case, &encoding));
        equal += case.lines.len() - found.len().min(case.lines.len());
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", case.name)));
    }
    println!("{name}: {equal} lines equal");
    if wrong.is_empty() { Ok(()) } else { bail!("{}:\n{}", wrong.len(), wrong.join("\n\n")) }
}

/// The messages of what was played.
async fn encoded(case: &Case, files: Vec<PathBuf>, exact: bool) -> Result<Encoding> {
    let mut encoding = configure::encoding(case, exact)?;
    let done = encoding.files(files).await;
    match done.map_err(|error| error.downcast_ref::<FormatError>().cloned().ok_or(error)) {
        Err(Ok(error)) => bail!("{}: {error}", case.name),
        Err(Err(error)) => Err(error.context(case.name.clone())),
        Ok(()) => Ok(encoding),
    }
}

/// What differs, line by line.
fn judge(case: &Case, out: &EncodedBatch) -> Vec<String> {
    let mut comparer = Comparer::new(&case.masked);
    comparer.forget("gtid", differences::gtids_are_wrong(&case.name));
    let mut wrong = Vec::new();
    let ours: Vec<&str> =
        out.records.iter().map(|record| std::str::from_utf8(out.value(record).unwrap()).unwrap()).collect();
    // Over several topics or partitions there is no order: the recorder put DDL last.
    let mut ours = ours;
    if !case.keys.is_empty() {
        ours.sort_by_key(|line| is_ddl(line));
    }
    if std::env::var_os("BECAUSELOG_CASE").is_some() {
        ours.iter().for_each(|line| println!("{line}"));
    }
    let more = differences::lost(&case.name);
    let enough = if more > 0 {
        ours.len() == case.lines.len() + more
    } else if case.stops {
        ours.len() >= case.lines.len()
    } else {
        ours.len() == case.lines.len()
    };
    if !enough {
        wrong.push(format!("{} lines and {} of ours", case.lines.len(), ours.len()));
    }
    for (at, (theirs, ours)) in case.lines.iter().zip(&ours).enumerate() {
        let theirs = differences::expected(&case.name, at, theirs);
        if let Err(what) = comparer.line(&theirs, ours) {
            wrong.push(format!("line {at}: {what}"));
        }
    }
    wrong.extend(records(case, out));
    wrong
}

/// Keys and topics, where they were recorded.
fn records(case: &Case, out: &EncodedBatch) -> Vec<String> {
    let mut comparer = Comparer::new(&case.masked);
    let mut wrong = Vec::new();
    let mut ours: Vec<_> = out.records.iter().collect();
    ours.sort_by_key(|record| {
        out.value(record).is_some_and(|value| is_ddl(std::str::from_utf8(value).unwrap()))
    });
    for (at, (key, record)) in case.keys.iter().zip(ours).enumerate() {
        let ours = out.key(record).map(|key| String::from_utf8_lossy(key).into_owned());
        let same = match (key, &ours) {
            (Some(theirs), Some(ours)) if is_ddl(&case.lines[at]) => {
                let record = |id: &str| format!("{{\"_uuid\":\"{id}\"}}");
                comparer.line(&record(theirs), &record(ours))
            }
            (Some(theirs), Some(ours)) => comparer.line(theirs, ours),
            (theirs, ours) if theirs == ours => Ok(()),
            (theirs, ours) => Err(format!("{theirs:?} and ours {ours:?}")),
        };
        if let Err(what) = same {
            wrong.push(format!("key {at}: {what}"));
        }
        if case.topics[at] != out.topic(record) {
            wrong.push(format!("topic {at}: {} and ours {}", case.topics[at], out.topic(record)));
        }
    }
    wrong
}

/// Partitions, where they were recorded and do not hang on a masked number.
fn partitions(case: &Case, encoding: &Encoding) -> Option<String> {
    let ours: Vec<u32> = encoding.partitions.iter().chain(&encoding.ddl_partitions).copied().collect();
    let judged = !case.masked.iter().any(|masked| masked == "partition");
    (judged && case.partitions != ours).then(|| format!("partitions {:?} and ours {ours:?}", case.partitions))
}

fn is_ddl(line: &str) -> bool {
    line.starts_with("{\"type\":")
}

macro_rules! classes {
    ($($name:ident)*) => {$(
        #[tokio::test]
        async fn $name() -> Result<()> {
            class(stringify!($name)).await
        }
    )*};
}

classes! {
    bits charsets ddl decimals dml enum_set filters floats geometry integers json kafka large options row_image strings
    temporal transactions
}
