//! Applies whole statements.

use std::sync::Arc;

use super::{
    DdlError, Effect,
    alter::alter_table,
    column_type::defined,
    cursor::{Cursor, Named, charset_of},
    definition::{Definitions, Table},
    lexer::Word,
};

type Effects = Result<Vec<Effect>, DdlError>;

/// Applies a statement. What is no statement about databases and tables, or about temporary ones, does nothing.
pub(super) fn apply(definitions: &mut Definitions, default: &str, sql: &str) -> Effects {
    let mut cursor = Cursor::new(sql);
    if cursor.takes(&["SET", "STATEMENT"]) {
        while cursor.peek().is_some() && !cursor.takes(&["FOR"]) {
            cursor.skip();
        }
    }
    if cursor.takes(&["CREATE"]) {
        cursor.takes(&["OR", "REPLACE"]);
        if cursor.takes(&["TABLE"]) {
            return create_table(definitions, default, &mut cursor);
        }
        return if database(&mut cursor) {
            create_database(definitions, &mut cursor)
        } else {
            Ok(Vec::new())
        };
    }
    if cursor.takes(&["ALTER"]) {
        for word in ["ONLINE", "OFFLINE", "IGNORE"] {
            cursor.takes(&[word]);
        }
        if cursor.takes(&["TABLE"]) {
            return alter_table(definitions, default, &mut cursor);
        }
        return if database(&mut cursor) {
            alter_database(definitions, default, &mut cursor)
        } else {
            Ok(Vec::new())
        };
    }
    if cursor.takes(&["DROP"]) {
        if cursor.takes(&["TABLE"]) || cursor.takes(&["TABLES"]) {
            return drop_tables(definitions, default, &mut cursor);
        }
        return if database(&mut cursor) { drop_database(definitions, &mut cursor) } else { Ok(Vec::new()) };
    }
    if cursor.takes(&["RENAME", "TABLE"]) || cursor.takes(&["RENAME", "TABLES"]) {
        return rename_tables(definitions, default, &mut cursor);
    }
    Ok(Vec::new())
}

fn database(cursor: &mut Cursor) -> bool {
    cursor.takes(&["DATABASE"]) || cursor.takes(&["SCHEMA"])
}

/// The database and the name of a table.
pub(super) fn full(named: Named, default: &str) -> (String, String) {
    (named.database.unwrap_or_else(|| default.to_owned()), named.name)
}

fn create_database(definitions: &mut Definitions, cursor: &mut Cursor) -> Effects {
    let if_not_exists = cursor.takes(&["IF", "NOT", "EXISTS"]);
    let database = definitions.fold(cursor.name()?);
    if if_not_exists && definitions.databases.contains_key(&database) {
        return Ok(Vec::new());
    }
    let (charset, collation) = charset_options(cursor)?;
    let named = charset.or_else(|| collation.as_deref().map(charset_of));
    let charset = named.unwrap_or_else(|| definitions.server_charset.clone());
    definitions.add_database(&database, &charset);
    Ok(vec![Effect::DatabaseCreate { database, charset }])
}

fn alter_database(definitions: &mut Definitions, default: &str, cursor: &mut Cursor) -> Effects {
    let unnamed = cursor.is_any(&["DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "ENCRYPTION", "READ"]);
    let database = definitions.fold(if unnamed { default.to_owned() } else { cursor.name()? });
    let (charset, collation) = charset_options(cursor)?;
    if let Some(new) = charset.clone().or_else(|| collation.as_deref().map(charset_of)) {
        definitions.database_mut(&database).charset = new;
    }
    Ok(vec![Effect::DatabaseAlter { database, charset }])
}

/// The last charset and the last collation that options name.
pub(super) fn charset_options(cursor: &mut Cursor) -> Result<(Option<String>, Option<String>), DdlError> {
    let (mut charset, mut collation) = (None, None);
    while cursor.peek().is_some() && !cursor.is_any(&["PARTITION", "SELECT", "AS"]) {
        if let Some(found) = cursor.charset()? {
            charset = Some(found);
        } else if let Some(found) = cursor.collation()? {
            collation = Some(found);
        } else {
            cursor.skip();
        }
    }
    Ok((charset, collation))
}

fn drop_database(definitions: &mut Definitions, cursor: &mut Cursor) -> Effects {
    cursor.takes(&["IF", "EXISTS"]);
    let database = definitions.fold(cursor.name()?);
    if definitions.databases.remove(&database).is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Effect::DatabaseDrop { database }])
}

