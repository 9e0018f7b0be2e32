//! The whole program with a connector's properties against what Debezium's engine made of the same statements.
//!
//! `crates/format/tests/truth` compares every recorded case over the recorded log; here the statements are played again on a real
//! server, and the program follows it and is stopped, then started again to read to the end. `BECAUSELOG_CASE=play/case` runs one case.

use std::{fmt::Write as _, path::Path};

use anyhow::{Result, ensure};
use becauselog_testkit::{
    MysqlServer,
    becauselog::Becauselog,
    debezium::{
        case::{Case, MARKS, Play},
        compare::{Masks, differences},
        golden::{Golden, Record},
        record::Stage,
    },
};

/// Cases that run always: each way of reading and of writing once.
const ALWAYS: [&str; 11] = [
    "defaults/default-schemas",
    "ddl/default",
    "masks-types/truncate-texts",
    "keys/default-schemas",
    "no-gtids/default-schemas",
    "quirks/default-schemas",
    "server-5-7/default-schemas",
    "server-8-0/numbers-schemas",
    "mariadb/query-schemas",
    "mariadb/schema-changes-schemas",
    "mariadb-rows/modes-schemas",
];

fn chosen(name: &str) -> bool {
    match std::env::var("BECAUSELOG_CASE") {
        Ok(only) => only == name || name.split('/').next() == Some(&only),
        Err(_) => ALWAYS.contains(&name),
    }
}

/// A connector's properties as a file would have them.
fn properties(case: &Case, server: &MysqlServer, state: &Path) -> String {
    let port = server.port();
    let no_tls = if server.dialect().is_mariadb() { "disable" } else { "disabled" };
    let mut text = format!(
        "database.hostname=127.0.0.1\ndatabase.port={port}\ndatabase.user=root\ndatabase.password=\ndatabase.server.id=5702\n\
         database.ssl.mode={no_tls}\nsnapshot.mode=no_data\nbecauselog.state.dir={}\n",
        state.display()
    );
    for (name, value) in &case.options {
        let value = value.replace('\\', "\\\\");
        let _ok = writeln!(text, "{}={value}", name.replace(' ', "\\ ")).is_ok();
    }
    text
}

/// What the program makes of a play under a case's settings.
async fn records(play: &Play, case: &Case) -> Result<Vec<Record>> {
    let stage = Stage::of(play).await?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (config, log, state) = (path("connector.properties"), path("log"), folder.path().join("state"));
    std::fs::write(&config, properties(case, &stage.server, &state))?;
    let sink = format!("file:{},content=records", path("out"));
    let args = ["run", "-c", &config, "--sink", &sink, "--from", &stage.start];
    let start = |args: &[&str]| {
        Becauselog::start(Path::new(env!("CARGO_BIN_EXE_becauselog")), Path::new(&log), args, &[])
    };
    let mut process = start(&args)?;
    process.wait_logged("\"streaming\",\"name\"", 1)?;
    stage.play(play).await?;
    process.stop()?;
    // From where it was stopped on: what it knows of the tables is kept.
    let args = ["run", "-c", &config, "--sink", &sink, "--until", "now"];
    let mut process = start(&args)?;
    let status = process.wait()?;
    ensure!(status.success(), "{status}: {}", process.tail());
    let lines = std::fs::read_to_string(path("out")).unwrap_or_default();
    let all = lines.lines().map(Record::parse).collect::<Result<Vec<_>>>()?;
    Ok(all.into_iter().filter(wanted).map(plain).collect())
}

/// The marks are no part of a recording.
fn wanted(record: &Record) -> bool {
    let is_mark = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(MARKS));
    !record.topic.as_ref().is_some_and(|topic| topic.contains(MARKS)) && !is_mark(&record.value)
}

/// Our own header is ours, and the run's id is random.
fn plain(record: Record) -> Record {
    let own = ["becauselog.id", "__debezium.context.runId"];
    let headers = record.headers.into_iter().filter(|(name, _)| !own.contains(&&**name)).collect();
    Record { headers, ..record }
}

async fn compared(play: &Play) -> Result<(usize, Vec<String>)> {
    let cases: Vec<&Case> =
        play.cases.iter().filter(|case| !case.stops && chosen(&play.full_name(case))).collect();
    let (mut same, mut wrong) = (0, Vec::new());
    if cases.is_empty() {
        return Ok((same, wrong));
    }
    for case in cases {
        let name = play.full_name(case);
        let golden: Vec<Record> =
            Golden::read(&play.golden_path(case))?.records.into_iter().map(plain).collect();
        match records(play, case).await {
            Err(error) => wrong.push(format!("{name}: {error:#}")),
            Ok(ours) => {
                let found =
                    differences(&golden, &ours, &Masks::other_log().and(&case.masks).and(&case.log_masks));
                same += usize::from(found.is_empty());
                let told =
                    |first: &String| format!("{name}: {} differences, the first: {first}", found.len());
                wrong.extend(found.first().map(told));
            }
        }
    }
    Ok((same, wrong))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connectors_properties_give_what_debezium_makes_of_the_same_statements() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../format/tests/truth");
    let (mut same, mut wrong) = (0, Vec::new());
    for play in Play::all(&folder)? {
        let (of_play, found) = compared(&play).await?;
        same += of_play;
        wrong.extend(found);
    }
    println!("{same} cases the same");
    ensure!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(same > 0, "no case");
    Ok(())
}
