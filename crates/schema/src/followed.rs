//! Shapes for table maps that do not say everything, from the statements of the log.
//!
//! What is known of a table begins with what the server says of it at one time, or with the statement that made it, and is
//! changed by each statement since. What the server says now holds at an earlier position only if no statement between the two
//! touched the table: whoever asks it also reads the log ahead, and says which statements came in between ([`Ahead`]).

mod ahead;
mod ordinal;

use std::{collections::HashMap, fmt, sync::Arc};

use becauselog_model::{ColumnKind, TableMap, TableName, TableShape};

pub use self::ahead::{Ahead, LaterStatement};
use crate::{
    catalog::Definitions,
    check::check,
    ddl::Affected,
    dictionary::Collation,
    dictionary::{Dictionary, Doubt, Known, Outcome, ServerFacts, Session},
    error::ShapeError,
};

/// What is done with rows of a table whose shape at their position cannot be known for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnknownShape {
    /// The run stops, and says why.
    #[default]
    Stop,
    /// Columns are called `@1`, `@2`, …, with what the log itself says of their types.
    Ordinal,
}

/// Says what is done for each table.
pub type Policy = Arc<dyn Fn(&TableName) -> UnknownShape + Send + Sync>;

/// Answers for table maps by the statements of the log.
#[derive(Clone)]
pub struct Followed {
    dictionary: Dictionary,
    /// There is a server to ask.
    online: bool,
    /// The server's version, as its log told it last.
    version: Arc<str>,
    /// All of its tables were asked for, or kept from an earlier run.
    is_based: bool,
    policy: Policy,
    tables: HashMap<TableName, Answers>,
}

/// What was answered for a table, until a statement touches it.
#[derive(Debug, Clone, Default)]
struct Answers {
    last: Option<(TableMap, Arc<TableShape>)>,
    /// The map for which the server was asked.
    asked: Option<TableMap>,
    /// It was told that the columns have ordinal names.
    told: bool,
    /// A shape from elsewhere, and the same with what statements tell more.
    refined: Option<(Arc<TableShape>, Arc<TableShape>)>,
}

impl fmt::Debug for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Followed")
            .field("online", &self.online)
            .field("is_based", &self.is_based)
            .finish_non_exhaustive()
    }
}

impl Followed {
    /// Knows nothing yet. `online`: there is a server to ask, so it may answer [`ShapeError::NeedsTables`].
    #[must_use]
    pub fn new(online: bool, policy: Policy) -> Self {
        let dictionary = Dictionary::new(ServerFacts::of_version(""));
        Self { dictionary, online, version: "".into(), is_based: false, policy, tables: HashMap::new() }
    }

    /// Says what is done where a shape cannot be known.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Goes on with the tables of an earlier run.
    pub fn restore(&mut self, dictionary: Dictionary) {
        self.dictionary = dictionary;
        self.is_based = true;
        self.tables.clear();
    }

    /// The tables as they are at the position that is read.
    #[must_use]
    pub const fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Whether all tables of the server are known.
    #[must_use]
    pub const fn is_based(&self) -> bool {
        self.is_based
    }

    /// Notes which server the log is from, by its version: a format description says it.
    pub fn begin_log(&mut self, version: &str) {
        if !self.is_based && *self.version != *version {
            self.version = version.into();
            self.dictionary.set_server(ServerFacts::of_version(version));
        }
    }

    /// Follows a statement of the log.
    pub fn statement(&mut self, session: &Session<'_>, sql: &str) -> Outcome {
        let outcome = self.dictionary.apply(session, sql);
        match &outcome.affected {
            Affected::Nothing => {}
            Affected::Tables(names) => names.iter().for_each(|name| drop(self.tables.remove(name))),
            affected => self.tables.retain(|name, _| !affected.includes(name)),
        }
        outcome
    }

    /// Whether the last shape that was answered for a table still holds.
    #[must_use]
    pub fn knows(&self, name: &TableName) -> bool {
        self.tables.get(name).is_some_and(|answers| answers.last.is_some())
    }

