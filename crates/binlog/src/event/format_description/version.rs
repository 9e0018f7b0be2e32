//! What a server's version says of the files that it writes.

use crate::event::EventKind;

/// MySQL from 5.6.1 on and MariaDB from 5.3 on write the checksum's algorithm into the format description.
const MYSQL_WITH_CHECKSUMS: [u32; 3] = [5, 6, 1];
const MARIADB_WITH_CHECKSUMS: [u32; 3] = [5, 3, 0];

pub(super) fn is_mariadb(version: &str) -> bool {
    version.to_ascii_lowercase().contains("mariadb")
}

pub(super) fn writes_algorithm(version: &str) -> bool {
    let since = if is_mariadb(version) { MARIADB_WITH_CHECKSUMS } else { MYSQL_WITH_CHECKSUMS };
    version_numbers(version) >= since
}

/// The first three numbers of a version text such as `8.0.36-28.1-log` or `5.7.22-rds`; 0 where there is none.
pub(super) fn version_numbers(version: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(version.split('.')) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        *number = part.get(..digits).and_then(|text| text.parse().ok()).unwrap_or_default();
        if digits < part.len() {
            break;
        }
    }
    numbers
}

/// Whether a server is of the trees of 5.1 and 5.2, before 5.1.6, that numbered the kinds of events after
/// FORMAT_DESCRIPTION otherwise: `5.1.1-a_drop5p3` to `5.1.5-a_drop5p20`, `5.2.0-a_drop6p3` to `5.2.2-a_drop6p13c`.
pub(super) fn has_other_numbers(version: &str) -> bool {
    let patch = |of: &str| version.strip_prefix(of)?.split_once("-a_drop")?.0.parse::<u32>().ok();
    patch("5.1.").is_some_and(|patch| (1..=5).contains(&patch))
        || patch("5.2.").is_some_and(|patch| patch <= 2)
}

/// The kind that a number stands for in the files of those trees.
pub(super) const fn kind_of_other_number(number: EventKind) -> EventKind {
    match number.0 {
        16 => EventKind::TABLE_MAP,
        17 => EventKind::PRE_GA_WRITE_ROWS,
        18 => EventKind::PRE_GA_UPDATE_ROWS,
        19 => EventKind::PRE_GA_DELETE_ROWS,
        20 => EventKind::XID,
        21 => EventKind::BEGIN_LOAD_QUERY,
        22 => EventKind::EXECUTE_LOAD_QUERY,
        _ => number,
    }
}

/// The lengths of kinds' fixed parts in the order of those trees, in the order of kinds.
pub(super) fn by_kind(lengths: &[u8]) -> Vec<u8> {
    let mut sorted = lengths.to_vec();
    for (number, length) in (1..=u8::MAX).zip(lengths) {
        let index = usize::from(kind_of_other_number(EventKind(number)).0).checked_sub(1);
        if let Some(place) = index.and_then(|index| sorted.get_mut(index)) {
            *place = *length;
        }
    }
    sorted
}
