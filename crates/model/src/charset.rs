//! Character sets: which one a collation id means, and how its bytes become UTF-8.

use std::borrow::Cow;

/// A character set of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Charset {
    /// `utf8mb4`, `utf8mb3` and `ascii`: the bytes are UTF-8 already.
    #[default]
    Utf8,
    /// `latin1`: the server means Windows-1252.
    Latin1,
    /// `binary`: bytes, no text.
    Binary,
}

impl Charset {
    /// The charset of a collation id (`information_schema.collations.id`); nothing for an id that no server has.
    #[must_use]
    pub fn of_collation(id: u16) -> Option<Self> {
        Some(match id {
            63 => Self::Binary,
            5 | 8 | 15 | 31 | 47 | 48 | 49 | 94 => Self::Latin1,
            11 | 65 | 33 | 45 | 46 | 76 | 83 | 192..=247 | 255..=323 => Self::Utf8,
            _ => return None,
        })
    }

    /// The charset of a name such as `latin1` (`information_schema.columns.character_set_name`).
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "utf8mb4" | "utf8mb3" | "utf8" | "ascii" => Self::Utf8,
            "latin1" => Self::Latin1,
            "binary" => Self::Binary,
            _ => return None,
        })
    }

    /// The text as UTF-8, borrowed where the bytes are UTF-8 already; what is no character becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 | Self::Binary => String::from_utf8_lossy(bytes),
            Self::Latin1 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }
}