    /// The shape of a table that no map is at hand of.
    #[must_use]
    pub fn shape_of(&self, name: &TableName) -> Option<Arc<TableShape>> {
        if let Some((_, shape)) = self.tables.get(name).and_then(|answers| answers.last.as_ref()) {
            return Some(Arc::clone(shape));
        }
        self.dictionary.table(name)?.shape().ok().map(Arc::new)
    }

    /// The shape for rows that come with this table map; equal maps get the same `Arc` until a statement touches the table.
    ///
    /// # Errors
    /// [`ShapeError::NeedsTables`]: ask the server, call [`Followed::base`] or [`Followed::learn`], and ask again. Anything else
    /// stops this table.
    pub fn shape_for(&mut self, map: &TableMap) -> Result<Arc<TableShape>, ShapeError> {
        let answers = self.tables.entry(map.name.clone()).or_default();
        if let Some((_, shape)) = answers.last.as_ref().filter(|(last, _)| is_same(last, map)) {
            return Ok(Arc::clone(shape));
        }
        let shape = match self.known(map) {
            Ok(shape) => shape,
            Err(why) => self.without(map, why)?,
        };
        let answers = self.tables.entry(map.name.clone()).or_default();
        let shape = match answers.last.take() {
            Some((_, last)) if *last == shape => last,
            _ => Arc::new(shape),
        };
        answers.last = Some((map.clone(), Arc::clone(&shape)));
        Ok(shape)
    }

    /// A shape from elsewhere with what only statements tell: which columns that are logged as bytes are of MariaDB's own types.
    #[must_use]
    pub fn refined(&mut self, shape: Arc<TableShape>) -> Arc<TableShape> {
        let Some(Known::Table(definition)) = self.dictionary.known(&shape.name) else { return shape };
        let mut better = TableShape::clone(&shape);
        let mut any = false;
        for column in &mut better.columns {
            let ColumnKind::Binary { length } = column.kind else { continue };
            let told = definition.place(&column.name).and_then(|place| definition.columns.get(place));
            if let Some(Ok(ColumnKind::MariaDb(kind))) = told.map(|told| told.data_type.kind())
                && u32::from(kind.length()) == length
            {
                column.kind = ColumnKind::MariaDb(kind);
                any = true;
            }
        }
        if !any {
            return shape;
        }
        let answers = self.tables.entry(shape.name.clone()).or_default();
        match &answers.refined {
            Some((from, to)) if Arc::ptr_eq(from, &shape) && **to == better => Arc::clone(to),
            _ => Arc::clone(&answers.refined.insert((shape, Arc::new(better))).1),
        }
    }

    /// The shape that is known, verified against the map.
    fn known(&self, map: &TableMap) -> Result<TableShape, ShapeError> {
        let table = map.name.clone();
        match self.dictionary.known(&map.name) {
            Some(Known::Table(definition)) => {
                let plain = map.uncompressed();
                let map = plain.as_ref().unwrap_or(map);
                let shape = definition.shape_for(map).map_err(|(column, what)| ShapeError::Unreadable {
                    table: table.clone(),
                    column,
                    what,
                })?;
                check(map, &shape).map_err(|mismatch| ShapeError::Mismatch { table, mismatch })?;
                Ok(shape)
            }
            Some(Known::Doubtful(doubt)) => Err(ShapeError::Doubtful { table, doubt: doubt.clone() }),
            Some(Known::Dropped) | None if self.online => Err(ShapeError::Missing { table }),
            Some(Known::Dropped) | None => Err(ShapeError::Offline { table }),
        }
    }

