//! All tables as the statements of the log have made them.
//!
//! A server's data dictionary, followed from the outside: it begins with what `information_schema` says at a position, or with
//! nothing, and every DDL statement of the log changes it as it changed the server. So the shape of a table is known at each
//! position, whatever became of the table since.
//!
//! What a statement says and this does not understand makes the table *doubtful*: whoever reads it asks the server again, or does
//! what is asked for where a shape cannot be known. Nothing is guessed.

mod alter;
mod changes;
mod charset;
mod column;
mod create;
mod data_type;
mod definition;
mod index;
mod kept;
mod outcome;
mod sequence;
mod session;
mod shape;
mod statement;
mod text;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use becauselog_ddl::TableRef;
use becauselog_model::TableName;

pub use self::{
    charset::Collation,
    data_type::{DataType, TextSize},
    definition::{ColumnDefinition, Generated, Index, KeyColumn, Period, TableDefinition},
    kept::{KeptReader, KeptServer},
    outcome::{Doubt, Outcome},
    session::{ServerFacts, Session},
};

pub(crate) use self::kept::told;

/// All tables, as statements have made them.
#[derive(Debug, Clone)]
pub struct Dictionary {
    server: ServerFacts,
    /// Databases with their default collations.
    databases: BTreeMap<Arc<str>, Collation>,
    tables: HashMap<TableName, Known>,
    /// Temporary tables, by the thread that they belong to.
    temporary: HashSet<(u32, TableName)>,
    /// How many statements changed something.
    version: u64,
}

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// This is how it is.
    Table(Arc<TableDefinition>),
    /// A statement changed it in a way that is not understood.
    Doubtful(Doubt),
    /// There is none of this name: it was dropped or renamed.
    Dropped,
}

impl Dictionary {
    /// Without any table, on this server.
    #[must_use]
    pub fn new(server: ServerFacts) -> Self {
        Self {
            server,
            databases: BTreeMap::new(),
            tables: HashMap::new(),
            temporary: HashSet::new(),
            version: 0,
        }
    }

    /// What is known of the server.
    #[must_use]
    pub const fn server(&self) -> &ServerFacts {
        &self.server
    }

    /// How many statements changed something: the same number means the same tables.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Says which server it is.
    pub fn set_server(&mut self, server: ServerFacts) {
        self.server = server;
    }

    /// Whether a database's default collation is known.
    #[must_use]
    pub fn knows_database(&self, database: &str) -> bool {
        self.databases.contains_key(database)
    }

    /// Says a database's default collation.
    pub fn add_database(&mut self, database: &str, collation: Collation) {
        self.databases.insert(database.into(), collation);
    }

    /// What is known of a table; nothing where nothing was ever said of it.
    #[must_use]
    pub fn known(&self, name: &TableName) -> Option<&Known> {
        self.tables.get(&self.folded(name))
    }

    /// A table that is known.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Arc<TableDefinition>> {
        match self.known(name) {
            Some(Known::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// All tables of which something is known.
    pub fn tables(&self) -> impl Iterator<Item = (&TableName, &Known)> {
        self.tables.iter()
    }

    /// Takes a table as the server has it.
    pub fn put(&mut self, table: TableDefinition) {
        let name = self.folded(&table.name);
        self.version = self.version.saturating_add(1);
        self.tables.insert(name, Known::Table(Arc::new(table)));
    }

    /// Takes notice that there is no such table.
    pub fn forget(&mut self, name: &TableName) {
        self.set(self.folded(name), Known::Dropped);
    }

    /// Forgets everything about tables.
    pub(crate) fn drop_tables_of_all(&mut self) {
        self.tables.clear();
    }

    /// Takes what was kept of a table.
    pub fn restore(&mut self, name: TableName, known: Known) {
        self.tables.insert(name, known);
    }

    /// Takes notice that it is not known how a table is.
    pub fn doubt(&mut self, name: &TableName, why: Doubt) {
        self.set(self.folded(name), Known::Doubtful(why));
    }

    fn set(&mut self, name: TableName, known: Known) {
        self.version = self.version.saturating_add(1);
        self.tables.insert(name, known);
    }

    /// A table's full name as the server keeps it.
    fn name(&self, session: &Session<'_>, table: &TableRef) -> TableName {
        let database = table.database.as_deref().unwrap_or(session.database);
        self.folded(&TableName::new(database, &table.table))
    }

    fn folded(&self, name: &TableName) -> TableName {
        if self.server.folds_names {
            TableName::new(&name.database.to_lowercase(), &name.table.to_lowercase())
        } else {
            name.clone()
        }
    }
}
