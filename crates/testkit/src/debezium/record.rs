//! Playing a play on a real server and recording what Debezium makes of it.

mod shapes;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use self::shapes::Shapes;
use super::case::{Case, END_MARK, MARKS, Play, connector_class, on_trial};
use super::engine::Engine;
use super::golden::{End, Golden, Record};
use crate::provision::progress;
use crate::server::MysqlServer;

const START_MARK: &str = "the_start";

/// What came of a play.
#[derive(Debug)]
pub struct Recording {
    /// The binlog file that Debezium read, from its first byte.
    pub binlog: Vec<u8>,
    /// Its name.
    pub binlog_name: String,
    /// What each table looked like from which position on, one JSON line each: what a server would have answered. See
    /// the plays' README.
    pub shapes: String,
    /// The cases' records.
    pub goldens: Vec<Golden>,
}

/// Where the played statements begin in the log.
struct Start {
    file: String,
    pos: u64,
    gtids: String,
}

/// Plays the statements once and lets Debezium follow them once for each case.
///
/// # Errors
/// The server, Java, or a statement fails; a case does not come to its end.
pub async fn play(play: &Play) -> Result<Recording> {
    let folder = tempfile::Builder::new().prefix("becauselog-truth-").tempdir()?;
    let server = started(play).await?;
    let mut conn = server.conn().await?;
    for statement in marks().iter().chain(&play.setup) {
        run(&mut conn, statement).await?;
    }
    let mut engine = Engine::start(folder.path(), play.version.flavor())?;
    let history = folder.path().join("history");
    warm_up(&mut engine, &server, &history)?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    let start = position(&server, &mut conn).await?;
    let shapes = played(&server, play).await?;
    let binlog = fs::read(server.datadir().join(&start.file)).context("the binlog that was played")?;
    let mut goldens = Vec::new();
    for case in &play.cases {
        let began = Instant::now();
        let name = play.full_name(case);
        let found = follow(&mut engine, &server, &history, &start, case).with_context(|| name.clone());
        let found = found.or_else(|error| if on_trial() { Ok(unfinished(&error)) } else { Err(error) })?;
        let golden = golden(name, case, found);
        if case.stops != (golden.end != End::Complete) && !on_trial() {
            bail!("{}: {:?}, but its file says stops = {}", golden.case, golden.end, case.stops);
        }
        progress::line(&told(&golden, began));
        goldens.push(golden);
    }
    conn.disconnect().await?;
    Ok(Recording { binlog, binlog_name: start.file, shapes, goldens })
}

/// A case on trial that does not come to its end says nothing of the others.
fn unfinished(error: &anyhow::Error) -> (Vec<Record>, End) {
    (Vec::new(), End::Failed { message: format!("{error:#}") })
}

/// A server that a play is played on step by step, for who follows it in another way.
#[derive(Debug)]
pub struct Stage {
    /// The server, with all that was there before.
    pub server: MysqlServer,
    /// Where the statements begin in its log, as `file:pos`.
    pub start: String,
}

impl Stage {
    /// A server with the tables that were there before.
    ///
    /// # Errors
    /// The server or a statement fails.
    pub async fn of(play: &Play) -> Result<Self> {
        let server = started(play).await?;
        let mut conn = server.conn().await?;
        for statement in marks().iter().chain(&play.setup) {
            run(&mut conn, statement).await?;
        }
        conn.query_drop("FLUSH BINARY LOGS").await?;
        let start = position(&server, &mut conn).await?;
        conn.disconnect().await?;
        Ok(Self { server, start: format!("{}:{}", start.file, start.pos) })
    }

    /// Plays the statements, without the mark that ends a recording.
    ///
    /// # Errors
    /// A statement fails.
    pub async fn play(&self, play: &Play) -> Result<()> {
        let mut conn = self.server.conn().await?;
        for statement in &play.statements {
            run(&mut conn, statement).await?;
        }
        conn.disconnect().await?;
        Ok(())
    }
}

fn told(golden: &Golden, began: Instant) -> String {
    let count = golden.records.len();
    let end = match &golden.end {
        End::Complete => String::new(),
        End::Failed { message } => format!(", then failed: {message}"),
    };
    format!("{}: {count} records in {:.1} s{end}", golden.case, began.elapsed().as_secs_f64())
}

async fn started(play: &Play) -> Result<MysqlServer> {
    let mut builder = MysqlServer::builder(play.version).option("server-id", "7").option("log-bin", "bin");
    for (name, value) in &play.server {
        builder = builder.option(name, value);
    }
    builder.start().await
}

/// The tables that say where to begin and to end.
fn marks() -> Vec<String> {
    vec![
        format!("CREATE DATABASE {MARKS}"),
        format!("CREATE TABLE {MARKS}.{START_MARK} (id INT PRIMARY KEY)"),
        format!("INSERT INTO {MARKS}.{START_MARK} VALUES (1)"),
        format!("CREATE TABLE {MARKS}.{END_MARK} (id INT PRIMARY KEY)"),
    ]
}

async fn run(conn: &mut Conn, statement: &str) -> Result<()> {
    conn.query_drop(statement).await.with_context(|| statement.chars().take(300).collect::<String>())
}

