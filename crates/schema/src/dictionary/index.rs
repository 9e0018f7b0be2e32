//! Indexes: their names and their order, as the server finds them.

use std::sync::Arc;

use becauselog_ddl::{self as ddl, IndexKind};

use super::{
    data_type::DataType,
    definition::{ColumnDefinition, Generated, Index, KeyColumn, Period, TableDefinition, is_same},
};

impl TableDefinition {
    /// Adds an index as a statement says it.
    pub(super) fn add_index(&mut self, written: &ddl::Index) {
        let named = written.name.as_deref().filter(|name| !name.is_empty());
        if written.if_not_exists && named.is_some_and(|name| self.index_place(name).is_some()) {
            return;
        }
        let is_unique = written.kind == IndexKind::Unique;
        let parts: Vec<KeyColumn> =
            written.parts.iter().map(|part| self.key_column(part, is_unique)).collect();
        let name = named.map_or_else(|| self.free_index_name(&parts), Arc::from);
        let had_null = self.has_null(&parts);
        self.indexes.push(Index { name, is_unique, had_null, parts });
    }

    /// Adds the index of a column that is said to be `UNIQUE`.
    pub(super) fn add_unique_column(&mut self, column: &Arc<str>) {
        let parts = vec![self.fitted(KeyColumn::Whole(Arc::clone(column)), true)];
        let name = self.free_index_name(&parts);
        let had_null = self.has_null(&parts);
        self.indexes.push(Index { name, is_unique: true, had_null, parts });
    }

    /// Makes these columns the primary key: they cannot be NULL from then on.
    pub(super) fn set_primary_key(&mut self, columns: &[String]) {
        self.primary_key = columns.iter().map(|name| self.column_name(name)).collect();
        self.forbid_nulls();
    }

    /// Columns of the primary key cannot be NULL.
    pub(super) fn forbid_nulls(&mut self) {
        for column in &mut self.columns {
            if self.primary_key.iter().any(|name| is_same(name, &column.name)) {
                column.nullable = false;
            }
        }
    }

    /// In keys a period stands for its end and its begin.
    pub(super) fn unfold_period(&mut self, name: &str, columns: &[String]) {
        let (Some(begin), Some(end)) = (columns.first(), columns.last()) else { return };
        let both = [self.column_name(end), self.column_name(begin)];
        for index in &mut self.indexes {
            let is_period = |part: &KeyColumn| part.column().is_some_and(|column| is_same(column, name));
            if let Some(at) = index.parts.iter().position(is_period) {
                index.parts.splice(at..=at, both.clone().map(KeyColumn::Whole));
            }
        }
    }

    /// Columns of a period cannot be NULL.
    pub(super) fn forbid_nulls_of(&mut self, names: &[String]) {
        for name in names {
            if let Some(column) = self.place(name).and_then(|place| self.columns.get_mut(place)) {
                column.nullable = false;
            }
        }
    }

    pub(super) fn index_place(&self, name: &str) -> Option<usize> {
        self.indexes.iter().position(|index| is_same(&index.name, name))
    }

    /// Takes the end of a period out of the keys, where the server has put it: see [`TableDefinition::key`].
    pub(crate) fn leave_period_out(&mut self) {
        let Period::Shown(end) = &self.period else { return };
        self.primary_key.retain(|name| name != end);
        for index in self.indexes.iter_mut().filter(|index| index.is_unique) {
            index.parts.retain(|part| part.column() != Some(end));
        }
    }

    /// Notes which indexes have parts that can be NULL now.
    pub(crate) fn note_nulls(&mut self) {
        let nulls: Vec<bool> = self.indexes.iter().map(|index| self.has_null(&index.parts)).collect();
        for (index, null) in self.indexes.iter_mut().zip(nulls) {
            index.had_null = null;
        }
    }

    /// The server keeps unique indexes first: those without NULLs, without prefixes and without virtual columns
    /// before others.
    pub(super) fn sort_indexes(&mut self) {
        let mut indexes = std::mem::take(&mut self.indexes);
        indexes.sort_by_key(|index| match index.is_unique {
            true => {
                let long = self.is_long(index);
                (0, long, index.had_null, self.is_virtual(index), !index.is_whole())
            }
            false => (1, false, false, false, false),
        });
        self.indexes = indexes;
    }

    /// Whether a part of the index is computed when it is read.
    fn is_virtual(&self, index: &Index) -> bool {
        !self.by_mariadb
            && index.parts.iter().any(|part| {
                let column = part.column().and_then(|name| self.column(name));
                column.is_none_or(|column| column.generated == Generated::Virtual)
            })
    }

    /// Whether MariaDB keeps a hash of the index's columns: they are too long for an index.
    fn is_long(&self, index: &Index) -> bool {
        self.may_be_long(index) && index.is_whole()
    }

