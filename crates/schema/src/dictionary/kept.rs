//! Tables in a form that can be kept: one line of JSON each, as short as it can be read by a human.

use std::{collections::HashMap, sync::Arc};

use becauselog_ddl::{Item, Mode, Statement, TableBody, parse};
use becauselog_model::TableName;
use serde::{Deserialize, Serialize};

use super::{
    Dictionary, Known,
    charset::Collation,
    data_type::DataType,
    definition::{ColumnDefinition, Generated, Index, KeyColumn, Period, TableDefinition},
    outcome::Doubt,
    session::{ServerFacts, Session},
};

/// A dictionary without its tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptServer {
    server: ServerFacts,
    /// Databases with their default collations.
    databases: Vec<(Arc<str>, Collation)>,
    temporary: Vec<(u32, Arc<str>, Arc<str>)>,
}

/// Database, table, how it is, why that is doubtful; neither for one that was dropped.
#[derive(Debug, Serialize, Deserialize)]
struct KeptTable<'k>(
    #[serde(borrow)] Text<'k>,
    #[serde(borrow)] Text<'k>,
    #[serde(borrow)] Option<KeptDefinition<'k>>,
    #[serde(default)] Option<Text<'k>>,
);

type Text<'k> = std::borrow::Cow<'k, str>;

/// Collation, the end of a period (empty where it is hidden), columns, primary key, other indexes.
#[derive(Debug, Serialize, Deserialize)]
struct KeptDefinition<'k>(
    #[serde(borrow)] Text<'k>,
    #[serde(borrow)] Option<Text<'k>>,
    #[serde(borrow)] Vec<KeptColumn<'k>>,
    #[serde(borrow)] Vec<Text<'k>>,
    #[serde(borrow)] Vec<KeptIndex<'k>>,
);

/// Name, type, collation, flags.
#[derive(Debug, Serialize, Deserialize)]
struct KeptColumn<'k>(
    #[serde(borrow)] Text<'k>,
    #[serde(borrow)] Text<'k>,
    #[serde(borrow)] Option<Text<'k>>,
    u8,
);

/// Name, flags, parts.
#[derive(Debug, Serialize, Deserialize)]
struct KeptIndex<'k>(#[serde(borrow)] Text<'k>, u8, #[serde(borrow)] Vec<KeptPart<'k>>);

/// Column, and how many characters of it; no column for an expression.
#[derive(Debug, Serialize, Deserialize)]
struct KeptPart<'k>(#[serde(borrow)] Option<Text<'k>>, Option<u32>);

const NULLABLE: u8 = 1;
const INVISIBLE: u8 = 2;
const VIRTUAL: u8 = 4;
const STORED: u8 = 8;
const UNIQUE: u8 = 1;
const HAD_NULL: u8 = 2;

impl Dictionary {
    /// All but the tables.
    #[must_use]
    pub fn kept_server(&self) -> KeptServer {
        let databases = self.databases.iter().map(|(name, collation)| (name.clone(), collation.clone()));
        let temporary = self.temporary.iter();
        let temporary = temporary.map(|(thread, name)| (*thread, name.database.clone(), name.table.clone()));
        KeptServer {
            server: self.server.clone(),
            databases: databases.collect(),
            temporary: temporary.collect(),
        }
    }

    /// A dictionary without tables, as it was kept.
    #[must_use]
    pub fn of_kept_server(kept: KeptServer) -> Self {
        let mut dictionary = Self::new(kept.server);
        dictionary.databases = kept.databases.into_iter().collect();
        let temporary = kept.temporary.into_iter();
        dictionary.temporary =
            temporary.map(|(thread, database, table)| (thread, TableName { database, table })).collect();
        dictionary
    }

    /// What is known of a table, as a line.
    ///
    /// # Errors
    /// None in practice: the texts are JSON's.
    pub fn kept_table(name: &TableName, known: &Known) -> Result<String, serde_json::Error> {
        let (definition, doubt) = match known {
            Known::Dropped => (None, None),
            Known::Doubtful(doubt) => (None, Some((&*doubt.0).into())),
            Known::Table(table) => (Some(KeptDefinition::of(table)), None),
        };
        let (database, table) = ((&*name.database).into(), (&*name.table).into());
        serde_json::to_string(&KeptTable(database, table, definition, doubt))
    }
}

impl<'k> KeptDefinition<'k> {
    fn of(table: &'k TableDefinition) -> Self {
        Self(
            table.collation.name().into(),
            match &table.period {
                Period::None => None,
                Period::Hidden => Some("".into()),
                Period::Shown(end) => Some((&**end).into()),
            },
            table.columns.iter().map(KeptColumn::of).collect(),
            table.primary_key.iter().map(|name| (&**name).into()).collect(),
            table.indexes.iter().map(KeptIndex::of).collect(),
        )
    }
}

impl<'k> KeptColumn<'k> {
    fn of(column: &'k ColumnDefinition) -> Self {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let flags = flag(column.nullable, NULLABLE)
            | flag(!column.visible, INVISIBLE)
            | flag(column.generated == Generated::Virtual, VIRTUAL)
            | flag(column.generated == Generated::Stored, STORED);
        let collation = column.data_type.collation().map(|collation| collation.name().into());
        Self((&*column.name).into(), column.data_type.to_string().into(), collation, flags)
    }
}

impl<'k> KeptIndex<'k> {
    fn of(index: &'k Index) -> Self {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let part = |part: &'k KeyColumn| match part {
            KeyColumn::Whole(name) => KeptPart(Some((&**name).into()), None),
            KeyColumn::Prefix(name, length) => KeptPart(Some((&**name).into()), Some(*length)),
            KeyColumn::Expression => KeptPart(None, None),
        };
        let flags = flag(index.is_unique, UNIQUE) | flag(index.had_null, HAD_NULL);
        Self((&*index.name).into(), flags, index.parts.iter().map(part).collect())
    }
}

