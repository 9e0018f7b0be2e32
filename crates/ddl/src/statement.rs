//! Statements as trees.

use crate::{ColumnDefinition, Default, Place};

/// A table as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableRef {
    /// Its database, where the statement says it.
    pub database: Option<String>,
    /// Its name.
    pub table: String,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement<'t> {
    /// `CREATE TABLE`
    CreateTable(CreateTable<'t>),
    /// `ALTER TABLE`
    AlterTable(AlterTable<'t>),
    /// `RENAME TABLE a TO b, …`
    RenameTable(Vec<Rename<'t>>),
    /// `DROP TABLE`
    DropTable {
        /// `TEMPORARY`
        temporary: bool,
        /// `IF EXISTS`
        if_exists: bool,
        /// The tables.
        tables: Vec<TableRef>,
    },
    /// `TRUNCATE [TABLE] t`
    TruncateTable(TableRef),
    /// `CREATE [UNIQUE] INDEX i ON t (…)`
    CreateIndex {
        /// `OR REPLACE`
        or_replace: bool,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// Its table.
        table: TableRef,
        /// The index.
        index: Index,
    },
    /// `DROP INDEX i ON t`
    DropIndex {
        /// The index.
        name: String,
        /// Its table.
        table: TableRef,
    },
    /// `CREATE DATABASE`
    CreateDatabase {
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// Its name.
        name: String,
        /// Its options.
        options: Vec<TableOption<'t>>,
    },
    /// `ALTER DATABASE`
    AlterDatabase {
        /// Its name; nothing for the default database.
        name: Option<String>,
        /// Its options.
        options: Vec<TableOption<'t>>,
    },
    /// `DROP DATABASE`
    DropDatabase {
        /// `IF EXISTS`
        if_exists: bool,
        /// Its name.
        name: String,
    },
    /// `CREATE SEQUENCE` (MariaDB): to the log a table of one row.
    CreateSequence {
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// Its name.
        name: TableRef,
    },
    /// `DROP SEQUENCE` (MariaDB).
    DropSequence(Vec<TableRef>),
    /// A statement that changes no table's shape, with its first words in capitals: `CREATE VIEW`, `GRANT`.
    Other(String),
    /// What cannot be read, or begins with no known word.
    Unknown,
}

/// `CREATE TABLE …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable<'t> {
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `TEMPORARY`
    pub temporary: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// The table.
    pub table: TableRef,
    /// What it is made of.
    pub body: TableBody<'t>,
}

/// What a new table is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableBody<'t> {
    /// `LIKE t`
    Like(TableRef),
    /// Columns, keys and options.
    Definition {
        /// In order.
        items: Vec<Item<'t>>,
        /// In order.
        options: Vec<TableOption<'t>>,
        /// A `SELECT` gives it more columns and rows.
        selects: bool,
    },
}

/// An item in the brackets of a `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'t> {
    /// A column.
    Column(ColumnDefinition<'t>),
    /// `PRIMARY KEY (…)`: its columns.
    PrimaryKey(Vec<String>),
    /// A key that is not the primary one.
    Index(Index),
    /// `PERIOD FOR SYSTEM_TIME (a, b)`, or for another name: the columns, which are never NULL.
    Period {
        /// Its name.
        name: String,
        /// Where it begins and where it ends.
        columns: Vec<String>,
    },
    /// Foreign keys, checks, other periods.
    Other(&'t str),
}

/// A key that is not the primary one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// What kind it is.
    pub kind: IndexKind,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// Its name, or that of its constraint; nothing where the server finds one.
    pub name: Option<String>,
    /// What it is over.
    pub parts: Vec<KeyPart>,
}

/// The kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// `KEY`, `INDEX`
    Plain,
    /// `UNIQUE`
    Unique,
    /// `FULLTEXT`, `SPATIAL`, `VECTOR`
    Special,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPart {
    /// Its column; an expression as it is written.
    pub text: String,
    /// It is an expression.
    pub is_expression: bool,
    /// It is over the begin of the column only: `a(10)`.
    pub prefix: Option<u32>,
}

impl Index {
    /// Its columns; expressions as they are written.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.text.clone()).collect()
    }

    /// The columns of a unique key; nothing for other keys.
    #[must_use]
    pub fn unique_columns(&self) -> Option<Vec<String>> {
        (self.kind == IndexKind::Unique).then(|| self.columns())
    }
}

