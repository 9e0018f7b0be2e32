//! What may be in the lock file: one TLS library, one copy of each big crate.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::steps;

/// Never: another TLS library than rustls with ring.
const BANNED: [&str; 5] = ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls"];

/// One copy each: they are big, or their types cross crates.
const SINGLE: [&str; 11] = [
    "bytes",
    "clap",
    "mysql_async",
    "mysql_common",
    "ring",
    "rustls",
    "serde",
    "serde_json",
    "tokio",
    "tokio-rustls",
    "tracing",
];

/// Reads `Cargo.lock` and prints what should not be there.
pub fn check() -> Result<bool> {
    let path = steps::root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let complaints = complaints(&text);
    for complaint in &complaints {
        println!("{complaint}");
    }
    Ok(complaints.is_empty())
}

fn complaints(lock: &str) -> Vec<String> {
    let mut copies: BTreeMap<&str, u32> = BTreeMap::new();
    for name in lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')) {
        *copies.entry(name).or_default() += 1;
    }
    let banned = BANNED
        .iter()
        .filter(|name| copies.contains_key(*name))
        .map(|name| format!("{name} is in the lock file: rustls with ring is the one TLS library"));
    let doubled = SINGLE
        .iter()
        .filter(|name| copies.get(*name).is_some_and(|count| *count > 1))
        .map(|name| format!("{name} is in the lock file in several versions"));
    banned.chain(doubled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_tls_library_and_a_second_copy_are_told() {
        let lock = "name = \"ring\"\nname = \"tokio\"\nname = \"tokio\"\nname = \"aws-lc-sys\"\n";
        let found = complaints(lock);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(complaints("name = \"ring\"\nname = \"tokio\"\n").is_empty());
    }
}
