//! What the images of a change lack: columns that the log leaves out (`binlog_row_image`), and JSON documents of which it has
//! diffs alone (`binlog_row_value_options`).

use crate::table::Column;

/// What one image lacks.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// `,"a","b"`
    absent: Vec<u8>,
    /// `,"doc":[…],"more":[…]`
    pub(crate) diffs: Vec<u8>,
}

impl Gaps {
    pub(crate) fn clear(&mut self) {
        self.absent.clear();
        self.diffs.clear();
    }

    /// Notes a column that is not in the image; one that is left out anyhow is not missed.
    pub(crate) fn absent(&mut self, column: &Column) {
        if !column.hidden.as_ref().is_some_and(|hidden| hidden.drops())
            && let Some((_colon, name)) = column.name.text().split_last()
        {
            self.absent.extend_from_slice(name);
        }
    }
}

/// Appends `{"before":["a"],"after":["b"]}` with what is absent from either; nothing where nothing is.
pub(crate) fn push_absent(out: &mut Vec<u8>, before: &Gaps, after: &Gaps) -> bool {
    let mut opening = b'{';
    for (name, gaps) in [(&b"\"before\":"[..], before), (b"\"after\":", after)] {
        let Some((_comma, names)) = gaps.absent.split_first() else { continue };
        out.push(opening);
        opening = b',';
        out.extend_from_slice(name);
        out.push(b'[');
        out.extend_from_slice(names);
        out.push(b']');
    }
    let any = opening == b',';
    if any {
        out.push(b'}');
    }
    any
}

/// Appends `{"doc":[…]}` with the diffs of an image; nothing where it has none.
pub(crate) fn push_diffs(out: &mut Vec<u8>, diffs: &[u8]) -> bool {
    let Some((_comma, diffs)) = diffs.split_first() else { return false };
    out.push(b'{');
    out.extend_from_slice(diffs);
    out.push(b'}');
    true
}