    /// What is done without a shape: the server is asked once for each map, then the table's policy decides.
    fn without(&mut self, map: &TableMap, why: ShapeError) -> Result<TableShape, ShapeError> {
        let (online, policy) = (self.online, (self.policy)(&map.name));
        let answers = self.tables.entry(map.name.clone()).or_default();
        if online && !answers.asked.as_ref().is_some_and(|asked| is_same(asked, map)) {
            answers.asked = Some(map.clone());
            return Err(ShapeError::NeedsTables(map.name.clone()));
        }
        if policy == UnknownShape::Stop {
            return Err(why);
        }
        if !std::mem::replace(&mut answers.told, true) {
            tracing::warn!(table = %map.name, %why, "its columns are called @1, @2, … from here on");
        }
        ordinal::shape(map)
    }

    /// Takes all tables of the server, as they are now; `ahead`: what the log has from the position that is read up to then.
    pub fn base(
        &mut self,
        server: ServerFacts,
        databases: Vec<(String, Collation)>,
        definitions: Definitions,
        ahead: &Ahead,
    ) {
        self.is_based = true;
        self.dictionary.set_server(server);
        for (database, collation) in databases {
            if !self.dictionary.knows_database(&database) && !ahead.touches_database(&database) {
                self.dictionary.add_database(&database, collation);
            }
        }
        let mut without_tables = self.dictionary.clone();
        without_tables.drop_tables_of_all();
        let made: Vec<TableName> = definitions
            .tables
            .iter()
            .filter(|table| ahead.touch(&table.name) == Some(ahead::Touch::MayBeMade))
            .filter(|table| ahead.makes(table, without_tables.clone()))
            .map(|table| table.name.clone())
            .collect();
        self.take(definitions, ahead, false);
        for (name, touch) in ahead.touched() {
            let touch = if made.contains(name) { ahead::Touch::Made } else { touch };
            if !matches!(self.dictionary.known(name), Some(Known::Table(_))) {
                self.touched(name, touch);
            }
        }
    }

    /// Takes one table as the server has it now; nothing when it has none of this name.
    pub fn learn(&mut self, name: &TableName, definitions: Definitions, ahead: &Ahead) {
        match ahead.touch(name) {
            Some(touch) => self.touched(name, touch),
            None if definitions.tables.is_empty() && definitions.unknown.is_empty() => {
                self.dictionary.forget(name)
            }
            None => self.take(definitions, ahead, true),
        }
    }

    /// Takes the tables of another server that is followed from now on: where it has other columns than the last one, its own.
    /// Answers which.
    pub fn change_server(&mut self, definitions: Definitions, ahead: &Ahead) -> Vec<TableName> {
        let mut changed = Vec::new();
        for table in definitions.tables {
            if ahead.touch(&table.name).is_some() {
                continue;
            }
            if self.dictionary.table(&table.name).is_some_and(|known| known.columns != table.columns) {
                changed.push(table.name.clone());
                self.tables.remove(&table.name);
                self.dictionary.put(table);
            }
        }
        changed
    }

    fn take(&mut self, definitions: Definitions, ahead: &Ahead, anew: bool) {
        let is_known = |dictionary: &Dictionary, name: &TableName| {
            !anew && matches!(dictionary.known(name), Some(Known::Table(_)))
        };
        for table in definitions.tables {
            if ahead.touch(&table.name).is_none() && !is_known(&self.dictionary, &table.name) {
                self.dictionary.put(table);
            }
        }
        for (name, what) in definitions.unknown {
            if ahead.touch(&name).is_none() && !is_known(&self.dictionary, &name) {
                self.dictionary.doubt(&name, Doubt(what.into()));
            }
        }
    }

    /// A table that a later statement touches: what the server says of it now is not what was.
    fn touched(&mut self, name: &TableName, touch: ahead::Touch) {
        match touch {
            ahead::Touch::Made => self.dictionary.forget(name),
            ahead::Touch::Changed | ahead::Touch::MayBeMade => self.dictionary.doubt(
                name,
                Doubt("a later statement changed it, so that the server does not tell how it was".into()),
            ),
        }
    }
}

/// Whether two maps describe the same table in the same way, whatever number it goes by.
fn is_same(a: &TableMap, b: &TableMap) -> bool {
    a.columns == b.columns && a.primary_key == b.primary_key
}
