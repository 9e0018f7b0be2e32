//! Tables as the dictionary has them: all that decides how rows are logged, and how later statements change it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use becauselog_model::{ServerUuid, TableName};
use mysql_async::{Conn, Row, prelude::Queryable};

use super::{
    Catalog, CatalogError, Filter,
    answer::{take, text},
    failed, keys,
};
use crate::dictionary::{
    Collation, ColumnDefinition, Generated, Index, KeyColumn, Period, ServerFacts, TableDefinition, told,
};

/// What `information_schema` says of the server's tables at one time.
#[derive(Debug, Default)]
pub struct Definitions {
    /// Tables that are understood.
    pub tables: Vec<TableDefinition>,
    /// Tables with a column whose type is not known, and what it is.
    pub unknown: Vec<(TableName, String)>,
}

impl Catalog<'_> {
    /// What is to be known of the server before its statements are read.
    ///
    /// # Errors
    /// A query failed.
    pub async fn server(&mut self) -> Result<ServerFacts, CatalogError> {
        const WHAT: &str = "the server's variables";
        let sql = "SELECT VERSION() AS version, @@GLOBAL.collation_server AS collation, \
             @@GLOBAL.lower_case_table_names = 1 AS folds, @@GLOBAL.explicit_defaults_for_timestamp AS explicit";
        let row: Option<Row> = self.conn.query_first(sql).await.map_err(failed(WHAT))?;
        let mut row = row.ok_or(CatalogError::Answer { view: WHAT, column: "version" })?;
        let mut facts = ServerFacts::of_version(&text(&mut row, WHAT, "version")?);
        facts.collation = Collation::of_name(&text(&mut row, WHAT, "collation")?);
        facts.folds_names = take::<u64>(&mut row, WHAT, "folds")? == Some(1);
        facts.explicit_defaults_for_timestamp = take::<u64>(&mut row, WHAT, "explicit")? == Some(1);
        Ok(facts)
    }

    /// Whether the server names columns in its log (`binlog_row_metadata=FULL`); nothing where it is not the server of this uuid.
    ///
    /// # Errors
    /// A query failed.
    pub async fn names_columns(&mut self, uuid: Option<ServerUuid>) -> Result<Option<bool>, CatalogError> {
        const WHAT: &str = "the server's variables";
        let sql = "SHOW GLOBAL VARIABLES WHERE variable_name IN ('binlog_row_metadata', 'server_uuid')";
        let rows: Vec<(String, String)> = self.conn.query(sql).await.map_err(failed(WHAT))?;
        let value =
            |wanted: &str| rows.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let own = value("server_uuid").and_then(|text| text.parse().ok());
        if own.is_some() && uuid != own {
            return Ok(None);
        }
        Ok(Some(value("binlog_row_metadata") == Some("FULL")))
    }

    /// All databases with their default collations.
    ///
    /// # Errors
    /// A query failed.
    pub async fn database_collations(&mut self) -> Result<Vec<(String, Collation)>, CatalogError> {
        let sql = "SELECT schema_name, default_collation_name FROM information_schema.schemata";
        let rows: Vec<(String, String)> = self.conn.query(sql).await.map_err(failed("schemata"))?;
        Ok(rows.into_iter().map(|(name, collation)| (name, Collation::of_name(&collation))).collect())
    }

    /// All tables but the server's own.
    ///
    /// # Errors
    /// A query failed.
    pub async fn all_definitions(&mut self, server: &ServerFacts) -> Result<Definitions, CatalogError> {
        self.definitions(server, &Filter::All).await
    }

    /// One table; nothing when the server does not have it, or the account may not see it.
    ///
    /// # Errors
    /// A query failed.
    pub async fn definition(
        &mut self,
        server: &ServerFacts,
        name: &TableName,
    ) -> Result<Definitions, CatalogError> {
        self.definitions(server, &Filter::Table(name)).await
    }

    async fn definitions(
        &mut self,
        server: &ServerFacts,
        filter: &Filter<'_>,
    ) -> Result<Definitions, CatalogError> {
        self.show_hidden_keys().await?;
        let collations = collations(self.conn, filter).await?;
        let (mut columns, mut periods) = columns(self.conn, filter, server).await?;
        let mut indexes = indexes(self.conn, filter).await?;
        let mut found = Definitions::default();
        for (name, (collation, is_versioned)) in collations {
            let end = periods.remove(&name);
            // One that was made since the tables were read: it comes with the log.
            let Some(columns) = columns.remove(&name) else { continue };
            let columns = match columns {
                Ok(columns) => columns,
                Err(what) => {
                    found.unknown.push((name, what));
                    continue;
                }
            };
            let (primary_key, indexes) = indexes.remove(&name).unwrap_or_default();
            let mut table = TableDefinition {
                name,
                collation,
                columns,
                primary_key,
                indexes,
                period: match end {
                    Some(end) => Period::Shown(end),
                    None if is_versioned => Period::Hidden,
                    None => Period::None,
                },
                by_mariadb: server.is_mariadb(),
            };
            table.leave_period_out();
            table.note_nulls();
            self.order_indexes(&mut table).await?;
            found.tables.push(table);
        }
        Ok(found)
    }

    /// Puts indexes in the server's order, which only `SHOW INDEX` tells: where it decides what the key is.
    async fn order_indexes(&mut self, table: &mut TableDefinition) -> Result<(), CatalogError> {
        if table.primary_key.is_empty() && table.indexes.iter().filter(|index| index.is_unique).count() > 1 {
            let order = keys::order(self.conn, &table.name).await?;
            let place = |index: &Index| order.iter().position(|name| **name == *index.name);
            table.indexes.sort_by_key(place);
        }
        Ok(())
    }
}

