//! `ALTER TABLE`.

use std::sync::Arc;

use becauselog_ddl::{
    AlterSpec, AlterTable, Index as WrittenIndex, Item, Place, TableOption, TableRef, meaning,
};
use becauselog_model::TableName;

use super::{
    Dictionary, Known,
    changes::{ColumnChanges, Fate, Placed},
    charset::{Collation, charset_name},
    column::defined,
    data_type::{Context, DataType},
    definition::{ColumnDefinition, Index, KeyColumn, Period, TableDefinition, is_same},
    outcome::{Doubt, Outcome},
    session::Session,
};
use crate::ddl::Affected;

/// Options and other parts that change no shape, by their first words.
const HARMLESS: [&str; 58] = [
    "ADD",
    "ALGORITHM",
    "ALTER",
    "ANALYZE",
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHECK",
    "CHECKSUM",
    "COALESCE",
    "COMPRESSION",
    "CONNECTION",
    "CONVERT",
    "DATA",
    "DEFAULT",
    "DELAY_KEY_WRITE",
    "DISABLE",
    "DISCARD",
    "DROP",
    "ENABLE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "ENGINE",
    "ENGINE_ATTRIBUTE",
    "FORCE",
    "IETF_QUOTES",
    "IMPORT",
    "INDEX",
    "INSERT_METHOD",
    "ITEF_QUOTES",
    "KEY_BLOCK_SIZE",
    "LOCK",
    "MAX_ROWS",
    "MIN_ROWS",
    "NODEGROUP",
    "ONLINE",
    "OPTIMIZE",
    "ORDER",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PARTITION",
    "PASSWORD",
    "REBUILD",
    "REMOVE",
    "REORGANIZE",
    "REPAIR",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "TABLESPACE",
    "TRANSACTIONAL",
    "TRUNCATE",
    "UNION",
];

impl Dictionary {
    pub(super) fn alter_table(&mut self, session: &Session<'_>, alter: &AlterTable<'_>) -> Outcome {
        let name = self.name(session, &alter.table);
        if self.is_temporary(session, &name) {
            return Outcome::NOTHING;
        }
        let renamed = alter.specs.iter().rev().find_map(|spec| match spec {
            AlterSpec::RenameTo(to) => Some(self.name(session, to)),
            _ => None,
        });
        let mut outcome = match self.known(&name) {
            Some(Known::Table(table)) => {
                let table = Arc::clone(table);
                let altered = self.altered(session, &table, alter);
                self.settle(name.clone(), altered)
            }
            _ => Outcome::tables(vec![name.clone()]),
        };
        let exchanged = alter.specs.iter().filter_map(|spec| match spec {
            AlterSpec::ExchangePartition(with) => Some(self.name(session, with)),
            _ => None,
        });
        let mut more: Vec<TableName> = exchanged.collect();
        if let Some(to) = renamed {
            self.move_table(&name, &to);
            more.push(to);
        }
        if let Affected::Tables(tables) = &mut outcome.affected {
            tables.extend(more);
        }
        outcome
    }

    pub(super) fn create_index(
        &mut self,
        session: &Session<'_>,
        table: &TableRef,
        or_replace: bool,
        index: &WrittenIndex,
    ) -> Outcome {
        self.change(session, table, |table| {
            let there = index.name.as_deref().and_then(|name| table.index_place(name));
            if let Some(place) = there.filter(|_| or_replace) {
                table.indexes.remove(place);
            }
            table.add_index(index);
        })
    }

    pub(super) fn drop_index(&mut self, session: &Session<'_>, table: &TableRef, name: &str) -> Outcome {
        self.change(session, table, |table| table.drop_index(name))
    }

    /// Changes the indexes of a table, if it is known.
    fn change(
        &mut self,
        session: &Session<'_>,
        table: &TableRef,
        change: impl FnOnce(&mut TableDefinition),
    ) -> Outcome {
        let name = self.name(session, table);
        if self.is_temporary(session, &name) {
            return Outcome::NOTHING;
        }
        if let Some(Known::Table(table)) = self.known(&name) {
            let mut table = TableDefinition::clone(table);
            table.note_nulls();
            change(&mut table);
            table.sort_indexes();
            self.set(name.clone(), Known::Table(table.into()));
        }
        Outcome::tables(vec![name])
    }