/// Reads lines of tables. A type that was read before is not read again: tables have few.
#[derive(Debug, Default)]
pub struct KeptReader {
    types: HashMap<String, HashMap<String, DataType>>,
}

impl KeptReader {
    /// What a line says, for tables of this server.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn table(&mut self, server: &ServerFacts, line: &str) -> Result<(TableName, Known), String> {
        let kept: KeptTable<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let KeptTable(database, table, definition, doubt) = kept;
        let name = TableName::new(&database, &table);
        let known = match (definition, doubt) {
            (Some(definition), _) => Known::Table(self.definition(server, name.clone(), &definition)?.into()),
            (None, Some(doubt)) => Known::Doubtful(Doubt((&*doubt).into())),
            (None, None) => Known::Dropped,
        };
        Ok((name, known))
    }

    fn definition(
        &mut self,
        server: &ServerFacts,
        name: TableName,
        kept: &KeptDefinition<'_>,
    ) -> Result<TableDefinition, String> {
        let KeptDefinition(collation, period, columns, primary_key, indexes) = kept;
        let columns = columns.iter().map(|column| self.column(server, column)).collect::<Result<_, _>>()?;
        Ok(TableDefinition {
            name,
            collation: Collation::of_name(collation),
            columns,
            primary_key: primary_key.iter().map(|name| (&**name).into()).collect(),
            indexes: indexes.iter().map(index).collect(),
            period: match period.as_deref() {
                None => Period::None,
                Some("") => Period::Hidden,
                Some(end) => Period::Shown(end.into()),
            },
            by_mariadb: server.is_mariadb(),
        })
    }

    fn column(&mut self, server: &ServerFacts, kept: &KeptColumn<'_>) -> Result<ColumnDefinition, String> {
        let KeptColumn(name, column_type, collation, flags) = kept;
        let data_type = self.data_type(server, column_type, collation.as_deref().unwrap_or("binary"));
        Ok(ColumnDefinition {
            name: (&**name).into(),
            data_type: data_type.ok_or_else(|| format!("the type {column_type} is not known"))?,
            nullable: flags & NULLABLE != 0,
            visible: flags & INVISIBLE == 0,
            generated: match flags {
                flags if flags & VIRTUAL != 0 => Generated::Virtual,
                flags if flags & STORED != 0 => Generated::Stored,
                _ => Generated::No,
            },
        })
    }

    fn data_type(&mut self, server: &ServerFacts, column_type: &str, collation: &str) -> Option<DataType> {
        if let Some(known) = self.types.get(column_type).and_then(|of| of.get(collation)) {
            return Some(known.clone());
        }
        let read = told(server, column_type, &Collation::of_name(collation))?;
        let of = self.types.entry(column_type.to_owned()).or_default();
        of.insert(collation.to_owned(), read.clone());
        Some(read)
    }
}

/// A type as `information_schema` writes it, with its collation.
pub fn told(server: &ServerFacts, column_type: &str, collation: &Collation) -> Option<DataType> {
    let sql = format!("CREATE TABLE t (c {column_type})");
    let Statement::CreateTable(create) = parse(&sql, Mode::default()) else { return None };
    let TableBody::Definition { items, .. } = create.body else { return None };
    let [Item::Column(column)] = &*items else { return None };
    DataType::told(&column.data_type, server, &Session::default(), collation)
}

fn index(kept: &KeptIndex<'_>) -> Index {
    let KeptIndex(name, flags, parts) = kept;
    let part = |KeptPart(column, length): &KeptPart<'_>| match (column, length) {
        (Some(column), None) => KeyColumn::Whole((&**column).into()),
        (Some(column), Some(length)) => KeyColumn::Prefix((&**column).into(), *length),
        (None, _) => KeyColumn::Expression,
    };
    Index {
        name: (&**name).into(),
        is_unique: flags & UNIQUE != 0,
        had_null: flags & HAD_NULL != 0,
        parts: parts.iter().map(part).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_table_is_the_same_when_it_is_read_again() {
        let server = ServerFacts::of_version("8.0.12");
        let mut dictionary = Dictionary::new(server.clone());
        let session = Session { database: "shop", ..Session::default() };
        let sql = "CREATE TABLE `a b` (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, e ENUM('it''s','\\\\', 'ü') CHARACTER SET latin1 \
                   NOT NULL, t TEXT, b VARBINARY(7) INVISIBLE, g INT AS (1) STORED, v INT AS (1), UNIQUE u (b(3), e), UNIQUE f ((1)), \
                   KEY (t(5)), p POINT, d DECIMAL(10,2), ts TIMESTAMP(3) NULL, j JSON) COLLATE utf8mb4_bin";
        assert_eq!(dictionary.apply(&session, sql).doubt, None);
        dictionary.apply(&session, "FROB TABLE x");
        dictionary.doubt(&TableName::new("shop", "y"), Doubt("why".into()));
        dictionary.apply(&session, "DROP TABLE z");
        let mut reader = KeptReader::default();
        let mut again = Dictionary::of_kept_server(dictionary.kept_server());
        for (name, known) in dictionary.tables() {
            let line = Dictionary::kept_table(name, known).unwrap();
            let (read_name, read) = reader.table(&server, &line).unwrap();
            assert_eq!((&read_name, &read), (name, known), "{line}");
            again.restore(read_name, read);
        }
        assert_eq!(again.tables().count(), 3);
        assert!(reader.table(&server, "[]").is_err());
        assert!(
            reader
                .table(&server, r#"["a","b",["x",null,[["c","frob",null,0]],[],[]]]"#)
                .unwrap_err()
                .contains("frob")
        );
    }
}
