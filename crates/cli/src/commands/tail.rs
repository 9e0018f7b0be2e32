//! `tail`: the live changes of a server, without config or state.

mod choice;
mod password;

use std::{io::IsTerminal as _, sync::Arc, time::Duration};

use becauselog_binlog::{
    FollowConfig, Follower, ReplicaId, Start, Stop,
    connection::{ConnectOptions, Password, TlsMode, TlsOptions},
};
use becauselog_format::{Parts, Plain, PlainConfig};
use becauselog_pipeline::{Encode, Shapes};
use becauselog_schema::UnknownShape;

use self::choice::{Choice, Chosen};
use crate::{
    address::Address,
    args::{Color, TailArgs},
    exit::{Exit, Failure},
    plan::{TableFilter, tables::TableLists},
    readable::Readable,
    run,
};

/// How long a server that cannot be reached is tried, and the longest wait in between: somebody is waiting.
const PATIENCE: Duration = Duration::from_secs(5);
const WAIT_MAX: Duration = Duration::from_secs(1);

/// Follows the server and prints its changes until Ctrl-C or the stop.
pub async fn run(args: TailArgs) -> Result<Exit, Failure> {
    let address = Address::parse(&args.url).map_err(|what| Failure::usage(format!("the URL: {what}")))?;
    let choice = Choice::parse(&args.filter)?;
    let filter = filter(&address, &args)?;
    let follow = follow(&address, &args)?;
    let mut shapes = Shapes::online(run::sql_servers(&follow.hosts, &follow.connect), follow.connect.clone())
        .with_policy(Arc::new(|_| UnknownShape::Ordinal));
    let signals = run::Signals::listen()?;
    let mut follower = Follower::new(follow).map_err(|error| run::source_failure(&error.into()))?;
    let Some(started) = run::open(&mut follower, &signals).await? else { return Ok(Exit::Ok) };
    shapes.prepare(&started).await.map_err(|error| run::pipeline_failure(&error))?;
    if std::io::stderr().is_terminal() {
        eprintln!("watching {} from {} on; Ctrl-C ends it", follower.endpoint(), started.position);
    }
    let inner: Box<dyn Encode> = if args.json {
        let name = address.database.clone().unwrap_or_else(|| "tail".to_owned());
        Box::new(Plain::new(PlainConfig { parts: Parts::Values, ..PlainConfig::new(&name) }))
    } else {
        Box::new(Readable::new(colors(args.color)))
    };
    let chosen = Chosen::new(inner, choice, address.database.clone(), args.limit, signals.stop.clone());
    run::without_state(run::Ephemeral {
        source: follower,
        outlets: vec![run::stdout_outlet(Box::new(chosen))],
        shapes,
        filter: Arc::new(move |name| filter.wants(&name.database, &name.table)),
        started,
        signals,
    })
    .await
}

fn colors(color: Color) -> bool {
    match color {
        Color::Auto => run::colors_on_stdout(),
        Color::Always => true,
        Color::Never => false,
    }
}

fn filter(address: &Address, args: &TailArgs) -> Result<TableFilter, Failure> {
    let exact = |text: &String| regex::escape(text);
    let mut lists =
        TableLists { include: args.tables.clone(), ignore_builtin: true, ..TableLists::default() };
    lists.include_databases = address.database.iter().map(exact).collect();
    if let (Some(database), Some(table)) = (&address.database, &address.table) {
        if !lists.include.is_empty() {
            return Err(Failure::usage("the URL names a table already: leave out --tables, or the table"));
        }
        lists.include = vec![exact(&format!("{database}.{table}"))];
    }
    // One's own look at the server's tables is no accident.
    lists.ignore_builtin = address.database.is_none();
    TableFilter::new(&lists).map_err(Failure::usage)
}

fn follow(address: &Address, args: &TailArgs) -> Result<FollowConfig, Failure> {
    let now_us = u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or(0);
    let user = address.user.clone().or_else(|| std::env::var("USER").ok());
    let user = user.ok_or_else(|| Failure::usage("the URL names no user: mysql://user@host"))?;
    let password = match &address.password {
        Some(password) => password.clone(),
        None => password::find(&user, &address.host.to_string())?,
    };
    let mut connect = ConnectOptions::new(user, Password::new(password.expose()));
    connect.tls = TlsOptions { mode: tls_mode(args)?, ca: args.tls_ca.clone(), ..TlsOptions::default() };
    let mut follow = FollowConfig::new(vec![address.host.clone()], connect, "tail");
    follow.replica_id = ReplicaId::Random;
    follow.start =
        Start::parse(&args.from, now_us).map_err(|error| Failure::usage(format!("--from: {error}")))?;
    if let Some(until) = &args.until {
        follow.stop =
            Stop::parse(until, now_us).map_err(|error| Failure::usage(format!("--until: {error}")))?;
    }
    follow.retry.budget = PATIENCE;
    follow.retry.max = WAIT_MAX;
    Ok(follow)
}

fn tls_mode(args: &TailArgs) -> Result<Option<TlsMode>, Failure> {
    let modes = [
        TlsMode::Disabled,
        TlsMode::Preferred,
        TlsMode::Required,
        TlsMode::VerifyCa,
        TlsMode::VerifyIdentity,
    ];
    let Some(text) = &args.tls else { return Ok(None) };
    let found = modes.into_iter().find(|mode| mode.to_string() == *text);
    found.map(Some).ok_or_else(|| {
        let names = modes.map(|mode| mode.to_string()).join(", ");
        Failure::usage(format!("--tls: {text:?} is not one of {names}"))
    })
}
