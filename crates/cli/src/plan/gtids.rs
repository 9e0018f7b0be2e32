//! Whose transactions have their rows delivered: lists of UUIDs, compiled.

use becauselog_model::ServerUuid;
use regex::RegexSet;

use super::tables::compile;

/// A compiled choice of servers. Patterns are anchored at both ends and ignore case.
#[derive(Debug, Clone, Default)]
pub struct GtidSources {
    include: RegexSet,
    exclude: RegexSet,
}

impl GtidSources {
    /// Compiles the lists. An empty list of inclusions means all.
    ///
    /// # Errors
    /// The first pattern that is no regular expression, with what is wrong.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        Ok(Self { include: compile(include)?, exclude: compile(exclude)? })
    }

    /// Whether all servers are taken.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether a server is.
    pub fn take(&self, server: ServerUuid) -> bool {
        let text = server.to_string();
        (self.include.is_empty() || self.include.is_match(&text)) && !self.exclude.is_match(&text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn uuids_are_taken_by_whole_names_in_any_case() {
        let server = |text: &str| text.parse::<ServerUuid>().unwrap();
        let (one, other) =
            (server("3e11fa47-71ca-11e1-9e33-c80aa9429562"), server("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"));
        let only = GtidSources::new(&["3E11FA47-71CA-11E1-9E33-C80AA9429562".into()], &[]).unwrap();
        assert!(only.take(one) && !only.take(other));
        let not = GtidSources::new(&[], &["bbbbbbbb-.*".into()]).unwrap();
        assert!(not.take(one) && !not.take(other) && !not.is_empty());
        let part = GtidSources::new(&[], &["bbbbbbbb".into()]).unwrap();
        assert!(part.take(other) && GtidSources::default().is_empty());
    }
}
