//! Starts and stops on recordings.

use becauselog_binlog::{FileSource, SourceBatch, SourceError, Start, Stop};
use becauselog_model::{BinlogPosition, Gtid, GtidSet};

use super::{describe::marks, drain, path};

const TAGGED: [&str; 2] = ["9.7-tagged-before", "9.7-tagged"];

async fn read(names: &[&str], start: Start, stop: Stop) -> (Vec<SourceBatch>, Option<SourceError>) {
    let paths = names.iter().map(|name| path(name)).collect();
    match FileSource::files(paths, start, stop, None) {
        Ok(source) => drain(source).await,
        Err(error) => (Vec::new(), Some(error)),
    }
}

fn numbers(batches: &[SourceBatch]) -> Vec<String> {
    let groups = batches.iter().flat_map(|batch| &batch.groups);
    groups
        .map(|group| {
            group.transaction.gtid.as_ref().map_or_else(
                || group.transaction.begin.to_string(),
                |gtid| match gtid {
                    Gtid::MySql { tag, number, .. } => format!("{tag}:{number}"),
                    Gtid::MariaDb(gtid) => gtid.to_string(),
                },
            )
        })
        .collect()
}

fn all_gtids(batches: &[SourceBatch]) -> GtidSet {
    let mut set = GtidSet::new();
    for gtid in
        batches.iter().flat_map(|batch| &batch.groups).filter_map(|group| group.transaction.gtid.as_ref())
    {
        set.insert(gtid);
    }
    set
}

#[tokio::test]
async fn a_gtid_start_leaves_out_what_was_seen() {
    let (all, error) = read(&TAGGED, Start::Earliest, Stop::Never).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers(&all).len(), 3);
    let first = all.iter().flat_map(|batch| &batch.groups).next().unwrap().transaction.gtid.clone().unwrap();
    // What was before the first file counts as seen as well.
    let mut seen = previous(&TAGGED).await;
    seen.insert(&first);
    let (rest, error) = read(&TAGGED, Start::Gtids(seen), Stop::Never).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers(&rest), &numbers(&all)[1..]);
}

async fn previous(names: &[&str]) -> GtidSet {
    use becauselog_binlog::{
        FileEvents,
        event::{EventKind, PreviousGtids},
    };
    let mut events = FileEvents::files(names.iter().map(|name| path(name)).collect());
    while let Some(event) = events.next().await.unwrap() {
        if event.kind() == EventKind::PREVIOUS_GTIDS {
            return PreviousGtids::parse(&event.body).unwrap().gtids;
        }
    }
    panic!("no PREVIOUS_GTIDS");
}

#[tokio::test]
async fn a_gap_before_or_between_the_files_is_an_error_that_names_it() {
    let (_, error) = read(&TAGGED, Start::Gtids(GtidSet::new()), Stop::Never).await;
    assert!(
        matches!(&error, Some(SourceError::GapInFiles { missing, .. }) if missing.len() == 3),
        "{error:?}"
    );
    // The second file's set has what is in the first one.
    let seen = previous(&TAGGED).await;
    let (_, error) = read(&TAGGED[1..], Start::Gtids(seen), Stop::Never).await;
    assert!(
        matches!(&error, Some(SourceError::GapInFiles { missing, .. }) if missing.len() == 2),
        "{error:?}"
    );
    let (batches, error) = read(&["9.7-gtid", "9.7-tagged"], Start::Earliest, Stop::Never).await;
    assert!(matches!(&error, Some(SourceError::GapInFiles { .. })), "{error:?}");
    assert_eq!(numbers(&batches).len(), 3, "what was before the gap is handed out");
}

#[tokio::test]
async fn a_gtid_stop_ends_with_the_last_of_them() {
    let (all, _) = read(&TAGGED, Start::Earliest, Stop::Never).await;
    let second = all.iter().flat_map(|batch| &batch.groups).nth(1).unwrap().transaction.gtid.clone().unwrap();
    let mut wanted = GtidSet::new();
    wanted.insert(&second);
    let (some, error) = read(&TAGGED, Start::Earliest, Stop::Gtids(wanted.clone())).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers(&some), &numbers(&all)[..2]);
    let mut seen = previous(&TAGGED).await;
    seen.extend(&all_gtids(&all));
    let (none, error) = read(&TAGGED, Start::Gtids(seen), Stop::Gtids(wanted)).await;
    assert!(error.is_none() && none.is_empty(), "all of it was seen before: {error:?}");
}

