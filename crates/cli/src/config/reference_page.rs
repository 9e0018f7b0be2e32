//! The reference pages, made from the code and compared with what is in `docs/`. `UPDATE_DOCS=1` writes them anew.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{fmt::Write as _, path::PathBuf};

use clap::CommandFactory as _;

use super::{
    debezium::{
        aliases::ALIASES,
        keys::{Class, KEYS},
    },
    native::Config,
    section::Section,
};
use crate::exit::Exit;

/// Compares a page with the one in `docs/`, or writes it.
pub(super) fn compare(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/{name} is not what the code says: run the tests with UPDATE_DOCS=1");
}

fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn section(section: &Section, out: &mut String) {
    let title = match section.path {
        "" => "The top of the file".to_owned(),
        "sink" => "`[[sink]]`".to_owned(),
        path => format!("`[{path}]`"),
    };
    writeln!(
        out,
        "\n## {title}\n\n{}\n\n| key | kind | default | what |\n|---|---|---|---|",
        prose(section.about)
    )
    .unwrap();
    for key in section.keys {
        let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
        writeln!(out, "| `{}` | {} | {default} | {} |", key.name, key.kind, prose(key.doc)).unwrap();
    }
}

#[test]
fn the_configuration_page_is_what_the_code_says() {
    let mut page = include_str!("reference_page/configuration.md").to_owned();
    for one in Config::SECTIONS {
        section(one, &mut page);
    }
    compare("configuration.md", &page);
}

fn warned_of(done: &[&str], warned: &[&str], what: &str) -> String {
    let named = |values: &[&str]| {
        let named = values.iter().filter(|value| !value.is_empty()).map(|value| format!("`{value}`"));
        named.collect::<Vec<_>>().join(", ")
    };
    let taken = match warned {
        [] if named(done).is_empty() => "with a warning".to_owned(),
        [] => "others with a warning".to_owned(),
        _ => format!("{} with a warning", named(warned)),
    };
    match named(done).as_str() {
        "" => format!("{taken}: {what}"),
        done => format!("{done} done; {taken}: {what}"),
    }
}

#[test]
fn the_debezium_page_is_what_the_code_says() {
    let mut page = include_str!("reference_page/debezium-config.md").to_owned();
    for known in KEYS {
        let what = match known.class {
            Class::Done => "done".to_owned(),
            Class::NoEffect(why) => format!("no effect: {why}"),
            Class::Only(&[], next) => format!("not yet: {next}"),
            Class::Only(values, next) => {
                let values: Vec<String> = values
                    .iter()
                    .filter(|value| !value.is_empty())
                    .map(|value| format!("`{value}`"))
                    .collect();
                format!("{} only; {next}", values.join(", "))
            }
            Class::Warned(done, warned, what) => warned_of(done, warned, what),
            Class::NotYet(next) => format!("not yet: {next}"),
        };
        writeln!(page, "| `{}` | {what} |", known.key).unwrap();
    }
    page.push_str("\n## Old names\n\n| then | now |\n|---|---|\n");
    for (old, new) in ALIASES {
        writeln!(page, "| `{old}` | `{new}` |").unwrap();
    }
    page.push_str("| `database.history.*` | `schema.history.internal.*` |\n");
    compare("debezium-config.md", &page);
}

#[test]
fn the_page_of_exit_codes_is_what_the_code_says() {
    let mut page = include_str!("reference_page/exit-codes.md").to_owned();
    for (exit, what) in Exit::ALL {
        writeln!(page, "| {} | {what} |", exit.code()).unwrap();
    }
    page.push_str(
        "| 130, 143 | ended at once by a second Ctrl-C or SIGTERM: what was not delivered comes again |\n",
    );
    compare("exit-codes.md", &page);
}

#[test]
fn the_page_of_commands_is_their_help() {
    let mut page = "# Commands\n\nWhat `--help` says, command by command.\n".to_owned();
    let mut command = crate::args::Cli::command().term_width(100);
    command.build();
    help(&mut command, "becauselog", &mut page);
    compare("commands.md", &page);
}

fn help(command: &mut clap::Command, path: &str, page: &mut String) {
    let text = command.render_long_help().to_string();
    // The path of the binary is not known here, and trailing blanks are no help.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    writeln!(page, "\n## {path}\n\n```text\n{}\n```", lines.join("\n")).unwrap();
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names.iter().filter(|name| *name != "help") {
        let sub = command.find_subcommand_mut(name).unwrap();
        help(sub, &format!("{path} {name}"), page);
    }
}
