//! Charsets of one to four bytes a character: the Encoding Standard's decoders, corrected where the server differs.

use encoding_rs::Encoding;

use super::{
    Charset,
    differences::{self, Differences},
};

/// How a multi-byte charset is read.
pub(super) struct Coding {
    encoding: &'static Encoding,
    differences: &'static Differences,
    shape: Shape,
}

/// How many bytes a character takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Two after a byte of 0x81 and above.
    Double,
    /// The same, but 0xa0 to 0xdf are half-width kana of one byte.
    ShiftJis,
    /// Two, three after 0x8f. Rows from 0xf5 are the private use area.
    EucJp,
    /// Two, or four when the second is a digit.
    Gb18030,
}

/// Where the user-defined rows of EUC-JP begin, and how many characters a row and a plane have.
const USER_ROW: u32 = 0xf5;
const ROW_LEN: u32 = 94;
const PLANE_LEN: u32 = 940;
const PRIVATE_USE: u32 = 0xe000;

impl Coding {
    pub(super) const fn of(charset: Charset) -> Option<Self> {
        let (encoding, differences, shape): (_, &'static Differences, _) = match charset {
            Charset::Big5 => (encoding_rs::BIG5, differences::BIG5, Shape::Double),
            Charset::Cp932 => (encoding_rs::SHIFT_JIS, &[] as &Differences, Shape::ShiftJis),
            Charset::Sjis => (encoding_rs::SHIFT_JIS, differences::SJIS, Shape::ShiftJis),
            Charset::Eucjpms => (encoding_rs::EUC_JP, differences::EUCJPMS, Shape::EucJp),
            Charset::Ujis => (encoding_rs::EUC_JP, differences::UJIS, Shape::EucJp),
            Charset::Euckr => (encoding_rs::EUC_KR, &[] as &Differences, Shape::Double),
            Charset::Gb18030 => (encoding_rs::GB18030, differences::GB18030, Shape::Gb18030),
            Charset::Gb2312 => (encoding_rs::GBK, differences::GB2312, Shape::Double),
            Charset::Gbk => (encoding_rs::GBK, &[] as &Differences, Shape::Double),
            _ => return None,
        };
        Some(Self { encoding, differences, shape })
    }

    /// Appends the text: runs that need no correction at once.
    pub(super) fn push(&self, bytes: &[u8], out: &mut String) {
        let mut run_start = 0usize;
        let mut at = 0usize;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let len = self.shape.character_len(rest).min(rest.len());
            let next = at.saturating_add(len);
            if let Some(character) = self.correction(rest.get(..len).unwrap_or_default()) {
                self.push_run(bytes.get(run_start..at).unwrap_or_default(), out);
                out.push(character);
                run_start = next;
            }
            at = next;
        }
        self.push_run(bytes.get(run_start..).unwrap_or_default(), out);
    }

    fn push_run(&self, run: &[u8], out: &mut String) {
        if !run.is_empty() {
            out.push_str(&self.encoding.decode_without_bom_handling(run).0);
        }
    }

    /// What the server reads here, where that is something else than the standard's character.
    fn correction(&self, character: &[u8]) -> Option<char> {
        if !matches!(character.len(), 2 | 3) {
            return None;
        }
        let code = character.iter().fold(0u32, |code, byte| code << 8 | u32::from(*byte));
        let listed = self.differences.binary_search_by_key(&code, |(code, _)| *code);
        if let Some((_, character)) = listed.ok().and_then(|at| self.differences.get(at)) {
            return Some(*character);
        }
        if self.shape == Shape::EucJp { user_defined(code) } else { None }
    }
}

impl Shape {
    fn character_len(self, bytes: &[u8]) -> usize {
        let first = bytes.first().copied().unwrap_or(0);
        let second = bytes.get(1).copied().unwrap_or(0);
        match self {
            _ if first < 0x81 || first == 0xff => 1,
            Self::ShiftJis if (0xa0..0xe0).contains(&first) => 1,
            Self::EucJp if first == 0x8f => 3,
            Self::EucJp if first < 0xa1 && first != 0x8e => 1,
            Self::Gb18030 if second.is_ascii_digit() => 4,
            // A byte that cannot follow is no part of the character: the decoder tells so.
            _ if second < 0x40 => 1,
            _ => 2,
        }
    }
}

/// The rows of EUC-JP that are left to users: ten rows of 94 in each plane, one after another in the private use area.
fn user_defined(code: u32) -> Option<char> {
    let plane = if code >> 16 == 0x8f { PLANE_LEN } else { 0 };
    let row = (code >> 8 & 0xff).checked_sub(USER_ROW)?;
    let column = (code & 0xff).checked_sub(0xa1).filter(|column| *column < ROW_LEN)?;
    let place = row.checked_mul(ROW_LEN)?.checked_add(column)?.checked_add(plane)?;
    char::from_u32(PRIVATE_USE.checked_add(place)?).filter(|_| row < 10)
}
