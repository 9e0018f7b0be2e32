//! Privileges, from the lines of `SHOW GRANTS` (active roles are in them).

use super::{Findings, facts::Facts, statements};

/// Checks what a run needs.
pub fn check(facts: &Facts, user: &str, findings: &mut Findings) {
    let account = account(facts, user);
    // MariaDB's new name, which it shows; it takes the old one.
    let client = if facts.is_mariadb() { "BINLOG MONITOR" } else { "REPLICATION CLIENT" };
    let needed = ["REPLICATION SLAVE", client];
    let missing: Vec<&str> = needed.into_iter().filter(|one| !has_global(&facts.grants, one)).collect();
    if missing.is_empty() {
        findings.ok("grants", needed.join(", "));
    } else {
        let list = missing.join(", ");
        findings.error("grants", format!("missing: {list}"), [format!("GRANT {list} ON *.* TO {account};")]);
    }
    let full = facts.variable("binlog_row_metadata").is_some_and(|value| value.eq_ignore_ascii_case("FULL"));
    if has_global(&facts.grants, "SELECT") {
        findings.ok("select", "on all tables");
    } else if has_anywhere(&facts.grants, "SELECT") {
        findings.ok("select", "on some tables: only these can be checked here");
    } else {
        let what = "no SELECT: tables cannot be listed or checked here";
        let fix = [format!("GRANT SELECT ON *.* TO {account};   -- or on the databases that are captured")];
        if full {
            findings.warning("select", what, fix);
        } else {
            let what = format!(
                "{what}, and without full row metadata columns' names are read from information_schema"
            );
            findings.error("select", what, fix);
        }
    }
}

fn account(facts: &Facts, user: &str) -> String {
    match facts.account.rsplit_once('@') {
        Some((user, host)) => statements::account(user, host),
        None => statements::account(user, "%"),
    }
}

fn has_global(grants: &[String], privilege: &str) -> bool {
    grants.iter().any(|line| on(line).is_some_and(|on| on == "*.*") && names(line, privilege))
}

fn has_anywhere(grants: &[String], privilege: &str) -> bool {
    grants.iter().any(|line| on(line).is_some() && names(line, privilege))
}

/// What a grant is on; nothing for a grant of roles.
fn on(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("GRANT ")?;
    let (_, rest) = rest.split_once(" ON ")?;
    rest.split_once(" TO ").map(|(on, _)| on)
}

fn names(line: &str, privilege: &str) -> bool {
    let list =
        line.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")).map_or("", |(list, _)| list);
    // A privilege may have a list of columns after it.
    let each = list.split(", ").map(|one| one.split(" (").next().unwrap_or(one).trim());
    each.into_iter()
        .any(|one| one == privilege || is_renamed(one, privilege) || one == "ALL PRIVILEGES" || one == "ALL")
}

/// MariaDB 10.5 calls it otherwise.
fn is_renamed(granted: &str, privilege: &str) -> bool {
    granted == "BINLOG MONITOR" && privilege == "REPLICATION CLIENT"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_as_the_server_prints_them() {
        let lines = [
            "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `becauselog`@`%`".to_owned(),
            "GRANT INSERT (`a`), DELETE ON `shop`.* TO `becauselog`@`%`".to_owned(),
            "GRANT `reader`@`%` TO `becauselog`@`%`".to_owned(),
        ];
        assert!(has_global(&lines, "REPLICATION SLAVE") && has_global(&lines, "SELECT"));
        assert!(
            !has_global(&lines, "DELETE") && has_anywhere(&lines, "DELETE") && has_anywhere(&lines, "INSERT")
        );
        assert!(!has_anywhere(&lines, "REPLICATION"));
        assert!(has_global(
            &["GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION".to_owned()],
            "SELECT"
        ));
        let mariadb = ["GRANT SELECT, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `u`@`%`".to_owned()];
        assert!(has_global(&mariadb, "REPLICATION CLIENT"));
        assert!(!has_anywhere(&["GRANT USAGE ON *.* TO `u`@`%`".to_owned()], "SELECT"));
    }
}
