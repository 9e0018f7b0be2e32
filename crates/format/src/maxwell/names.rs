//! Names of fields and columns as they are written.

use super::config::Naming;
use crate::text::string;

/// The envelope's fields after the type, each as `,"name":`.
#[derive(Debug)]
pub(super) struct Fields {
    pub query: Box<[u8]>,
    pub ts: Box<[u8]>,
    pub xid: Box<[u8]>,
    pub xoffset: Box<[u8]>,
    pub commit: Box<[u8]>,
    pub position: Box<[u8]>,
    pub gtid: Box<[u8]>,
    pub server_id: Box<[u8]>,
    pub thread_id: Box<[u8]>,
    pub schema_id: Box<[u8]>,
    pub push_ts: Box<[u8]>,
    pub primary_key: Box<[u8]>,
    pub primary_key_columns: Box<[u8]>,
}

impl Fields {
    pub(super) fn new(naming: Naming) -> Self {
        let name = |name: &str| field(naming, name);
        Self {
            query: name("query"),
            ts: name("ts"),
            xid: name("xid"),
            xoffset: name("xoffset"),
            commit: name("commit"),
            position: name("position"),
            gtid: name("gtid"),
            server_id: name("server_id"),
            thread_id: name("thread_id"),
            schema_id: name("schema_id"),
            push_ts: name("push_ts"),
            primary_key: name("primary_key"),
            primary_key_columns: name("primary_key_columns"),
        }
    }
}

/// `,"name":`
pub(super) fn field(naming: Naming, name: &str) -> Box<[u8]> {
    let mut out = vec![b','];
    match naming {
        Naming::AsIs => string::quoted(&mut out, name),
        Naming::CamelCase => string::quoted(&mut out, &camel_case(name)),
    }
    out.push(b':');
    out.into()
}

/// Each character after an underscore in upper case, the underscore gone; a name that begins with one begins small.
/// Two underscores leave one: what follows the first is the second, which has no upper case.
fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match c {
            '_' if out.is_empty() => out.extend(chars.next()),
            '_' => out.extend(chars.next().into_iter().flat_map(char::to_uppercase)),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underscores_become_capitals() {
        for (name, camel) in [
            ("first_name", "firstName"),
            ("_secret_code", "secretCode"),
            ("note__x", "note_x"),
            ("aBc_dEf", "aBcDEf"),
            ("tail_", "tail"),
            ("", ""),
        ] {
            assert_eq!(camel_case(name), camel);
        }
    }
}
