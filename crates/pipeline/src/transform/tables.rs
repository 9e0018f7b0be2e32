//! The tables of the log by the numbers that row events name: what to do with rows of each.

use std::{collections::HashMap, sync::Arc};

use becauselog_decode::{Layout, TablePlan, Unpack};
use becauselog_model::TableShape;
use bytes::Bytes;

/// What is done with rows of a table.
#[derive(Debug, Clone)]
pub enum Table {
    /// They are read.
    Wanted(WantedTable),
    /// They are counted.
    Counted(Arc<Layout>),
}

/// A table whose rows are read.
#[derive(Debug, Clone)]
pub struct WantedTable {
    /// How, once compressed columns are unfolded.
    pub plan: Arc<TablePlan>,
    /// How to unfold its compressed columns, where it has any.
    pub unpack: Option<Arc<Unpack>>,
    /// About how many bytes a record of it takes beside the row's own: names and what is told of its origin.
    pub row_bytes: usize,
    /// It is known to have no primary key.
    pub keyless: bool,
    /// Its rows pass one by one.
    pub by_row: bool,
    /// Its rows ask for bootstraps.
    pub requests: bool,
}

/// What a record tells beside its row, in about so many bytes.
const ORIGIN_BYTES: usize = 512;

impl WantedTable {
    /// A table that is read by this plan.
    #[must_use]
    pub fn new(plan: TablePlan, unpack: Option<Unpack>) -> Self {
        let row_bytes = record_bytes(plan.shape());
        let unpack = unpack.map(Arc::new);
        Self { plan: Arc::new(plan), unpack, row_bytes, keyless: false, by_row: false, requests: false }
    }

    /// The widths of the columns as the log has them.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        self.unpack.as_ref().map_or(self.plan.layout(), |unpack| unpack.layout())
    }
}

/// About how many bytes a record of a table takes beside the row's own.
pub fn record_bytes(shape: &TableShape) -> usize {
    let names = shape.columns.iter().map(|column| column.name.len().saturating_add(8));
    names.fold(ORIGIN_BYTES, usize::saturating_add)
}

/// Tables by number; a number is good until the next table map with the same one.
#[derive(Debug, Default)]
pub struct Tables {
    by_id: HashMap<u64, Slot>,
}

#[derive(Debug)]
struct Slot {
    map: Bytes,
    table: Table,
}

/// The most tables that are remembered: the server gives a table a new number at each flush or DDL.
const TABLES_MAX: usize = 20_000;

impl Tables {
    /// The table of a number.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Table> {
        self.by_id.get(&id).map(|slot| &slot.table)
    }

    /// Whether the number stands for a table with exactly this map already.
    #[must_use]
    pub fn knows(&self, id: u64, map: &[u8]) -> bool {
        self.by_id.get(&id).is_some_and(|slot| slot.map == map)
    }

    /// Says what a number stands for from now on.
    pub fn set(&mut self, id: u64, map: &[u8], table: Table) {
        // A copy: a slice of the event would keep its whole read buffer.
        self.by_id.insert(id, Slot { map: Bytes::copy_from_slice(map), table });
    }

    /// Forgets all if there are too many. To be called between groups only: each group maps its tables anew before their
    /// rows, so nothing but time is lost.
    pub fn trim(&mut self) {
        if self.by_id.len() > TABLES_MAX {
            self.by_id.clear();
        }
    }

    /// Forgets all: after a DDL shapes may mean something else under the same map.
    pub fn clear(&mut self) {
        self.by_id.clear();
    }
}
