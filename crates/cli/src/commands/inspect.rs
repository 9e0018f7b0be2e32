//! `inspect`: what is in binlog files.

use std::{io::Write as _, path::PathBuf, sync::Arc};

use becauselog_binlog::{FileEvents, FileSource, Start, Stop};
use becauselog_format::{Debezium, DebeziumConfig, Parts, Plain, PlainConfig, TsSource};
use becauselog_pipeline::{Encode, Shapes};
use becauselog_schema::UnknownShape;

use crate::{
    args::{InspectArgs, InspectFormat},
    exit::{Exit, Failure},
    inspect::{Reader, list, render},
    readable::Readable,
    run,
};

/// Reads the files and prints a summary, or their changes.
pub async fn run(args: InspectArgs) -> Result<Exit, Failure> {
    match args.format {
        None if args.events => listing(&args).await,
        None => summary(&args).await,
        Some(format) => changes(args, format).await,
    }
}

fn file_events(args: &InspectArgs) -> Result<FileEvents, Failure> {
    Ok(if is_pipe(args)? {
        FileEvents::pipe(tokio::io::stdin(), "-")
    } else {
        FileEvents::files(args.files.clone())
    })
}

async fn listing(args: &InspectArgs) -> Result<Exit, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let listed = list(&mut file_events(args)?, args.json, &mut out).await;
    let listed = listed.and_then(|unreadable| out.flush().map(|()| unreadable));
    match listed {
        Ok(None) => Ok(Exit::Ok),
        Ok(Some(error)) => {
            eprintln!("error[{}]: {error}", error.code());
            Ok(run::source_exit(&error))
        }
        // `| head` is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(Failure::new(Exit::Operator, error)),
    }
}

async fn summary(args: &InspectArgs) -> Result<Exit, Failure> {
    let survey = Reader::new(args.top).read(file_events(args)?).await;
    let text = if args.json {
        let json =
            serde_json::to_string_pretty(&survey).map_err(|error| Failure::new(Exit::Internal, error))?;
        format!("{json}\n")
    } else {
        render(&survey)
    };
    print(&text)?;
    match &survey.error {
        None => Ok(Exit::Ok),
        Some(stopped) => {
            eprintln!("error[{}]: {}", stopped.code, stopped.what);
            Ok(Exit::of_code(stopped.exit_code))
        }
    }
}

/// Whether standard input is to be read; it cannot be one of several.
fn is_pipe(args: &InspectArgs) -> Result<bool, Failure> {
    let dash = args.files.iter().any(|path| path.as_os_str() == "-");
    if dash && args.files.len() > 1 {
        return Err(Failure::usage(
            "`-` stands alone: standard input may hold several files, one after the other",
        ));
    }
    Ok(dash)
}

async fn changes(args: InspectArgs, format: InspectFormat) -> Result<Exit, Failure> {
    let source = if is_pipe(&args)? {
        FileSource::pipe(tokio::io::stdin(), "-", Start::Earliest, Stop::Never, None)
    } else {
        let files: Vec<PathBuf> = args.files.clone();
        FileSource::files(files, Start::Earliest, Stop::Never, None)
            .map_err(|error| run::source_failure(&error))?
    };
    let encoder: Box<dyn Encode> = match format {
        InspectFormat::Plain => {
            Box::new(Plain::new(PlainConfig { parts: Parts::Values, ..PlainConfig::new(&args.name) }))
        }
        InspectFormat::Debezium => {
            // The time of commit: the same file gives the same bytes.
            let config = DebeziumConfig::exact(&args.name);
            Box::new(Debezium::new(DebeziumConfig { parts: Parts::Values, ts: TsSource::Commit, ..config }))
        }
        InspectFormat::Readable => Box::new(Readable::new(run::colors_on_stdout())),
    };
    run::without_state(run::Ephemeral {
        source,
        outlets: vec![run::stdout_outlet(encoder)],
        shapes: Shapes::offline().with_policy(Arc::new(|_| UnknownShape::Ordinal)),
        filter: Arc::new(|_| true),
        started: run::start_of_files(),
        signals: run::Signals::listen()?,
    })
    .await
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `| head` is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Operator, error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
