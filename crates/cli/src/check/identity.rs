//! Versions, TLS, server ids.

use becauselog_binlog::connection::{Endpoint, ServerVersion, TlsInfo, TlsMode};
use becauselog_model::Flavor;

use super::{Findings, facts::Facts, statements};

/// The oldest version of MySQL that is read.
const OLDEST: (u16, u16, u16) = (5, 7, 0);
/// The oldest version of MariaDB that is read: the first one with full row metadata.
const OLDEST_MARIADB: (u16, u16, u16) = (10, 5, 0);

/// Whether the server's version is read, and it is of the family that is meant.
pub fn version(version: &ServerVersion, meant: Option<Flavor>, findings: &mut Findings) {
    let found = version.flavor;
    let (is_old, oldest) = match found {
        Flavor::MySql => (!version.is_mysql_since(OLDEST), "5.7"),
        Flavor::MariaDb => (version.number < OLDEST_MARIADB, "10.5"),
    };
    if is_old {
        let what = format!("{found} before {oldest} is not read: follow a replica of a newer version");
        findings.error("version", what, []);
    }
    if let Some(meant) = meant.filter(|meant| *meant != found) {
        let what = format!("the server is {found}, and the config is for {meant}");
        let fix =
            format!("in the config: source.flavor, or the connector's class, for {found}; or another server");
        findings.error("flavor", what, [fix]);
    }
}

/// How the connection is protected.
pub fn tls(info: Option<&TlsInfo>, mode: TlsMode, endpoint: &Endpoint, findings: &mut Findings) {
    let local = matches!(endpoint, Endpoint::Unix { .. });
    match info {
        Some(info) if !matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyIdentity) => {
            let what = format!(
                "{} {}, but the server's certificate is not verified (mode {mode})",
                info.version, info.cipher
            );
            findings.warning(
                "tls",
                what,
                ["in the config: source.tls.ca = \"…\" (or mode = \"verify_identity\")".to_owned()],
            );
        }
        Some(info) => findings.ok("tls", format!("{} {}, mode {mode}", info.version, info.cipher)),
        None if local => findings.ok("tls", "not needed on a unix socket"),
        None if mode == TlsMode::Disabled => {
            findings.warning("tls", "switched off: passwords are protected, rows are not", [])
        }
        None => {
            let what = "none: the server offers none that can be agreed on, and mode preferred goes on in plain text";
            findings.warning(
                "tls",
                what,
                ["in the config: source.tls.mode = \"required\", once the server has TLS".to_owned()],
            );
        }
    }
}

/// Whether our id among the replicas is ours alone.
pub fn server_id(facts: &Facts, own: u32, findings: &mut Findings) {
    let config = format!("in the config: another source.server_id than {own}");
    let server = facts.variable("server_id").unwrap_or("0");
    if server == "0" {
        let what = "the server's own server_id is 0: it refuses replicas";
        findings.error("server_id", what, statements::set_at_start("server_id", "1"));
        return;
    }
    if server == own.to_string() {
        findings.error("server_id", format!("our id {own} is the server's own"), [config]);
        return;
    }
    let of_source =
        |facts: &Facts| facts.channels.as_ref().is_ok_and(|all| all.iter().any(|c| c.source_id == Some(own)));
    if of_source(facts) {
        findings.error("server_id", format!("our id {own} is that of the server's own source"), [config]);
        return;
    }
    match &facts.replicas {
        Ok(ids) if ids.contains(&own) => {
            let what = format!(
                "a replica with our id {own} is connected: another server, or an instance of this config that runs now"
            );
            findings.warning("server_id", what, [config]);
        }
        Ok(_) => findings.ok("server_id", format!("{own} is free")),
        Err(why) => findings.warning("server_id", format!("cannot be checked: {why}"), []),
    }
}
