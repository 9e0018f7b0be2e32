//! `ALTER TABLE`.

use std::sync::Arc;

use becauselog_ddl::{AlterSpec, AlterTable, DefaultChange, Item, Place, TableOption};

use super::{
    DeclaredTable, DeclaredTables,
    column::{DeclaredColumn, InKey, charset_of_collation, unquoted},
};

impl DeclaredTables {
    /// Changes a table; nothing where it is not known.
    pub(super) fn alter(&mut self, database: &str, alter: &AlterTable<'_>) -> Option<Arc<DeclaredTable>> {
        let name = self.name(database, &alter.table);
        let mut table = (**self.tables.get(&name)?).clone();
        for spec in &alter.specs {
            if let AlterSpec::RenameTo(to) = spec {
                self.tables.remove(&table.name);
                table.name = self.name(database, to);
            } else {
                table.apply(spec);
            }
        }
        Some(self.put(table))
    }
}

impl DeclaredTable {
    fn apply(&mut self, spec: &AlterSpec<'_>) {
        match spec {
            AlterSpec::AddColumn { definition, place, .. } => {
                let (column, in_key) = DeclaredColumn::new(definition, self.charset.as_ref(), true);
                self.set(column);
                // A unique column that comes later is no key to the peer.
                if in_key == InKey::Primary {
                    self.keyed_by(definition.name.clone(), in_key);
                }
                self.move_to(&definition.name, place);
            }
            AlterSpec::AddColumns(items) => items.iter().for_each(|item| self.add_one_of_many(item)),
            AlterSpec::ModifyColumn { definition, place, .. } => {
                self.redefine(&definition.name, definition, place)
            }
            AlterSpec::ChangeColumn { old, definition, place, .. } => self.redefine(old, definition, place),
            AlterSpec::DropColumn { name, .. } => self.remove(name),
            AlterSpec::RenameColumn { old, new } => self.rename(old, new),
            AlterSpec::AlterDefault { column, change } => self.change_default(column, change),
            AlterSpec::AddPrimaryKey(columns) => self.set_key(columns),
            AlterSpec::AddIndex(index) => {
                if let Some(columns) = index.unique_columns() {
                    self.offer_key(&columns);
                }
            }
            AlterSpec::DropPrimaryKey => self.key.clear(),
            AlterSpec::ConvertTo { charset, collation } => self.convert(charset, *collation),
            AlterSpec::Option(TableOption::Comment(text)) => self.comment = Some(unquoted(text).into()),
            AlterSpec::RenameTo(_)
            | AlterSpec::ExchangePartition(_)
            | AlterSpec::DropIndex { .. }
            | AlterSpec::RenameIndex { .. }
            | AlterSpec::AddPeriod(_)
            | AlterSpec::DropPeriod
            | AlterSpec::AddSystemVersioning
            | AlterSpec::DropSystemVersioning
            | AlterSpec::Option(_)
            | AlterSpec::Other(_) => {}
        }
    }

    /// A key that is said among several new columns is none to the peer.
    fn add_one_of_many(&mut self, item: &Item<'_>) {
        if let Item::Column(definition) = item {
            let (column, _) = DeclaredColumn::new(definition, self.charset.as_ref(), true);
            self.set(column);
        }
    }

    fn redefine(&mut self, old: &str, definition: &becauselog_ddl::ColumnDefinition<'_>, place: &Place) {
        let Some(mut column) = self.column(old).cloned() else { return };
        column.default = None;
        let in_key = column.define(definition, self.charset.as_ref(), true);
        self.set(column);
        self.rename(old, &definition.name);
        self.keyed_by(definition.name.clone(), in_key);
        self.move_to(&definition.name, place);
    }

    fn rename(&mut self, old: &str, new: &str) {
        let place = self.place(old);
        let Some(column) = place.and_then(|place| self.columns.get_mut(place)) else { return };
        let before = std::mem::replace(&mut column.name, new.into());
        for part in self.key.iter_mut().filter(|part| **part == before) {
            *part = new.into();
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(place) = self.place(name) {
            let column = self.columns.remove(place);
            self.key.retain(|part| *part != column.name);
        }
    }

    fn change_default(&mut self, name: &str, change: &DefaultChange<'_>) {
        let place = self.place(name);
        let Some(column) = place.and_then(|place| self.columns.get_mut(place)) else { return };
        match change {
            DefaultChange::Set(default) => column.take_default(default),
            DefaultChange::Drop => column.default = None,
            DefaultChange::Visible(_) => {}
        }
    }

    /// All texts have this charset from now on, and the table's new columns.
    fn convert(&mut self, charset: &str, collation: Option<&str>) {
        let charset: Arc<str> = match (charset, collation) {
            (name, Some(collation)) if name.eq_ignore_ascii_case("default") => {
                charset_of_collation(collation).into()
            }
            (name, _) => unquoted(name).into(),
        };
        for column in self.columns.iter_mut().filter(|column| column.charset.is_some()) {
            column.charset = Some(Arc::clone(&charset));
        }
        self.charset = Some(charset);
    }
}
