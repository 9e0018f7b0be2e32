//! Whatever a crash or a power cut leaves, position and data fit again.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::file::{
    journal::read_lines,
    recovery::follow,
    sidecar::{Base, Identity},
    sync::SyncJob,
};

fn read_base(path: &Path) -> Base {
    serde_json::from_slice(&fs::read(sidecar_of(path).join("position.json")).unwrap()).unwrap()
}

fn write_base(path: &Path, base: &Base) {
    fs::write(sidecar_of(path).join("position.json"), serde_json::to_vec(base).unwrap()).unwrap();
}

fn journals(path: &Path) -> [PathBuf; 2] {
    [sidecar_of(path).join("journal.0"), sidecar_of(path).join("journal.1")]
}

#[derive(Debug, Clone)]
enum Action {
    Append(u64),
    BeginSync,
    EndSync,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let one = prop_oneof![
        6 => (1_u64..8).prop_map(Action::Append),
        1 => Just(Action::BeginSync),
        1 => Just(Action::EndSync),
    ];
    vec(one, 1..40)
}

/// What a crash left: the files as they were in the page cache, in a folder of their own.
struct Image {
    _folder: TempDir,
    path: PathBuf,
    reader: Reader,
    /// What each journal held before it was last emptied: a power cut may bring it back.
    emptied: [Vec<u8>; 2],
}

/// Does the actions, and copies the files when the last one is done. A sync under way may have replaced the base.
fn crash(fsync: Fsync, actions: &[Action], sync_done: bool) -> Image {
    let (folder, path) = place();
    let (mut writer, mut reader) = begun(FileConfig { fsync, ..config(&path) });
    let mut under_way: Option<SyncJob> = None;
    let mut emptied = [Vec::new(), Vec::new()];
    for action in actions {
        match (action, under_way.take()) {
            (Action::Append(changes), job) => {
                append(&mut writer, &mut reader, 1, *changes);
                under_way = job;
            }
            (Action::BeginSync, None) => {
                let before = journals(&path).map(|journal| fs::read(journal).unwrap());
                under_way = Some(writer.begin_sync(None).unwrap());
                for ((journal, before), emptied) in journals(&path).iter().zip(before).zip(&mut emptied) {
                    if fs::read(journal).unwrap().is_empty() {
                        *emptied = before;
                    }
                }
            }
            (Action::EndSync, Some(mut job)) => {
                let result = job.run();
                writer.end_sync(job, result).unwrap();
            }
            (Action::BeginSync | Action::EndSync, job) => under_way = job,
        }
    }
    if let Some(mut job) = under_way.filter(|_| sync_done) {
        job.run().unwrap();
    }
    let image = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), image.path());
    let path = image.path().join("events.jsonl");
    // A copy is another file; what crashed is the same one.
    let mut base = read_base(&path);
    base.identity = Identity::of(&fs::metadata(&path).unwrap());
    write_base(&path, &base);
    Image { path, _folder: image, reader, emptied }
}

fn part(length: u64, of_1000: u64) -> u64 {
    length * of_1000 / 1000
}

