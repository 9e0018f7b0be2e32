//! Collation ids: `information_schema.collations` of MySQL 9.7, and MariaDB's own ranges.

use super::Charset;

/// MariaDB's `…_nopad_…` collations: the padding one's id, or one of its charset's, plus this.
const NOPAD: u16 = 1024;

pub(super) fn of_collation(id: u16) -> Option<Charset> {
    match id {
        0..=323 => of_mysql(id),
        576..=2047 => of_mariadb(id),
        2048..=3327 => of_uca1400(id),
        _ => None,
    }
}

/// Up to 323 both families number alike; above 247 only MySQL does.
fn of_mysql(id: u16) -> Option<Charset> {
    Some(match id {
        11 | 65 | 33 | 45 | 46 | 76 | 83 | 192..=215 | 223..=247 | 255..=323 => Charset::Utf8,
        5 | 8 | 15 | 31 | 47 | 48 | 49 | 94 => Charset::Latin1,
        63 => Charset::Binary,
        32 | 64 => Charset::Armscii8,
        1 | 84 => Charset::Big5,
        26 | 34 | 44 | 66 | 99 => Charset::Cp1250,
        14 | 23 | 50 | 51 | 52 => Charset::Cp1251,
        57 | 67 => Charset::Cp1256,
        29 | 58 | 59 => Charset::Cp1257,
        4 | 80 => Charset::Cp850,
        40 | 81 => Charset::Cp852,
        36 | 68 => Charset::Cp866,
        95 | 96 => Charset::Cp932,
        3 | 69 => Charset::Dec8,
        97 | 98 => Charset::Eucjpms,
        19 | 85 => Charset::Euckr,
        248..=250 => Charset::Gb18030,
        24 | 86 => Charset::Gb2312,
        28 | 87 => Charset::Gbk,
        92 | 93 => Charset::Geostd8,
        25 | 70 => Charset::Greek,
        16 | 71 => Charset::Hebrew,
        6 | 72 => Charset::Hp8,
        37 | 73 => Charset::Keybcs2,
        7 | 74 => Charset::Koi8r,
        22 | 75 => Charset::Koi8u,
        2 | 9 | 21 | 27 | 77 => Charset::Latin2,
        30 | 78 => Charset::Latin5,
        20 | 41 | 42 | 79 => Charset::Latin7,
        38 | 43 => Charset::Macce,
        39 | 53 => Charset::Macroman,
        13 | 88 => Charset::Sjis,
        10 | 82 => Charset::Swe7,
        18 | 89 => Charset::Tis620,
        35 | 90 | 128..=151 | 159 => Charset::Ucs2,
        12 | 91 => Charset::Ujis,
        54 | 55 | 101..=124 => Charset::Utf16,
        56 | 62 => Charset::Utf16le,
        60 | 61 | 160..=183 => Charset::Utf32,
        _ => return None,
    })
}

/// MariaDB's Croatian, Myanmar and Thai collations, and those that do not pad.
fn of_mariadb(id: u16) -> Option<Charset> {
    Some(match id {
        576..=578 | 608..=610 | 1216 | 1238 | 1248 | 1270 => Charset::Utf8,
        640..=642 | 1152 | 1174 => Charset::Ucs2,
        672..=674 | 1125 | 1147 => Charset::Utf16,
        736..=738 | 1184 | 1206 => Charset::Utf32,
        1071 => Charset::Latin1,
        1025..=1122 => of_mysql(id.checked_sub(NOPAD)?)?,
        _ => return None,
    })
}

/// MariaDB's `uca1400` collations: 256 ids for each Unicode charset.
const fn of_uca1400(id: u16) -> Option<Charset> {
    Some(match id {
        2048..=2559 => Charset::Utf8,
        2560..=2815 => Charset::Ucs2,
        2816..=3071 => Charset::Utf16,
        3072..=3327 => Charset::Utf32,
        _ => return None,
    })
}
