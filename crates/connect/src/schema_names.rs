//! `schema.name.adjustment.mode`: schemas' names that Avro takes.

use crate::options::Options;

/// How characters that Avro does not take are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// As they are.
    None,
    /// As an underscore.
    Avro,
    /// As an underscore and the character's number.
    AvroUnicode,
}

impl Adjustment {
    /// Reads the option; none without it.
    pub(crate) fn read(options: &mut Options) -> Self {
        match options.choice("schema.name.adjustment.mode", &["none", "avro", "avro_unicode"], "none") {
            "avro" => Self::Avro,
            "avro_unicode" => Self::AvroUnicode,
            _ => Self::None,
        }
    }

    /// Adjusts a name, UTF-16 unit by unit as Java sees it.
    #[must_use]
    pub fn adjust(self, name: &str) -> String {
        if self == Self::None {
            return name.to_owned();
        }
        let mut out = String::new();
        for (at, unit) in name.encode_utf16().enumerate() {
            let character = char::from_u32(unit.into()).filter(char::is_ascii);
            match character {
                Some(character) if self.takes(character, at == 0) => out.push(character),
                _ if self == Self::AvroUnicode => out.push_str(&escaped(unit)),
                // A digit at the start is kept behind the underscore.
                Some(digit) if at == 0 && digit.is_ascii_digit() => out.extend(['_', digit]),
                _ => out.push('_'),
            }
        }
        out
    }

    /// The underscore is an escape's start in the one mode, and a letter in the other.
    fn takes(self, character: char, first: bool) -> bool {
        let letter = character.is_ascii_alphabetic() || (character == '_' && self == Self::Avro);
        letter || (!first && (character == '.' || character.is_ascii_digit()))
    }
}

/// `_u` and the unit's hexadecimal digits: two more zeros where there are at most two.
fn escaped(unit: u16) -> String {
    if unit > 0xff { format!("_u{unit:x}") } else { format!("_u00{unit:x}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_adjusted_as_debezium_does() {
        assert_eq!(Adjustment::None.adjust("1a-b.c"), "1a-b.c");
        assert_eq!(Adjustment::Avro.adjust("1a-b_c.d"), "_1a_b_c.d");
        assert_eq!(Adjustment::AvroUnicode.adjust("a-b_c"), "a_u002db_u005fc");
    }
}
