//! What we make of recorded logs against what Debezium's engine made of them, setting by setting. See `README.md` here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "../formats/replay.rs"]
mod replay;

mod masks;
mod ours;
mod settings;
mod shapes;
mod zero_dates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use becauselog_testkit::debezium::case::{self, Case, Play, on_trial};
use becauselog_testkit::debezium::compare::{Masks, differences};
use becauselog_testkit::debezium::golden::{End, Golden, Record};

fn folder() -> PathBuf {
    case::folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth"))
}

/// Cases that we do not match yet, each with its reason.
fn pending() -> BTreeMap<String, String> {
    let read = std::fs::read_to_string(folder().join("pending.txt"));
    let text = if on_trial() { read.unwrap_or_default() } else { read.unwrap() };
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let entry = |line: &str| {
        let (case, reason) = line.split_once("  ").unwrap_or_else(|| panic!("no reason: {line}"));
        (case.to_owned(), reason.trim().to_owned())
    };
    lines.map(entry).collect()
}

/// What is wrong with a case; nothing if we write what Debezium writes.
fn verdict(play: &Play, case: &Case, log: &ours::Log) -> Result<(), String> {
    let golden = Golden::read(&play.golden_path(case)).map_err(|error| format!("{error:#}"))?;
    assert_eq!(golden.options, case.options, "{}: changed since it was recorded", golden.case);
    assert!(!golden.records.is_empty(), "{}: nothing was recorded", golden.case);
    let ours = ours::records(log, case)?;
    if on_trial() {
        written(play, case, &Golden { records: ours.clone(), ..golden.clone() });
    }
    let found = differences(&golden.records, &ours, &Masks::same_log().and(&case.masks));
    match found.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} differences, the first: {first}", found.len())),
    }
}

/// Keeps what we make beside the plays, to be looked at.
fn written(play: &Play, case: &Case, ours: &Golden) {
    let path = folder().join("ours").join(format!("{}.jsonl", play.full_name(case)));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, ours.text()).unwrap();
}

/// Whether Debezium gives up at a case; a play on trial need not say so.
fn stops(play: &Play, case: &Case) -> bool {
    let gave_up = || Golden::read(&play.golden_path(case)).is_ok_and(|golden| golden.end != End::Complete);
    case.stops || on_trial() && gave_up()
}

/// Without GTIDs a transaction is called by the place of its BEGIN, and its time is the event's second.
#[test]
fn transactions_without_gtids_begin_as_debezium_writes_it() {
    let plays = Play::all(&folder()).unwrap();
    let mut compared = 0;
    for play in plays.iter().filter(|play| play.name == "no-gtids") {
        let log = ours::Log::of(play);
        for case in play.cases.iter().filter(|case| case.options.contains_key("provide.transaction.metadata"))
        {
            let golden = Golden::read(&play.golden_path(case)).unwrap();
            let begins = |record: &&Record| {
                record.value.as_ref().is_some_and(|value| value.contains(r#""status":"BEGIN""#))
            };
            let theirs: Vec<Record> = golden.records.iter().filter(begins).cloned().collect();
            let found = differences(&theirs, &ours::begins(&log, case), &Masks::same_log());
            assert!(found.is_empty(), "{found:#?}");
            compared += theirs.len();
        }
    }
    assert!(compared >= 6, "{compared} compared");
}

#[test]
fn every_case_is_as_debezium_writes_it_or_is_listed_as_pending() {
    let mut pending = pending();
    let (mut same, mut stopped, mut wrong, mut waiting) = (0, 0, Vec::new(), 0);
    let plays = Play::all(&folder()).unwrap();
    for play in plays.into_iter().filter(|play| !on_trial() || play.golden_folder().exists()) {
        let log = ours::Log::of(&play);
        for case in &play.cases {
            let name = play.full_name(case);
            if stops(&play, case) {
                stopped += 1;
                continue;
            }
            match (verdict(&play, case, &log), pending.remove(&name)) {
                (Ok(()), None) => same += 1,
                (Err(problem), Some(_)) => {
                    println!("pending: {name}  {problem}");
                    waiting += 1;
                }
                (Ok(()), Some(_)) => {
                    wrong.push(format!("{name} is as Debezium writes it: take it out of pending.txt"));
                }
                (Err(problem), None) => wrong.push(format!("{name}  {problem}")),
            }
        }
    }
    wrong.extend(pending.keys().map(|name| format!("{name} is in pending.txt, but there is no such case")));
    println!("{same} cases the same, {waiting} pending, {stopped} at which Debezium stops");
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}
