//! A password that the URL does not hold: from the environment, else asked for on the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::{
    exit::{Exit, Failure},
    secret::Secret,
};

/// The variable that MySQL's own clients know.
const VARIABLE: &str = "MYSQL_PWD";

/// Finds the password. Without a terminal to ask on, there is none.
pub fn find(user: &str, host: &str) -> Result<Secret, Failure> {
    if let Ok(password) = std::env::var(VARIABLE) {
        return Ok(Secret::new(password));
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(Secret::default());
    }
    eprint!("password of {user} at {host} (empty for none): ");
    let read = std::io::stderr().flush().and_then(|()| read_unseen());
    eprintln!();
    read.map(Secret::new).map_err(|error| Failure::new(Exit::Usage, error))
}

/// Reads a line with the terminal's echo off, and puts it on again whatever happens.
fn read_unseen() -> std::io::Result<String> {
    let stdin = std::io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &quiet)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    read?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}
