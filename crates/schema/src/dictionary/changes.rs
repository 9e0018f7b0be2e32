//! What an `ALTER TABLE` says of columns, sorted by what the server does first.

use becauselog_ddl::{self as ddl, AlterSpec, AlterTable, DefaultChange, Item, Place};

use super::definition::is_same;

/// What is said of columns.
///
/// The server takes all parts of the statement together: first each column that there is goes, is redefined, renamed or stays;
/// then come new ones and those that move, in the order in which they are written.
#[derive(Debug, Default)]
pub struct ColumnChanges<'a> {
    drops: Vec<(&'a str, bool)>,
    renames: Vec<(&'a str, &'a str)>,
    redefined: Vec<Redefined<'a>>,
    visible: Vec<(&'a str, bool)>,
    /// New columns, and redefined ones that move.
    pub placed: Vec<Placed<'a>>,
}

/// A column with a new definition.
#[derive(Debug, Clone, Copy)]
pub struct Redefined<'a> {
    pub old: &'a str,
    pub definition: &'a ddl::ColumnDefinition<'a>,
}

/// A column that is put into its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    pub definition: &'a ddl::ColumnDefinition<'a>,
    pub place: &'a Place,
    /// Its old name, if it was there before.
    pub old: Option<&'a str>,
    pub if_not_exists: bool,
}

/// What becomes of a column that is there.
#[derive(Debug, Clone, Copy)]
pub enum Fate<'a> {
    Stays,
    Goes,
    Becomes(Redefined<'a>),
    IsCalled(&'a str),
}

impl<'a> ColumnChanges<'a> {
    pub fn of(alter: &'a AlterTable<'a>) -> Self {
        let mut changes = Self::default();
        for spec in &alter.specs {
            changes.take(spec);
        }
        changes
    }

    fn take(&mut self, spec: &'a AlterSpec<'a>) {
        match spec {
            AlterSpec::AddColumn { if_not_exists, definition, place } => {
                self.placed.push(Placed { definition, place, old: None, if_not_exists: *if_not_exists });
            }
            AlterSpec::AddColumns(items) => self.placed.extend(items.iter().filter_map(|item| match item {
                Item::Column(definition) => {
                    Some(Placed { definition, place: &Place::Unsaid, old: None, if_not_exists: false })
                }
                _ => None,
            })),
            AlterSpec::ModifyColumn { definition, place, .. } => {
                self.redefine(&definition.name, definition, place)
            }
            AlterSpec::ChangeColumn { old, definition, place, .. } => self.redefine(old, definition, place),
            AlterSpec::DropColumn { if_exists, name } => self.drops.push((name, *if_exists)),
            AlterSpec::RenameColumn { old, new } => self.renames.push((old, new)),
            AlterSpec::AlterDefault { column, change: DefaultChange::Visible(visible) } => {
                self.visible.push((column, *visible));
            }
            _ => {}
        }
    }

    fn redefine(&mut self, old: &'a str, definition: &'a ddl::ColumnDefinition<'a>, place: &'a Place) {
        self.redefined.push(Redefined { old, definition });
        if *place != Place::Unsaid {
            self.placed.push(Placed { definition, place, old: Some(old), if_not_exists: false });
        }
    }

    /// What becomes of the column of this name.
    pub fn fate(&self, name: &str) -> Fate<'a> {
        if self.drops.iter().any(|(dropped, _)| is_same(dropped, name)) {
            return Fate::Goes;
        }
        if let Some(redefined) = self.redefined.iter().find(|one| is_same(one.old, name)) {
            return Fate::Becomes(*redefined);
        }
        match self.renames.iter().find(|(old, _)| is_same(old, name)) {
            Some((_, new)) => Fate::IsCalled(new),
            None => Fate::Stays,
        }
    }

    /// What the column that is called so afterwards was called before.
    pub fn old_name<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        if let Some(redefined) = self.redefined.iter().find(|one| is_same(&one.definition.name, name)) {
            return redefined.old;
        }
        self.renames.iter().find(|(_, new)| is_same(new, name)).map_or(name, |(old, _)| old)
    }

    /// Whether the statement defines a text or bytes of any length: some servers give it another size when they convert the table.
    pub fn defines_blob(&self) -> bool {
        let redefined = self.redefined.iter().map(|one| one.definition);
        let mut all = redefined.chain(self.placed.iter().map(|one| one.definition));
        all.any(|definition| {
            let words = &definition.data_type.words;
            words.iter().any(|word| word.ends_with("BLOB") || word.ends_with("TEXT") || word == "LONG")
        })
    }

    /// Whether the statement defines a column of this name.
    pub fn defines(&self, name: &str) -> bool {
        let redefined = self.redefined.iter().map(|one| one.definition);
        let placed = self.placed.iter().filter(|one| !one.if_not_exists);
        let mut all = redefined.chain(placed.map(|one| one.definition));
        all.any(|definition| is_same(&definition.name, name))
    }

    /// Whether a column is to be seen, where that is said.
    pub fn visible(&self, name: &str) -> Option<bool> {
        self.visible.iter().rev().find(|(column, _)| is_same(column, name)).map(|(_, visible)| *visible)
    }

    /// A column that has to be there for the statement and is not.
    pub fn missing(&self, is_there: impl Fn(&str) -> bool, specs: &[AlterSpec<'_>]) -> bool {
        let forgives = |name: &str| {
            specs.iter().any(|spec| match spec {
                AlterSpec::ModifyColumn { if_exists: true, definition, .. } => definition.name == name,
                AlterSpec::ChangeColumn { if_exists: true, old, .. } => old == name,
                _ => false,
            })
        };
        let lost = |name: &str| !is_there(name) && !forgives(name);
        self.drops.iter().any(|(name, if_exists)| !if_exists && !is_there(name))
            || self.redefined.iter().any(|one| lost(one.old))
    }
}
