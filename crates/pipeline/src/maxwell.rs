//! What Maxwell's messages tell beside rows: which rows pass its filter, what each DDL statement did.
//!
//! Both are found in the order of the log, before rows are encoded side by side.

use becauselog_decode::{RowIndex, Rows, TablePlan};
use becauselog_format::{
    BootstrapRequest, DdlError, Definitions, Effect, Filter, FormatError, MaxwellConfig, RowFilter, Verdict,
};
use becauselog_model::{Op, Place, RowChange, RowsEvent, TableName, TableShape, Transaction};

use crate::bootstrap::BootstrapConfig;

/// What is needed for it.
#[derive(Debug, Clone)]
pub struct MaxwellView {
    /// Which tables and rows pass.
    pub filter: Filter,
    /// How values are rendered that the filter looks at.
    pub config: MaxwellConfig,
    /// The shapes of tables at the start.
    pub definitions: Definitions,
    /// The database that Maxwell keeps for itself (`schema_database`).
    pub schema_database: String,
    /// How bootstraps are done; nothing where they are not.
    pub bootstraps: Option<BootstrapConfig>,
}

/// The same, at work.
pub struct Beside {
    rows: RowFilter,
    definitions: Definitions,
    schema_database: String,
    output_ddl: bool,
}

/// In Maxwell's own database, the table whose rows ask for bootstraps.
const REQUESTS: &str = "bootstrap";

impl Beside {
    /// Begins with the shapes at the start.
    pub fn new(view: MaxwellView) -> Self {
        let output_ddl = view.config.output_ddl;
        let (definitions, schema_database) = (view.definitions, view.schema_database);
        Self { rows: RowFilter::new(view.filter, view.config), definitions, schema_database, output_ddl }
    }

    /// Of Maxwell's own tables, whether rows are kept, whatever the filter says: the new ones of its table `bootstrap` are,
    /// what it writes down for itself is not. Nothing for all other tables.
    pub fn keeps(&self, table: &TableName) -> Option<bool> {
        (*table.database == *self.schema_database).then(|| &*table.table == REQUESTS)
    }

    /// What new rows of Maxwell's table `bootstrap` ask for, each with the row's number.
    pub fn requests(
        &self,
        plan: &TablePlan,
        rows: &Rows<'_>,
        index: &[RowIndex],
    ) -> Result<Vec<(u64, BootstrapRequest)>, FormatError> {
        let mut requests = Vec::new();
        for (number, at) in (0..).zip(index).filter(|_| rows.kind.op() == Op::Insert) {
            let Some(row) = rows.images(plan, *at).1 else { continue };
            requests.extend(BootstrapRequest::read(plan.shape(), row)?.map(|request| (number, request)));
        }
        Ok(requests)
    }

    /// Whether rows of a table pass one by one.
    pub fn looks_at_rows(&self, shape: &TableShape) -> bool {
        let columns = shape.columns.iter().map(|column| &*column.name);
        self.rows.filter().verdict(&shape.name, columns) == Verdict::Some
    }

    /// Whether a table is known to have no primary key.
    pub fn is_keyless(&self, table: &TableName) -> bool {
        self.definitions.table(&table.database, &table.table).is_some_and(|table| table.key.is_empty())
    }

    /// How many statements changed shapes so far, from 1.
    pub const fn schema_id(&self) -> u64 {
        self.definitions.version()
    }

    /// Follows a statement, and tells of what it did what the filter lets through. Where no messages of it are wanted, one
    /// that cannot be followed is no failure.
    pub fn ddl(&mut self, database: &str, statement: &[u8]) -> Result<Vec<Effect>, DdlError> {
        let mut effects = match self.definitions.apply(database, &String::from_utf8_lossy(statement)) {
            Ok(effects) => effects,
            Err(error) if self.output_ddl => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "a statement is not followed");
                Vec::new()
            }
        };
        effects.retain(|effect| effect.passes(self.rows.filter()));
        Ok(effects)
    }

    /// For each row of an event whether it passes. What is told of the event beside its rows does not matter.
    pub fn passing(
        &mut self,
        transaction: &Transaction,
        event: &RowsEvent,
        plan: &TablePlan,
        rows: &Rows<'_>,
        index: &[RowIndex],
    ) -> Result<Vec<bool>, FormatError> {
        if self.keeps(&plan.shape().name).is_some() {
            return Ok(vec![rows.kind.op() == Op::Insert; index.len()]);
        }
        let passes = |at: &RowIndex| {
            let (before, after) = rows.images(plan, *at);
            self.rows.passes(&RowChange {
                transaction,
                event,
                shape: plan.shape(),
                op: rows.kind.op(),
                row: 0,
                index: 0,
                place: Place::default(),
                before,
                after,
            })
        };
        index.iter().map(passes).collect()
    }
}
