//! Sequences of MariaDB: to the log tables of one row.

use becauselog_ddl::TableRef;

use super::{
    Dictionary, Known,
    data_type::DataType,
    definition::{ColumnDefinition, Generated, Period, TableDefinition},
    outcome::Outcome,
    session::Session,
};

/// The columns that every sequence has: bytes, whether they are unsigned, name.
const COLUMNS: [(u8, bool, &str); 8] = [
    (8, false, "next_not_cached_value"),
    (8, false, "minimum_value"),
    (8, false, "maximum_value"),
    (8, false, "start_value"),
    (8, false, "increment"),
    (8, true, "cache_size"),
    (1, true, "cycle_option"),
    (8, false, "cycle_count"),
];

impl Dictionary {
    pub(super) fn create_sequence(
        &mut self,
        session: &Session<'_>,
        if_not_exists: bool,
        name: &TableRef,
    ) -> Outcome {
        let name = self.name(session, name);
        if if_not_exists && matches!(self.known(&name), Some(Known::Table(_))) {
            return Outcome::NOTHING;
        }
        let column = |(bytes, unsigned, name): (u8, bool, &str)| ColumnDefinition {
            name: name.into(),
            data_type: DataType::Integer { bytes, unsigned },
            nullable: false,
            visible: true,
            generated: Generated::No,
        };
        let collation = self.database_collation(session, &name.database);
        let table = TableDefinition {
            name: name.clone(),
            collation,
            columns: COLUMNS.into_iter().map(column).collect(),
            primary_key: Vec::new(),
            indexes: Vec::new(),
            period: Period::None,
            by_mariadb: true,
        };
        self.settle(name, Ok(table))
    }
}
