//! The flags. Their help is the page `docs/commands.md`.

mod examples;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::logging::LogFormat;

const ABOUT: &str = "Streams the changes of a MySQL server from its binary log: exact, in order, resumable.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "becauselog", version, about = ABOUT, after_help = examples::ALL, arg_required_else_help = true)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
    /// What to log: a level (error, warn, info, debug, trace) or a filter such as info,becauselog_binlog=debug
    ///
    /// Without it `RUST_LOG` counts, then info (warn for commands that print a result).
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// How log lines look on stderr
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "FORMAT")]
    pub log_format: LogFormat,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow a server's log and deliver its changes, from where the last run ended
    #[command(after_help = examples::RUN)]
    Run(RunArgs),
    /// Watch the live changes of a server: no config, no state
    #[command(after_help = examples::TAIL)]
    Tail(TailArgs),
    /// Say what is in binlog files, or print their changes
    #[command(after_help = examples::INSPECT)]
    Inspect(InspectArgs),
    /// Try a config against the live server: what fits, what does not, and the statement that fixes it
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Print the native config that does what a Debezium connector's does, and say what became of each key
    #[command(after_help = examples::MIGRATE)]
    Migrate(MigrateArgs),
    /// Show or set the position that is kept in the state folder
    #[command(subcommand, after_help = examples::POSITION)]
    Position(PositionCommand),
    /// Show, compare or refresh the shapes of tables that are followed by statements
    #[command(subcommand, after_help = examples::SCHEMA)]
    Schema(SchemaCommand),
    /// Ask a running instance how it is
    Status(StatusArgs),
    /// Print completions for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A config and what flags say over it.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// A config: native TOML, or a Debezium connector's (.properties, JSON, YAML), with its worker's file in another -c
    #[arg(short, long, required = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Set one key over the files, for example source.server_id=7 or, with a connector's config, table.include.list=shop.*
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Warn of a connector's keys that are not supported or unknown, instead of refusing them
    #[arg(long)]
    pub lenient: bool,
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where changes go, in place of the config's sinks: stdout, stdout:readable, stdout:records, file:PATH
    ///
    /// A file takes options: file:out.jsonl,content=records,rotate_bytes=1000000000
    #[arg(long, value_name = "KIND[:…]")]
    pub sink: Vec<String>,
    /// The state folder
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Where to start when no position is kept: earliest, latest, a GTID set, file:pos, a time, now-10m
    #[arg(long, value_name = "POINT")]
    pub from: Option<String>,
    /// Where to stop: now, a GTID set, file:pos, a time
    #[arg(long, value_name = "POINT")]
    pub until: Option<String>,
}

/// `tail`.
#[derive(Debug, Args)]
pub struct TailArgs {
    /// mysql://user@host:port/database.table; without a password it is asked for, or taken from `MYSQL_PWD`
    pub url: String,
    /// Where to start: earliest, latest, a GTID set, file:pos, a time, now-10m
    #[arg(long, value_name = "POINT", default_value = "latest")]
    pub from: String,
    /// Where to stop: now, a GTID set, file:pos, a time
    #[arg(long, value_name = "POINT")]
    pub until: Option<String>,
    /// Tables as regular expressions over database.table, separated by commas
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',')]
    pub tables: Vec<String>,
    /// Only some changes: op=insert, op=update, op=delete, or several as op=insert,delete
    #[arg(long = "where", value_name = "op=…")]
    pub filter: Vec<String>,
    /// One JSON object a change instead of a readable line
    #[arg(long)]
    pub json: bool,
    /// End after so many changes
    #[arg(long, short = 'n', value_name = "COUNT")]
    pub limit: Option<u64>,
    /// TLS: disabled, preferred, required, `verify_ca`, `verify_identity`
    #[arg(long, value_name = "MODE")]
    pub tls: Option<String>,
    /// Certificates of authorities to trust, PEM: the server's name is then verified
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// Colours: auto is on a terminal only
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Binlog files in order; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the changes themselves instead of a summary
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<InspectFormat>,
    /// List the events one by one, with their places, instead of a summary
    #[arg(long, conflicts_with = "format")]
    pub events: bool,
    /// The summary as JSON; with --events one JSON object a line
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// How many of the biggest tables and transactions to name
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    pub top: usize,
    /// The source's logical name in topics and event ids
    #[arg(long, default_value = "file", value_name = "NAME")]
    pub name: String,
}

/// How `inspect` prints changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    /// The row, the operation, the position, as JSON.
    Plain,
    /// Debezium's JSON.
    Debezium,
    /// One readable line a change.
    Readable,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// A connector's config: .properties, JSON, Debezium Server's application.properties, Strimzi's YAML; its worker's beside it
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Set one of the connector's keys over the files, for example database.port=3307
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Print the config without the keys that are refused, too
    #[arg(long)]
    pub lenient: bool,
    /// The config and what became of each key as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `position`.
#[derive(Debug, Subcommand)]
pub enum PositionCommand {
    /// Show the position that is kept
    Show {
        /// Which state.
        #[command(flatten)]
        state: StateArgs,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Set it: the rescue tool. What was there, what is there now and why is recorded in the folder
    Set {
        /// Which state.
        #[command(flatten)]
        state: StateArgs,
        /// The new position: a GTID set that is covered, or file:pos together with --server-uuid
        #[arg(value_name = "POINT")]
        to: String,
        /// The server that file:pos counts on
        #[arg(long, value_name = "UUID")]
        server_uuid: Option<String>,
        /// Why, for those who read the record later
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Show tables as they are at the kept position, or what the statements of a file make of them
    Show(SchemaShowArgs),
    /// Compare the tables that are followed with the server's as they are now
    Diff(SchemaTablesArgs),
    /// Take tables as the server has them now, for changes that were not logged. Refused while an instance runs
    Refresh(SchemaTablesArgs),
}

/// `schema show`.
#[derive(Debug, Args)]
pub struct SchemaShowArgs {
    /// Which state.
    #[command(flatten)]
    pub state: OptionalStateArgs,
    /// Patterns of database.table; without one all
    #[arg(value_name = "PATTERN")]
    pub tables: Vec<String>,
    /// At this place in place of the kept position: a GTID set that is covered, or file:pos
    #[arg(long, value_name = "POINT", conflicts_with = "sql")]
    pub at: Option<String>,
    /// A file of statements in place of a state: what they make of tables
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "state"])]
    pub sql: Option<PathBuf>,
    /// With --sql: the version of the server that reads them
    #[arg(long, value_name = "VERSION", default_value = "8.0.36")]
    pub server: String,
    /// With --sql: the default database until the first USE
    #[arg(long, value_name = "NAME", default_value = "test")]
    pub database: String,
    /// One line of JSON a table
    #[arg(long)]
    pub json: bool,
}

/// `schema diff` and `schema refresh`.
#[derive(Debug, Args)]
pub struct SchemaTablesArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The state folder
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Patterns of database.table; without one all
    #[arg(value_name = "PATTERN")]
    pub tables: Vec<String>,
}

/// A state folder, named or by its config, where one is needed.
#[derive(Debug, Args)]
pub struct OptionalStateArgs {
    /// The config whose state is meant
    #[arg(short, long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// The state folder
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// A state folder, named or by its config.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct StateArgs {
    /// The config whose state is meant
    #[arg(short, long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// The state folder
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Which state.
    #[command(flatten)]
    pub state: StateArgs,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