    fn altered(
        &self,
        session: &Session<'_>,
        table: &TableDefinition,
        alter: &AlterTable<'_>,
    ) -> Result<TableDefinition, Doubt> {
        if let Some(unknown) = alter.specs.iter().find_map(unknown_word) {
            return Err(Doubt(format!("{unknown} in its ALTER TABLE is not known").into()));
        }
        let changes = ColumnChanges::of(alter);
        if changes.missing(|name| table.place(name).is_some(), &alter.specs) {
            return Err(Doubt::new("its ALTER TABLE names a column that it does not have"));
        }
        let mut new = table.clone();
        let options: Vec<_> = alter.specs.iter().filter_map(option).collect();
        let convert = self.conversion(session, alter, &table.name.database);
        if convert.is_some() && self.server.is_mysql_from(80_013) && changes.defines_blob() {
            return Err(Doubt::new(
                "its ALTER TABLE converts it to another character set and defines a BLOB or TEXT",
            ));
        }
        if convert.is_some() && !options.is_empty() {
            return Err(Doubt::new("its ALTER TABLE converts it to one character set and sets another"));
        }
        if let Some(collation) =
            convert.clone().or_else(|| self.collation(session, &options, &table.collation))
        {
            new.collation = collation;
        }
        let collation = new.collation.clone();
        let context = Context { convert: convert.as_ref(), ..self.context(session, &collation) };
        new.change_columns(table, &changes, context)?;
        if let Some(collation) = convert {
            new.convert(&collation, &changes)?;
        }
        new.change_indexes(table, &changes, alter);
        new.change_versioning(alter);
        Ok(new)
    }

    /// What `CONVERT TO CHARACTER SET` converts to.
    fn conversion(&self, session: &Session<'_>, alter: &AlterTable<'_>, database: &str) -> Option<Collation> {
        let mode = self.server.mode(session);
        alter.specs.iter().rev().find_map(|spec| {
            let AlterSpec::ConvertTo { charset, collation } = spec else { return None };
            let charset = charset_name(&meaning(charset, mode));
            let base = match charset.as_str() {
                "default" if self.server.is_mariadb() => {
                    let database = self.database_collation(session, database);
                    self.server.default_collation(database.charset(), Some(session))
                }
                // That of the session's database, whatever database the table is in.
                "default" => session
                    .collation_database
                    .and_then(Collation::of_id)
                    .unwrap_or_else(|| self.database_collation(session, session.database)),
                charset => self.server.default_collation(charset, Some(session)),
            };
            Some(match collation {
                Some(raw) => Collation::within(&meaning(raw, mode), &base, &self.server, session),
                None => base,
            })
        })
    }
}

const fn option<'t>(spec: &AlterSpec<'t>) -> Option<TableOption<'t>> {
    match spec {
        AlterSpec::Option(TableOption::Charset(charset)) => Some(TableOption::Charset(charset)),
        AlterSpec::Option(TableOption::Collation(collation)) => Some(TableOption::Collation(collation)),
        _ => None,
    }
}

/// The first word of a part that may be anything.
fn unknown_word<'t>(spec: &AlterSpec<'t>) -> Option<&'t str> {
    let text = match spec {
        AlterSpec::Other(text) | AlterSpec::Option(TableOption::Other(text)) => *text,
        _ => return None,
    };
    let word = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| !word.is_empty())?;
    let known = HARMLESS.iter().any(|harmless| harmless.eq_ignore_ascii_case(word));
    (!known && !word.starts_with(|c: char| c.is_ascii_digit())).then_some(word)
}

impl TableDefinition {
    fn change_columns(
        &mut self,
        old: &Self,
        changes: &ColumnChanges<'_>,
        context: Context<'_>,
    ) -> Result<(), Doubt> {
        let mut columns = Vec::with_capacity(old.columns.len());
        for column in &old.columns {
            match changes.fate(&column.name) {
                Fate::Goes => {}
                Fate::Becomes(redefined) => columns.push(defined(redefined.definition, context)?.column),
                Fate::IsCalled(name) => {
                    columns.push(ColumnDefinition { name: name.into(), ..column.clone() })
                }
                Fate::Stays => columns.push(column.clone()),
            }
        }
        self.columns = columns;
        for column in &mut self.columns {
            column.visible = changes.visible(&column.name).unwrap_or(column.visible);
        }
        changes.placed.iter().try_for_each(|placed| self.place_column(old, placed, context))
    }

    fn place_column(&mut self, old: &Self, placed: &Placed<'_>, context: Context<'_>) -> Result<(), Doubt> {
        // One that is there is left as it is.
        let is_there = |table: &Self| table.place(&placed.definition.name).is_some();
        if placed.if_not_exists && (is_there(old) || is_there(self)) {
            return Ok(());
        }
        // One that is not there is not moved either.
        if placed.old.is_some_and(|name| old.place(name).is_none()) {
            return Ok(());
        }
        if placed.old.is_some() {
            self.columns.retain(|column| *column.name != *placed.definition.name);
        }
        let defined = defined(placed.definition, context)?;
        if defined.is_row_time {
            self.period = Period::Shown(Arc::clone(&defined.column.name));
        }
        let at = match placed.place {
            Place::Unsaid => self.columns.len(),
            Place::First => 0,
            Place::After(name) => {
                let place = self
                    .place(name)
                    .ok_or_else(|| Doubt::new("a column is put behind one that is not there"))?;
                place.saturating_add(1)
            }
        };
        self.columns.insert(at.min(self.columns.len()), defined.column);
        Ok(())
    }

