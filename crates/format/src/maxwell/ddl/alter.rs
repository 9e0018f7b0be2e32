//! `ALTER TABLE`.

use std::sync::Arc;

use super::{
    DdlError, Effect,
    column_type::{Defined, Place, defined},
    cursor::Cursor,
    definition::{Definitions, Detail, Table},
    statement::{full, primary_key},
};

/// What stands between the changes of one statement.
struct Changing<'a> {
    table: Table,
    cursor: &'a mut Cursor,
    raw_texts: bool,
    default: &'a str,
}

pub(super) fn alter_table(
    definitions: &mut Definitions,
    default: &str,
    cursor: &mut Cursor,
) -> Result<Vec<Effect>, DdlError> {
    cursor.takes(&["IF", "EXISTS"]);
    let (database, name) = definitions.folded(full(cursor.table()?, default));
    cursor.takes(&["IF", "EXISTS"]);
    let old = definitions.take(&database, &name)?;
    let table = Table::clone(&old);
    let mut changing = Changing { table, cursor, raw_texts: definitions.raw_texts, default };
    loop {
        changing.change()?;
        changing.rest()?;
        if !changing.cursor.takes_mark(',') {
            break;
        }
    }
    let mut table = changing.table;
    table.settle();
    (table.database, table.name) = definitions.folded((table.database, table.name));
    let new = Arc::new(table);
    definitions.put(Arc::clone(&new));
    Ok(vec![Effect::TableAlter { old, new }])
}

impl Changing<'_> {
    fn change(&mut self) -> Result<(), DdlError> {
        if self.cursor.takes(&["ADD"]) {
            return self.add();
        }
        if self.cursor.takes(&["DROP"]) {
            return self.drop();
        }
        if self.cursor.takes(&["MODIFY"]) {
            self.column_word();
            let defined = defined(self.cursor, self.raw_texts)?;
            let name = defined.column.name.clone();
            return self.replace(&name, defined);
        }
        if self.cursor.takes(&["CHANGE"]) {
            self.column_word();
            let name = self.cursor.column()?;
            let defined = defined(self.cursor, self.raw_texts)?;
            return self.replace(&name, defined);
        }
        if self.cursor.takes(&["RENAME"]) {
            return self.rename();
        }
        if self.cursor.takes(&["CONVERT", "TO"]) {
            return self.convert();
        }
        Ok(())
    }

    /// Steps over what is left of a change. Options of the table need no commas between them.
    fn rest(&mut self) -> Result<(), DdlError> {
        while !self.cursor.is_part_end() {
            if let Some(charset) = self.cursor.charset()? {
                self.table.charset = charset;
            } else {
                self.cursor.skip();
            }
        }
        Ok(())
    }

    fn column_word(&mut self) {
        self.cursor.takes(&["COLUMN"]);
        if !self.cursor.takes(&["IF", "NOT", "EXISTS"]) {
            self.cursor.takes(&["IF", "EXISTS"]);
        }
    }

    fn add(&mut self) -> Result<(), DdlError> {
        const NO_COLUMN: [&str; 10] = [
            "CONSTRAINT",
            "PRIMARY",
            "UNIQUE",
            "KEY",
            "INDEX",
            "FULLTEXT",
            "SPATIAL",
            "FOREIGN",
            "CHECK",
            "PARTITION",
        ];
        if self.cursor.is_any(&NO_COLUMN) {
            if let Some(key) = primary_key(self.cursor)? {
                self.table.key = key;
            }
            return Ok(());
        }
        self.column_word();
        if !self.cursor.takes_mark('(') {
            let defined = defined(self.cursor, self.raw_texts)?;
            return self.insert(defined);
        }
        loop {
            let defined = defined(self.cursor, self.raw_texts)?;
            self.insert(defined)?;
            if !self.cursor.takes_mark(',') {
                break;
            }
        }
        if self.cursor.takes_mark(')') {
            Ok(())
        } else {
            self.cursor.missing("the bracket after the columns")
        }
    }

    fn drop(&mut self) -> Result<(), DdlError> {
        if self.cursor.takes(&["PRIMARY"]) {
            self.table.key.clear();
            return Ok(());
        }
        if self.cursor.is_any(&["INDEX", "KEY", "FOREIGN", "CHECK", "CONSTRAINT", "PARTITION"]) {
            return Ok(());
        }
        self.column_word();
        let name = self.cursor.column()?;
        self.remove(&name);
        self.table.key.retain(|key| key.to_lowercase() != name.to_lowercase());
        Ok(())
    }

    fn rename(&mut self) -> Result<(), DdlError> {
        if self.cursor.takes(&["COLUMN"]) {
            let from = self.cursor.column()?;
            if !self.cursor.takes(&["TO"]) {
                return self.cursor.missing("TO");
            }
            let to = self.cursor.column()?;
            // Done already: what is known may be newer than the statement.
            if self.table.place(&from).is_err() && self.table.place(&to).is_ok() {
                return Ok(());
            }
            let place = self.table.place(&from)?;
            if let Some(column) = self.table.columns.get_mut(place) {
                column.name.clone_from(&to);
            }
            self.rename_in_key(&from, &to);
            return Ok(());
        }
        if self.cursor.is_any(&["INDEX", "KEY"]) {
            return Ok(());
        }
        if !self.cursor.takes(&["TO"]) && !self.cursor.takes(&["AS"]) {
            self.cursor.takes_mark('=');
        }
        let target = self.cursor.table()?;
        let named = target.database.is_some();
        let (database, name) = full(target, self.default);
        if named || !self.default.is_empty() {
            self.table.database = database;
        }
        self.table.name = name;
        Ok(())
    }

    /// All texts get the charset; the table's default stays what it was, as Maxwell has it.
    fn convert(&mut self) -> Result<(), DdlError> {
        let Some(charset) = self.cursor.charset()? else { return self.cursor.missing("a charset") };
        for column in &mut self.table.columns {
            if let Detail::Text { charset: of } = &mut column.detail
                && of.as_deref() != Some("binary")
            {
                *of = Some(charset.clone());
            }
        }
        Ok(())
    }

    /// Takes a column out, if it is there: what is known may be newer than the statement.
    fn remove(&mut self, name: &str) {
        if let Ok(place) = self.table.place(name) {
            self.table.columns.remove(place);
        }
    }

    fn insert(&mut self, defined: Defined) -> Result<(), DdlError> {
        self.remove(&defined.column.name);
        if defined.primary {
            self.table.key = vec![defined.column.name.clone()];
        }
        let end = self.table.columns.len();
        let at = match &defined.place {
            Place::Unsaid => end,
            Place::First => 0,
            Place::After(name) => self.table.place(name)?.saturating_add(1),
        };
        self.table.columns.insert(at.min(end), defined.column);
        Ok(())
    }

    fn replace(&mut self, name: &str, defined: Defined) -> Result<(), DdlError> {
        let to = defined.column.name.clone();
        let place = self.table.place(name).or_else(|error| self.table.place(&to).map_err(|_none| error))?;
        self.rename_in_key(name, &to);
        if defined.place == Place::Unsaid {
            if defined.primary {
                self.table.key = vec![to];
            }
            if let Some(column) = self.table.columns.get_mut(place) {
                *column = defined.column;
            }
            return Ok(());
        }
        self.table.columns.remove(place);
        self.insert(defined)
    }

    fn rename_in_key(&mut self, from: &str, to: &str) {
        for key in self.table.key.iter_mut().filter(|key| key.to_lowercase() == from.to_lowercase()) {
            to.clone_into(key);
        }
    }
}
