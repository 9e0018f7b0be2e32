//! `ALTER TABLE`.

use std::sync::Arc;

use becauselog_ddl::{AlterSpec, AlterTable, Item, Place, TableOption, TableRef};

use super::{
    DdlError, Effect,
    column_type::{Defined, charset_name, defined},
    definition::{Definitions, Detail, Table},
    statement::full,
};

/// What stands between the changes of one statement.
struct Changing<'a> {
    table: Table,
    raw_texts: bool,
    default: &'a str,
}

pub(super) fn alter_table(
    definitions: &mut Definitions,
    default: &str,
    alter: &AlterTable<'_>,
) -> Result<Vec<Effect>, DdlError> {
    let (database, name) = definitions.folded(full(alter.table.clone(), default));
    let old = definitions.take(&database, &name)?;
    let table = Table::clone(&old);
    let mut changing = Changing { table, raw_texts: definitions.raw_texts, default };
    alter.specs.iter().try_for_each(|spec| changing.change(spec))?;
    let mut table = changing.table;
    table.settle();
    (table.database, table.name) = definitions.folded((table.database, table.name));
    let new = Arc::new(table);
    definitions.put(Arc::clone(&new));
    Ok(vec![Effect::TableAlter { old, new }])
}

impl Changing<'_> {
    fn change(&mut self, spec: &AlterSpec<'_>) -> Result<(), DdlError> {
        match spec {
            AlterSpec::AddColumn { definition, place, .. } => {
                self.insert(defined(definition, self.raw_texts), place)?;
            }
            AlterSpec::AddColumns(items) => items.iter().try_for_each(|item| self.add_item(item))?,
            AlterSpec::ModifyColumn { definition, place, .. } => {
                self.replace(&definition.name, defined(definition, self.raw_texts), place)?;
            }
            AlterSpec::ChangeColumn { old, definition, place, .. } => {
                self.replace(old, defined(definition, self.raw_texts), place)?;
            }
            AlterSpec::DropColumn { name, .. } => {
                self.remove(name);
                self.table.key.retain(|key| key.to_lowercase() != name.to_lowercase());
            }
            AlterSpec::RenameColumn { old, new } => self.rename_column(old, new)?,
            AlterSpec::AddPrimaryKey(columns) => self.table.key.clone_from(columns),
            AlterSpec::DropPrimaryKey => self.table.key.clear(),
            AlterSpec::RenameTo(to) => self.rename_to(to),
            AlterSpec::ConvertTo { charset, .. } => self.convert(&charset_name(charset)),
            AlterSpec::Option(TableOption::Charset(name)) => self.table.charset = charset_name(name),
            AlterSpec::AlterDefault { .. }
            | AlterSpec::AddIndex(_)
            | AlterSpec::DropIndex { .. }
            | AlterSpec::RenameIndex { .. }
            | AlterSpec::AddPeriod(_)
            | AlterSpec::DropPeriod
            | AlterSpec::AddSystemVersioning
            | AlterSpec::DropSystemVersioning
            | AlterSpec::ExchangePartition(_)
            | AlterSpec::Option(_)
            | AlterSpec::Other(_) => {}
        }
        Ok(())
    }

    fn add_item(&mut self, item: &Item<'_>) -> Result<(), DdlError> {
        match item {
            Item::Column(definition) => self.insert(defined(definition, self.raw_texts), &Place::Unsaid),
            Item::PrimaryKey(columns) => {
                self.table.key.clone_from(columns);
                Ok(())
            }
            Item::Index(_) | Item::Period { .. } | Item::Other(_) => Ok(()),
        }
    }

    fn rename_column(&mut self, from: &str, to: &str) -> Result<(), DdlError> {
        // Done already: what is known may be newer than the statement.
        if self.table.place(from).is_err() && self.table.place(to).is_ok() {
            return Ok(());
        }
        let place = self.table.place(from)?;
        if let Some(column) = self.table.columns.get_mut(place) {
            to.clone_into(&mut column.name);
        }
        self.rename_in_key(from, to);
        Ok(())
    }

    fn rename_to(&mut self, to: &TableRef) {
        if to.database.is_some() || !self.default.is_empty() {
            self.table.database = full(to.clone(), self.default).0;
        }
        self.table.name.clone_from(&to.table);
    }

    /// All texts get the charset; the table's default stays what it was, as Maxwell has it.
    fn convert(&mut self, charset: &str) {
        for column in &mut self.table.columns {
            if let Detail::Text { charset: of } = &mut column.detail
                && of.as_deref() != Some("binary")
            {
                *of = Some(charset.to_owned());
            }
        }
    }

    /// Takes a column out, if it is there: what is known may be newer than the statement.
    fn remove(&mut self, name: &str) {
        if let Ok(place) = self.table.place(name) {
            self.table.columns.remove(place);
        }
    }

    fn insert(&mut self, defined: Defined, place: &Place) -> Result<(), DdlError> {
        self.remove(&defined.column.name);
        if defined.primary {
            self.table.key = vec![defined.column.name.clone()];
        }
        let end = self.table.columns.len();
        let at = match place {
            Place::Unsaid => end,
            Place::First => 0,
            Place::After(name) => self.table.place(name)?.saturating_add(1),
        };
        self.table.columns.insert(at.min(end), defined.column);
        Ok(())
    }

    fn replace(&mut self, name: &str, defined: Defined, to_place: &Place) -> Result<(), DdlError> {
        let to = defined.column.name.clone();
        let place = self.table.place(name).or_else(|error| self.table.place(&to).map_err(|_none| error))?;
        self.rename_in_key(name, &to);
        if *to_place == Place::Unsaid {
            if defined.primary {
                self.table.key = vec![to];
            }
            if let Some(column) = self.table.columns.get_mut(place) {
                *column = defined.column;
            }
            return Ok(());
        }
        self.table.columns.remove(place);
        self.insert(defined, to_place)
    }

    fn rename_in_key(&mut self, from: &str, to: &str) {
        for key in self.table.key.iter_mut().filter(|key| key.to_lowercase() == from.to_lowercase()) {
            to.clone_into(key);
        }
    }
}
