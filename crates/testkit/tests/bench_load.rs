//! The benchmark's workload is what it says it is (at a hundredth of its size).
#![allow(clippy::unwrap_used, reason = "a test")]

use anyhow::Result;
use becauselog_testkit::bench_load::{BenchLoad, Size};
use becauselog_testkit::{Version, mysqlbinlog};

#[tokio::test]
async fn the_log_holds_what_is_expected_of_it() -> Result<()> {
    let load = BenchLoad::start(Version::V9_7, 1, Size { divided_by: 100 }).await?;
    let mut arguments = vec!["-vv".into(), "--base64-output=DECODE-ROWS".into()];
    arguments.extend(load.files());
    let text = String::from_utf8_lossy(&mysqlbinlog(&arguments).await?).into_owned();
    let count = |start: String| text.lines().filter(|line| line.starts_with(&start)).count() as u64;
    assert!(load.expected.rows() > 9_000, "{}", load.expected.rows());
    for (name, table) in &load.expected.tables {
        assert_eq!(count(format!("### INSERT INTO `bench`.`{name}`")), table.inserts.rows, "{name}");
        assert_eq!(count(format!("### UPDATE `bench`.`{name}`")), table.updates.rows, "{name}");
        assert_eq!(count(format!("### DELETE FROM `bench`.`{name}`")), table.deletes.rows, "{name}");
        assert_eq!(table.inserts.rows - table.deletes.rows, table.remaining.rows, "{name}");
    }
    assert_eq!(load.expected.largest_transaction, 3000);
    assert_eq!(count("COMMIT".to_owned()), load.expected.transactions);
    assert!(text.contains("# INSERT INTO bench.medium SELECT"), "SQL text is in the log");
    let widths: Vec<usize> = load.expected.tables.values().map(|table| table.columns).collect();
    assert_eq!(widths, [12, 3, 60]);
    Ok(())
}
