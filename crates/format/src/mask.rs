//! Which columns are written, and how values are hidden: filters and masks by columns' names.
//!
//! Decided once for each table's shape; a table without such columns pays nothing for a row. Keys are never filtered or
//! masked, as the peer does it: they say which row it is.

mod choice;
mod hash;
mod hidden;

pub(crate) use choice::Names;
pub use choice::{ColumnRules, MaskError};
pub use hash::{HashAlgorithm, HashOf};
pub(crate) use hidden::{Hidden, schema_parameter};

/// How a value is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mask {
    /// `column.mask.with.(N).chars`: so many asterisks in place of each text, of NULL too.
    Stars(usize),
    /// `column.mask.hash…`: the hash of the salt and the text, in hexadecimal digits, no longer than the column is. NULL stays.
    Hash {
        /// Which hash.
        algorithm: HashAlgorithm,
        /// What is hashed before the text.
        salt: String,
        /// What of the text is hashed.
        of: HashOf,
    },
    /// `column.truncate.to.(N).chars`: texts of at most so many UTF-16 units, bytes of at most so many.
    Cut(usize),
}
