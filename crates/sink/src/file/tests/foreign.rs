//! Files that do not belong to their position are never begun anew in silence.

use super::*;

/// A file with some transactions, synced.
fn written() -> (TempDir, PathBuf, StoredPosition) {
    let (folder, path) = place();
    let (mut writer, mut reader) = begun(config(&path));
    append(&mut writer, &mut reader, 8, 3);
    writer.sync_now(None).unwrap();
    (folder, path, reader.stored())
}

fn refused(config: FileConfig) -> SinkError {
    FileSink::open(config).expect_err("has to be refused")
}

#[test]
fn a_file_without_a_position_is_refused_or_written_after() {
    let (_folder, path) = place();
    fs::write(&path, b"mine\n").unwrap();
    let error = refused(config(&path));
    assert!(matches!(error, SinkError::Unclaimed { bytes: 5, .. }));
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    let (mut writer, mut reader) = begun(FileConfig { on_foreign: OnForeign::Append, ..config(&path) });
    append(&mut writer, &mut reader, 2, 3);
    drop(writer);
    // Its position belongs to it from now on.
    let writer = open::open(config(&path)).unwrap();
    assert_eq!(writer.stored(), Some(&reader.stored()));
    let expected = [b"mine\n".to_vec(), joined(&reader.values_before())].concat();
    assert_eq!(fs::read(&path).unwrap(), expected);
}

#[test]
fn a_file_that_is_gone_is_refused_or_begun_anew_from_its_position() {
    let (_folder, path, stored) = written();
    fs::remove_file(&path).unwrap();
    let error = refused(config(&path));
    assert!(matches!(error, SinkError::Missing { .. }), "{error}");
    for choice in ["put the file back", "on_missing = \"start-new\"", "becauselog position set"] {
        assert!(error.to_string().contains(choice), "{error}");
    }
    assert!(!path.exists(), "a refusal makes nothing");
    let writer = open::open(FileConfig { on_missing: OnMissing::StartNew, ..config(&path) }).unwrap();
    assert_eq!(writer.stored(), Some(&stored));
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn a_file_that_is_too_short_is_refused_and_left_alone() {
    let (_folder, path, _) = written();
    let length = fs::metadata(&path).unwrap().len();
    for short in [0, 1, length - 1] {
        cut(&path, short);
        let error = refused(config(&path));
        assert!(matches!(error, SinkError::Foreign { .. }), "{error}");
        assert!(error.to_string().contains(&format!("it is {short} bytes long")), "{error}");
        assert_eq!(fs::metadata(&path).unwrap().len(), short);
    }
}

#[test]
fn another_file_in_its_place_is_refused_and_left_alone() {
    let (_folder, path, _) = written();
    let ours = fs::read(&path).unwrap();
    for at in [0, ours.len() / 2, ours.len() - 1] {
        let mut other = ours.clone();
        other[at] ^= 1;
        other.extend_from_slice(b"more\n");
        fs::write(&path, &other).unwrap();
        assert!(matches!(refused(config(&path)), SinkError::Foreign { .. }), "changed at {at}");
        assert_eq!(fs::read(&path).unwrap(), other);
    }
    // The right one, put back as a copy, is taken.
    fs::remove_file(&path).unwrap();
    fs::write(&path, &ours).unwrap();
    FileSink::open(config(&path)).unwrap();
}

#[test]
fn another_file_where_an_empty_one_was_begun_is_refused_and_left_alone() {
    let (_folder, path) = place();
    drop(begun(config(&path)));
    // The old file stays, so that its inode is not given to the new one.
    fs::rename(&path, path.with_extension("old")).unwrap();
    fs::write(&path, b"mine\n").unwrap();
    assert!(matches!(refused(config(&path)), SinkError::Foreign { .. }));
    assert_eq!(fs::read(&path).unwrap(), b"mine\n");
}

#[test]
fn a_position_that_cannot_be_read_is_refused() {
    let (_folder, path, _) = written();
    let base = sidecar_of(&path).join("position.json");
    let newer = fs::read_to_string(&base)
        .unwrap()
        .replace("\"version\": 1,\n  \"epoch\"", "\"version\": 9,\n  \"epoch\"");
    for (text, told) in [("", "EOF"), ("{}", "no version"), (newer.as_str(), "version 9")] {
        fs::write(&base, text).unwrap();
        let error = refused(config(&path));
        assert!(matches!(error, SinkError::Position { .. }), "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn a_second_writer_is_refused_by_pid() {
    let (_folder, path, _) = written();
    let _held = open::open(config(&path)).unwrap();
    // The lock of another process: the pid that it wrote is not ours.
    fs::write(sidecar_of(&path).join("lock"), "4242\n").unwrap();
    let error = refused(config(&path));
    assert!(matches!(&error, SinkError::Locked { pid, .. } if pid == "4242"), "{error}");
}

#[test]
fn a_folder_or_a_device_is_no_data_file() {
    let (folder, _) = place();
    fs::create_dir(folder.path().join("x")).unwrap();
    assert!(matches!(refused(config(&folder.path().join("x"))), SinkError::Open { .. }));
}

#[test]
fn a_file_that_is_cut_while_it_is_written_stops_the_sink() {
    let (_folder, path) = place();
    let (mut writer, mut reader) = begun(config(&path));
    append(&mut writer, &mut reader, 3, 3);
    cut(&path, 0);
    let batch = reader.next_batch(3);
    assert!(matches!(writer.append(&batch), Err(Fault::Fatal(SinkError::Altered { found: 0, .. }))));
    assert!(matches!(writer.append(&batch), Err(Fault::Fatal(SinkError::Closed { .. }))));
}

#[test]
fn batches_out_of_order_or_before_the_beginning_are_a_bug() {
    let (_folder, path) = place();
    let mut writer = open::open(config(&path)).unwrap();
    let mut reader = LOG.read_from(&LOG.start());
    let first = reader.next_batch(1);
    assert!(matches!(writer.append(&first), Err(Fault::Fatal(SinkError::OutOfOrder { .. }))));
    drop(writer);
    let (mut writer, _) = begun(config(&path));
    writer.append(&first).unwrap();
    reader.next_batch(1);
    let third = reader.next_batch(1);
    assert!(matches!(writer.append(&third), Err(Fault::Fatal(SinkError::OutOfOrder { .. }))));
}
