//! `information_schema.columns`.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use becauselog_model::{Declared, TableName};
use mysql_async::{Conn, Row, prelude::Queryable};

use super::{
    CatalogError, DescribedColumn, Filter,
    answer::{take, text},
    column_type, failed, versioned,
};
use crate::mariadb;

const VIEW: &str = "columns";

/// One row of `information_schema.columns`: what is needed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnAnswer {
    /// The column's name.
    pub name: String,
    /// For example `decimal`.
    pub data_type: String,
    /// For example `decimal(10,2) unsigned`.
    pub column_type: String,
    /// Whether it can be NULL.
    pub nullable: bool,
    /// For example `DEFAULT_GENERATED on update CURRENT_TIMESTAMP`.
    pub extra: String,
    /// `CHARACTER_OCTET_LENGTH`.
    pub octets_max: Option<u64>,
    /// `NUMERIC_PRECISION`.
    pub precision: Option<u64>,
    /// `NUMERIC_SCALE`.
    pub scale: Option<u64>,
    /// `DATETIME_PRECISION`.
    pub fsp: Option<u64>,
    /// `CHARACTER_SET_NAME`.
    pub charset: Option<String>,
    /// `COLUMN_DEFAULT`.
    pub default: Option<String>,
}

/// Columns by table.
#[derive(Default)]
pub struct Columns {
    /// In order.
    pub by_table: HashMap<TableName, Vec<DescribedColumn>>,
    /// MariaDB's system-versioned tables whose two columns of the period are hidden; see [`versioned`]. They are in
    /// `by_table`.
    pub hidden_period: HashSet<TableName>,
}

/// The columns of all tables that the filter lets through. Among tables are MariaDB's sequences: to the log they are
/// tables of one row.
pub async fn read(conn: &mut Conn, filter: &Filter<'_>) -> Result<Columns, CatalogError> {
    // Aliases: servers before and after 8.0 name the view's columns in other case.
    let sql = format!(
        "SELECT c.table_schema AS `database`, c.table_name AS `table`, c.column_name AS `name`, \
         c.data_type AS data_type, c.column_type AS column_type, c.is_nullable AS nullable, c.extra AS extra, \
         CAST(c.character_octet_length AS UNSIGNED) AS octets, CAST(c.numeric_precision AS UNSIGNED) AS `precision`, \
         CAST(c.numeric_scale AS UNSIGNED) AS scale, CAST(c.datetime_precision AS UNSIGNED) AS fsp, \
         c.character_set_name AS charset, c.column_default AS `default`, \
         t.table_type = 'SYSTEM VERSIONED' AS versioned, c.generation_expression AS `generated`, \
         VERSION() LIKE '%MariaDB%' AS mariadb \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
         AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') \
         WHERE {} ORDER BY c.table_schema, c.table_name, c.ordinal_position",
        filter.condition()
    );
    let rows: Vec<Row> = conn.exec(sql, filter.parameters()).await.map_err(failed("columns"))?;
    let mut all = Columns::default();
    let mut shown_period = HashSet::new();
    for mut row in rows {
        let table = TableName::new(&text(&mut row, VIEW, "database")?, &text(&mut row, VIEW, "table")?);
        let generated: Option<String> = take(&mut row, VIEW, "generated")?;
        if generated.as_deref() == Some(versioned::ROW_START) {
            shown_period.insert(table.clone());
        }
        if take::<u8>(&mut row, VIEW, "versioned")? == Some(1) {
            all.hidden_period.insert(table.clone());
        }
        let column = column(&mut row)?;
        all.by_table.entry(table).or_default().push(column);
    }
    all.hidden_period.retain(|table| !shown_period.contains(table));
    for table in &all.hidden_period {
        all.by_table.entry(table.clone()).or_default().extend(versioned::hidden_columns());
    }
    Ok(all)
}

fn column(row: &mut Row) -> Result<DescribedColumn, CatalogError> {
    let answer = ColumnAnswer {
        name: text(row, VIEW, "name")?,
        data_type: text(row, VIEW, "data_type")?,
        column_type: text(row, VIEW, "column_type")?,
        nullable: text(row, VIEW, "nullable")? == "YES",
        extra: text(row, VIEW, "extra")?,
        octets_max: take(row, VIEW, "octets")?,
        precision: take(row, VIEW, "precision")?,
        scale: take(row, VIEW, "scale")?,
        fsp: take(row, VIEW, "fsp")?,
        charset: take(row, VIEW, "charset")?,
        default: take(row, VIEW, "default")?,
    };
    if take::<u8>(row, VIEW, "mariadb")? == Some(1) {
        return Ok(DescribedColumn::of(answer.of_mariadb()));
    }
    Ok(DescribedColumn::of(answer))
}

impl ColumnAnswer {
    /// An answer of MariaDB's in MySQL's words: its default.
    #[must_use]
    pub fn of_mariadb(mut self) -> Self {
        self.default = mariadb::default(self.default.take(), &mut self.extra);
        self
    }
}

impl DescribedColumn {
    pub(super) fn of(answer: ColumnAnswer) -> Self {
        let extra = answer.extra.to_ascii_uppercase();
        let kind = column_type::kind_of(&answer);
        let declared = Declared {
            column_type: answer.column_type.into(),
            default: answer.default.map(Arc::from),
            default_is_expression: extra.contains("DEFAULT_GENERATED"),
            written: None,
        };
        Self {
            name: answer.name.into(),
            kind,
            nullable: answer.nullable,
            visible: !extra.contains("INVISIBLE"),
            declared: Arc::new(declared),
        }
    }
}