/// Base tables with their collations, and whether their rows have a time.
async fn collations(
    conn: &mut Conn,
    filter: &Filter<'_>,
) -> Result<BTreeMap<TableName, (Collation, bool)>, CatalogError> {
    const VIEW: &str = "tables";
    let sql = format!(
        "SELECT c.table_schema AS `database`, c.table_name AS `table`, c.table_collation AS collation, \
         c.table_type AS kind FROM information_schema.tables c \
         WHERE c.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') AND {}",
        filter.condition()
    );
    let rows: Vec<Row> = conn.exec(sql, filter.parameters()).await.map_err(failed(VIEW))?;
    let mut tables = BTreeMap::new();
    for mut row in rows {
        let name = TableName::new(&text(&mut row, VIEW, "database")?, &text(&mut row, VIEW, "table")?);
        let collation = take::<String>(&mut row, VIEW, "collation")?.unwrap_or_default();
        let is_versioned = text(&mut row, VIEW, "kind")? == "SYSTEM VERSIONED";
        tables.insert(name, (Collation::of_name(&collation), is_versioned));
    }
    Ok(tables)
}

type Columns = Result<Vec<ColumnDefinition>, String>;

/// Columns that end a period, by table.
type Periods = HashMap<TableName, Arc<str>>;

async fn columns(
    conn: &mut Conn,
    filter: &Filter<'_>,
    server: &ServerFacts,
) -> Result<(HashMap<TableName, Columns>, Periods), CatalogError> {
    const VIEW: &str = "columns";
    let sql = format!(
        "SELECT c.table_schema AS `database`, c.table_name AS `table`, c.column_name AS `name`, \
         c.column_type AS column_type, c.is_nullable AS nullable, c.extra AS extra, c.collation_name AS collation, c.generation_expression AS `generated` \
         FROM information_schema.columns c WHERE {} ORDER BY c.table_schema, c.table_name, c.ordinal_position",
        filter.condition()
    );
    // Row by row: a server may have millions of columns.
    let mut rows = conn.exec_iter(sql, filter.parameters()).await.map_err(failed(VIEW))?;
    let mut tables: HashMap<TableName, Columns> = HashMap::new();
    let mut periods = HashMap::new();
    while let Some(mut row) = rows.next().await.map_err(failed(VIEW))? {
        let table = TableName::new(&text(&mut row, VIEW, "database")?, &text(&mut row, VIEW, "table")?);
        let name = text(&mut row, VIEW, "name")?;
        let column_type = text(&mut row, VIEW, "column_type")?;
        let collation: Option<String> = take(&mut row, VIEW, "collation")?;
        let extra = text(&mut row, VIEW, "extra")?.to_ascii_uppercase();
        let nullable = text(&mut row, VIEW, "nullable")? == "YES";
        if take::<String>(&mut row, VIEW, "generated")?.as_deref() == Some("ROW END") {
            periods.insert(table.clone(), name.as_str().into());
        }
        let columns = tables.entry(table).or_insert_with(|| Ok(Vec::new()));
        let Ok(known) = columns else { continue };
        let collation = Collation::of_name(collation.as_deref().unwrap_or("binary"));
        match told(server, &column_type, &collation) {
            Some(data_type) => known.push(ColumnDefinition {
                name: name.into(),
                data_type,
                nullable,
                visible: !extra.contains("INVISIBLE"),
                generated: match &*extra {
                    extra if extra.contains("STORED GENERATED") => Generated::Stored,
                    extra if extra.contains("VIRTUAL GENERATED") => Generated::Virtual,
                    _ => Generated::No,
                },
            }),
            None => *columns = Err(format!("column {name}: its type {column_type} is not known")),
        }
    }
    Ok((tables, periods))
}

type Indexes = (Vec<Arc<str>>, Vec<Index>);

async fn indexes(conn: &mut Conn, filter: &Filter<'_>) -> Result<HashMap<TableName, Indexes>, CatalogError> {
    const VIEW: &str = "statistics";
    let sql = format!(
        "SELECT c.table_schema AS `database`, c.table_name AS `table`, c.index_name AS `index`, \
         c.column_name AS `column`, CAST(c.sub_part AS UNSIGNED) AS prefix, CAST(c.non_unique AS UNSIGNED) AS plain \
         FROM information_schema.statistics c WHERE {} \
         ORDER BY c.table_schema, c.table_name, c.index_name, c.seq_in_index",
        filter.condition()
    );
    // Row by row: a server may have millions of columns.
    let mut rows = conn.exec_iter(sql, filter.parameters()).await.map_err(failed(VIEW))?;
    let mut tables: HashMap<TableName, Indexes> = HashMap::new();
    while let Some(mut row) = rows.next().await.map_err(failed(VIEW))? {
        let table = TableName::new(&text(&mut row, VIEW, "database")?, &text(&mut row, VIEW, "table")?);
        let name = text(&mut row, VIEW, "index")?;
        let column: Option<String> = take(&mut row, VIEW, "column")?;
        let prefix: Option<u32> = take(&mut row, VIEW, "prefix")?;
        let is_unique = take::<u64>(&mut row, VIEW, "plain")? == Some(0);
        let (primary_key, indexes) = tables.entry(table).or_default();
        if name == keys::PRIMARY {
            primary_key.extend(column.map(Arc::from));
            continue;
        }
        let part = match (column, prefix) {
            (Some(column), None) => KeyColumn::Whole(column.into()),
            (Some(column), Some(length)) => KeyColumn::Prefix(column.into(), length),
            (None, _) => KeyColumn::Expression,
        };
        match indexes.last_mut().filter(|index| *index.name == *name) {
            Some(index) => index.parts.push(part),
            None => indexes.push(Index { name: name.into(), is_unique, had_null: false, parts: vec![part] }),
        }
    }
    Ok(tables)
}
