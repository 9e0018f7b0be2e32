//! The summary at the end of the demo.

use becauselog_testkit::provision::progress::megabytes;
use becauselog_testkit::shop::Counts;

use super::proof::Proof;
use super::run::{Ended, Following};

/// Prints what was seen, what it cost, and what is proven.
pub fn print(shop: &Counts, ended: &Ended, proof: &Proof, following: &Following) {
    let said = |name: &str| {
        let fields = &ended.said["fields"];
        let value = if fields[name].is_null() { &ended.said[name] } else { &fields[name] };
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    println!("the shop committed  {shop}");
    println!(
        "delivered           {} creates, {} updates, {} deletes",
        proof.changes.inserts, proof.changes.updates, proof.changes.deletes
    );
    println!(
        "read                {} transactions, {} row changes, {} bytes of log, {} reconnects",
        said("transactions"),
        said("changes"),
        said("bytes_read"),
        said("reconnects")
    );
    println!(
        "lag                 p50 {} ms, p99 {} ms (commit on the replica to written in the file)",
        millis(&said("lag_p50_us")),
        millis(&said("lag_p99_us"))
    );
    println!("cost                {:.2} s of CPU, peak memory {}", ended.cpu_s, megabytes(ended.peak_bytes));
    println!("position            {}  {}", said("position"), said("gtids"));
    println!("changes in          {}", following.out().display());
    println!(
        "PROVEN: what the events fold to equals the replica's {} tables row by row: {} rows, none missing, none extra",
        proof.tables, proof.rows
    );
}

fn millis(us: &str) -> String {
    us.parse::<f64>().map_or_else(|_| us.to_owned(), |us| format!("{:.1}", us / 1000.0))
}
