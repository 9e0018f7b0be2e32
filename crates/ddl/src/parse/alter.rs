//! `ALTER TABLE`.

use crate::{AlterSpec, AlterTable, DefaultChange, Item, Statement, TableOption, cursor::Cursor};

impl<'t> Cursor<'t> {
    pub(super) fn alter_table(&mut self) -> Option<Statement<'t>> {
        self.takes_if_exists();
        let table = self.table()?;
        // Where MariaDB takes it, too.
        self.takes_if_exists();
        if !self.takes(&["NOWAIT"]) && self.takes(&["WAIT"]) {
            self.advance();
        }
        let mut specs = Vec::new();
        while !self.is_end() {
            if self.takes_mark(',') {
                continue;
            }
            specs.push(self.spec()?);
        }
        Some(Statement::AlterTable(AlterTable { table, specs }))
    }

    fn spec(&mut self) -> Option<AlterSpec<'t>> {
        let start = self.start();
        if self.is("PARTITION") || self.is_at(1, "PARTITION") && !self.is("ADD") && !self.is("EXCHANGE") {
            return Some(self.rest_of_list(start));
        }
        if self.takes(&["ORDER", "BY"]) {
            return Some(self.order(start));
        }
        let spec = match self
            .takes_any(&["ADD", "MODIFY", "CHANGE", "DROP", "RENAME", "ALTER", "EXCHANGE", "CONVERT"])
        {
            Some("ADD") => self.add(start)?,
            Some("MODIFY") => self.modify()?,
            Some("CHANGE") => self.change()?,
            Some("DROP") => self.drop_spec(start)?,
            Some("RENAME") => self.rename_spec()?,
            Some("ALTER") => self.alter_spec(start)?,
            Some("EXCHANGE") => self.exchange(start)?,
            Some(_) => self.convert(start),
            None => return Some(self.option_spec()),
        };
        self.skip_part();
        if self.is_mark(')') {
            return None;
        }
        Some(spec)
    }

    fn other_spec(&mut self, start: usize) -> AlterSpec<'t> {
        self.skip_part();
        AlterSpec::Other(self.text_from(start))
    }

    /// What partitions are named in has commas of its own, and nothing behind it.
    fn rest_of_list(&mut self, start: usize) -> AlterSpec<'t> {
        while !self.is_end() {
            self.skip();
        }
        AlterSpec::Other(self.text_from(start))
    }

    /// `a, b DESC`: columns, as long as nothing else stands behind a name.
    fn order(&mut self, start: usize) -> AlterSpec<'t> {
        loop {
            self.column_name();
            self.takes_any(&["ASC", "DESC"]);
            let ahead = if self.is_at(2, "ASC") || self.is_at(2, "DESC") { 3 } else { 2 };
            let more = self.is_mark(',') && (self.kind_ahead(ahead).is_none() || self.is_mark_at(ahead, ','));
            if !more {
                return AlterSpec::Other(self.text_from(start));
            }
            self.advance();
        }
    }

    /// Options need no commas between them.
    fn option_spec(&mut self) -> AlterSpec<'t> {
        if let Some(option) = self.known_option() {
            return AlterSpec::Option(option);
        }
        let start = self.start();
        self.skip();
        while !self.is_part_end() && !self.is_option_start() {
            self.skip();
        }
        // A closing bracket without its opening one.
        if self.is_mark(')') {
            self.advance();
        }
        AlterSpec::Option(TableOption::Other(self.text_from(start)))
    }

    fn is_option_start(&self) -> bool {
        self.is("COMMENT")
            || self.is("COLLATE")
            || self.is("CHARSET")
            || self.is("CHARACTER")
            || self.is("DEFAULT")
    }

    fn add(&mut self, start: usize) -> Option<AlterSpec<'t>> {
        let column = self.takes(&["COLUMN"]);
        let if_not_exists = self.takes_if_exists();
        if self.takes_mark('(') {
            return Some(AlterSpec::AddColumns(self.items()?));
        }
        if !column {
            if let Some(item) = self.no_column() {
                return item.map(|item| added(item, self.text_from(start)));
            }
            if self.takes(&["SYSTEM", "VERSIONING"]) {
                return Some(AlterSpec::AddSystemVersioning);
            }
            if self.is("PARTITION") {
                return Some(self.other_spec(start));
            }
        }
        let definition = self.column_definition()?;
        Some(AlterSpec::AddColumn { if_not_exists, definition, place: self.place()? })
    }

    fn modify(&mut self) -> Option<AlterSpec<'t>> {
        self.takes(&["COLUMN"]);
        let if_exists = self.takes_if_exists();
        let definition = self.column_definition()?;
        Some(AlterSpec::ModifyColumn { if_exists, definition, place: self.place()? })
    }

    fn change(&mut self) -> Option<AlterSpec<'t>> {
        self.takes(&["COLUMN"]);
        let if_exists = self.takes_if_exists();
        let old = self.column_name()?;
        let definition = self.column_definition()?;
        Some(AlterSpec::ChangeColumn { if_exists, old, definition, place: self.place()? })
    }

    fn drop_spec(&mut self, start: usize) -> Option<AlterSpec<'t>> {
        if self.takes(&["PRIMARY", "KEY"]) {
            return Some(AlterSpec::DropPrimaryKey);
        }
        let column = self.takes(&["COLUMN"]);
        // A column may have such a name: then nothing follows it.
        if !column && !self.ends_after(1) {
            if self.takes_any(&["INDEX", "KEY", "CONSTRAINT"]).is_some() {
                let if_exists = self.takes_if_exists();
                return Some(AlterSpec::DropIndex { if_exists, name: self.column_name()? });
            }
            if self.takes(&["PERIOD", "FOR"]) {
                self.name();
                return Some(AlterSpec::DropPeriod);
            }
            if self.takes(&["SYSTEM", "VERSIONING"]) {
                return Some(AlterSpec::DropSystemVersioning);
            }
            if ["FOREIGN", "CHECK", "PARTITION", "PERIOD"].iter().any(|other| self.is(other)) {
                return Some(self.other_spec(start));
            }
        }
        let if_exists = self.takes_if_exists();
        let name = self.column_name()?;
        self.takes_any(&["RESTRICT", "CASCADE"]);
        Some(AlterSpec::DropColumn { if_exists, name })
    }

    fn ends_after(&self, ahead: usize) -> bool {
        self.kind_ahead(ahead).is_none() || self.is_mark_at(ahead, ',')
    }

    fn rename_spec(&mut self) -> Option<AlterSpec<'t>> {
        if self.takes(&["COLUMN"]) {
            self.takes_if_exists();
            let old = self.column_name()?;
            return if self.takes(&["TO"]) {
                Some(AlterSpec::RenameColumn { old, new: self.column_name()? })
            } else {
                None
            };
        }
        if !self.ends_after(1) && self.takes_any(&["INDEX", "KEY"]).is_some() {
            self.takes_if_exists();
            let old = self.column_name()?;
            return if self.takes(&["TO"]) {
                Some(AlterSpec::RenameIndex { old, new: self.column_name()? })
            } else {
                None
            };
        }
        let _said = self.takes_any(&["TO", "AS"]).is_some() || self.takes_mark('=');
        Some(AlterSpec::RenameTo(self.table()?))
    }

    fn alter_spec(&mut self, start: usize) -> Option<AlterSpec<'t>> {
        let column = self.takes(&["COLUMN"]);
        let others = ["INDEX", "KEY", "CHECK", "CONSTRAINT"];
        if !column
            && others.iter().any(|other| self.is(other))
            && !self.is_at(1, "SET")
            && !self.is_at(1, "DROP")
        {
            return Some(self.other_spec(start));
        }
        self.takes_if_exists();
        let name = self.column_name()?;
        let change = if self.takes(&["SET", "DEFAULT"]) {
            DefaultChange::Set(self.default())
        } else if self.takes(&["DROP", "DEFAULT"]) {
            DefaultChange::Drop
        } else if self.takes(&["SET", "VISIBLE"]) {
            DefaultChange::Visible(true)
        } else if self.takes(&["SET", "INVISIBLE"]) {
            DefaultChange::Visible(false)
        } else {
            return Some(self.other_spec(start));
        };
        Some(AlterSpec::AlterDefault { column: name, change })
    }

    fn exchange(&mut self, start: usize) -> Option<AlterSpec<'t>> {
        while !self.is_part_end() {
            if self.takes(&["WITH", "TABLE"]) {
                return Some(AlterSpec::ExchangePartition(self.table()?));
            }
            self.skip();
        }
        Some(self.other_spec(start))
    }

    fn convert(&mut self, start: usize) -> AlterSpec<'t> {
        if self.takes(&["TO"])
            && let Some(charset) = self.charset()
        {
            return AlterSpec::ConvertTo { charset, collation: self.collation() };
        }
        self.other_spec(start)
    }
}

/// What an item says when it is added.
fn added<'t>(item: Item<'t>, text: &'t str) -> AlterSpec<'t> {
    match item {
        Item::PrimaryKey(columns) => AlterSpec::AddPrimaryKey(columns),
        Item::Index(index) => AlterSpec::AddIndex(index),
        Item::Period { columns, .. } => AlterSpec::AddPeriod(columns),
        Item::Column(_) | Item::Other(_) => AlterSpec::Other(text),
    }
}
