//! A golden file: the records of one case, as Debezium wrote them, one JSON line each.
//!
//! ```text
//! {"case":"types/schemas","debezium":"3.6.1.Final","options":{…}}      what was recorded, and how
//! {"schema":"#1","is":{"type":"struct",…}}                             a schema, where it is first used
//! {"topic":"shop.types.ints","partition":null,"key":…,"value":{"schema":"#1","payload":{…}},"headers":{…}}
//! {"end":"complete"}                                                   or {"end":"failed","message":"…"}
//! ```
//!
//! Keys, values and headers are Debezium's bytes. Only a schema that the JSON converter wrote beside a payload is taken
//! out, since each is long and comes again and again; reading puts it back, byte for byte.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::json::{members, quoted, unquoted};

/// A record; key, value and headers are JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic, or `null` as the engine has it where a transform left none.
    pub topic: Option<String>,
    /// The partition that a transform chose.
    pub partition: Option<i64>,
    /// The key; `None` where there is none.
    pub key: Option<String>,
    /// The value; `None` is a tombstone.
    pub value: Option<String>,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
}

/// How a recording ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "end", rename_all = "lowercase", deny_unknown_fields)]
pub enum End {
    /// All that was played came out.
    Complete,
    /// The engine gave up.
    Failed {
        /// What it said.
        message: String,
    },
}

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// `types/schemas`.
    pub case: String,
    /// The connector's settings, without where its server is.
    pub options: BTreeMap<String, String>,
    /// The records in order.
    pub records: Vec<Record>,
    /// How it ended.
    pub end: End,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    case: String,
    debezium: String,
    options: BTreeMap<String, String>,
}

impl Record {
    /// Reads a record's line.
    ///
    /// # Errors
    /// It is not one.
    pub fn parse(line: &str) -> Result<Self> {
        let found = members(line)?;
        let [
            ("\"topic\"", topic),
            ("\"partition\"", partition),
            ("\"key\"", key),
            ("\"value\"", value),
            ("\"headers\"", headers),
        ] = found.as_slice()
        else {
            bail!("no record: {}", line.chars().take(80).collect::<String>());
        };
        let unless_null = |text: &str| (text != "null").then(|| text.to_owned());
        let header = |(name, value): (&str, &str)| Ok((unquoted(name)?, value.to_owned()));
        Ok(Self {
            topic: serde_json::from_str(topic)?,
            partition: serde_json::from_str(partition)?,
            key: unless_null(key),
            value: unless_null(value),
            headers: members(headers)?.into_iter().map(header).collect::<Result<_>>()?,
        })
    }

    /// The record's line.
    #[must_use]
    pub fn line(&self) -> String {
        self.line_with(&mut str::to_owned)
    }

    fn line_with(&self, part: &mut dyn FnMut(&str) -> String) -> String {
        let topic = self.topic.as_deref().map_or("null".to_owned(), quoted);
        let partition = self.partition.map_or("null".to_owned(), |number| number.to_string());
        let mut text = |value: Option<&String>| value.map_or("null".to_owned(), |value| part(value));
        let (key, value) = (text(self.key.as_ref()), text(self.value.as_ref()));
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{}:{}", quoted(name), part(value))).collect();
        let headers = headers.join(",");
        format!(
            r#"{{"topic":{topic},"partition":{partition},"key":{key},"value":{value},"headers":{{{headers}}}}}"#
        )
    }

    fn each_part(&mut self, mut change: impl FnMut(&mut String)) {
        let Self { key, value, headers, .. } = self;
        let parts = key.iter_mut().chain(value).chain(headers.iter_mut().map(|(_, value)| value));
        parts.for_each(&mut change);
    }
}

/// The version that a case is recorded from: as of its connector.
fn version_for(options: &BTreeMap<String, String>) -> &'static str {
    let is_mariadb = options.get("connector.class").is_some_and(|class| class.contains("mariadb"));
    if is_mariadb { super::MARIADB_VERSION } else { super::VERSION }
}

