//! The statements that fix what is wrong, in the words of the server's version.

use becauselog_binlog::connection::ServerVersion;

/// Sets a variable for now and for the next start.
pub fn set(version: &ServerVersion, variable: &str, value: &str) -> Vec<String> {
    if version.is_mysql_since((8, 0, 0)) {
        vec![format!("SET PERSIST {variable} = {value};")]
    } else {
        vec![format!("SET GLOBAL {variable} = {value};"), in_file(variable, value)]
    }
}

/// Sets a variable that cannot be changed while the server runs.
pub fn set_at_start(variable: &str, value: &str) -> Vec<String> {
    vec![in_file(variable, value)]
}

fn in_file(variable: &str, value: &str) -> String {
    let value = value.trim_matches('\'');
    format!(
        "under [mysqld] in the server's configuration, then a restart where it cannot be set: {variable} = {value}"
    )
}

/// An account and the privileges that a run needs.
pub fn login(user: &str) -> Vec<String> {
    let account = account(user, "%");
    vec![
        format!("CREATE USER {account} IDENTIFIED BY '…';   -- or ALTER USER, where it exists"),
        format!("GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {account};"),
    ]
}

/// An account's name as SQL.
pub fn account(user: &str, host: &str) -> String {
    format!("{}@{}", text(user), text(host))
}

/// A text as SQL.
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A name as SQL.
pub fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
