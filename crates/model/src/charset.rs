//! Character sets: which one a collation id means, and how its bytes become UTF-8.
//!
//! The source of all of it is the servers' own tables, read from MySQL 9.7 and MariaDB 10.11: what a server means by a name
//! is often not what the name means elsewhere (`latin1` is Windows-1252 with C1 controls, `sjis` keeps the backslash).

use std::borrow::Cow;

mod differences;
mod ids;
mod multi;
mod names;
mod single;
mod wide;

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
    /// `armscii8`: Armenian.
    Armscii8,
    /// `big5`: traditional Chinese.
    Big5,
    /// `cp1250`: Windows, Central European.
    Cp1250,
    /// `cp1251`: Windows, Cyrillic.
    Cp1251,
    /// `cp1256`: Windows, Arabic.
    Cp1256,
    /// `cp1257`: Windows, Baltic.
    Cp1257,
    /// `cp850`: DOS, Western European.
    Cp850,
    /// `cp852`: DOS, Central European.
    Cp852,
    /// `cp866`: DOS, Russian.
    Cp866,
    /// `cp932`: Shift JIS as Windows has it.
    Cp932,
    /// `dec8`: DEC, Western European.
    Dec8,
    /// `eucjpms`: EUC-JP as Windows has it.
    Eucjpms,
    /// `euckr`: Korean.
    Euckr,
    /// `gb18030`: Chinese, all of Unicode.
    Gb18030,
    /// `gb2312`: simplified Chinese.
    Gb2312,
    /// `gbk`: simplified Chinese.
    Gbk,
    /// `geostd8`: Georgian.
    Geostd8,
    /// `greek`: ISO 8859-7.
    Greek,
    /// `hebrew`: ISO 8859-8.
    Hebrew,
    /// `hp8`: HP, Western European.
    Hp8,
    /// `keybcs2`: DOS, Kamenicky Czech and Slovak.
    Keybcs2,
    /// `koi8r`: Russian.
    Koi8r,
    /// `koi8u`: Ukrainian.
    Koi8u,
    /// `latin2`: ISO 8859-2.
    Latin2,
    /// `latin5`: ISO 8859-9.
    Latin5,
    /// `latin7`: ISO 8859-13.
    Latin7,
    /// `macce`: Macintosh, Central European.
    Macce,
    /// `macroman`: Macintosh, Western European.
    Macroman,
    /// `sjis`: Shift JIS.
    Sjis,
    /// `swe7`: Swedish, letters in places of ASCII.
    Swe7,
    /// `tis620`: Thai.
    Tis620,
    /// `ucs2`: two bytes a character, big-endian.
    Ucs2,
    /// `ujis`: EUC-JP.
    Ujis,
    /// `utf16`: big-endian.
    Utf16,
    /// `utf16le`: little-endian.
    Utf16le,
    /// `utf32`: four bytes a character, big-endian.
    Utf32,
}

impl Charset {
    /// The charset of a collation id (`information_schema.collations.id`); nothing for an id that no server has.
    ///
    /// MySQL's ids and MariaDB's are one numbering: where both use an id, it is of the same charset.
    #[must_use]
    pub fn of_collation(id: u16) -> Option<Self> {
        ids::of_collation(id)
    }