impl Golden {
    /// Reads a golden file.
    ///
    /// # Errors
    /// It cannot be read, or is not whole; the error names the line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Reads a golden file's text.
    ///
    /// # Errors
    /// It is not whole; the error names the line.
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().enumerate();
        let (_, first) = lines.next().context("the file is empty")?;
        let head: Head = serde_json::from_str(first).context("line 1")?;
        let version = version_for(&head.options);
        if head.debezium != version {
            bail!("recorded from Debezium {}, not {version}", head.debezium);
        }
        let (mut schemas, mut records, mut end) = (HashMap::new(), Vec::new(), None);
        for (number, line) in lines {
            let place = || format!("line {}", number + 1);
            if end.is_some() {
                bail!("{}: text after the end", place());
            } else if line.starts_with(r#"{"end":"#) {
                end = Some(serde_json::from_str(line).with_context(place)?);
            } else if line.starts_with(r#"{"schema":"#) {
                let (name, schema) = schema_line(line).with_context(place)?;
                schemas.insert(name, schema);
            } else {
                let mut record = Record::parse(line).with_context(place)?;
                record.each_part(|part| lengthen(part, &schemas));
                records.push(record);
            }
        }
        let end = end.context("the file ends without its last line")?;
        Ok(Self { case: head.case, options: head.options, records, end })
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let head = serde_json::json!({ "case": self.case, "debezium": version_for(&self.options), "options": self.options });
        let mut out = format!("{head}\n");
        let mut schemas: HashMap<String, usize> = HashMap::new();
        for record in &self.records {
            let mut new = Vec::new();
            let line = record.line_with(&mut |part| shorten(part, &mut schemas, &mut new));
            for (name, schema) in new {
                out.push_str(&format!("{{\"schema\":\"#{name}\",\"is\":{schema}}}\n"));
            }
            out.push_str(&line);
            out.push('\n');
        }
        match &self.end {
            End::Complete => out.push_str("{\"end\":\"complete\"}\n"),
            End::Failed { message } => {
                out.push_str(&format!("{{\"end\":\"failed\",\"message\":{}}}\n", quoted(message)));
            }
        }
        out
    }
}

/// `{"schema":"#1","is":…}` as its name in quotes and the schema.
fn schema_line(line: &str) -> Result<(String, String)> {
    match members(line)?.as_slice() {
        [("\"schema\"", name), ("\"is\"", schema)] => Ok(((*name).to_owned(), (*schema).to_owned())),
        _ => bail!("a schema's line has a name and what it is"),
    }
}

/// Schema and payload of what the JSON converter writes with schemas on.
fn enveloped(part: &str) -> Option<(&str, &str)> {
    if !part.starts_with(r#"{"schema":"#) {
        return None;
    }
    match members(part).ok()?.as_slice() {
        [("\"schema\"", schema), ("\"payload\"", payload)] => Some((schema, payload)),
        _ => None,
    }
}

fn shorten(part: &str, known: &mut HashMap<String, usize>, new: &mut Vec<(usize, String)>) -> String {
    let Some((schema, payload)) = enveloped(part).filter(|(schema, _)| schema.starts_with('{')) else {
        return part.to_owned();
    };
    let number = known.len() + 1;
    let number = *known.entry(schema.to_owned()).or_insert_with(|| {
        new.push((number, schema.to_owned()));
        number
    });
    format!(r##"{{"schema":"#{number}","payload":{payload}}}"##)
}

fn lengthen(part: &mut String, schemas: &HashMap<String, String>) {
    let whole = enveloped(part).and_then(|(name, payload)| {
        Some(format!(r#"{{"schema":{},"payload":{payload}}}"#, schemas.get(name)?))
    });
    if let Some(whole) = whole {
        *part = whole;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden() -> Golden {
        let with_schema = r#"{"schema":{"type":"struct","fields":[{"a":"}"}]},"payload":{"id":1}}"#;
        let record = |value: Option<&str>| Record {
            topic: Some("shop.a \"b\"".to_owned()),
            partition: None,
            key: Some(with_schema.to_owned()),
            value: value.map(str::to_owned),
            headers: vec![("h.1".to_owned(), r#"{"schema":{"type":"string"},"payload":"x"}"#.to_owned())],
        };
        Golden {
            case: "a/b".to_owned(),
            options: BTreeMap::from([("x".to_owned(), "1".to_owned())]),
            records: vec![
                record(None),
                record(Some(with_schema)),
                record(Some(r#"{"schema":1,"payload":2}"#)),
            ],
            end: End::Failed { message: "it \"broke\"".to_owned() },
        }
    }

    #[test]
    fn what_is_written_is_read_back_byte_for_byte() -> Result<()> {
        let text = golden().text();
        assert_eq!(Golden::parse(&text)?, golden());
        assert_eq!(text.matches(r#""type":"struct""#).count(), 1, "each schema once: {text}");
        Ok(())
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        let text = golden().text();
        let cut = text.trim_end().rsplit_once('\n').unwrap().0;
        assert!(Golden::parse(cut).unwrap_err().to_string().contains("last line"));
        assert!(Golden::parse(&text.replace("\"partition\"", "\"part\"")).is_err());
    }
}