/// After the crash the run goes on to the same place in the log, and the file is the log.
fn goes_on(path: &Path) {
    let (mut writer, mut reader) = recovered(config(path));
    append(&mut writer, &mut reader, 9, 4);
    writer.sync_now(None).unwrap();
    drop(writer);
    let (_, again) = recovered(config(path));
    assert_eq!(again.stored(), reader.stored());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_kill_loses_nothing_that_was_written(
        actions in actions(), sync_done: bool, torn in vec(any::<u8>(), 0..40), torn_line in 0_usize..60,
    ) {
        let image = crash(Fsync::default(), &actions, sync_done);
        // The kill came while the next batch, or its journal line, was being written.
        let length = fs::metadata(&image.path).unwrap().len();
        write_at(&image.path, &torn, length);
        for journal in journals(&image.path) {
            let mut lines = fs::read(&journal).unwrap();
            let begun: Vec<u8> = lines.iter().copied().take(torn_line).take_while(|b| *b != b'\n').collect();
            lines.extend(begun);
            fs::write(&journal, lines).unwrap();
        }
        let (writer, reader) = recovered(config(&image.path));
        prop_assert_eq!(reader.stored(), image.reader.stored());
        drop(writer);
        goes_on(&image.path);
    }

    #[test]
    fn files_cut_back_to_anything_that_was_not_synced_fit_again(
        actions in actions(), sync_done: bool, data in 0_u64..=1000, lines in (0_u64..=1000, 0_u64..=1000),
        resurrected: bool,
    ) {
        let image = crash(Fsync::default(), &actions, sync_done);
        let base = read_base(&image.path);
        let length = fs::metadata(&image.path).unwrap().len();
        cut(&image.path, base.length + part(length - base.length, data));
        for ((journal, part_of), emptied) in
            journals(&image.path).iter().zip([lines.0, lines.1]).zip(&image.emptied)
        {
            let length = fs::metadata(journal).unwrap().len();
            if resurrected && length == 0 {
                fs::write(journal, emptied).unwrap();
            } else {
                cut(journal, part(length, part_of));
            }
        }
        goes_on(&image.path);
    }

    #[test]
    fn after_a_reboot_only_what_was_synced_counts(actions in actions(), sync_done: bool) {
        let image = crash(Fsync::default(), &actions, sync_done);
        let mut base = read_base(&image.path);
        base.boot = "another boot".to_owned();
        write_base(&image.path, &base);
        // The file got its length on the disk, and not its content.
        let length = fs::metadata(&image.path).unwrap().len();
        write_at(&image.path, &vec![0; usize::try_from(length - base.length).unwrap()], base.length);
        let (writer, reader) = recovered(config(&image.path));
        prop_assert_eq!(reader.stored(), base.stored);
        drop(writer);
        goes_on(&image.path);
    }

    #[test]
    fn after_a_reboot_each_batch_that_was_synced_by_itself_counts(actions in actions(), sync_done: bool) {
        let image = crash(Fsync::Batch, &actions, sync_done);
        let mut base = read_base(&image.path);
        base.boot = "another boot".to_owned();
        write_base(&image.path, &base);
        let (writer, reader) = recovered(config(&image.path));
        prop_assert_eq!(reader.stored(), image.reader.stored());
        drop(writer);
        goes_on(&image.path);
    }
}

/// Every cut of the data with every cut of both journals, and with the base before the sync and after it: 3 sets of
/// files of some hundred thousand combinations each.
#[test]
fn every_combination_of_cuts_is_followed_to_a_position_that_fits() {
    let (_folder, path) = place();
    let (mut writer, mut reader) = begun(config(&path));
    append(&mut writer, &mut reader, 4, 2);
    writer.sync_now(None).unwrap();
    append(&mut writer, &mut reader, 3, 2);
    let mut job = writer.begin_sync(None).unwrap();
    let before = read_base(&path);
    append(&mut writer, &mut reader, 3, 2);
    job.run().unwrap();
    let after = read_base(&path);
    assert!(before.length < after.length && before.entry < after.entry);

    let data = fs::read(&path).unwrap();
    let [first, second] = journals(&path).map(|journal| {
        let bytes = fs::read(journal).unwrap();
        assert!(!bytes.is_empty());
        let mut cuts: Vec<_> = (0..=bytes.len()).map(|length| read_lines(&bytes[..length])).collect();
        cuts.dedup();
        cuts
    });
    let mut combinations = 0;
    for base in [&before, &after] {
        for length in base.length..=data.len() as u64 {
            for one in &first {
                for other in &second {
                    let found = follow(base, [one.clone(), other.clone()].concat(), length, true);
                    assert!(found.length >= base.length && found.length <= length);
                    let (transaction, index) = LOG.place(&found.stored).expect("a position of the log");
                    let expected = joined(&LOG.values_before(transaction, index));
                    assert_eq!(expected, &data[..usize::try_from(found.length).unwrap()]);
                    combinations += 1;
                }
            }
        }
    }
    assert!(combinations > 5_000, "{combinations}");
}
