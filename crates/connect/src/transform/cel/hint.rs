//! What a Groovy or JavaScript condition would be in CEL, where that is simple.

use super::expression::{Expression, VARIABLES};

/// The error about another language, with what to write instead.
pub(super) fn other_language(language: &str, option: &str, source: &str) -> String {
    let refused = format!("{language:?} is not run here; the language is cel");
    match in_cel(source) {
        Some(cel) => format!("{refused}: write language=cel and {option}={cel}"),
        None => format!("{refused}; it sees {}", VARIABLES.join(", ")),
    }
}

/// The condition in CEL, where changes of spelling are all that it takes.
fn in_cel(source: &str) -> Option<String> {
    let spelled = source
        .trim()
        .trim_end_matches(';')
        .replace("===", "==")
        .replace("!==", "!=")
        .replace("?.", ".")
        .replace(".value()", ".value");
    let cel = without_get(&spelled);
    // A closure, a regular expression or a GString is another matter.
    let foreign = ["=~", "==~", "->", "=>", "${", "return ", "def ", "var ", "new "]
        .iter()
        .any(|mark| cel.contains(mark));
    (!foreign && Expression::compile(&cel).is_ok()).then_some(cel)
}

/// `a.get('b')` as `a.b`.
fn without_get(source: &str) -> String {
    let mut parts = source.split(".get(");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let quote = part.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let inside = quote.and_then(|quote| part.get(1..)?.split_once(quote));
        match inside.and_then(|(name, rest)| Some((name, rest.strip_prefix(')')?))) {
            Some((name, rest)) => {
                out.push('.');
                out.push_str(name);
                out.push_str(rest);
            }
            None => {
                out.push_str(".get(");
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_conditions_are_spelled_in_cel() {
        for (other, cel) in [
            ("value.op == 'u' && value.before.id == 2", "value.op == 'u' && value.before.id == 2"),
            ("value.get('op') === 'd';", "value.op == 'd'"),
            ("value?.after?.id > 5", "value.after.id > 5"),
            ("header.get(\"x\").value == 'y'", "header.x.value == 'y'"),
        ] {
            assert_eq!(in_cel(other).as_deref(), Some(cel), "{other}");
        }
        for other in
            ["value.after.name =~ /x.*/", "def x = 1; x", "value.after.any { it > 2 }", "\"t_${topic}\""]
        {
            assert_eq!(in_cel(other), None, "{other}");
        }
    }
}