    /// The charset of a name such as `latin1` (`information_schema.columns.character_set_name`), in any case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        names::of_name(name)
    }

    /// The server's name for it; of those that are UTF-8 already, `utf8mb4`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        names::name(self)
    }

    /// The text as UTF-8, borrowed where the bytes are UTF-8 already; what is no character becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 | Self::Binary => String::from_utf8_lossy(bytes),
            _ if self.keeps_ascii() && bytes.is_ascii() => String::from_utf8_lossy(bytes),
            _ => {
                let mut text = String::new();
                self.decode_into(bytes, &mut text);
                Cow::Owned(text)
            }
        }
    }

    /// Appends the text as UTF-8 to `out`; what is no character becomes U+FFFD.
    pub fn decode_into(self, bytes: &[u8], out: &mut String) {
        match self {
            Self::Utf8 | Self::Binary => out.push_str(&String::from_utf8_lossy(bytes)),
            Self::Ucs2 | Self::Utf16 => wide::utf16(bytes, u16::from_be_bytes, out),
            Self::Utf16le => wide::utf16(bytes, u16::from_le_bytes, out),
            Self::Utf32 => wide::utf32(bytes, out),
            Self::Swe7 => single::swe7(bytes, out),
            _ => match (self.upper(), multi::Coding::of(self)) {
                (Some(upper), _) => single::push(upper, bytes, out),
                (None, Some(coding)) => coding.push(bytes, out),
                (None, None) => {}
            },
        }
    }

    /// Whether bytes below 0x80 stand for ASCII wherever they are a character of their own.
    #[must_use]
    pub const fn keeps_ascii(self) -> bool {
        !matches!(self, Self::Swe7 | Self::Ucs2 | Self::Utf16 | Self::Utf16le | Self::Utf32)
    }

    /// The upper half of a single-byte charset.
    const fn upper(self) -> Option<&'static single::Upper> {
        Some(match self {
            Self::Armscii8 => &single::ARMSCII8,
            Self::Cp1250 => &single::CP1250,
            Self::Cp1251 => &single::CP1251,
            Self::Cp1256 => &single::CP1256,
            Self::Cp1257 => &single::CP1257,
            Self::Cp850 => &single::CP850,
            Self::Cp852 => &single::CP852,
            Self::Cp866 => &single::CP866,
            Self::Dec8 => &single::DEC8,
            Self::Geostd8 => &single::GEOSTD8,
            Self::Greek => &single::GREEK,
            Self::Hebrew => &single::HEBREW,
            Self::Hp8 => &single::HP8,
            Self::Keybcs2 => &single::KEYBCS2,
            Self::Koi8r => &single::KOI8R,
            Self::Koi8u => &single::KOI8U,
            Self::Latin1 => &single::LATIN1,
            Self::Latin2 => &single::LATIN2,
            Self::Latin5 => &single::LATIN5,
            Self::Latin7 => &single::LATIN7,
            Self::Macce => &single::MACCE,
            Self::Macroman => &single::MACROMAN,
            Self::Tis620 => &single::TIS620,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_name_leads_back_to_its_charset() {
        for name in names::ALL {
            let charset = Charset::of_name(name).unwrap();
            assert_eq!(Charset::of_name(charset.name()), Some(charset), "{name}");
        }
        assert_eq!(Charset::of_name("utf7"), None);
        assert_eq!(Charset::of_name("UTF8MB3"), Some(Charset::Utf8));
    }

    #[test]
    fn collations_of_both_families_are_known() {
        for (id, name) in [
            (8, "latin1"),
            (63, "binary"),
            (255, "utf8mb4"),
            (309, "utf8mb4"),
            (249, "gb18030"),
            (128, "ucs2"),
            (1057, "utf8mb4"),
            (1032, "latin1"),
            (608, "utf8mb4"),
            (2304, "utf8mb4"),
            (2600, "ucs2"),
            (3100, "utf32"),
            (2900, "utf16"),
            (13, "sjis"),
        ] {
            assert_eq!(Charset::of_collation(id).map(Charset::name), Some(name), "{id}");
        }
        for id in [0, 17, 100, 125, 324, 1000, 4096] {
            assert_eq!(Charset::of_collation(id), None, "{id}");
        }
    }

    #[test]
    fn texts_are_what_the_server_means() {
        let cases: &[(Charset, &[u8], &str)] = &[
            (Charset::Latin1, b"\x80\x81\xe9", "€\u{81}é"),
            (Charset::Latin2, b"\xb1", "ą"),
            (Charset::Cp850, b"\x81\x9b", "üø"),
            (Charset::Swe7, b"a[]\\`", "aÄÅÖé"),
            (Charset::Koi8r, b"\xf0\xd2\xc9", "При"),
            (Charset::Sjis, b"\x93\xfa\x81\x5f\\", "日\\\\"),
            (Charset::Cp932, b"\x93\xfa\x81\x5f", "日\u{ff3c}"),
            (Charset::Ujis, b"\xc6\xfc\x8f\xb0\xa1\xf5\xa1", "日丂\u{e000}"),
            (Charset::Eucjpms, b"\x8f\xf5\xa1", "\u{e3ac}"),
            (Charset::Gb2312, b"\xa1\xaa\xd6\xd0", "\u{2015}中"),
            (Charset::Gb18030, b"\xa6\xd9\x81\x30\x81\x30\x90\x30\x81\x30", "\u{e78d}\u{80}\u{10000}"),
            (Charset::Big5, b"\xa4\xa4\xc6\xa1x", "中\u{30fe}x"),
            (Charset::Euckr, b"\xb0\xa1", "가"),
            (Charset::Ucs2, b"\x00a\x20\xac", "a€"),
            (Charset::Utf16, b"\xd8\x3d\xde\x00\xdc\x00", "😀\u{fffd}"),
            (Charset::Utf16le, b"a\0\x3d\xd8", "a\u{fffd}"),
            (Charset::Utf32, b"\0\x01\xf6\x00\0\x11\0\0\0", "😀\u{fffd}\u{fffd}"),
            (Charset::Utf8, b"a\xff", "a\u{fffd}"),
            (Charset::Tis620, b"\xa1", "ก"),
        ];
        for (charset, bytes, text) in cases {
            assert_eq!(charset.decode(bytes), *text, "{charset:?}");
        }
        assert!(matches!(Charset::Big5.decode(b"plain"), Cow::Borrowed("plain")));
    }

    proptest! {
        #[test]
        fn any_bytes_of_any_charset_become_text(
            name in prop::sample::select(&names::ALL[..]),
            bytes in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let charset = Charset::of_name(name).unwrap();
            let mut appended = String::from("x");
            charset.decode_into(&bytes, &mut appended);
            prop_assert_eq!(&appended[1..], charset.decode(&bytes));
        }
    }
}
