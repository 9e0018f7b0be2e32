//! The page of differences: what it names as evidence is there.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};

fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_line_names_a_recorded_case_or_a_test() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let page = std::fs::read_to_string(tests.join("../../../docs/differences.md")).unwrap();
    let mut code = String::new();
    for folder in [".", "../src", "../../cli/src/config/tests", "../../cli/tests", "../../../tests"] {
        sources(&tests.join(folder), &mut code);
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("shown by"));
    let mut missing = Vec::new();
    let mut count = 0;
    for row in rows {
        let evidence = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap();
        let names: Vec<&str> = evidence.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no evidence: {row}");
        count += names.len();
        missing.extend(names.into_iter().filter(|name| {
            let golden = tests.join(format!("truth/golden/{name}.jsonl"));
            !(if name.contains('/') { golden.exists() } else { code.contains(&format!("fn {name}(")) })
        }));
    }
    println!("{count} pieces of evidence");
    assert!(missing.is_empty() && count > 30, "{count} named; not there: {missing:?}");
}
