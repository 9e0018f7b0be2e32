//! What becomes of the keys that configs carry most: the list in `tests/debezium_keys.txt` against `run` and `migrate`.

use std::{collections::BTreeMap, fmt::Write as _};

use super::*;
use crate::config::debezium::Outcome;

const PAGE: &str = "# Debezium's options by how often they are used\n\n\
    What `becauselog run` and `becauselog migrate` really do with the keys of Debezium's MySQL connector that public configs \
    carry: **done**, **warned** (taken, but not wholly what the connector does: the run says so), **no effect** (told, and right) or \
    **refused** by name. Tier 0 is in nearly every config, tier 1 is formats and \
    transforms, tier 2 the rest. Each line was tried with the value that stands there. All keys: \
    [Debezium connector configs](debezium-config.md).\n";

/// One line of the list.
struct Line {
    place: usize,
    tier: String,
    listed: String,
    /// The key and its value, then what else it needs.
    pairs: String,
}

impl Line {
    fn read((at, line): (usize, &str)) -> Self {
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_else(|| panic!("debezium_keys.txt:{}: {line}", at + 1));
        Self { place: at + 1, tier: part(), listed: part(), pairs: part() }
    }

    fn key(&self) -> &str {
        self.pairs.split('=').next().unwrap_or_default()
    }

    /// A whole config with the line's pairs in it.
    fn config(&self) -> Files {
        let pairs: Vec<(&str, &str)> =
            self.pairs.split(" | ").map(|pair| pair.split_once('=').expect("key=value")).collect();
        let least = [
            ("connector.class", "io.debezium.connector.mysql.MySqlConnector"),
            ("database.hostname", "db"),
            ("database.user", "u"),
            ("topic.prefix", "p"),
            ("snapshot.mode", "no_data"),
        ];
        let given = |name: &str| {
            pairs
                .iter()
                .any(|(key, _)| *key == name || (name, *key) == ("topic.prefix", "database.server.name"))
        };
        let mut text = String::new();
        for (key, value) in least.iter().filter(|(key, _)| !given(key)).chain(&pairs) {
            writeln!(text, "{key}={value}").unwrap();
        }
        file("connector.properties", &text)
    }

    /// What `run` makes of it.
    fn run(&self) -> &'static str {
        match self.config().load() {
            Ok(plan) => {
                let idle = plan.notes.iter().filter_map(|note| note.text.split_once("no effect here: "));
                let told = idle.flat_map(|(_, keys)| keys.split(", ")).any(|key| key == self.key());
                // An old name is told with its present one, of which it is said what it does.
                let renamed = crate::config::debezium::aliases::current(self.key());
                let now = renamed.is_some_and(|now| notes(&plan).contains(&format!("no effect here: {now}")));
                let warned = plan.notes.iter().any(|note| note.warn && note.text.contains(self.key()));
                match (told || now, warned) {
                    (true, _) => "no-effect",
                    (false, true) => "warned",
                    (false, false) => "done",
                }
            }
            Err(error) => {
                assert!(error.to_string().contains(self.key()), "{} is not named: {error}", self.key());
                "refused"
            }
        }
    }

    /// What `migrate` says of it.
    fn migrate(&self) -> &'static str {
        let files = self.config();
        let migration = match migrate(&files.paths, &files.overrides, &files.outside) {
            Ok(migration) => migration,
            Err(error) => {
                assert!(error.to_string().contains(self.key()), "{} is not named: {error}", self.key());
                return "refused";
            }
        };
        let told: Vec<&_> = migration.entries.iter().filter(|entry| entry.key == self.key()).collect();
        assert_eq!(told.len(), 1, "{} in the report", self.key());
        match told[0].outcome {
            Outcome::Kept | Outcome::Renamed => "done",
            Outcome::NoEffect => "no-effect",
            Outcome::Refused => "refused",
        }
    }
}

/// Writes the list anew where that is asked for.
fn rewrite(path: &std::path::Path, list: &str, found: &[(Line, &str)]) {
    let mut text: String =
        list.lines().take_while(|l| l.starts_with('#')).map(|l| format!("{l}\n")).collect();
    for (line, now) in found {
        writeln!(text, "{} {now} {}", line.tier, line.pairs).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn what_becomes_of_the_keys_that_configs_carry_is_as_listed() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/debezium_keys.txt");
    let list = std::fs::read_to_string(&path).unwrap();
    let lines = list.lines().enumerate().filter(|(_, line)| !line.starts_with('#')).map(Line::read);
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for line in lines {
        let (run, migrated) = (line.run(), line.migrate());
        // What `run` warns of stands in the native config, too.
        let told = run == "warned" && matches!(migrated, "done" | "no-effect");
        if run != migrated && !told {
            wrong.push(format!("{}: run says {run}, migrate says {migrated}", line.pairs));
        }
        found.push((line, run));
    }
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (line, now) in &found {
        *counts.entry((&line.tier, now)).or_default() += 1;
    }
    println!("{counts:?}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        rewrite(&path, &list, &found);
    } else {
        let stale = found.iter().filter(|(line, now)| line.listed != *now);
        wrong.extend(stale.map(|(line, now)| {
            let Line { place, listed, pairs, .. } = line;
            format!("debezium_keys.txt:{place}: {pairs} is {now}, not {listed}: change that line")
        }));
    }
    assert!(
        wrong.is_empty(),
        "{}\n(UPDATE_DOCS=1 writes the list and docs/debezium-options.md anew)",
        wrong.join("\n")
    );
    reference_page::compare("debezium-options.md", &page(&found, &counts));
}

fn page(found: &[(Line, &str)], counts: &BTreeMap<(&str, &str), usize>) -> String {
    let mut page = format!("{PAGE}\n| tier | done | warned | no effect | refused |\n|---|---|---|---|---|\n");
    let count = |tier, what| counts.get(&(tier, what)).copied().unwrap_or(0);
    for tier in ["0", "1", "2"] {
        let (done, warned) = (count(tier, "done"), count(tier, "warned"));
        let (idle, refused) = (count(tier, "no-effect"), count(tier, "refused"));
        writeln!(page, "| {tier} | {done} | {warned} | {idle} | {refused} |").unwrap();
    }
    page.push_str("\n| tier | key and value | what becomes of it |\n|---|---|---|\n");
    for (line, now) in found {
        let pair = line.pairs.split(" | ").next().unwrap_or_default();
        writeln!(page, "| {} | `{pair}` | {} |", line.tier, now.replace('-', " ")).unwrap();
    }
    page
}
