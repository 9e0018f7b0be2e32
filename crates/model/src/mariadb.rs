//! Types that only MariaDB has, which the log keeps as fixed bytes.

use std::fmt::{self, Write as _};

use crate::gtid::ServerUuid;

/// A type that only MariaDB has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MariaDbType {
    /// `UUID`: 16 bytes.
    Uuid,
    /// `INET4`: 4 bytes.
    Inet4,
    /// `INET6`: 16 bytes.
    Inet6,
}

/// A value of one of these types; prints as the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MariaDbValue {
    /// `UUID`, in the order of its text.
    Uuid([u8; 16]),
    /// `INET4`.
    Inet4([u8; 4]),
    /// `INET6`.
    Inet6([u8; 16]),
}

impl MariaDbType {
    /// Its name, as `information_schema` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Inet4 => "inet4",
            Self::Inet6 => "inet6",
        }
    }

    /// The type of a name in lower case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Uuid, Self::Inet4, Self::Inet6].into_iter().find(|kind| kind.name() == name)
    }

    /// How many bytes a value has.
    #[must_use]
    pub const fn length(self) -> u8 {
        match self {
            Self::Inet4 => 4,
            Self::Uuid | Self::Inet6 => 16,
        }
    }

    /// The value of the server's text; nothing where it is none.
    #[must_use]
    pub fn of_text(self, text: &str) -> Option<MariaDbValue> {
        Some(match self {
            Self::Uuid => MariaDbValue::Uuid(text.parse::<ServerUuid>().ok()?.0),
            Self::Inet4 => MariaDbValue::Inet4(text.parse::<std::net::Ipv4Addr>().ok()?.octets()),
            Self::Inet6 => MariaDbValue::Inet6(text.parse::<std::net::Ipv6Addr>().ok()?.octets()),
        })
    }

    /// The value of bytes from the log, which cuts trailing zero bytes; nothing where they are too many.
    #[must_use]
    pub fn value(self, bytes: &[u8]) -> Option<MariaDbValue> {
        Some(match self {
            Self::Uuid => MariaDbValue::Uuid(padded(bytes)?),
            Self::Inet4 => MariaDbValue::Inet4(padded(bytes)?),
            Self::Inet6 => MariaDbValue::Inet6(padded(bytes)?),
        })
    }
}

fn padded<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let mut all = [0; N];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(all)
}

impl MariaDbValue {
    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        match self {
            Self::Uuid(bytes) | Self::Inet6(bytes) => bytes,
            Self::Inet4(bytes) => bytes,
        }
    }
}

impl fmt::Display for MariaDbValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bytes) => write_uuid(f, bytes),
            Self::Inet4(bytes) => write_inet4(f, bytes),
            Self::Inet6(bytes) => write_inet6(f, bytes),
        }
    }
}

fn write_uuid(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            f.write_char('-')?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

fn write_inet4(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        let dot = if index == 0 { "" } else { "." };
        write!(f, "{dot}{byte}")?;
    }
    Ok(())
}

/// The longest run of zero words, the first of equal ones and be it one word, is left out; an address of IPv4 behind 96 bits of
/// zeros, or of zeros and `ffff`, is written as such. Source: `Inet6::to_string`.
fn write_inet6(f: &mut fmt::Formatter<'_>, bytes: &[u8; 16]) -> fmt::Result {
    let mut words = [0u16; 8];
    for (word, pair) in words.iter_mut().zip(bytes.chunks_exact(2)) {
        *word = pair.iter().fold(0, |word, byte| word << 8 | u16::from(*byte));
    }
    let (gap, len) = longest_gap(&words);
    let mapped = len == 5 && words.get(5) == Some(&0xffff);
    for (index, word) in words.iter().enumerate() {
        if index == gap {
            f.write_str(if index == 0 { "::" } else { ":" })?;
        }
        if (gap..gap.saturating_add(len)).contains(&index) {
            continue;
        }
        if index == 6 && gap == 0 && (len == 6 || mapped) {
            return write_inet4(f, bytes.get(12..).unwrap_or_default());
        }
        write!(f, "{word:x}")?;
        if index < 7 {
            f.write_char(':')?;
        }
    }
    Ok(())
}

/// Where the longest run of zeros begins and how long it is; beyond the end where there is none.
fn longest_gap(words: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut start, mut len) = ((words.len(), 0), 0, 0usize);
    for (index, word) in words.iter().enumerate() {
        if *word != 0 {
            len = 0;
            continue;
        }
        if len == 0 {
            start = index;
        }
        len = len.saturating_add(1);
        if len > best.1 {
            best = (start, len);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inet6(text: &str) -> String {
        let address: std::net::Ipv6Addr = text.parse().unwrap();
        MariaDbValue::Inet6(address.octets()).to_string()
    }

    #[test]
    fn addresses_are_written_as_the_server_does() {
        for text in
            ["::", "::1", "1::", "2001:db8::ff00:42:8329", "::ffff:10.0.0.1", "::10.0.0.1", "1:2:3:4:5:6:7:8"]
        {
            assert_eq!(inet6(text), text);
        }
        assert_eq!(inet6("1:0:2:3:4:5:6:7"), "1::2:3:4:5:6:7");
        assert_eq!(inet6("1:2:3:4:5:6:7:0"), "1:2:3:4:5:6:7::");
        assert_eq!(inet6("1:0:0:2:0:0:3:4"), "1::2:0:0:3:4");
        assert_eq!(MariaDbType::Inet4.value(&[10, 0, 0, 1]).unwrap().to_string(), "10.0.0.1");
    }

    #[test]
    fn zero_bytes_that_the_log_cut_are_there() {
        let value = MariaDbType::Uuid.value(b"\x01\x23").unwrap();
        assert_eq!(value.to_string(), "01230000-0000-0000-0000-000000000000");
        assert_eq!(MariaDbType::Inet4.value(&[]).unwrap().to_string(), "0.0.0.0");
        assert_eq!(MariaDbType::Uuid.of_text(&value.to_string()), Some(value));
        assert_eq!(MariaDbType::Inet4.value(&[0; 5]), None);
    }
}