/// An option of a table or database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableOption<'t> {
    /// `[DEFAULT] CHARACTER SET x`, as written.
    Charset(&'t str),
    /// `[DEFAULT] COLLATE x`, as written.
    Collation(&'t str),
    /// `COMMENT '…'`, with its quotes.
    Comment(&'t str),
    /// `WITH SYSTEM VERSIONING`
    SystemVersioning,
    /// Anything else.
    Other(&'t str),
}

/// `ALTER TABLE …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterTable<'t> {
    /// The table.
    pub table: TableRef,
    /// What is altered, in order.
    pub specs: Vec<AlterSpec<'t>>,
}

/// One part of an `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterSpec<'t> {
    /// `ADD [COLUMN] c type … [FIRST | AFTER d]`
    AddColumn {
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// The column.
        definition: ColumnDefinition<'t>,
        /// Where it goes.
        place: Place,
    },
    /// `ADD [COLUMN] (c type …, d type …)`
    AddColumns(Vec<Item<'t>>),
    /// `MODIFY [COLUMN] c type …`
    ModifyColumn {
        /// `IF EXISTS`
        if_exists: bool,
        /// The column as it shall be.
        definition: ColumnDefinition<'t>,
        /// Where it goes.
        place: Place,
    },
    /// `CHANGE [COLUMN] old new type …`
    ChangeColumn {
        /// `IF EXISTS`
        if_exists: bool,
        /// Its old name.
        old: String,
        /// The column as it shall be.
        definition: ColumnDefinition<'t>,
        /// Where it goes.
        place: Place,
    },
    /// `DROP [COLUMN] c`
    DropColumn {
        /// `IF EXISTS`
        if_exists: bool,
        /// The column.
        name: String,
    },
    /// `RENAME COLUMN old TO new`
    RenameColumn {
        /// Its old name.
        old: String,
        /// Its new name.
        new: String,
    },
    /// `ALTER [COLUMN] c …`
    AlterDefault {
        /// The column.
        column: String,
        /// What becomes of its default.
        change: DefaultChange<'t>,
    },
    /// `ADD [CONSTRAINT] PRIMARY KEY (…)`
    AddPrimaryKey(Vec<String>),
    /// `ADD [CONSTRAINT] [UNIQUE] KEY (…)`
    AddIndex(Index),
    /// `DROP INDEX i`, `DROP CONSTRAINT c`
    DropIndex {
        /// `IF EXISTS`
        if_exists: bool,
        /// Its name.
        name: String,
    },
    /// `RENAME INDEX old TO new`
    RenameIndex {
        /// Its old name.
        old: String,
        /// Its new name.
        new: String,
    },
    /// `ADD PERIOD FOR … (a, b)`: the columns.
    AddPeriod(Vec<String>),
    /// `DROP PERIOD FOR …`
    DropPeriod,
    /// `ADD SYSTEM VERSIONING`
    AddSystemVersioning,
    /// `DROP SYSTEM VERSIONING`
    DropSystemVersioning,
    /// `DROP PRIMARY KEY`
    DropPrimaryKey,
    /// `RENAME [TO | AS | =] t`
    RenameTo(TableRef),
    /// `CONVERT TO CHARACTER SET x [COLLATE y]`
    ConvertTo {
        /// As written; `DEFAULT` stands for the database's.
        charset: &'t str,
        /// As written.
        collation: Option<&'t str>,
    },
    /// `EXCHANGE PARTITION p WITH TABLE t`: the table.
    ExchangePartition(TableRef),
    /// An option of the table.
    Option(TableOption<'t>),
    /// Anything else: partitions, foreign keys, checks, hints.
    Other(&'t str),
}

/// What an `ALTER COLUMN` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultChange<'t> {
    /// `SET DEFAULT …`
    Set(Default<'t>),
    /// `DROP DEFAULT`
    Drop,
    /// `SET VISIBLE`, `SET INVISIBLE`: whether it is visible.
    Visible(bool),
}

/// One renaming of a `RENAME TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename<'t> {
    /// Its old name.
    pub from: TableRef,
    /// Its new name.
    pub to: TableRef,
    /// `from TO to` as written.
    pub text: &'t str,
}
