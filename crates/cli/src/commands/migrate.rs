//! `migrate`: a Debezium connector's config as native TOML, and what became of each key.

use std::{fmt::Write as _, io::Write as _};

use crate::{
    args::MigrateArgs,
    config::{self, Entry, Migration, Outcome, Outside, Overrides},
    exit::{Exit, Failure},
};

/// Prints the TOML on standard output and the report on standard error, or both as one JSON object. With refused keys there
/// is no TOML, unless `--lenient` says that it is wanted without them.
pub fn run(args: MigrateArgs) -> Result<Exit, Failure> {
    let overrides = Overrides { set: args.set, lenient: args.lenient, ..Overrides::default() };
    let migration = config::migrate(&args.files, &overrides, &Outside::of_process())?;
    let refused = migration.entries.iter().any(|entry| entry.outcome == Outcome::Refused);
    let printed = (!refused || args.lenient).then(|| headed(&migration));
    let out = if args.json {
        format!("{:#}\n", json(&migration, printed.as_deref()))
    } else {
        eprint!("{}", report(&migration));
        if printed.is_none() {
            eprintln!(
                "\nno config is printed, since it would not do the same: --lenient prints it without the refused keys"
            );
        }
        printed.unwrap_or_default()
    };
    std::io::stdout().write_all(out.as_bytes()).map_err(|error| Failure::new(Exit::Operator, error))?;
    Ok(if refused { Exit::Usage } else { Exit::Ok })
}

/// The TOML, under what it does not do.
fn headed(migration: &Migration) -> String {
    let mut out = String::new();
    let refused = migration.entries.iter().filter(|entry| entry.outcome == Outcome::Refused);
    for entry in refused {
        // Writing to a String cannot fail.
        let _ok = writeln!(out, "# NOT done by this config: {}: {}", entry.key, one_line(&entry.why));
    }
    out + &migration.toml
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const TITLES: [(Outcome, &str); 4] = [
    (Outcome::Kept, "kept"),
    (Outcome::Renamed, "renamed"),
    (Outcome::NoEffect, "no effect here"),
    (Outcome::Refused, "refused"),
];

fn report(migration: &Migration) -> String {
    let mut out = String::new();
    for (outcome, title) in TITLES {
        let entries: Vec<&Entry> =
            migration.entries.iter().filter(|entry| entry.outcome == outcome).collect();
        if !entries.is_empty() {
            let _ok = writeln!(out, "{title}:");
        }
        for entry in entries {
            let _ok = writeln!(out, "  {}", line(entry));
        }
    }
    for note in &migration.notes {
        let _ok = writeln!(out, "{}: {}", if note.warn { "warning" } else { "note" }, note.text);
    }
    out
}

fn line(entry: &Entry) -> String {
    let mut line = entry.key.clone();
    if !entry.native.is_empty() {
        line = format!("{line} → {}", entry.native.join(", "));
    }
    if entry.why.is_empty() { line } else { format!("{line}: {}", entry.why) }
}

fn json(migration: &Migration, toml: Option<&str>) -> serde_json::Value {
    let notes: Vec<&str> = migration.notes.iter().map(|note| note.text.as_str()).collect();
    serde_json::json!({ "toml": toml, "keys": migration.entries, "notes": notes })
}
