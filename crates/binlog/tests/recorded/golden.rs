//! Each recording gives what is written down beside it. `UPDATE_GOLDEN=1` writes it down anew: read the difference.

use becauselog_binlog::{FileSource, Start, Stop};

use super::{describe::describe, drain, drain_bytes, folder, names, path};

#[tokio::test]
async fn recordings_read_as_written_down() {
    for name in names() {
        let source = FileSource::files(vec![path(&name)], Start::Earliest, Stop::Never, None).unwrap();
        let (batches, error) = drain(source).await;
        let mut found = describe(&batches);
        if let Some(error) = error {
            found += &format!("error {}: {error}\n", error.code());
        }
        let golden = folder().join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, expected, "{name}");
    }
}

#[tokio::test]
async fn a_pipe_gives_what_files_give() {
    let names = ["9.7-tagged-before", "9.7-tagged", "9.7-anonymous", "5.7-anonymous", "5.7-ddl"];
    let paths = names.map(path).to_vec();
    let (from_files, error) =
        drain(FileSource::files(paths, Start::Earliest, Stop::Never, None).unwrap()).await;
    assert!(error.is_none(), "{error:?}");
    let joined: Vec<u8> = names.map(|name| std::fs::read(path(name)).unwrap()).concat();
    let (from_pipe, error) = drain_bytes(&joined).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(describe(&from_pipe), describe(&from_files));
}