fn create_table(definitions: &mut Definitions, default: &str, cursor: &mut Cursor) -> Effects {
    let if_not_exists = cursor.takes(&["IF", "NOT", "EXISTS"]);
    let (database, name) = definitions.folded(full(cursor.table()?, default));
    if if_not_exists && definitions.table(&database, &name).is_some() {
        return Ok(Vec::new());
    }
    let in_brackets = cursor.is_mark('(') && {
        cursor.next();
        true
    };
    let mut table = if cursor.takes(&["LIKE"]) {
        let (of, like) = definitions.folded(full(cursor.table()?, default));
        let unknown = || DdlError::UnknownTable { database: of.clone(), table: like.clone() };
        Table::clone(definitions.table(&of, &like).ok_or_else(unknown)?)
    } else if in_brackets {
        columns(definitions, &database, cursor)?
    } else {
        return cursor.missing("a list of columns");
    };
    (table.database, table.name) = (database, name);
    table.settle();
    let table = Arc::new(table);
    definitions.put(Arc::clone(&table));
    Ok(vec![Effect::TableCreate { table }])
}

/// Words that begin a part of a definition which is no column.
const NO_COLUMN: [&str; 9] =
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"];

fn columns(definitions: &mut Definitions, database: &str, cursor: &mut Cursor) -> Result<Table, DdlError> {
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    loop {
        if cursor.is_any(&NO_COLUMN) {
            if let Some(primary) = primary_key(cursor)? {
                key = primary;
            }
        } else {
            let defined = defined(cursor, definitions.raw_texts)?;
            if defined.primary {
                key = vec![defined.column.name.clone()];
            }
            columns.push(defined.column);
        }
        while !cursor.is_part_end() {
            cursor.skip();
        }
        if !cursor.takes_mark(',') {
            break;
        }
    }
    if !cursor.takes_mark(')') {
        return cursor.missing("the bracket after the columns");
    }
    let (charset, collation) = charset_options(cursor)?;
    let named = charset.or_else(|| collation.as_deref().map(charset_of));
    let charset = named.unwrap_or_else(|| definitions.database_mut(database).charset.clone());
    Ok(Table { database: String::new(), name: String::new(), charset, key, columns })
}

/// The columns of `[CONSTRAINT [name]] PRIMARY KEY … (a, b(10) DESC)`; nothing for another constraint or index.
pub(super) fn primary_key(cursor: &mut Cursor) -> Result<Option<Vec<String>>, DdlError> {
    if cursor.takes(&["CONSTRAINT"]) && !cursor.is_any(&NO_COLUMN) {
        cursor.column()?;
    }
    if !cursor.takes(&["PRIMARY"]) {
        return Ok(None);
    }
    while !cursor.is_mark('(') && cursor.peek().is_some() {
        cursor.next();
    }
    cursor.next();
    let mut key = vec![cursor.name()?];
    loop {
        match cursor.peek() {
            Some(Word::Mark(')')) => {
                cursor.next();
                return Ok(Some(key));
            }
            Some(Word::Mark(',')) => {
                cursor.next();
                key.push(cursor.name()?);
            }
            Some(_) => cursor.skip(),
            None => return cursor.missing("the bracket after a key"),
        }
    }
}

fn drop_tables(definitions: &mut Definitions, default: &str, cursor: &mut Cursor) -> Effects {
    cursor.takes(&["IF", "EXISTS"]);
    let mut effects = Vec::new();
    loop {
        let (database, table) = definitions.folded(full(cursor.table()?, default));
        // What is not known is a view, or was not there.
        if definitions.take(&database, &table).is_ok() {
            effects.push(Effect::TableDrop { database, table });
        }
        if !cursor.takes_mark(',') {
            return Ok(effects);
        }
    }
}

fn rename_tables(definitions: &mut Definitions, default: &str, cursor: &mut Cursor) -> Effects {
    let mut effects = Vec::new();
    loop {
        cursor.takes(&["IF", "EXISTS"]);
        let (database, name) = definitions.folded(full(cursor.table()?, default));
        if !cursor.takes(&["TO"]) {
            return cursor.missing("TO");
        }
        let target = definitions.folded(full(cursor.table()?, default));
        let old = definitions.take(&database, &name)?;
        let new = Arc::new(Table { database: target.0, name: target.1, ..Table::clone(&old) });
        definitions.put(Arc::clone(&new));
        effects.push(Effect::TableAlter { old, new });
        if !cursor.takes_mark(',') {
            return Ok(effects);
        }
    }
}
