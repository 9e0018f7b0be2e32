//! What Java's class escapes stand for: ASCII only, unlike ours.

/// The inside of a bracketed class for `\d`, `\w`, `\s`, and whether the escape negates it.
pub(super) fn escape(letter: char) -> Option<(&'static str, bool)> {
    let inside = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "a-zA-Z0-9_",
        's' => r" \t\n\x0B\x0C\r",
        _ => return None,
    };
    Some((inside, letter.is_ascii_uppercase()))
}

/// The inside of a bracketed class for `\p{name}`: the POSIX classes, and Unicode's general categories.
pub(super) fn property(name: &str) -> Option<String> {
    let posix = match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x00-\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => r"!-/:-@\[-`{-~",
        "Graph" => "!-~",
        "Print" => " -~",
        "Blank" => r" \t",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => r" \t\n\x0B\x0C\r",
        _ => return category(name),
    };
    Some(posix.to_owned())
}

fn category(name: &str) -> Option<String> {
    let known = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "Nl", "No", "P", "S", "Z"];
    known.contains(&name).then(|| format!(r"\p{{{name}}}"))
}
