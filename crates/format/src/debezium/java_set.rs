//! The order in which Java's hash sets and maps list texts.

/// Puts values into the order in which a `HashSet` lists them that they were added to in this order, each with the text that it is
/// hashed by. What is equal is there once.
pub(super) fn ordered<T: PartialEq>(values: Vec<(String, T)>) -> Vec<T> {
    let mut kept: Vec<(String, T)> = Vec::with_capacity(values.len());
    for (text, value) in values {
        if !kept.iter().any(|(there, _)| *there == text) {
            kept.push((text, value));
        }
    }
    let buckets = buckets(kept.len());
    kept.sort_by_key(|(text, _)| bucket(text, buckets));
    kept.into_iter().map(|(_, value)| value).collect()
}

/// The bucket of a text among so many.
pub(super) fn bucket(text: &str, buckets: u32) -> u32 {
    spread(java_hash(text)) & buckets.saturating_sub(1)
}

/// How many buckets a new `HashMap` has with so many entries: 16, doubled once more than three quarters are used.
pub(super) fn buckets(entries: usize) -> u32 {
    let mut buckets: u32 = 16;
    while usize::try_from(buckets / 4).is_ok_and(|quarter| entries > quarter.saturating_mul(3)) {
        match buckets.checked_mul(2) {
            Some(more) => buckets = more,
            None => break,
        }
    }
    buckets
}

/// `String.hashCode`.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

const fn spread(hash: u32) -> u32 {
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_javas_hashes() {
        assert_eq!(java_hash(""), 0);
        assert_eq!(java_hash("hello"), 99_162_322);
        assert_eq!(java_hash("shop.orders.é😀"), {
            let units = "shop.orders.é😀".encode_utf16();
            units.fold(0u64, |hash, unit| (hash * 31 + u64::from(unit)) % (1 << 32)) as u32
        });
        assert_eq!((buckets(12), buckets(13), buckets(24), buckets(25)), (16, 32, 32, 64));
    }

    #[test]
    fn a_set_has_each_text_once() {
        let listed =
            ordered(vec![("ddl.r1".to_owned(), 1), ("ddl.r2".to_owned(), 2), ("ddl.r1".to_owned(), 1)]);
        assert_eq!(listed, [2, 1]);
    }
}
