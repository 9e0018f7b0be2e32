//! Debezium itself, as the truth that our own output is compared with.
//!
//! A *play* ([`case::Play`]) is a server's settings and statements; its *cases* are connector settings under which
//! Debezium's embedded engine follows them. [`record`] plays and records; a [`golden::Golden`] is what came of one case, kept as a file
//! beside the binlog; [`compare`] tells whether two lists of records say the same, but for what must differ.
//!
//! The engine needs a JDK of 17 or later: `BECAUSELOG_JAVA`, `JAVA_HOME`, `/usr/lib/jvm`, PATH, else Debian's package
//! unpacked into the cache folder. Its jars come from Maven Central by checksum. Comparing with golden files needs neither.

pub mod case;
pub mod compare;
mod engine;
pub mod golden;
mod jars;
mod java;
mod json;
pub mod record;

pub use jars::{MARIADB_VERSION, VERSION};
pub use java::JAVA_ENV;

use crate::version::Flavor;

/// Fetches the engine's jars and finds (or fetches) a JDK now, and says where they are.
///
/// # Errors
/// One of them cannot be had.
pub fn provide() -> anyhow::Result<String> {
    let java = java::find()?;
    let mysql = jars::folder(Flavor::MySql)?;
    let mariadb = jars::folder(Flavor::MariaDb)?;
    Ok(format!(
        "Debezium {VERSION} in {}, {MARIADB_VERSION} for MariaDB in {}, JDK {} at {}",
        mysql.display(),
        mariadb.display(),
        java.release,
        java.program.display()
    ))
}