    /// Gives all texts this collation.
    fn convert(&mut self, to: &Collation, changes: &ColumnChanges<'_>) -> Result<(), Doubt> {
        for column in &mut self.columns {
            // One that the statement defines is converted already.
            if changes.defines(&column.name) {
                continue;
            }
            if let DataType::Enum { collation, .. } | DataType::Set { collation, .. } = &column.data_type
                // Servers up to 8.0.12 and MariaDB take the old bytes for texts of the new charset then.
                && collation.is_wide() != to.is_wide()
            {
                return Err(Doubt::new(
                    "an ENUM or SET was converted between charsets whose texts are kept in other ways",
                ));
            }
            column.data_type = column.data_type.clone().converted(to);
        }
        Ok(())
    }

    fn change_indexes(&mut self, old: &Self, changes: &ColumnChanges<'_>, alter: &AlterTable<'_>) {
        if alter.specs.iter().any(drops_primary_key) {
            self.primary_key.clear();
        }
        let primary_key = std::mem::take(&mut self.primary_key);
        self.primary_key = primary_key.iter().filter_map(|name| self.heir(changes, name)).collect();
        self.forbid_nulls();
        let indexes = std::mem::take(&mut self.indexes);
        self.indexes = indexes.into_iter().filter_map(|index| self.kept_index(index, old, changes)).collect();
        for spec in &alter.specs {
            self.change_index(spec);
        }
        // Keys that columns say themselves, and those in lists of columns.
        for spec in &alter.specs {
            self.add_keys(spec);
        }
        self.forbid_nulls();
        self.sort_indexes();
    }

    /// An index without the columns that went; nothing where none is left.
    fn kept_index(&self, index: Index, old: &Self, changes: &ColumnChanges<'_>) -> Option<Index> {
        let kept = |part: KeyColumn| {
            let Some(name) = part.column().cloned() else { return Some(part) };
            let heir = self.heir(changes, &name)?;
            let is_new = matches!(changes.fate(&name), Fate::Goes);
            let part = self.remembered(part.named(heir), old.column(&name), is_new);
            Some(self.fitted(part, index.is_unique))
        };
        let parts: Vec<KeyColumn> = index.parts.into_iter().filter_map(kept).collect();
        let had_null = self.has_null(&parts);
        (!parts.is_empty()).then_some(Index { parts, had_null, ..index })
    }

    /// The column that an index has in the place of one of this name: the server takes the first that was called so, or is new
    /// and is called so.
    fn heir(&self, changes: &ColumnChanges<'_>, name: &str) -> Option<Arc<str>> {
        let was = |column: &&ColumnDefinition| is_same(changes.old_name(&column.name), name);
        self.columns.iter().find(was).map(|column| Arc::clone(&column.name))
    }

    fn change_index(&mut self, spec: &AlterSpec<'_>) {
        match spec {
            AlterSpec::DropIndex { name, .. } => self.drop_index(name),
            AlterSpec::RenameIndex { old, new } => {
                if let Some(index) = self.index_place(old).and_then(|place| self.indexes.get_mut(place)) {
                    index.name = new.as_str().into();
                }
            }
            _ => {}
        }
    }

    pub(super) fn drop_index(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("PRIMARY") {
            self.primary_key.clear();
        } else if let Some(place) = self.index_place(name) {
            self.indexes.remove(place);
        }
    }

    fn add_keys(&mut self, spec: &AlterSpec<'_>) {
        match spec {
            AlterSpec::AddPrimaryKey(columns) => self.set_primary_key(columns),
            AlterSpec::AddPeriod(columns) => self.forbid_nulls_of(columns),
            AlterSpec::AddIndex(index) => self.add_index(index),
            AlterSpec::AddColumns(items) => items.iter().for_each(|item| self.add_key_of(item)),
            AlterSpec::AddColumn { definition, .. }
            | AlterSpec::ModifyColumn { definition, .. }
            | AlterSpec::ChangeColumn { definition, .. } => {
                self.add_key_of(&Item::Column(definition.clone()))
            }
            _ => {}
        }
    }

    fn add_key_of(&mut self, item: &Item<'_>) {
        let (mut primary, mut unique) = (false, false);
        if let Item::Column(definition) = item {
            use becauselog_ddl::Attribute;
            primary = definition.attributes.contains(&Attribute::PrimaryKey);
            unique = definition.data_type.is("SERIAL")
                || definition
                    .attributes
                    .iter()
                    .any(|one| matches!(one, Attribute::Unique | Attribute::SerialDefault));
        }
        self.add_keys_of(item, primary, unique);
    }

    fn change_versioning(&mut self, alter: &AlterTable<'_>) {
        for spec in &alter.specs {
            match spec {
                AlterSpec::AddSystemVersioning if self.period == Period::None => self.period = Period::Hidden,
                AlterSpec::DropSystemVersioning => self.period = Period::None,
                _ => {}
            }
        }
    }
}

fn drops_primary_key(spec: &AlterSpec<'_>) -> bool {
    match spec {
        AlterSpec::DropPrimaryKey => true,
        AlterSpec::DropIndex { name, .. } => name.eq_ignore_ascii_case("PRIMARY"),
        _ => false,
    }
}
