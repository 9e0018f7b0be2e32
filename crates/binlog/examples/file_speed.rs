//! How fast binlog files are read, checked, unfolded and grouped:
//! `cargo run --release -p becauselog-binlog --example file_speed FILE…`

use std::{path::PathBuf, time::Instant};

use anyhow::Result;
use becauselog_binlog::{FileSource, Start, Stop};

#[tokio::main]
async fn main() -> Result<()> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    for round in 1..=3 {
        let mut source = FileSource::files(paths.clone(), Start::Earliest, Stop::Never, None)?;
        let (mut bytes, mut events, mut groups, mut batches) = (0, 0, 0, 0);
        let begin = Instant::now();
        while let Some(batch) = source.next().await? {
            bytes += batch.bytes;
            events += batch.events.len();
            groups += batch.groups.len();
            batches += 1;
        }
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "round {round}: {groups} transactions, {events} events, {batches} batches, {} MB in {seconds:.3} s: {:.0} MB/s",
            bytes / 1_000_000,
            bytes as f64 / 1e6 / seconds,
        );
    }
    Ok(())
}
