//! Tables as text that can be kept: a list, since names are no keys in JSON.

use std::{collections::HashMap, sync::Arc};

use becauselog_model::TableName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::DeclaredTable;

type Tables = HashMap<TableName, Arc<DeclaredTable>>;

pub(super) fn serialize<S: Serializer>(tables: &Tables, to: S) -> Result<S::Ok, S::Error> {
    let mut all: Vec<&DeclaredTable> = tables.values().map(|table| &**table).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.serialize(to)
}

pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Tables, D::Error> {
    let all: Vec<DeclaredTable> = Vec::deserialize(from)?;
    Ok(all.into_iter().map(|table| (table.name.clone(), Arc::new(table))).collect())
}

/// A name as its two parts.
pub(super) mod name {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TableName};

    pub(in super::super) fn serialize<S: Serializer>(name: &TableName, to: S) -> Result<S::Ok, S::Error> {
        (&*name.database, &*name.table).serialize(to)
    }

    pub(in super::super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<TableName, D::Error> {
        let (database, table): (String, String) = Deserialize::deserialize(from)?;
        Ok(TableName::new(&database, &table))
    }
}