/// The statements, on a connection of their own, then the mark of the end.
async fn played(server: &MysqlServer, play: &Play) -> Result<String> {
    let mut conn = server.conn().await?;
    let mut asking = server.conn().await?;
    let mut shapes = Shapes::default();
    shapes.look(&mut asking, 4).await?;
    for statement in &play.statements {
        run(&mut conn, statement).await?;
        if shapes::may_change(statement) {
            let Start { pos, .. } = position(server, &mut asking).await?;
            shapes.look(&mut asking, pos).await?;
        }
    }
    conn.disconnect().await?;
    asking.query_drop(format!("INSERT INTO {MARKS}.{END_MARK} VALUES (1)")).await?;
    asking.query_drop("FLUSH BINARY LOGS").await?;
    asking.disconnect().await?;
    Ok(shapes.lines())
}

async fn position(server: &MysqlServer, conn: &mut Conn) -> Result<Start> {
    let row: Option<mysql_async::Row> = conn.query_first(server.dialect().show_binary_log_status()).await?;
    let row = row.context("the server writes no binlog")?;
    let file = row.get::<String, _>(0).context("the log's file")?;
    let pos = row.get::<u64, _>(1).context("the log's position")?;
    Ok(Start { file, pos, gtids: server.gtid_executed().await? })
}

/// Lets the connector read the schema once; its history is where every case begins.
fn warm_up(engine: &mut Engine, server: &MysqlServer, history: &Path) -> Result<()> {
    let began = Instant::now();
    let mut settings = place(server, history);
    for (name, value) in [
        ("name", "warm-up"),
        ("topic.prefix", "shop"),
        ("offset.storage.file.filename", &history.with_extension("warm-offsets").display().to_string()),
        ("snapshot.mode", "initial"),
        ("snapshot.locking.mode", "none"),
        ("snapshot.include.collection.list", &format!("{MARKS}\\.{START_MARK}")),
    ] {
        settings.insert(name.to_owned(), value.to_owned());
    }
    let (_, end) = engine.run(&settings, &format!(".{START_MARK}"), false)?;
    anyhow::ensure!(end == End::Complete, "the first look at the schema: {end:?}\n{}", engine.log_end());
    progress::line(&format!("the engine has read the schema in {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Settings that say where things are.
fn place(server: &MysqlServer, history: &Path) -> BTreeMap<String, String> {
    let disabled = if server.dialect().is_mariadb() { "disable" } else { "disabled" };
    [
        ("connector.class", connector_class(server.version().flavor())),
        ("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore"),
        ("offset.flush.interval.ms", "60000"),
        ("schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"),
        ("schema.history.internal.file.filename", &history.display().to_string()),
        ("database.hostname", "127.0.0.1"),
        ("database.port", &server.port().to_string()),
        ("database.user", "root"),
        ("database.password", ""),
        ("database.server.id", "5701"),
        ("database.ssl.mode", disabled),
        ("poll.interval.ms", "50"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Runs one case from the start of the played statements.
fn follow(
    engine: &mut Engine,
    server: &MysqlServer,
    history: &Path,
    start: &Start,
    case: &Case,
) -> Result<(Vec<Record>, End)> {
    let (own, offsets) = (history.with_extension("case"), history.with_extension("offsets"));
    let prefix = case.options.get("topic.prefix").map_or("shop", String::as_str);
    let known = fs::read_to_string(history)?;
    fs::write(&own, known.replace(r#""server":"shop""#, &format!(r#""server":"{prefix}""#)))?;
    let mut settings = place(server, &own);
    settings.insert("snapshot.mode".to_owned(), "no_data".to_owned());
    settings.extend(case.options.clone());
    admit_the_marks(&mut settings);
    for (name, value) in [
        ("offset.storage.file.filename", offsets.display().to_string()),
        ("truth.file", start.file.clone()),
        ("truth.pos", start.pos.to_string()),
        ("truth.gtids", start.gtids.clone()),
    ] {
        settings.insert(name.to_owned(), value);
    }
    engine.run(&settings, &case.end, case.stops)
}

/// Lists that say what is followed get the mark of the end, too.
fn admit_the_marks(settings: &mut BTreeMap<String, String>) {
    for (name, mark) in [
        ("database.include.list", MARKS.to_owned()),
        ("table.include.list", format!("{MARKS}\\.{END_MARK}")),
        ("column.include.list", format!("{MARKS}\\.{END_MARK}\\.id")),
    ] {
        if let Some(list) = settings.get_mut(name) {
            *list = format!("{list},{mark}");
        }
    }
}

fn golden(case_name: String, case: &Case, (records, end): (Vec<Record>, End)) -> Golden {
    let mut kept: Vec<Record> = Vec::new();
    // What was delivered before the engine gave up depends on how fast it did.
    let delivered = if end == End::Complete { records } else { Vec::new() };
    for record in delivered {
        let ending =
            |end: &&String| record.topic.as_deref().is_some_and(|topic| topic.ends_with(end.as_str()));
        let seen =
            case.once.iter().find(ending).is_some_and(|_| kept.iter().any(|old| old.topic == record.topic));
        if !seen {
            kept.push(record);
        }
    }
    Golden { case: case_name, options: case.options.clone(), records: kept, end }
}

impl Recording {
    /// Writes all files of the play, in the place of the old ones.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, play: &Play) -> Result<()> {
        let folder = play.golden_folder();
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join(format!("{}.zst", self.binlog_name)),
            zstd::encode_all(self.binlog.as_slice(), 19)?,
        )?;
        fs::write(folder.join("shapes.jsonl"), &self.shapes)?;
        for (case, golden) in play.cases.iter().zip(&self.goldens) {
            fs::write(play.golden_path(case), golden.text())?;
        }
        Ok(())
    }
}
