//! The nearest valid name to a mistyped one.

/// How alike two names must be to be suggested, 0 to 1.
const ALIKE: f64 = 0.6;

/// The candidate most like `name`, when one is like it at all.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (likeness(name, candidate), candidate));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// `; did you mean …?`, or nothing.
pub fn hint<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |found| format!("; did you mean `{found}`?"))
}

fn likeness(a: &str, b: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&a.to_ascii_lowercase(), &b.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_typo_and_not_a_stranger() {
        let keys = ["server_id", "hosts", "heartbeat_ms"];
        assert_eq!(nearest("sever_id", keys.into_iter()), Some("server_id"));
        assert_eq!(nearest("host", keys.into_iter()), Some("hosts"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
    }
}
