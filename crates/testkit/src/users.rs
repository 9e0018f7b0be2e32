//! Accounts for each way of logging in.

use anyhow::{Context, Result, ensure};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use crate::dialect::Dialect;

/// A server-side authentication plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthPlugin {
    /// `caching_sha2_password`, the default since 8.0.4.
    CachingSha2,
    /// `sha256_password`.
    Sha256,
    /// `mysql_native_password`, gone in 9.0.
    Native,
}

impl AuthPlugin {
    /// Every plugin.
    pub const ALL: [Self; 3] = [Self::CachingSha2, Self::Sha256, Self::Native];

    /// The name in SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CachingSha2 => "caching_sha2_password",
            Self::Sha256 => "sha256_password",
            Self::Native => "mysql_native_password",
        }
    }

    /// Whether a server has it.
    #[must_use]
    pub fn is_in(self, dialect: Dialect) -> bool {
        match self {
            Self::CachingSha2 => dialect.has_caching_sha2(),
            Self::Sha256 => !dialect.is_mariadb(),
            Self::Native => dialect.has_native_password(),
        }
    }
}

/// Makes an account that may replicate and read everything, from any loopback address. The name and the password must
/// be plain words; `rest` goes to the end of `CREATE USER`, for example `REQUIRE SSL`.
///
/// # Errors
/// The server refuses it, for example because it lacks the plugin.
pub async fn create(
    conn: &mut Conn,
    name: &str,
    plugin: AuthPlugin,
    password: &str,
    rest: &str,
) -> Result<()> {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    ensure!(plain(name) && plain(password), "the name or the password is no plain word");
    let plugin = plugin.name();
    let release: Option<String> = conn.query_first("SELECT @@version").await?;
    let identified = if release.is_some_and(|release| release.contains("MariaDB")) {
        format!("VIA {plugin} USING PASSWORD('{password}')")
    } else {
        format!("WITH {plugin} BY '{password}'")
    };
    conn.query_drop(format!("CREATE USER '{name}'@'%' IDENTIFIED {identified} {rest}"))
        .await
        .with_context(|| format!("cannot create {name} with {plugin}"))?;
    conn.query_drop(format!(
        "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '{name}'@'%'"
    ))
    .await?;
    Ok(())
}
