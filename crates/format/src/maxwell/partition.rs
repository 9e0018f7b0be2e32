//! Which Kafka partition a row goes to, as Maxwell's producer chooses it.

use becauselog_model::{RowChange, RowImage, TableShape};

use super::{Effect, config::MaxwellConfig, filter::java_text, row::Row, table::Table};
use crate::{FormatError, Losses, tables::Tables};

/// What rows are told apart by (`producer_partition_by`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartitionBy {
    /// `database`
    #[default]
    Database,
    /// `table`: by its name alone, whatever its database.
    Table,
    /// `primary_key`: by the values; rows of tables without one by database and table.
    PrimaryKey,
    /// `transaction_id`
    TransactionId,
    /// `thread_id`
    ThreadId,
    /// `column`: by the values of `producer_partition_columns`.
    Column,
}

/// How a text becomes a number (`kafka_partition_hash`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartitionHash {
    /// `default`: Java's `String.hashCode`.
    #[default]
    Java,
    /// `murmur3`: 32 bits, with Maxwell's seed.
    Murmur3,
}

/// Tells partitions of rows.
#[derive(Debug)]
pub struct Partitioner {
    by: PartitionBy,
    columns: Vec<String>,
    fallback: PartitionBy,
    hash: PartitionHash,
    config: MaxwellConfig,
    tables: Tables<(Table, Vec<usize>)>,
    row: Row,
}

impl Partitioner {
    /// By Maxwell's options; `columns` and `fallback` count for [`PartitionBy::Column`].
    #[must_use]
    pub fn new(
        by: PartitionBy,
        columns: Vec<String>,
        fallback: PartitionBy,
        hash: PartitionHash,
        config: MaxwellConfig,
    ) -> Self {
        let config = MaxwellConfig { exclude_columns: Vec::new(), output_nulls: true, ..config };
        Self { by, columns, fallback, hash, config, tables: Tables::new(), row: Row::default() }
    }

    /// The partition of a row, of so many.
    ///
    /// # Errors
    /// When a value cannot be read.
    pub fn of_row<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        partitions: u32,
    ) -> Result<u32, FormatError> {
        let text = match self.text(self.by, change)? {
            text if text.is_empty() && self.by == PartitionBy::Column => self.text(self.fallback, change)?,
            text => text,
        };
        Ok(self.hash.partition(&text, partitions))
    }

    /// The partition of a DDL message.
    #[must_use]
    pub fn of_ddl(&self, effect: &Effect, partitions: u32) -> u32 {
        let text = match self.by {
            PartitionBy::Table => effect.table().unwrap_or(effect.database()),
            _ => effect.database(),
        };
        self.hash.partition(text, partitions)
    }

    fn text<'a, I: RowImage<'a>>(
        &mut self,
        by: PartitionBy,
        change: &RowChange<'a, I>,
    ) -> Result<String, FormatError> {
        let number = |number: Option<u64>| number.map_or("null".to_owned(), |number| number.to_string());
        let name = &change.shape.name;
        Ok(match by {
            PartitionBy::Database => name.database.to_string(),
            PartitionBy::Table => name.table.to_string(),
            PartitionBy::TransactionId => number(change.place.xid),
            PartitionBy::ThreadId => number(change.transaction.thread_id.map(u64::from)),
            PartitionBy::PrimaryKey => self.values(change, true)?,
            PartitionBy::Column => self.values(change, false)?,
        })
    }

    /// The key's values, or those of the columns asked for, one after another.
    fn values<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        of_key: bool,
    ) -> Result<String, FormatError> {
        let Self { columns, config, tables, row, .. } = self;
        let at = tables.find(change.shape, |shape| {
            (Table::prepare(shape, config, change.place.keyless), places(shape, columns))
        });
        let no_image = || FormatError::NoImage { table: change.shape.name.clone() };
        let (table, asked) = tables.get_mut(at).ok_or_else(no_image)?;
        if of_key && table.key.is_empty() {
            return Ok(format!("{}{}", change.shape.name.database, change.shape.name.table));
        }
        row.render(change, table, config, &mut Losses::default())?;
        let columns = if of_key { &table.key } else { asked };
        let value = |column: &usize| {
            let of_texts = table.columns.get(*column).is_some_and(|column| !column.texts.is_empty());
            row.value_of(*column).and_then(|json| java_text(json, of_texts))
        };
        let text: String = columns.iter().filter_map(value).collect();
        Ok(if of_key && text.is_empty() { "None".to_owned() } else { text })
    }
}

fn places(shape: &TableShape, columns: &[String]) -> Vec<usize> {
    let place = |name: &String| shape.columns.iter().position(|column| *column.name == **name);
    columns.iter().filter_map(place).collect()
}

impl PartitionHash {
    /// The partition that a text belongs to.
    #[must_use]
    pub fn partition(self, text: &str, partitions: u32) -> u32 {
        let hash = match self {
            Self::Java => java_hash(text),
            Self::Murmur3 => murmur3(text.as_bytes(), 25_342).cast_signed(),
        };
        let rest = i64::from(hash).checked_rem(partitions.into()).unwrap_or(0);
        u32::try_from(rest.unsigned_abs()).unwrap_or(0)
    }
}

/// `String.hashCode`.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

/// `MurmurHash3_x86_32`, by Austin Appleby, in the public domain.
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let mixed = |block: u32| block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = blocks.iter().fold(seed, |hash, block| {
        (hash ^ mixed(u32::from_le_bytes(*block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    if !tail.is_empty() {
        hash ^= mixed(tail.iter().rev().fold(0, |block, byte| block << 8 | u32::from(*byte)));
    }
    hash ^= u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