fn at(name: &str, pos: u64) -> BinlogPosition {
    BinlogPosition { file: format!("{name}.binlog").into(), pos }
}

#[tokio::test]
async fn a_position_start_is_the_begin_of_a_transaction_or_an_error() {
    for name in ["9.7-gtid", "9.7-compressed", "9.7-ddl", "5.7-anonymous"] {
        let (all, _) = read(&[name], Start::Earliest, Stop::Never).await;
        let groups: Vec<_> = all.iter().flat_map(|batch| &batch.groups).collect();
        for (index, group) in groups.iter().enumerate() {
            let (begin, end) = (group.transaction.begin.pos, group.end.pos);
            let (rest, error) =
                read(&["9.7-tagged", name], Start::Position(at(name, begin)), Stop::Never).await;
            assert!(error.is_none(), "{name} at {begin}: {error:?}");
            assert_eq!(numbers(&rest).len(), groups.len() - index, "{name} at {begin}");
            let of_group = all.iter().flat_map(|batch| &batch.events).map(|(event, _)| event.start);
            let boundaries = of_group.filter(|start| begin < *start && *start < end);
            for inside in boundaries.chain([begin + 1, end - 1]) {
                let (batches, error) = read(&[name], Start::Position(at(name, inside)), Stop::Never).await;
                let told = matches!(&error, Some(SourceError::StartInsideTransaction { .. }));
                assert!(told, "{name} at {inside}: {error:?}");
                assert!(numbers(&batches).is_empty(), "{name} at {inside}");
            }
            let (some, error) = read(&[name], Start::Earliest, Stop::Position(at(name, begin))).await;
            assert!(error.is_none(), "{error:?}");
            assert_eq!(numbers(&some).len(), index, "{name} up to {begin}");
        }
    }
    let (_, error) = read(&["9.7-gtid"], Start::Position(at("9.7-gtid", 130)), Stop::Never).await;
    assert_eq!(error.unwrap().code(), "E_START_INSIDE_TRANSACTION");
    let (_, error) = read(&["9.7-gtid"], Start::Position(at("other", 4)), Stop::Never).await;
    assert_eq!(error.unwrap().code(), "E_START_NOT_IN_FILES");
}

#[tokio::test]
async fn a_time_start_and_a_time_stop_share_nothing_and_lose_nothing() {
    let (all, _) = read(&["9.7-gtid"], Start::Earliest, Stop::Never).await;
    let groups: Vec<_> = all.iter().flat_map(|batch| &batch.groups).collect();
    for (index, group) in groups.iter().enumerate() {
        let time = group.transaction.immediate_commit_us.unwrap();
        let (before, _) = read(&["9.7-gtid"], Start::Earliest, Stop::Time(time)).await;
        let (after, _) = read(&["9.7-gtid"], Start::Time(time), Stop::Never).await;
        assert_eq!((numbers(&before).len(), numbers(&after).len()), (index, groups.len() - index));
    }
}

#[tokio::test]
async fn a_log_cut_by_the_next_files_begin_delivers_nothing_of_the_open_group() {
    use becauselog_binlog::group::Mark;
    // 9.7-gtid without its last 40 bytes … is torn; without the last whole events it is what a crash leaves.
    let bytes = std::fs::read(path("9.7-gtid")).unwrap();
    let (all, _) = read(&["9.7-gtid"], Start::Earliest, Stop::Never).await;
    let last_rows = all
        .iter()
        .flat_map(|batch| &batch.events)
        .filter(|(event, _)| event.kind().is_rows())
        .map(|(event, _)| event.end)
        .last()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let crashed = folder.path().join("bin.000001");
    std::fs::write(&crashed, &bytes[..usize::try_from(last_rows).unwrap()]).unwrap();
    let next = folder.path().join("bin.000002");
    std::fs::copy(path("9.7-gtid"), &next).unwrap();
    let source = FileSource::files(vec![crashed, next], Start::Earliest, Stop::Never, None).unwrap();
    let (batches, error) = drain(source).await;
    assert!(error.is_none(), "{error:?}");
    let marks = marks(&batches);
    assert_eq!(marks.iter().filter(|mark| **mark == Mark::Cuts).count(), 1);
    assert_eq!(marks.iter().filter(|mark| **mark == Mark::Commit).count(), 2 + 3);
}

#[tokio::test]
async fn latest_of_files_is_nothing() {
    let (batches, error) = read(&["9.7-gtid"], Start::Latest, Stop::Never).await;
    assert!(batches.is_empty() && error.is_none());
}
