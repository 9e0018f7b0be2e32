//! PREVIOUS_GTIDS: all GTIDs in the files before this one.

use becauselog_model::{GtidSet, Interval, ServerUuid, Tag};

use super::{EventError, EventKind, Fields, serialized};

/// The content of a PREVIOUS_GTIDS event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousGtids {
    /// The set.
    pub gtids: GtidSet,
}

/// The top byte of the first number: 0 for sets without tags, 1 with.
const FORMAT_SHIFT: u32 = 56;

impl PreviousGtids {
    /// Reads the content, with or without tags (8.3 and later).
    ///
    /// # Errors
    /// When it is too short, or a tag or an interval is none. Counts are not trusted: nothing is allocated by them.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::PREVIOUS_GTIDS, body);
        let head = fields.u64()?;
        let (tagged, groups) = match head >> FORMAT_SHIFT {
            0 => (false, head),
            1 => (true, (head >> 8) & 0xffff_ffff_ffff),
            _ => return Err(fields.error("an unknown format of GTID sets")),
        };
        let mut gtids = GtidSet::new();
        for _ in 0..groups {
            let source = ServerUuid(fields.array()?);
            let tag = if tagged { read_tag(&mut fields)? } else { Tag::NONE };
            for _ in 0..fields.u64()? {
                let interval = read_interval(&mut fields)?;
                gtids.insert_interval(source, &tag, interval);
            }
        }
        Ok(Self { gtids })
    }
}

fn read_tag(fields: &mut Fields<'_>) -> Result<Tag, EventError> {
    let len = usize::try_from(serialized::unsigned(fields)?).unwrap_or(usize::MAX);
    if len == 0 {
        return Ok(Tag::NONE);
    }
    let unreadable = fields.error("a tag that is none");
    let text = std::str::from_utf8(fields.take(len)?).ok();
    text.and_then(|text| Tag::new(text).ok()).ok_or(unreadable)
}

/// The end of an interval is the first number that is not in it.
fn read_interval(fields: &mut Fields<'_>) -> Result<Interval, EventError> {
    let (first, end) = (fields.u64()?, fields.u64()?);
    if first == 0 || end <= first || end > i64::MAX.unsigned_abs() {
        return Err(fields.error("an interval that is none"));
    }
    Ok(Interval { first, last: end.saturating_sub(1) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_count_beyond_the_bytes_is_an_error_not_an_allocation() {
        assert!(PreviousGtids::parse(&0x00ff_ffff_ffff_ffffu64.to_le_bytes()).is_err());
        assert_eq!(PreviousGtids::parse(&[0; 8]).unwrap().gtids, GtidSet::new());
    }

    #[test]
    fn reads_sets_with_and_without_tags() {
        let mut plain = 1u64.to_le_bytes().to_vec();
        plain.extend([0xab; 16]);
        plain.extend([1u64, 1, 23].map(u64::to_le_bytes).concat());
        let plain = PreviousGtids::parse(&plain).unwrap();
        assert_eq!(plain.gtids.to_string(), "abababab-abab-abab-abab-abababababab:1-22");

        let mut tagged = (1u64 << 56 | 1 << 8 | 1).to_le_bytes().to_vec();
        tagged.extend([0xab; 16]);
        tagged.extend(b"\x06tag");
        tagged.extend([1u64, 5, 6].map(u64::to_le_bytes).concat());
        let tagged = PreviousGtids::parse(&tagged).unwrap();
        assert_eq!(tagged.gtids.to_string(), "abababab-abab-abab-abab-abababababab:tag:5");
    }
}
