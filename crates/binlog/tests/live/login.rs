//! Every login method, over every channel, on every server version.

use anyhow::Result;
use becauselog_binlog::connection::{Connection, ConnectionError, TlsMode};
use becauselog_model::ErrorClass;
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{account, socket, tcp};

/// As long as an RSA key of 2048 bits can carry by far, with what needs quoting and more than ASCII in it.
const PASSWORD: &str = "pässw'ord \\ with 37 bytes and more";

fn plugins(server: &MysqlServer) -> Vec<&'static str> {
    let dialect = server.dialect();
    let mut plugins = Vec::new();
    // The build of 5.7.22 that is unpacked privately (yaSSL) has no RSA, and its TLS is too old.
    let has_sha256 = server.version() != Version::V5_7 && !dialect.is_mariadb();
    plugins.extend(has_sha256.then_some("sha256_password"));
    plugins.extend(dialect.has_caching_sha2().then_some("caching_sha2_password"));
    plugins.extend(dialect.has_native_password().then_some("mysql_native_password"));
    plugins
}

async fn make_account(server: &MysqlServer, user: &str, plugin: &str, password: &str) -> Result<()> {
    let password = password.replace('\\', "\\\\").replace('\'', "''");
    let set_password = match server.version() {
        Version::V5_7 => format!("ALTER USER '{user}'@'%' IDENTIFIED BY '{password}'"),
        Version::MariaDb10_11 => {
            format!("ALTER USER '{user}'@'%' IDENTIFIED VIA {plugin} USING PASSWORD('{password}')")
        }
        _ => format!("ALTER USER '{user}'@'%' IDENTIFIED WITH {plugin} BY '{password}'"),
    };
    server.run(&[&format!("CREATE USER '{user}'@'%' IDENTIFIED WITH {plugin}"), &set_password]).await
}

#[tokio::test]
async fn every_method_logs_in_over_every_channel() -> Result<()> {
    for version in Version::SERVERS {
        let server = MysqlServer::builder(version).start().await?;
        for plugin in plugins(&server) {
            for (kind, password) in [("full", PASSWORD), ("empty", "")] {
                let user = format!("{}_{kind}", &plugin[..6]);
                make_account(&server, &user, plugin, password).await?;
                try_all_channels(&server, &user, password)
                    .await
                    .map_err(|error| error.context(format!("{version}, {plugin}, {kind} password")))?;
            }
        }
    }
    Ok(())
}

async fn try_all_channels(server: &MysqlServer, user: &str, password: &str) -> Result<()> {
    let mut modes = vec![TlsMode::Disabled, TlsMode::Preferred];
    modes.extend((server.version() == Version::V9_7).then_some(TlsMode::Required));
    for mode in modes {
        for endpoint in [tcp(server), socket(server)] {
            // Twice: the second time caching_sha2_password has the password in its cache.
            for _ in 0..2 {
                let mut options = account(user, password);
                options.tls.mode = Some(mode);
                let mut connection = Connection::connect(&endpoint, &options)
                    .await
                    .map_err(|error| anyhow::anyhow!("{endpoint} tls {mode}: {error}"))?;
                let who = connection.query("SELECT CURRENT_USER()", "asking who we are").await?;
                assert_eq!(who.first(), Some(format!("{user}@%").as_str()));
                assert_eq!(
                    connection.tls().is_some(),
                    mode == TlsMode::Required || uses_tls(server, &endpoint, mode)
                );
            }
            // Forgets what is cached, so that the next mode does the full exchange too.
            server.run(&["FLUSH PRIVILEGES"]).await?;
        }
    }
    Ok(())
}

fn uses_tls(server: &MysqlServer, endpoint: &becauselog_binlog::connection::Endpoint, mode: TlsMode) -> bool {
    let over_tcp = matches!(endpoint, becauselog_binlog::connection::Endpoint::Tcp { .. });
    mode == TlsMode::Preferred && over_tcp && server.version() == Version::V9_7
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_to_mend_and_is_not_printed() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    for plugin in plugins(&server) {
        make_account(&server, plugin, plugin, PASSWORD).await?;
        for mode in [TlsMode::Disabled, TlsMode::Required] {
            let mut options = account(plugin, "quite wrong");
            options.tls.mode = Some(mode);
            let Err(error) = Connection::connect(&tcp(&server), &options).await else {
                panic!("{plugin} took a wrong password");
            };
            assert!(matches!(error, ConnectionError::LoginRefused { .. }), "{error}");
            assert_eq!((error.class(), error.code()), (ErrorClass::Operator, "E_LOGIN"));
            assert!(!format!("{error} {error:?} {options:?}").contains("quite wrong"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn too_many_connections_is_worth_a_retry() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).option("max-connections", "1").start().await?;
    server.run(&["CREATE USER a@'%' IDENTIFIED BY ''"]).await?;
    let mut held = Vec::new();
    let error = loop {
        match Connection::connect(&tcp(&server), &account("a", "")).await {
            Ok(connection) => held.push(connection),
            Err(error) => break error,
        }
        assert!(held.len() < 10);
    };
    assert_eq!(error.reply().map(|reply| reply.number), Some(1040), "{error}");
    assert_eq!(error.class(), ErrorClass::Transient);
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_told_with_the_address() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = becauselog_binlog::connection::Endpoint::tcp("127.0.0.1", port);
    let Err(error) = Connection::connect(&endpoint, &account("a", "")).await else { panic!("connected") };
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    assert_eq!((error.class(), error.code()), (ErrorClass::Transient, "E_UNREACHABLE"));
}

#[tokio::test]
async fn results_come_as_the_server_gives_them() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    let mut connection = Connection::connect(&tcp(&server), &account("root", "")).await?;
    let long = "x".repeat(70_000);
    let sql =
        format!("SELECT 1 AS One, NULL AS Nothing, '' AS Void, '{long}' AS Big UNION ALL SELECT 2, 3, 4, 5");
    let rows = connection.query(&sql, "testing").await?;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (rows.get(0, "one"), rows.get(0, "NOTHING"), rows.get(0, "void")),
        (Some("1"), None, Some(""))
    );
    assert_eq!(rows.get(0, "big").map(str::len), Some(70_000));
    assert_eq!(rows.column("one").collect::<Vec<_>>(), ["1", "2"]);
    let error = connection.query("SELECT * FROM nowhere.nothing", "testing").await.unwrap_err();
    assert_eq!(error.code(), "E_SERVER_REFUSED");
    assert!(connection.query("DO 1", "testing").await?.is_empty());
    Ok(())
}
