//! Applies whole statements.

use std::sync::Arc;

use becauselog_ddl::{
    CreateTable, Item, Mode, Rename, Statement, TableBody, TableOption, TableRef, parse_with_text,
};

use super::{
    DdlError, Effect,
    alter::alter_table,
    column_type::{charset_name, charset_of, defined},
    definition::{Definitions, Table},
};

type Effects = Result<Vec<Effect>, DdlError>;

/// Applies a statement. What is no statement about databases and tables, or about temporary ones, does nothing.
pub(super) fn apply(definitions: &mut Definitions, default: &str, sql: &str) -> Effects {
    let (statement, text) = parse_with_text(sql, Mode::default());
    match statement {
        Statement::CreateTable(create) if !create.temporary => create_table(definitions, default, &create),
        Statement::AlterTable(alter) => alter_table(definitions, default, &alter),
        Statement::RenameTable(renames) => rename_tables(definitions, default, renames),
        Statement::DropTable { temporary: false, tables, .. } => {
            Ok(drop_tables(definitions, default, tables))
        }
        Statement::CreateDatabase { if_not_exists, name, options } => {
            Ok(create_database(definitions, if_not_exists, name, &options))
        }
        Statement::AlterDatabase { name, options } => {
            Ok(alter_database(definitions, name.unwrap_or_else(|| default.to_owned()), &options))
        }
        Statement::DropDatabase { name, .. } => Ok(drop_database(definitions, name)),
        Statement::Unknown if is_about_tables(text) => Err(DdlError::Syntax),
        _ => Ok(Vec::new()),
    }
}

/// Whether the first words of a statement that cannot be read are those of one that may change what is known.
fn is_about_tables(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().take(4).map(str::to_ascii_uppercase).collect();
    let verb =
        words.first().is_some_and(|verb| ["CREATE", "ALTER", "DROP", "RENAME"].contains(&verb.as_str()));
    verb && words.iter().any(|word| ["TABLE", "TABLES", "DATABASE", "SCHEMA"].contains(&word.as_str()))
}

/// The database and the name of a table.
pub(super) fn full(named: TableRef, default: &str) -> (String, String) {
    (named.database.unwrap_or_else(|| default.to_owned()), named.table)
}

fn create_database(
    definitions: &mut Definitions,
    if_not_exists: bool,
    name: String,
    options: &[TableOption<'_>],
) -> Vec<Effect> {
    let database = definitions.fold(name);
    if if_not_exists && definitions.databases.contains_key(&database) {
        return Vec::new();
    }
    let charset = charset_options(options).either().unwrap_or_else(|| definitions.server_charset.clone());
    definitions.add_database(&database, &charset);
    vec![Effect::DatabaseCreate { database, charset }]
}

fn alter_database(definitions: &mut Definitions, name: String, options: &[TableOption<'_>]) -> Vec<Effect> {
    let database = definitions.fold(name);
    let named = charset_options(options);
    let charset = named.charset.clone();
    if let Some(new) = named.either() {
        definitions.database_mut(&database).charset = new;
    }
    vec![Effect::DatabaseAlter { database, charset }]
}

fn drop_database(definitions: &mut Definitions, name: String) -> Vec<Effect> {
    let database = definitions.fold(name);
    let known = definitions.databases.remove(&database).is_some();
    known.then_some(Effect::DatabaseDrop { database }).into_iter().collect()
}

/// What options say of texts.
struct Charsets {
    charset: Option<String>,
    collation: Option<String>,
}

impl Charsets {
    /// The charset, else that of the collation.
    fn either(self) -> Option<String> {
        self.charset.or_else(|| self.collation.as_deref().map(charset_of))
    }
}

/// The last charset and the last collation that options name.
fn charset_options(options: &[TableOption<'_>]) -> Charsets {
    let (mut charset, mut collation) = (None, None);
    for option in options {
        match option {
            TableOption::Charset(name) => charset = Some(charset_name(name)),
            TableOption::Collation(name) => {
                collation = Some(charset_name(name)).filter(|name| name != "default").or(collation);
            }
            TableOption::Comment(_) | TableOption::SystemVersioning | TableOption::Other(_) => {}
        }
    }
    Charsets { charset, collation }
}

fn create_table(definitions: &mut Definitions, default: &str, create: &CreateTable<'_>) -> Effects {
    let (database, name) = definitions.folded(full(create.table.clone(), default));
    if create.if_not_exists && definitions.table(&database, &name).is_some() {
        return Ok(Vec::new());
    }
    let mut table = match &create.body {
        TableBody::Like(like) => {
            let (of, like) = definitions.folded(full(like.clone(), default));
            let unknown = || DdlError::UnknownTable { database: of.clone(), table: like.clone() };
            Table::clone(definitions.table(&of, &like).ok_or_else(unknown)?)
        }
        TableBody::Definition { items, .. } if items.is_empty() => return Err(DdlError::Syntax),
        TableBody::Definition { items, options, .. } => columns(definitions, &database, items, options),
    };
    (table.database, table.name) = (database, name);
    table.settle();
    let table = Arc::new(table);
    definitions.put(Arc::clone(&table));
    Ok(vec![Effect::TableCreate { table }])
}

fn columns(
    definitions: &mut Definitions,
    database: &str,
    items: &[Item<'_>],
    options: &[TableOption<'_>],
) -> Table {
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Column(definition) => {
                let defined = defined(definition, definitions.raw_texts);
                if defined.primary {
                    key = vec![defined.column.name.clone()];
                }
                columns.push(defined.column);
            }
            Item::PrimaryKey(primary) => key.clone_from(primary),
            Item::Index(_) | Item::Period { .. } | Item::Other(_) => {}
        }
    }
    let named = charset_options(options).either();
    let charset = named.unwrap_or_else(|| definitions.database_mut(database).charset.clone());
    Table { database: String::new(), name: String::new(), charset, key, columns }
}

fn drop_tables(definitions: &mut Definitions, default: &str, tables: Vec<TableRef>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for named in tables {
        let (database, table) = definitions.folded(full(named, default));
        // What is not known is a view, or was not there.
        if definitions.take(&database, &table).is_ok() {
            effects.push(Effect::TableDrop { database, table });
        }
    }
    effects
}

fn rename_tables(definitions: &mut Definitions, default: &str, renames: Vec<Rename<'_>>) -> Effects {
    let mut effects = Vec::new();
    for rename in renames {
        let (database, name) = definitions.folded(full(rename.from, default));
        let target = definitions.folded(full(rename.to, default));
        let old = definitions.take(&database, &name)?;
        let new = Arc::new(Table { database: target.0, name: target.1, ..Table::clone(&old) });
        definitions.put(Arc::clone(&new));
        effects.push(Effect::TableAlter { old, new });
    }
    Ok(effects)
}
