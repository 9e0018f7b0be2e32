//! Whether two lists of records are the same, but for what must differ.
//!
//! A masked place keeps its kind: a number stays a number, `null` stays `null`; a time keeps its number of digits too, so
//! that milliseconds in the place of microseconds are seen. Everything else is compared byte for byte.

use super::golden::Record;
use super::json::{elements, members, unquoted};

/// Which places are masked.
///
/// A place is a path such as `value/source/ts_ms`; a payload beside a schema counts as the value itself, the schema is
/// `value/schema`. `.transaction:key/id` is a place only in topics that end with `.transaction`, `!.transaction:…` only in others.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    topic: String,
    path: Vec<String>,
}

/// What differs between two runs over the same log: when it was processed, and the run's random id.
const SAME_LOG: &[&str] = &["value/ts_ms", "value/ts_us", "value/ts_ns", "headers/__debezium.context.runId"];

/// What differs besides between two recordings: times, positions and ids of the server.
const OTHER_LOG: &[&str] = &[
    "value/source/ts_ms",
    "value/source/ts_us",
    "value/source/ts_ns",
    "value/source/gtid",
    "value/source/file",
    "value/source/pos",
    "value/source/thread",
    "value/transaction/id",
    ".transaction:value/ts_ms",
    ".transaction:key/id",
    ".transaction:value/id",
];

impl Masks {
    /// For records made of the same log.
    #[must_use]
    pub fn same_log() -> Self {
        Self::default().and(SAME_LOG)
    }

    /// For records of the same statements, played again on another server.
    #[must_use]
    pub fn other_log() -> Self {
        Self::same_log().and(OTHER_LOG)
    }

    /// With more places.
    #[must_use]
    pub fn and<T: AsRef<str>>(mut self, places: &[T]) -> Self {
        self.places.extend(places.iter().map(|place| Place::parse(place.as_ref())));
        self
    }

    /// A record's line with its masked places replaced.
    #[must_use]
    pub fn line(&self, record: &Record) -> String {
        let topic = record.topic.as_deref().unwrap_or_default();
        let mask = |part: &str, text: &String| self.part(topic, &mut vec![part.to_owned()], text);
        let header = |(name, value): &(String, String)| {
            let mut path = vec!["headers".to_owned(), name.clone()];
            (name.clone(), self.part(topic, &mut path, value))
        };
        Record {
            key: record.key.as_ref().map(|text| mask("key", text)),
            value: record.value.as_ref().map(|text| mask("value", text)),
            headers: record.headers.iter().map(header).collect(),
            ..record.clone()
        }
        .line()
    }

    /// A key, value or header, whose payload stands for itself where a schema is beside it.
    fn part(&self, topic: &str, path: &mut Vec<String>, text: &str) -> String {
        if !text.starts_with(r#"{"schema":"#) {
            return self.masked(topic, path, text);
        }
        match members(text).as_deref() {
            Ok([("\"schema\"", schema), ("\"payload\"", payload)]) => {
                let payload = self.masked(topic, path, payload);
                format!(r#"{{"schema":{schema},"payload":{payload}}}"#)
            }
            _ => self.masked(topic, path, text),
        }
    }

    fn masked(&self, topic: &str, path: &mut Vec<String>, text: &str) -> String {
        if text.starts_with('{')
            && let Ok(found) = members(text)
        {
            let member = |(name, value): (&str, &str)| {
                path.push(unquoted(name).unwrap_or_else(|_| name.to_owned()));
                let value = self.masked(topic, path, value);
                path.pop();
                format!("{name}:{value}")
            };
            return format!("{{{}}}", found.into_iter().map(member).collect::<Vec<_>>().join(","));
        }
        if text.starts_with('[')
            && let Ok(found) = elements(text)
        {
            path.push("[]".to_owned());
            let inner: Vec<String> = found.into_iter().map(|text| self.masked(topic, path, text)).collect();
            path.pop();
            return format!("[{}]", inner.join(","));
        }
        if self.places.iter().any(|place| place.is(topic, path)) {
            hidden(path, text)
        } else {
            text.to_owned()
        }
    }
}

impl Place {
    fn parse(text: &str) -> Self {
        let (topic, path) = text.split_once(':').unwrap_or(("", text));
        Self { topic: topic.to_owned(), path: path.split('/').map(str::to_owned).collect() }
    }

    fn is(&self, topic: &str, path: &[String]) -> bool {
        let wanted = match self.topic.strip_prefix('!') {
            Some(other) => !topic.ends_with(other),
            None => topic.ends_with(&self.topic),
        };
        wanted && self.path == path
    }
}

/// What stands in a masked place.
fn hidden(path: &[String], text: &str) -> String {
    let is_time =
        path.last().is_some_and(|name| ["ts_ms", "ts_us", "ts_ns"].iter().any(|end| name.ends_with(end)));
    match text.as_bytes().first() {
        Some(b'"') => "<text>".to_owned(),
        Some(b'0'..=b'9' | b'-') if is_time => format!("<{} digits>", text.len()),
        Some(b'0'..=b'9' | b'-') => "<number>".to_owned(),
        _ => text.to_owned(),
    }
}

/// Floats to which Java before 19 gives a digit too many, and what later ones and we write.
const DIGITS_OF_OLD_JAVA: [(&str, &str); 3] =
    [("1.17549435E-38", "1.1754944E-38"), ("8.4999997E9", "8.5E9"), ("-3.0000001E10", "-3.0E10")];

/// Where two lists of records differ; empty if they do not. Each difference is told with a little of its surroundings.
#[must_use]
pub fn differences(expected: &[Record], found: &[Record], masks: &Masks) -> Vec<String> {
    let mut all = Vec::new();
    for (number, (expected, found)) in expected.iter().zip(found).enumerate() {
        let (expected, found) = (line(masks, expected), line(masks, found));
        if expected != found {
            all.push(difference(number + 1, &expected, &found));
        }
    }
    if expected.len() != found.len() {
        let first = |records: &[Record], other: usize| {
            records.get(other).map_or(String::new(), |record| shown(&line(masks, record), 0, 300))
        };
        all.push(format!(
            "{} records, not {}; the first that is too many or missing: {}{}",
            found.len(),
            expected.len(),
            first(expected, found.len()),
            first(found, expected.len())
        ));
    }
    all
}

fn line(masks: &Masks, record: &Record) -> String {
    let line = masks.line(record);
    DIGITS_OF_OLD_JAVA.iter().fold(line, |line, (old, new)| line.replace(old, new))
}

fn difference(number: usize, expected: &str, found: &str) -> String {
    let at = expected.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count();
    let topic = shown(expected, 0, 60);
    let (expected, found) = (shown(expected, at, 160), shown(found, at, 160));
    format!("record {number} ({topic}), byte {at}:\n  Debezium …{expected}\n  found    …{found}")
}

/// Some bytes of a text around a place.
fn shown(text: &str, at: usize, length: usize) -> String {
    let from = at.saturating_sub(60);
    let bytes = text.as_bytes().get(from..text.len().min(at + length)).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}
