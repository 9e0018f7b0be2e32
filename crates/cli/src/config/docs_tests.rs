//! What people read, held against the code: every error has a page, every command that is shown is one, every key that a
//! message names is there.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use clap::{Parser as _, error::ErrorKind};

use super::native::Config;
use crate::args::Cli;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a folder with an ending, with their text.
fn texts(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The sources of every crate that a person can meet an error of.
fn sources() -> Vec<(PathBuf, String)> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let shipped = crates.filter(|path| !path.ends_with("testkit") && !path.ends_with("xtask"));
    let all =
        shipped.map(|path| path.join("src")).filter(|src| src.is_dir()).flat_map(|src| texts(&src, "rs"));
    all.filter(|(path, _)| !path.ends_with("docs_tests.rs")).collect()
}

fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = texts(&root().join("docs"), "md");
    let readme = root().join("README.md");
    let text = std::fs::read_to_string(&readme).unwrap();
    pages.push((readme, text));
    pages
}

/// Every code that an error can have stands as a text of its own in some crate's sources: `"E_…"`.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("\"E_").filter_map(|(at, _)| {
        let code = text.get(at + 1..)?.split('"').next()?;
        let is_code = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_';
        (code.len() > 2 && code.bytes().all(is_code)).then_some(code)
    })
}

#[test]
fn every_error_code_has_a_page_and_every_page_a_code() {
    let sources = sources();
    let codes: BTreeSet<&str> = sources.iter().flat_map(|(_, text)| codes(text)).collect();
    assert!(codes.len() > 80 && codes.contains("E_POSITION_4GIB"), "{codes:?}");
    let pages = texts(&root().join("docs/errors"), "md");
    let titles: BTreeMap<&str, &str> = pages
        .iter()
        .filter_map(|(_, text)| text.lines().next()?.strip_prefix("# ")?.split_once(": "))
        .collect();
    for (path, text) in &pages {
        let name = path.file_stem().unwrap().to_string_lossy();
        let starts = text.starts_with(&format!("# {name}: ")) && text.contains("**What to do.**");
        assert!(name == "README" || starts, "{name} does not begin with its code, or says nothing to do");
    }
    let paged: BTreeSet<&str> = titles.keys().copied().collect();
    let missing: Vec<_> = codes.difference(&paged).collect();
    assert!(missing.is_empty(), "without a page in docs/errors: {missing:?}");
    let stale: Vec<_> = paged.difference(&codes).collect();
    assert!(stale.is_empty(), "pages of codes that no error has: {stale:?}");
    let index = std::fs::read_to_string(root().join("docs/errors/README.md")).unwrap();
    for (code, title) in titles {
        let line = format!("| [{code}]({code}.md) | {title} |");
        assert!(index.lines().any(|found| found == line), "not in docs/errors/README.md: {line}");
    }
}

#[test]
fn codes_are_found_whatever_other_quotes_there_are() {
    let text = "let quote = '\"'; a(\"E_ONE\"); b(\"an E_NONE\"); \"E_4GIB\" \"E_\" \"E_lower\"";
    assert_eq!(codes(text).collect::<Vec<_>>(), ["E_ONE", "E_4GIB"]);
}

/// The words of a line as a shell splits them, up to a pipe, a redirection or a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => quote = Some(c),
            (None, '|' | '>' | '#') => break,
            // Two blanks set a remark apart.
            (None, ' ') if line.get(at..).is_some_and(|rest| rest.starts_with("  ")) => break,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (None, c) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The commands that a page shows: lines of their own, which are whole, and mentions in a sentence, which may leave out
/// arguments.
fn commands(page: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    let mut is_fenced = false;
    for line in page.lines() {
        is_fenced ^= line.starts_with("```");
        if is_fenced || line.starts_with("    ") {
            // A variable may be set for it, or something be piped into it.
            let line = line.trim_start();
            let begin = if line.starts_with("becauselog ") {
                Some(0)
            } else {
                [" | becauselog ", "… becauselog "]
                    .iter()
                    .find_map(|before| line.find(before).map(|at| at + before.len() - "becauselog ".len()))
            };
            found.extend(begin.map(|at| (true, line[at..].to_owned())));
            continue;
        }
        let mentions = line.split('`').skip(1).step_by(2).filter(|text| text.starts_with("becauselog "));
        found.extend(mentions.map(|text| (false, text.to_owned())));
    }
    found
}

#[test]
fn every_command_that_is_shown_is_one() {
    let mut seen = 0;
    for (path, page) in pages() {
        for (is_whole, line) in commands(&page) {
            seen += 1;
            let Err(error) = Cli::try_parse_from(words(&line)) else { continue };
            let lacks = matches!(
                error.kind(),
                ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            assert!(!is_whole && lacks, "{}: {line}\n{error}", path.display());
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
}

#[test]
fn every_limit_that_is_named_is_a_key() {
    let known = Config::SECTIONS.iter().find(|section| section.path == "limits").unwrap().keys;
    let mut seen = 0;
    for (path, text) in sources().into_iter().chain(pages()) {
        // In the sources only what stands in a message: code has fields of the same name.
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        for line in text.lines().filter(|line| !is_code || line.contains('"') || line.ends_with("\\")) {
            for (at, _) in line.match_indices("limits.") {
                let before = line[..at].chars().next_back().unwrap_or(' ');
                let name: String = line[at + "limits.".len()..]
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                    .collect();
                if name.is_empty() || !matches!(before, ' ' | '`' | '"' | '(') || line.contains("self.limits")
                {
                    continue;
                }
                seen += 1;
                let is_known = known.iter().any(|key| key.name == name);
                assert!(is_known, "{}: limits.{name} is no key: {line}", path.display());
            }
        }
    }
    assert!(seen >= 5, "only {seen} were found");
}

#[test]
fn every_key_that_a_page_names_with_its_section_is_one() {
    let mut seen = 0;
    for (path, page) in texts(&root().join("docs/errors"), "md") {
        for name in page.split('`').skip(1).step_by(2) {
            let Some((section, key)) = name.rsplit_once('.') else { continue };
            let Some(section) = Config::SECTIONS.iter().find(|known| known.path == section) else { continue };
            seen += 1;
            let is_known = section.keys.iter().any(|known| known.name == key);
            assert!(section.path.is_empty() || is_known, "{}: {name} is no key", path.display());
        }
    }
    assert!(seen >= 8, "only {seen} were found");
}
