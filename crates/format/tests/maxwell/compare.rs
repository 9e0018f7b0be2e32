//! Lines against recorded lines: byte by byte, but for fields that are never the same twice.
//!
//! What is masked is checked for its form, and for which lines it is the same in: where the recording has two equal
//! numbers, so must we, and where it has two different ones.

use std::collections::HashMap;

use regex::Regex;

/// Remembers what a masked value of the recording became.
#[derive(Debug, Default)]
pub struct Comparer {
    masked: Vec<String>,
    forgets: Option<String>,
    theirs_to_ours: HashMap<(String, String), String>,
    ours_to_theirs: HashMap<(String, String), String>,
}

/// The form of a masked field, and whether equal values stay equal.
fn form(field: &str) -> Option<(&'static str, bool)> {
    Some(match field {
        "xid" => (r"^[1-9][0-9]*$", true),
        "thread_id" => (r"^[1-9][0-9]*$", true),
        "schema_id" => (r"^[1-9][0-9]*$", true),
        "gtid" => (r#"^"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:([a-z]+:)?[1-9][0-9]*"$"#, true),
        "position" => (r#"^"binlog\.[0-9]{6}:[1-9][0-9]*"$"#, true),
        // The time of a bootstrap.
        "ts" => (r"^[1-9][0-9]{9}$", false),
        "push_ts" => (r"^[0-9]{10}(\.[0-9]{1,6})?$", false),
        "_uuid" => (r#"^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$"#, false),
        _ => return None,
    })
}

impl Comparer {
    pub fn new(masked: &[String]) -> Self {
        Self { masked: masked.to_vec(), ..Self::default() }
    }

    /// Says that equal values of a field need not stay equal.
    pub fn forget(&mut self, field: &str, forgets: bool) {
        self.forgets = forgets.then(|| field.to_owned());
    }

    /// What differs.
    pub fn line(&mut self, theirs: &str, ours: &str) -> Result<(), String> {
        let (theirs, ours) = (members(theirs)?, members(ours)?);
        let names =
            |members: &[(String, String)]| members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(&theirs) != names(&ours) {
            return Err(format!("fields {:?} and ours {:?}", names(&theirs), names(&ours)));
        }
        for ((name, theirs), (_, ours)) in theirs.iter().zip(&ours) {
            if self.masked.contains(name) {
                self.masked(name, theirs, ours)?;
            } else if theirs != ours {
                return Err(format!("{name} is {theirs}\nand ours {ours}"));
            }
        }
        Ok(())
    }

    fn masked(&mut self, name: &str, theirs: &str, ours: &str) -> Result<(), String> {
        let (form, stable) = form(name).ok_or_else(|| format!("{name} must not be masked"))?;
        let form = Regex::new(form).map_err(|error| error.to_string())?;
        for (whose, value) in [("recorded", theirs), ("our", ours)] {
            if !form.is_match(value) {
                return Err(format!("the {whose} {name} {value} has not its form"));
            }
        }
        if !stable || self.forgets.as_deref() == Some(name) {
            return Ok(());
        }
        let key = |value: &str| (name.to_owned(), value.to_owned());
        let known = self.theirs_to_ours.entry(key(theirs)).or_insert_with(|| ours.to_owned());
        let back = self.ours_to_theirs.entry(key(ours)).or_insert_with(|| theirs.to_owned());
        if known != ours || back != theirs {
            return Err(format!("{name} {theirs} was {known} before and is {ours} now (which was {back})"));
        }
        Ok(())
    }
}

/// The members of an object, or of an array by number, each with its text as it stands there.
fn members(object: &str) -> Result<Vec<(String, String)>, String> {
    let is_array = object.starts_with('[');
    let wrong = || format!("this is no message: {object}");
    let inner = object.get(1..object.len().saturating_sub(1)).ok_or_else(wrong)?;
    let mut members = Vec::new();
    for (index, part) in split(inner, ',').into_iter().enumerate() {
        if is_array {
            members.push((index.to_string(), part.to_owned()));
            continue;
        }
        let (name, value) =
            split(part, ':').first().map(|name| (*name, &part[name.len() + 1..])).ok_or_else(wrong)?;
        members.push((name.trim_matches('"').to_owned(), value.to_owned()));
    }
    Ok(members)
}

/// Splits at a mark that is in no string, object or array.
fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut depth, mut in_string, mut escaped, mut start) = (0, false, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            c if c == mark && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"database":"d","table":"t","type":"insert","ts":1,"xid":7,"xoffset":0,"position":"binlog.000001:5","data":{"id":1,"v":"a,\"b"},"old":{"v":null}}"#;

    fn differs(theirs: &str, ours: &str) -> bool {
        let masked = ["xid", "position"].map(str::to_owned);
        Comparer::new(&masked).line(theirs, ours).is_err()
    }

    #[test]
    fn a_difference_beside_a_mask_is_seen() {
        assert!(!differs(LINE, &LINE.replace("\"xid\":7", "\"xid\":8").replace("01:5", "02:99")));
        for (theirs, ours) in [
            ("\"xid\":7", "\"xid\":\"7\""),
            ("\"xid\":7", "\"xid\":0"),
            ("\"xid\":7,", ""),
            ("\"xid\":7", "\"XID\":7"),
            ("\"ts\":1", "\"ts\":2"),
            ("\"ts\":1", "\"ts\":1.0"),
            ("\"xoffset\":0", "\"xoffset\":1"),
            ("\"xoffset\":0", "\"commit\":true"),
            ("binlog.000001:5", "binlog:5"),
            ("binlog.000001:5", "binlog.000001:"),
            ("{\"id\":1,", "{\"id\":2,"),
            (":null}}", ":\"\"}}"),
            ("\"table\":\"t\",\"type\":\"insert\"", "\"type\":\"insert\",\"table\":\"t\""),
            (",\"old\":{\"v\":null}", ""),
        ] {
            let changed = LINE.replace(theirs, ours);
            assert_ne!(changed, LINE, "{theirs}");
            assert!(differs(LINE, &changed), "{ours}");
        }
    }

    #[test]
    fn equal_masked_values_stay_equal_and_different_ones_different() {
        let line = |xid: u32| LINE.replace("\"xid\":7", &format!("\"xid\":{xid}"));
        let mut comparer = Comparer::new(&["xid".to_owned()]);
        assert_eq!(comparer.line(&line(7), &line(70)), Ok(()));
        assert_eq!(comparer.line(&line(8), &line(80)), Ok(()));
        assert_eq!(comparer.line(&line(7), &line(70)), Ok(()));
        assert!(comparer.line(&line(7), &line(80)).is_err());
        assert!(comparer.line(&line(9), &line(70)).is_err());
    }
}
