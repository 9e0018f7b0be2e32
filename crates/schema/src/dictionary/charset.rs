//! Charsets and collations by the names that statements use.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::session::{ServerFacts, Session};

/// A collation, and through its name the charset.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Collation(Arc<str>);

impl Collation {
    /// By its name. `utf8` is `utf8mb3`, as in newer servers.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self(match name.strip_prefix("utf8_") {
            Some(rest) => format!("utf8mb3_{rest}").into(),
            None => name.into(),
        })
    }

    /// By its number, if that is a charset's default, its binary one or another one that servers begin with.
    #[must_use]
    pub fn of_id(id: u16) -> Option<Self> {
        let at = BY_ID.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        BY_ID.get(at).map(|(_, name)| Self((*name).into()))
    }

    /// A collation as `COLLATE` names it, in a place with this collation: `DEFAULT`, and names of MariaDB without a charset, are of
    /// its charset.
    pub(super) fn within(name: &str, place: &Self, server: &ServerFacts, session: &Session<'_>) -> Self {
        let lower = name.to_ascii_lowercase();
        if lower == "default" {
            return server.default_collation(place.charset(), Some(session));
        }
        if lower.starts_with("uca1400_") {
            return Self(format!("{}_{lower}", place.charset()).into());
        }
        Self::of_name(name)
    }

    /// The default collation of a charset.
    pub(super) fn default_of(charset: &str, modern: bool) -> Self {
        let name = match charset {
            "binary" => "binary".to_owned(),
            "utf8mb4" if modern => "utf8mb4_0900_ai_ci".to_owned(),
            "big5" | "gb2312" | "gbk" | "gb18030" => format!("{charset}_chinese_ci"),
            "dec8" | "latin1" | "swe7" => format!("{charset}_swedish_ci"),
            "hp8" => "hp8_english_ci".to_owned(),
            "ujis" | "sjis" | "cp932" | "eucjpms" => format!("{charset}_japanese_ci"),
            "tis620" => "tis620_thai_ci".to_owned(),
            "euckr" => "euckr_korean_ci".to_owned(),
            "latin5" => "latin5_turkish_ci".to_owned(),
            other => format!("{other}_general_ci"),
        };
        Self(name.into())
    }

    /// The binary collation of this one's charset.
    pub(super) fn binary(&self) -> Self {
        match self.charset() {
            "binary" => self.clone(),
            charset => Self(format!("{charset}_bin").into()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Its charset's name.
    #[must_use]
    pub fn charset(&self) -> &str {
        self.0.split('_').next().unwrap_or_default()
    }

    /// Whether texts with it are bytes.
    pub(super) fn is_binary(&self) -> bool {
        &*self.0 == "binary"
    }

    /// Whether every character takes two bytes or more.
    pub(super) fn is_wide(&self) -> bool {
        matches!(self.charset(), "ucs2" | "utf16" | "utf16le" | "utf32")
    }

    /// The most bytes of a character.
    pub(super) fn bytes_max(&self) -> u32 {
        match self.charset() {
            "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => 4,
            "utf8mb3" | "ujis" | "eucjpms" => 3,
            "big5" | "sjis" | "cp932" | "euckr" | "gb2312" | "gbk" | "ucs2" => 2,
            _ => 1,
        }
    }
}

/// A charset's name as newer servers have it.
pub(super) fn charset_name(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "utf8" => "utf8mb3".to_owned(),
        other => other.to_owned(),
    }
}

/// Default and binary collations, and those that servers begin with.
const BY_ID: [(u16, &str); 88] = [
    (1, "big5_chinese_ci"),
    (3, "dec8_swedish_ci"),
    (4, "cp850_general_ci"),
    (6, "hp8_english_ci"),
    (7, "koi8r_general_ci"),
    (8, "latin1_swedish_ci"),
    (9, "latin2_general_ci"),
    (10, "swe7_swedish_ci"),
    (11, "ascii_general_ci"),
    (12, "ujis_japanese_ci"),
    (13, "sjis_japanese_ci"),
    (16, "hebrew_general_ci"),
    (18, "tis620_thai_ci"),
    (19, "euckr_korean_ci"),
    (22, "koi8u_general_ci"),
    (24, "gb2312_chinese_ci"),
    (25, "greek_general_ci"),
    (26, "cp1250_general_ci"),
    (28, "gbk_chinese_ci"),
    (30, "latin5_turkish_ci"),
    (32, "armscii8_general_ci"),
    (33, "utf8mb3_general_ci"),
    (35, "ucs2_general_ci"),
    (36, "cp866_general_ci"),
    (37, "keybcs2_general_ci"),
    (38, "macce_general_ci"),
    (39, "macroman_general_ci"),
    (40, "cp852_general_ci"),
    (41, "latin7_general_ci"),
    (43, "macce_bin"),
    (45, "utf8mb4_general_ci"),
    (46, "utf8mb4_bin"),
    (47, "latin1_bin"),
    (48, "latin1_general_ci"),
    (49, "latin1_general_cs"),
    (50, "cp1251_bin"),
    (51, "cp1251_general_ci"),
    (53, "macroman_bin"),
    (54, "utf16_general_ci"),
    (55, "utf16_bin"),
    (56, "utf16le_general_ci"),
    (57, "cp1256_general_ci"),
    (58, "cp1257_bin"),
    (59, "cp1257_general_ci"),
    (60, "utf32_general_ci"),
    (61, "utf32_bin"),
    (62, "utf16le_bin"),
    (63, "binary"),
    (64, "armscii8_bin"),
    (65, "ascii_bin"),
    (66, "cp1250_bin"),
    (67, "cp1256_bin"),
    (68, "cp866_bin"),
    (69, "dec8_bin"),
    (70, "greek_bin"),
    (71, "hebrew_bin"),
    (72, "hp8_bin"),
    (73, "keybcs2_bin"),
    (74, "koi8r_bin"),
    (75, "koi8u_bin"),
    (77, "latin2_bin"),
    (78, "latin5_bin"),
    (79, "latin7_bin"),
    (80, "cp850_bin"),
    (81, "cp852_bin"),
    (82, "swe7_bin"),
    (83, "utf8mb3_bin"),
    (84, "big5_bin"),
    (85, "euckr_bin"),
    (86, "gb2312_bin"),
    (87, "gbk_bin"),
    (88, "sjis_bin"),
    (89, "tis620_bin"),
    (90, "ucs2_bin"),
    (91, "ujis_bin"),
    (92, "geostd8_general_ci"),
    (93, "geostd8_bin"),
    (95, "cp932_japanese_ci"),
    (96, "cp932_bin"),
    (97, "eucjpms_japanese_ci"),
    (98, "eucjpms_bin"),
    (192, "utf8mb3_unicode_ci"),
    (224, "utf8mb4_unicode_ci"),
    (248, "gb18030_chinese_ci"),
    (249, "gb18030_bin"),
    (255, "utf8mb4_0900_ai_ci"),
    (278, "utf8mb4_0900_as_cs"),
    (309, "utf8mb4_0900_bin"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use becauselog_model::Charset;

    use super::*;

    #[test]
    fn numbers_are_in_order_and_of_their_charset() {
        assert!(BY_ID.is_sorted_by_key(|(id, _)| *id));
        for (id, name) in BY_ID {
            let collation = Collation::of_id(id).unwrap();
            assert_eq!(Charset::of_name(collation.charset()), Charset::of_collation(id), "{id} {name}");
        }
    }
}
