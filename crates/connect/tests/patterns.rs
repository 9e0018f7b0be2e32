//! Patterns and replacements against what `java.util.regex` did with them (see `record/README.md`).
//!
//! A pattern that we refuse says nothing wrong; one that we take must do exactly what Java does, and what Java refuses
//! we must refuse.

use becauselog_connect::{Chain, Record};
use serde_json::Value as Json;

/// At least so many of the lines that Java takes must be taken here too.
const TAKEN_MIN: usize = 2300;

enum Ours {
    Refused,
    Failed,
    Topic(String),
}

fn routed(pattern: &str, replacement: &str, text: &str) -> Ours {
    let options = [
        ("transforms", "r"),
        ("transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"),
        ("transforms.r.regex", pattern),
        ("transforms.r.replacement", replacement),
    ];
    let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let Ok(mut chain) = Chain::from_config(&options) else { return Ours::Refused };
    match chain.apply(Record { topic: text.into(), ..Record::default() }) {
        Ok(record) => Ours::Topic(record.unwrap().topic.to_string()),
        Err(_) => Ours::Failed,
    }
}

#[test]
fn patterns_do_what_javas_do() {
    let mut taken = 0;
    let mut wrong = Vec::new();
    for line in include_str!("golden/patterns.jsonl").lines() {
        let json: Json = serde_json::from_str(line).unwrap();
        let field = |name: &str| json[name].as_str().unwrap();
        match (routed(field("pattern"), field("replacement"), field("text")), json.get("becomes")) {
            // A text in which only Unicode ignores the case.
            (Ours::Failed, _)
                if field("pattern").starts_with("(?i)") && field("text").contains('\u{212a}') => {}
            (Ours::Refused, _) => {}
            (Ours::Topic(topic), Some(becomes)) if topic == becomes.as_str().unwrap_or(field("text")) => {
                taken += 1
            }
            (Ours::Topic(topic), _) => wrong.push(format!("{line}\n  ours {topic:?}")),
            (Ours::Failed, _) => wrong.push(format!("{line}\n  ours failed")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(taken >= TAKEN_MIN, "{taken}");
}