    /// Whether MariaDB may keep a hash of the index's columns, in a column of its own. Of geometries it tells no more.
    pub(super) fn may_be_long(&self, index: &Index) -> bool {
        /// InnoDB's limit.
        const BYTES_MAX: u32 = 3_072;
        if !self.by_mariadb || !index.is_unique {
            return false;
        }
        let mut bytes = 0u32;
        for part in &index.parts {
            let (KeyColumn::Whole(name) | KeyColumn::Prefix(name, 0 | 8)) = part else { continue };
            bytes = bytes.saturating_add(match self.column(name).map(|column| &column.data_type) {
                Some(DataType::Text { .. } | DataType::Blob(_) | DataType::Geometry(_)) => return true,
                Some(DataType::Char { length, collation } | DataType::VarChar { length, collation }) => {
                    length.saturating_mul(collation.bytes_max())
                }
                Some(DataType::Binary(length) | DataType::VarBinary(length)) => *length,
                _ => 0,
            });
        }
        bytes > BYTES_MAX
    }

    fn key_column(&self, part: &ddl::KeyPart, is_unique: bool) -> KeyColumn {
        if part.is_expression {
            return KeyColumn::Expression;
        }
        // A period, `app WITHOUT OVERLAPS`, is none of the columns.
        let name = self.column_name(&part.text);
        self.fitted(
            match part.prefix {
                Some(length) => KeyColumn::Prefix(name, length),
                None => KeyColumn::Whole(name),
            },
            is_unique,
        )
    }

    /// A part of an index over a column that was of another type: the server goes on with as many bytes as an ENUM or SET had, and
    /// cuts what is too long for an index.
    pub(super) fn remembered(
        &self,
        part: KeyColumn,
        old: Option<&ColumnDefinition>,
        is_new: bool,
    ) -> KeyColumn {
        let KeyColumn::Whole(name) = &part else { return part };
        let new = self.column(name).map(|column| &column.data_type);
        let had = match old.map(|column| &column.data_type) {
            Some(DataType::Enum { values, collation }) => (if values.len() < 256 { 1 } else { 2 }, collation),
            Some(DataType::Set { values, collation }) => (values.len().div_ceil(8), collation),
            // A column that took the place of one that went.
            Some(DataType::Integer { bytes, .. }) if is_new => {
                return KeyColumn::Prefix(Arc::clone(name), (*bytes).into());
            }
            _ => return part,
        };
        let chars = u32::try_from(had.0).unwrap_or(0).checked_div(had.1.bytes_max()).unwrap_or(0);
        match new {
            Some(
                DataType::Char { .. }
                | DataType::VarChar { .. }
                | DataType::Binary(_)
                | DataType::VarBinary(_),
            ) if chars > 0 => KeyColumn::Prefix(Arc::clone(name), chars),
            _ => part,
        }
    }

    /// A part as the column's type has it: a prefix of all characters is the whole column, and of texts and blobs there are
    /// only prefixes, but for unique indexes of MariaDB.
    pub(super) fn fitted(&self, part: KeyColumn, is_unique: bool) -> KeyColumn {
        let (name, length) = match part {
            KeyColumn::Whole(name) => (name, None),
            KeyColumn::Prefix(name, length) => (name, Some(length)),
            KeyColumn::Expression => return part,
        };
        let is_prefix = match self.column(&name).map(|column| &column.data_type) {
            Some(
                DataType::Char { length: all, .. }
                | DataType::VarChar { length: all, .. }
                | DataType::Binary(all)
                | DataType::VarBinary(all),
            ) => length.is_some_and(|length| length < *all),
            Some(DataType::Text { .. } | DataType::Blob(_)) => {
                length.is_some() || !(is_unique && self.by_mariadb)
            }
            Some(DataType::Geometry(_) | DataType::Json) => true,
            Some(_) => false,
            None => length.is_some(),
        };
        if is_prefix { KeyColumn::Prefix(name, length.unwrap_or(0)) } else { KeyColumn::Whole(name) }
    }

    /// A column's name as the table has it.
    fn column_name(&self, name: &str) -> Arc<str> {
        self.column(name).map_or_else(|| name.into(), |column| Arc::clone(&column.name))
    }

    /// The name of an index that has none: its first column's, with a number where that is taken.
    fn free_index_name(&self, parts: &[KeyColumn]) -> Arc<str> {
        let base = parts.first().and_then(KeyColumn::column).map_or("functional_index", |name| name);
        let is_free = |name: &str| self.index_place(name).is_none() && !name.eq_ignore_ascii_case("PRIMARY");
        if is_free(base) {
            return base.into();
        }
        let numbered = (2u32..1_000).map(|number| format!("{base}_{number}")).find(|name| is_free(name));
        numbered.unwrap_or_else(|| base.to_owned()).into()
    }
}
